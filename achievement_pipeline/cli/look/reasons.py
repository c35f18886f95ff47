"""Why an activity does not count, in words, with what the user can do about it."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from achievement_pipeline.settings import Settings
from achievement_pipeline.store.reading import JudgedActivity


class _Reason(NamedTuple):
    """The words for a reason code; ``{person}``, ``{other}`` and ``{min_lines}`` are filled in."""

    why: str
    remedy: str = ""


REASONS: Mapping[str, _Reason] = {
    "merge": _Reason("It is a merge: what it merged is judged by itself.", "achievements explain COMMIT, for those"),
    "bot": _Reason("Its author is a bot, or looks like one.", '[rules.bots] allow = ["{person}"] in achievements.toml'),
    "revert": _Reason("It takes back another change."),
    "fixup": _Reason("It is a fixup, to be squashed into another commit."),
    "release": _Reason("All that it does is make a release."),
    "import": _Reason("It imports a history, a vendored tree or other people's code."),
    "mechanical": _Reason(
        "It is mechanical: formatting, a dependency update without source, automation, or listed in"
        " .git-blame-ignore-revs."
    ),
    "no-work": _Reason("None of its files is work: see what is left out.", "docs/noise.md explains each reason"),
    "unread": _Reason(
        "Its changes were not read: it is from before the first day that is collected, or its contents are not in this"
        " clone.",
        "achievements collect --since DATE; collect says what a clone lacks",
    ),
    "ignored": _Reason("You ignore it.", "To count it again, remove it from [ignore] commits in achievements.toml"),
    "small": _Reason(
        "There is no reason for it to count: no Conventional Commits type, at most {min_lines} effective lines, none of"
        " the keywords, not announced.",
        "[rules.commits] min_lines in achievements.toml; or state it yourself: achievements add",
    ),
    "reverted": _Reason("It was taken back by {other}."),
    "duplicate": _Reason("It is a copy of {other}, which counts instead."),
    "ghost": _Reason("The account of its author is gone, so it belongs to nobody."),
    "not-asked": _Reason(
        "It is from before the first day that is collected.", "[collect] since in achievements.toml, or collect --since"
    ),
    "unassigned": _Reason("It is assigned to nobody.", "Assign it in its tracker, then: achievements collect"),
    "running": _Reason("The run has not finished."),
    "scheduled": _Reason("The run has not started."),
    "failed": _Reason("The run failed."),
    "killed": _Reason("The run was killed."),
}
"""By code; docs/scores.md lists what makes them."""
_OF_SOMEBODY = _Reason(
    "It is by {person}, whose work is not collected.",
    "achievements collect --author {person}; if that is you: [me] emails in achievements.toml",
)
_NO_REASON = _Reason("Nothing about it makes it count.", "State it yourself: achievements add")
_DEPEND_ON_AUTHOR = frozenset({"unread", "not-asked"})


def why_not(activity: JudgedActivity, settings: Settings, collected: Collection[str]) -> Iterator[str]:
    """Yield lines that say why an activity does not count; none if nothing speaks against it.

    Args:
        activity: What was judged.
        settings: All settings.
        collected: Plain addresses of those whose work is collected; empty for everybody.
    """
    is_somebodys = bool(collected) and activity.person not in collected
    found = dict.fromkeys(
        _OF_SOMEBODY if is_somebodys and code in _DEPEND_ON_AUTHOR else REASONS[code]
        for code in activity.reasons
        if code in REASONS
    )
    if not found and not activity.significant:
        found = {_NO_REASON: None}
    values = {
        "person": activity.person or "NAME",
        "other": activity.retracted_by or "another one",
        "min_lines": settings.rules.commits.min_lines,
    }
    for reason in found:
        yield f"  {reason.why.format_map(values)}"
        if reason.remedy:
            yield f"  → {reason.remedy.format_map(values)}"
