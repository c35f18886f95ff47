"""The documents that are shown: written from what the privacy gate cleared, checked, and only then saved.

A document that fails a check is not written; the one that was there before stays.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from achievement_pipeline.app.accounts import linkedin_of, login_warning, outgoing_of, profile_of
from achievement_pipeline.app.me import me
from achievement_pipeline.app.rendering import Outcome, finish_document, finish_profile, period_of
from achievement_pipeline.defs.resources import Database
from achievement_pipeline.defs.ui.metadata import picture
from achievement_pipeline.publishing.documents.markdown import escaped, fenced
from achievement_pipeline.publishing.documents.render import save
from achievement_pipeline.publishing.gate.checking import Check, Problems
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import Cleared
from achievement_pipeline.publishing.github_profile.block import ProfileBlock
from achievement_pipeline.publishing.linkedin.commentary import as_read
from achievement_pipeline.publishing.portfolio import draw_page
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.tables import PublicationState

Published = Iterator[dg.AssetCheckResult | dg.MaterializeResult]

_GROUP = "publishing"
_PREVIEW = 20_000
_PROBLEMS_SHOWN = 10
_CHECKS = {
    Check.NOTHING_PRIVATE: "No secret, no private place, nobody's address, nothing from the user's lists stands in it",
    Check.FORM: "It has the form that its readers expect: the schema of a resume, a page that loads nothing",
    Check.LINKS: "Every link could lead somewhere; none is followed",
    Check.SIZE: "It is not larger than its readers take",
}


def _check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(check.value, asset=asset, blocking=True, description=said) for check, said in _CHECKS.items()
    ]


def _definition(asset: str, *kinds: str) -> dict[str, Any]:
    """Return what the definitions of all documents have in common."""
    return {
        "group_name": _GROUP,
        "kinds": set(kinds),
        "owners": ["team:achievements"],
        "deps": ["achievements"],
        "check_specs": _check_specs(asset),
    }


@dg.asset(**_definition("brag_document", "markdown"))
def brag_document(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """What was done since the last review, by theme: what, result, evidence. For the user, and whom they hand it to."""
    yield from _publish("brag_document", Channel.BRAG, database, settings)


@dg.asset(**_definition("resume", "json"))
def resume(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """A resume in the form of JSON Resume: projects and skills from approved achievements, the rest the user's own."""
    yield from _publish("resume", Channel.RESUME, database, settings)


