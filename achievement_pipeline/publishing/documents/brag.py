"""The brag document: what was done in a period, by theme, for the talk about it. Markdown.

What was done, what came out, what shows it: each from the ledger and the evidence, and where there is none it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from achievement_pipeline.publishing.documents import facts
from achievement_pipeline.publishing.documents.markdown import escaped, link
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.documents.skill_levels import shown_skills
from achievement_pipeline.publishing.documents.themes import by_theme, heading
from achievement_pipeline.publishing.gate.privacy import PublicAchievement, PublicEvidence

_IN_FULL = 5
_IN_A_LINE = 15
_SKILLS = 8
_HIGHEST = 3
"""What comes first, for who reads no further."""
_EVIDENCE = 4


def write_brag_document(
    achievements: Sequence[PublicAchievement], profile: Profile, period: Period, *, everybody: bool = False
) -> str:
    """Write the brag document: the best of each theme in full, then others in a line each.

    Args:
        achievements: Those of the period.
        profile: Whose document it is.
        period: What it is called.
        everybody: It is everybody's: each item names its author.
    """
    themes = by_theme(facts.best_first(achievements))
    person = "everybody" if everybody else profile.name
    title = f"Brag document: {escaped(person)}" if person else "Brag document"
    lines = [f"# {title}", "", f"**{period.name}**", ""]
    if not achievements:
        lines += ["Nothing was recorded in this period.", ""]
    else:
        lines += [
            *_at_a_glance(achievements, themes, everybody=everybody),
            *_themes(achievements, themes, everybody=everybody),
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _at_a_glance(
    achievements: Sequence[PublicAchievement], themes: dict[str, list[PublicAchievement]], *, everybody: bool
) -> Iterator[str]:
    repositories = {each.repository for each in achievements if each.repository}
    several = facts.counted(len(repositories), "repository", "repositories") if repositories else ""
    where = f" in {escaped(facts.only_place(achievements)) or several}" if repositories else ""
    yield (
        f"{facts.pieces(len(achievements))}{where}. Impact is in points of 100; effective lines are those of work,"
        " without generated, vendored and moved files."
    )
    yield ""
    if skills := shown_skills(achievements)[:_SKILLS]:
        yield f"Skills shown most: {', '.join(f'{escaped(skill.name)} ({skill.pieces:,})' for skill in skills)}."
        yield ""
    if len(achievements) > _IN_FULL:
        yield "Of the highest impact:"
        yield ""
        yield from (_in_a_line(each, everybody=everybody) for each in facts.best_first(achievements)[:_HIGHEST])
        yield ""
    yield "| Theme | Pieces of work | Highest impact |"
    yield "|---|--:|--:|"
    for category, done in themes.items():
        yield f"| {escaped(heading(category))} | {len(done):,} | {max(each.impact_score for each in done):.0f} |"
    yield ""


def _themes(
    achievements: Sequence[PublicAchievement], themes: dict[str, list[PublicAchievement]], *, everybody: bool
) -> Iterator[str]:
    place = facts.only_place(achievements)
    for category, done in themes.items():
        yield from _theme(category, done, place, everybody=everybody)


def _theme(category: str, done: Sequence[PublicAchievement], known_place: str, *, everybody: bool) -> Iterator[str]:
    yield f"## {escaped(heading(category))}"
    yield ""
    for achievement in done[:_IN_FULL]:
        yield from _in_full(achievement, known_place, everybody=everybody)
    others = done[_IN_FULL : _IN_FULL + _IN_A_LINE]
    if others:
        yield "Also:"
        yield ""
        yield from (_in_a_line(each, everybody=everybody) for each in others)
        if rest := len(done) - _IN_FULL - len(others):
            yield f"- and {rest:,} more"
        yield ""


def _in_full(achievement: PublicAchievement, known_place: str, *, everybody: bool) -> Iterator[str]:
    place = facts.place(achievement)
    about = (
        facts.day(achievement.completed_at),
        place if place != known_place else "",
        f"impact {achievement.impact_score:.0f}",
    )
    yield f"### {escaped(achievement.title)}"
    yield ""
    yield f"*{escaped(' · '.join(filter(None, about)))}*"
    yield ""
    if summary := facts.summary(achievement):
        yield f"- **What:** {escaped(summary)}"
    if everybody:
        yield f"- **By:** {escaped(achievement.author_name)}"
    if achievement.coauthors:
        yield f"- **With:** {escaped(', '.join(achievement.coauthors))}"
    yield f"- **Result:** {escaped(' · '.join(facts.results(achievement)) or facts.EVIDENCE_NEEDED)}"
    yield f"- **Evidence:** {_evidence(facts.shown_by(achievement), _EVIDENCE)}"
    yield ""


def _in_a_line(achievement: PublicAchievement, *, everybody: bool) -> str:
    about = (achievement.author_name if everybody else "", facts.day(achievement.completed_at))
    shown = ", ".join(filter(None, about))
    evidence = _evidence(facts.shown_by(achievement), 1)
    return f"- {escaped(achievement.title)}{f' ({escaped(shown)})' if shown else ''}: {evidence}"


def _evidence(evidence: Sequence[PublicEvidence], most: int) -> str:
    """Return evidence with its links, that with a link first."""
    shown = sorted(evidence, key=lambda each: each.url is None)[:most]
    words = [link(facts.evidence_words(each), each.url) if each.url else facts.evidence_words(each) for each in shown]
    more = [f"{len(evidence) - most:,} more"] if len(evidence) > most else []
    return ", ".join(words + more) or facts.EVIDENCE_NEEDED
