"""The brag document in Markdown, for a review: summary, greatest and deepest work, the rest as counts, questions.

Each piece has what was done, its outcome, and its evidence. If no outcome is known, the document asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.markdown import escaped, link
from achievement_pipeline.publishing.documents.parts.skill_levels import shown_skills
from achievement_pipeline.publishing.documents.parts.themes import by_theme, heading
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.privacy import PublicAchievement, PublicEvidence

_GREATEST = 8
_OF_THE_REST = 3
"""Titles of each theme that the rest is counted by."""
_DEEPEST = 3
_SKILLS = 8
_EVIDENCE = 3


def write_brag_document(
    achievements: Sequence[PublicAchievement], profile: Profile, period: Period, *, everybody: bool = False
) -> str:
    """Write the brag document.

    Args:
        achievements: Those of the period.
        profile: The person it is about.
        period: Named under the title.
        everybody: Whether it covers everybody's work; each item then names its author.
    """
    person = "everybody" if everybody else profile.name
    title = f"Brag document: {escaped(person)}" if person else "Brag document"
    lines = [f"# {title}", "", f"**{period.name}**", ""]
    if not achievements:
        lines += ["Nothing was recorded in this period.", ""]
    else:
        best = facts.best_first(achievements)
        greatest, rest = best[:_GREATEST], best[_GREATEST:]
        lines += [
            *_summary(achievements),
            *_greatest(greatest, facts.only_place(achievements), everybody=everybody),
            *_deepest(rest, everybody=everybody),
            *_rest(rest, everybody=everybody),
            *_questions(greatest, everybody=everybody),
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(achievements: Sequence[PublicAchievement]) -> Iterator[str]:
    repositories = {each.repository for each in achievements if each.repository}
    several = facts.counted(len(repositories), "repository", "repositories") if repositories else ""
    where = f" in {escaped(facts.only_place(achievements)) or several}" if repositories else ""
    themes = ", ".join(f"{heading(name).lower()} {len(done):,}" for name, done in by_theme(achievements).items())
    yield f"{facts.pieces(len(achievements))}{where}: {escaped(themes)}."
    yield ""
    if skills := shown_skills(achievements)[:_SKILLS]:
        yield f"Skills: {', '.join(f'{escaped(skill.name)} ({skill.pieces:,})' for skill in skills)}."
        yield ""


def _greatest(greatest: Sequence[PublicAchievement], known_place: str, *, everybody: bool) -> Iterator[str]:
    yield "## Greatest work"
    yield ""
    for achievement in greatest:
        yield from _in_full(achievement, known_place, everybody=everybody)


def _in_full(achievement: PublicAchievement, known_place: str, *, everybody: bool) -> Iterator[str]:
    place = facts.place(achievement)
    about = (facts.day(achievement.completed_at), heading(achievement.category), place if place != known_place else "")
    outcome = facts.outcome(achievement)
    results = " ".join(filter(None, (outcome, facts.release(achievement))))
    yield f"### {escaped(facts.headline(achievement))}"
    yield ""
    yield f"{escaped(' · '.join(filter(None, about)))}"
    yield ""
    if (summary := facts.summary(achievement)) and summary != outcome:
        yield f"- **What:** {escaped(summary)}"
    yield f"- **Outcome:** {escaped(results) or '(to be added)'}"
    if everybody:
        yield f"- **By:** {escaped(achievement.author_name)}"
    if achievement.coauthors:
        yield f"- **With:** {escaped(', '.join(achievement.coauthors))}"
    yield f"- **Evidence:** {_evidence(facts.shown_by(achievement))}"
    yield ""
    yield f"*impact {achievement.impact_score:.0f} · complexity {achievement.complexity_score:.0f}*"
    yield ""


def _deepest(rest: Sequence[PublicAchievement], *, everybody: bool) -> Iterator[str]:
    """Name the most complex work that is not among the greatest."""
    if not rest:
        return
    yield "## Deepest engineering"
    yield ""
    for each in sorted(rest, key=lambda each: -each.complexity_score)[:_DEEPEST]:
        what = facts.summary(each)
        yield f"- {_named(each, everybody=everybody)}{f': {escaped(what)}' if what else ''}"
    yield ""


def _rest(rest: Sequence[PublicAchievement], *, everybody: bool) -> Iterator[str]:
    """Count the rest by theme, with a few titles each."""
    if not rest:
        return
    yield "## Further work"
    yield ""
    for category, done in by_theme(rest).items():
        named = "; ".join(_named(each, everybody=everybody) for each in done[:_OF_THE_REST])
        more = f"; and {len(done) - _OF_THE_REST:,} more" if len(done) > _OF_THE_REST else ""
        yield f"- **{escaped(heading(category))}** ({len(done):,}): {named}{more}"
    yield ""


def _named(achievement: PublicAchievement, *, everybody: bool) -> str:
    by = f" ({escaped(achievement.author_name)})" if everybody else ""
    return f"{escaped(facts.headline(achievement))}{by}"


def _questions(greatest: Sequence[PublicAchievement], *, everybody: bool) -> Iterator[str]:
    """Ask the author for outcomes that nothing states."""
    open_ones = [each for each in greatest if not facts.outcome(each)]
    if everybody or not open_ones:
        return
    yield "## Open questions"
    yield ""
    yield "What changed, and for whom? Answer with `achievements edit KEY --outcome TEXT`:"
    yield ""
    yield from (f"- {escaped(facts.headline(each))}: `{each.id}`" for each in open_ones)
    yield ""


def _evidence(evidence: Sequence[PublicEvidence]) -> str:
    """Return links to the first pieces of evidence, and count the others; commits only where there is nothing else."""
    with_address = [each for each in evidence if each.url]
    linked = ([each for each in with_address if each.kind != ActivityKind.COMMIT] or with_address)[:_EVIDENCE]
    links = [link(facts.evidence_words(each), each.url or "") for each in linked]
    return ", ".join([*links, *facts.evidence_counts(each for each in evidence if each not in linked)]) or (
        facts.EVIDENCE_NEEDED
    )