@dg.asset(**_definition("portfolio_site", "html"))
def portfolio_site(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """A web page in one file that shows approved achievements, and loads nothing from anywhere."""
    yield from _publish("portfolio_site", Channel.PORTFOLIO, database, settings)


@dg.asset(**_definition("weekly_digest", "text"))
def weekly_digest(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """What was done in the seven days before, as plain text that can be pasted into a chat or a mail."""
    yield from _publish("weekly_digest", Channel.DIGEST, database, settings)


@dg.asset(**_definition("github_profile", "github"))
def github_profile(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """The block on the user's GitHub profile: shown as it would be, and pushed where the settings say so."""

    def finish() -> Outcome[ProfileBlock]:
        with database.engine.connect() as connection:
            return finish_profile(connection, settings)

    outcome = finish()
    results = _results("github_profile", outcome.finished.problems)
    if not outcome.finished.is_fit:
        yield from results
        raise dg.Failure("The profile was left as it is: see the checks.", allow_retries=False)
    block = outcome.finished.release()
    metadata: dict[str, Any] = {"preview": dg.MetadataValue.md(block.markdown), **_counts(outcome.cleared)}
    for path, drawn in block.pictures.items():
        metadata[path.rpartition("/")[2]] = picture(drawn, path)
    profile = settings.config.publishing.github_profile
    if profile.repository:
        repository = profile_of(settings)
        shown = outcome.finished
        change = repository.push(lambda: finish().finished) if profile.automatic else repository.show(shown)
        metadata |= {"difference": dg.MetadataValue.md(fenced(change.diff, "diff")), "pushed": change.commit or "no"}
    yield dg.MaterializeResult(metadata=metadata, check_results=results)


@dg.asset(**_definition("linkedin_posts", "linkedin"))
def linkedin_posts(database: Database, settings: dg.ResourceParam[Settings]) -> Published:
    """What is to be posted on LinkedIn, and when; the first is posted when it is due, where the settings say so.

    A post that fails a check is not posted; the others are.
    """
    outgoing = outgoing_of(settings, database.engine)
    prepared = outgoing.prepare()
    problems = {check: [said for each in prepared.refused for said in each.problems[check]] for check in Check}
    tried = outgoing.send(linkedin_of(settings)).tried if settings.config.publishing.linkedin.automatic else ()
    in_doubt = outgoing.take_stock(PublicationState.UNKNOWN)
    said = [f"{each.state}: {each.achievement_key} {each.detail}" for each in (*tried, *in_doubt)]
    said += ["; ".join(each.said()) for each in prepared.refused]
    said += [f"{key}: {why}" for key, why in prepared.not_sent.items()]
    posts = [f"**{escaped(each.key)}**\n{fenced(as_read(each.text))}" for each in prepared.ready[:_PROBLEMS_SHOWN]]
    yield dg.MaterializeResult(
        metadata={
            "preview": dg.MetadataValue.md("\n\n".join(posts) or "Nothing to post."),
            "to_post": len(prepared.ready),
            "first_at": dg.MetadataValue.timestamp(prepared.slot),
            "posted": sum(each.state is PublicationState.PUBLISHED for each in tried),
            "to_settle": len(in_doubt),
            "told": dg.MetadataValue.md(_listed(said) or "-"),
            "login": login_warning(settings) or "-",
        },
        check_results=_results("linkedin_posts", problems),
    )


def _publish(asset: str, channel: Channel, database: Database, settings: Settings) -> Published:
    """Write a document, check it, and put it into its file if all is well."""
    with database.engine.connect() as connection:
        author = me(connection, settings)
        outcome = finish_document(connection, settings, channel, period_of(channel, settings), author)
    document, results = outcome.finished, _results(asset, outcome.finished.problems)
    if not document.is_fit:
        yield from results
        raise dg.Failure(f"{document.name} was not written: see the checks.", allow_retries=False)
    path, text = settings.published_path / document.name, document.release()
    save(document, path)
    yield dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(path),
            "bytes": len(text.encode()),
            "preview": _preview(channel, text),
            **_counts(outcome.cleared),
            **({"login": login_warning(settings) or "-"} if channel is Channel.DIGEST else {}),
        },
        check_results=results,
        data_version=dg.DataVersion(hashlib.sha256(text.encode()).hexdigest()),
    )


def _listed(lines: Iterable[str]) -> str:
    """Return a Markdown list of lines that may quote anybody."""
    return "\n".join(f"* {escaped(line)}" for line in lines)


def _results(asset: str, problems: Problems) -> list[dg.AssetCheckResult]:
    """Return the results of all checks of a finished text."""
    return [_result(asset, check.value, found) for check, found in problems.items()]


def _result(asset: str, name: str, problems: Sequence[str]) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"problems": len(problems)}
    if problems:
        metadata["first_problems"] = dg.MetadataValue.md(_listed(problems[:_PROBLEMS_SHOWN]))
    return dg.AssetCheckResult(passed=not problems, asset_key=asset, check_name=name, metadata=metadata)


def _preview(channel: Channel, text: str) -> dg.MetadataValue:
    """Show a document as its reader would meet it."""
    match channel:
        case Channel.PORTFOLIO:
            return picture(draw_page(text), "the page")
        case Channel.RESUME:
            return dg.MetadataValue.json(json.loads(text))
        case _:
            shown = text if len(text) <= _PREVIEW else f"{text[:_PREVIEW]}\n\n…"
            return dg.MetadataValue.md(shown if channel is Channel.BRAG else fenced(shown))


def _counts(cleared: Cleared) -> Mapping[str, int]:
    held = Counter(each.reason.value for each in cleared.held)
    return {"achievements": len(cleared.public), **dict(sorted(held.items()))}
