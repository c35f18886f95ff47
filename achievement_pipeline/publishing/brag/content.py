"""The content of the brag document, in finished words: summary, greatest and deepest work, counts, questions.

Each piece has what was done, its outcome, and its evidence. If no outcome is known, the document asks for it.
Templates only arrange it: docs/exports.md lists the fields for those who write their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.publishing.brag.markup import Format
from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.comparison import (
    Compared,
    Measure,
    announced,
    compare,
    repositories,
)
from achievement_pipeline.publishing.documents.parts.projects import extent, greatest_projects, release_name, strongest
from achievement_pipeline.publishing.documents.parts.sections import NOTES, is_note
from achievement_pipeline.publishing.documents.parts.skill_levels import shown_skills
from achievement_pipeline.publishing.documents.parts.themes import NO_ENGINEERING, ROUTINE, by_theme, heading
from achievement_pipeline.publishing.documents.period import preceding
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.store.names import shorten

_LEAST_GREATEST, _MOST_GREATEST = 5, 8
_IN_SUMMARY = 3
_OF_THE_REST = 3
"""Titles of each theme that the rest is counted by."""
_DEEPEST = 3
_SKILLS = 8
_PEOPLE = 5
_YEARS = 4
"""Years of merging and releasing of a repository that are named, the newest first."""


@dataclass(frozen=True)
class Piece:
    """A project or piece of work."""

    key: str
    title: str
    about: str
    """Day, theme, and repository where there are several."""
    what: str
    """May be empty, as the outcome."""
    outcome: str
    author: str
    """Empty in a document of one person."""
    people: str
    """Who it was done with; may be empty."""
    evidence: str
    """Links, and counts of what is not linked."""
    impact: int
    complexity: int


@dataclass(frozen=True)
class Project:
    """A larger effort."""

    title: str
    """A release, else that of the strongest piece."""
    about: str
    """How many pieces of work, what they are on, and from when to when."""
    titles: Sequence[str]
    """The strongest, but for the one that the project is called by."""
    more: int
    """Those that are not named."""


@dataclass(frozen=True)
class Theme:
    """A kind of work that is counted."""

    heading: str
    count: int
    titles: Sequence[str]
    """The best of them; of routine work none."""
    more: int
    """Those that are not named."""


@dataclass(frozen=True)
class Section:
    """Notes of the user."""

    heading: str
    notes: Sequence[str]


@dataclass(frozen=True)
class Question:
    """A piece of work without a known outcome."""

    title: str
    key: str


@dataclass(frozen=True)
class Brag:
    """The brag document. All texts are escaped for the format."""

    person: str
    """May be empty."""
    period: str
    summary: Sequence[str]
    """Sentences; empty where nothing was recorded."""
    greatest: Sequence[Piece]
    """Five to eight."""
    projects: Sequence[Project]
    deepest: Sequence[Piece]
    """The most complex of the others."""
    collaboration: Sequence[str]
    """Sentences."""
    rest: Sequence[Theme]
    period_before: str
    """Name of the period that it is compared with; empty where there is none."""
    comparison: Sequence[Compared]
    sections: Sequence[Section]
    questions: Sequence[Question]


def describe(given: Sequence[PublicAchievement], about: About, markup: Format) -> Brag:
    """Put the work of a period into words.

    Args:
        given: Work and notes of the period.
        about: Person and period; for everybody, each item names its author.
        markup: The format.
    """
    work = [each for each in given if not is_note(each.category)]
    earlier = [each for each in about.earlier if not is_note(each.category)]
    best = facts.best_first(work)
    # a year of work for others is listed under collaboration
    own = [each for each in best if each.kind not in facts.OF_MAINTAINERS]
    count = min(_MOST_GREATEST, max(_LEAST_GREATEST, len(own) // 3))
    greatest = facts.telling(own[: 2 * count], count) or own[:count]
    in_full = {each.id for each in greatest}
    rest = [each for each in own if each.id not in in_full]
    projects = [*greatest_projects(work, about.projects)]
    named = _named_of(projects)
    of_projects = {each.id for members in named for each in members}
    engineering = [each for each in rest if each.category not in NO_ENGINEERING and each.id not in of_projects]
    titles = {facts.headline(each) for each in greatest}
    untold = (each for each in engineering if facts.headline(each) not in titles)
    deepest = facts.telling(sorted(untold, key=lambda each: -each.complexity_score), _DEEPEST)
    told = {each.id for each in deepest} | of_projects | {each.id for each in rest if facts.headline(each) in titles}
    counted = by_theme(each for each in rest if not _is_review(each))
    writer = _Writer(markup, facts.only_place(work), everybody=about.everybody)
    newest = max((each.completed_at for each in work if each.completed_at), default=None)
    before = preceding(about.period, newest and newest.date())
    compared = [each for each in earlier if before and each.completed_at in before]
    return Brag(
        person="everybody" if about.everybody else markup.text(about.profile.name),
        period=markup.text(about.period.name),
        summary=[*map(markup.text, _summary(best, earlier))],
        greatest=[*map(writer.piece, greatest)],
        projects=[*map(writer.project, projects, named)],
        deepest=[*map(writer.piece, deepest)],
        collaboration=[*map(markup.text, _collaboration(work))],
        rest=[writer.theme(*each, told) for each in counted.items() if any(done.id not in told for done in each[1])],
        period_before=markup.text(before.name) if before and compared else "",
        comparison=[*compare(_MEASURES, work, compared)] if compared else [],
        sections=[*writer.sections(given)],
        questions=[] if about.everybody else writer.questions([each for each in greatest if not facts.outcome(each)]),
    )


def _summary(best: Sequence[PublicAchievement], earlier: Sequence[PublicAchievement]) -> Iterator[str]:
    """Yield half a page at most: how much of what, the greatest, what reached users, skills shown and gained."""
    if not best:
        return
    repositories = {each.repository for each in best if each.repository}
    several = facts.counted(len(repositories), "repository", "repositories") if repositories else ""
    where = f" in {facts.only_place(best) or several}" if repositories else ""
    themes = ", ".join(f"{heading(name).lower()} {len(done):,}" for name, done in by_theme(best).items())
    yield f"{facts.pieces(len(best))}{where}: {themes}."
    if len(best) > _LEAST_GREATEST and (greatest := facts.telling(best, _IN_SUMMARY)):
        yield facts.ended(f"Above all: {'; '.join(map(facts.headline, greatest))}")
    releases = {(each.repository, each.first_release) for each in best if each.first_release}
    if releases:
        announced = sum(each.announced is not None for each in best)
        notes = f"; release notes announce {facts.pieces(announced)}" if announced else ""
        yield f"They reached users in {facts.counted(len(releases), 'release')}{notes}."
    skills = shown_skills(best)
    if skills:
        yield f"Skills: {', '.join(f'{skill.name} ({skill.pieces:,})' for skill in skills[:_SKILLS])}."
    known = {skill.name for skill in shown_skills(earlier)}
    gained = [skill.name for skill in skills if skill.name not in known]
    if earlier and gained:
        yield f"Skills gained: {', '.join(gained[:_SKILLS])}."


def _collaboration(work: Sequence[PublicAchievement]) -> Iterator[str]:
    if reviews := sum(map(_is_review, work)):
        yield f"Reviewed {facts.counted(reviews, 'pull request')} of others."
    years: dict[str | None, list[PublicAchievement]] = {}
    for each in facts.newest_first(each for each in work if each.kind in facts.OF_MAINTAINERS):
        years.setdefault(each.repository, []).append(each)
    for done in years.values():
        where = f" ({place})" if (place := facts.only_place(done)) else ""
        first, *others = (each.title for each in done[:_YEARS])
        named = [first, *(f"{title[:1].lower()}{title[1:]}" for title in others)]
        more = [f"and more since {facts.day(done[-1].completed_at)[:4]}"] if len(done) > _YEARS else []
        yield f"{'; '.join([*named, *more])}{where}."
    people = Counter(person for each in work for person in each.coauthors)
    if people:
        most = sorted(people, key=lambda person: ("@" in person, -people[person], person))
        named = [f"{person} ({people[person]:,})" for person in most[:_PEOPLE]]
        more = [facts.counted(len(most) - _PEOPLE, "other")] if len(most) > _PEOPLE else []
        yield f"{facts.pieces(sum(bool(each.coauthors) for each in work))} with {', '.join([*named, *more])}."


def _named_of(projects: Sequence[Sequence[PublicAchievement]]) -> list[list[PublicAchievement]]:
    """Return what is named of each project, nothing twice: first what it is called by, unless that is its release."""
    told = set[str]()
    named = []
    for members in projects:
        new = [each for each in members if each.id not in told] or members
        called_by = [] if release_name(members) else [strongest(new)]
        examples = facts.telling((each for each in new if each not in called_by), _OF_THE_REST)
        named.append([*called_by, *examples])
        told |= {each.id for each in named[-1]}
    return named


def _is_review(achievement: PublicAchievement) -> bool:
    return achievement.kind == ActivityKind.REVIEW


_MEASURES: dict[str, Measure] = {
    "Pieces of work": len,
    "Announced in release notes": announced,
    "Together with others": lambda work: sum(bool(each.coauthors) for each in work),
    "Reviews": lambda work: sum(map(_is_review, work)),
    "Repositories": repositories,
    "Skills shown": lambda work: len(shown_skills(work)),
}
"""What a period is compared by."""


@dataclass(frozen=True)
class _Writer:
    """Writes single pieces of work in a format."""

    markup: Format
    known_place: str
    """The repository that need not be named."""
    everybody: bool

    def questions(self, achievements: Sequence[PublicAchievement]) -> list[Question]:
        """Return the questions for outcomes, with the names that commands take."""
        names = shorten([(each.id, each.url) for each in achievements])
        return [Question(self.title(each), name) for each, name in zip(achievements, names, strict=True)]

    def piece(self, achievement: PublicAchievement) -> Piece:
        place, text = facts.place(achievement), self.markup.text
        about = (
            facts.day(achievement.completed_at),
            heading(achievement.category),
            place if place != self.known_place else "",
        )
        outcome, what = facts.result(achievement), facts.summary(achievement)
        return Piece(
            key=achievement.id,
            title=text(facts.headline(achievement)),
            about=text(" · ".join(filter(None, about))),
            what=text("" if facts.repeats(what, outcome) else what),
            outcome=text(" ".join(filter(None, (facts.ended(outcome), facts.release(achievement))))),
            author=text(achievement.author_name) if self.everybody else "",
            people=text(", ".join(achievement.coauthors)),
            evidence=self._evidence(achievement),
            impact=round(achievement.impact_score),
            complexity=round(achievement.complexity_score),
        )

    def theme(self, name: str, done: Sequence[PublicAchievement], told: Collection[str]) -> Theme:
        """Count a kind of work, and name the best of it that the document has not told before."""
        new = [each for each in done if each.id not in told]
        named = () if name in ROUTINE else facts.telling(new, _OF_THE_REST)
        return Theme(self.markup.text(heading(name)), len(done), [*map(self.title, named)], len(done) - len(named))

    def project(self, members: Sequence[PublicAchievement], named: Sequence[PublicAchievement]) -> Project:
        """Describe a project by its members, the strongest first, and by those that are named."""
        release = release_name(members)
        days = sorted(facts.day(each.completed_at) for each in members if each.completed_at)
        span = f", {' to '.join(dict.fromkeys((days[0], days[-1])))}" if days else ""
        return Project(
            title=self.markup.text(release) if release else self.title(named[0]),
            about=self.markup.text(f"{extent(members)}{span}"),
            titles=[*map(self.title, named if release else named[1:])],
            more=len(members) - len(named),
        )

    def title(self, achievement: PublicAchievement) -> str:
        by = f" ({achievement.author_name})" if self.everybody else ""
        return self.markup.text(f"{facts.headline(achievement)}{by}")

    def sections(self, given: Iterable[PublicAchievement]) -> Iterator[Section]:
        """Yield the sections that the user wrote something in, each oldest first."""
        notes = by_theme(reversed(facts.newest_first(given)))
        for category, name in NOTES.items():
            if category in notes:
                yield Section(name, [self._note(each) for each in notes[category]])

    def _note(self, note: PublicAchievement) -> str:
        more = " ".join(note.description.split())
        return self.markup.text(f"{note.title}: {more}" if more else note.title)

    def _evidence(self, achievement: PublicAchievement) -> str:
        linked, counts = facts.main_evidence(achievement)
        links = [self.markup.link(facts.evidence_words(each), each.url or "") for each in linked]
        return self.markup.join([*links, *counts] or [facts.EVIDENCE_NEEDED])
