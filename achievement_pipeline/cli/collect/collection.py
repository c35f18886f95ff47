"""What one call of `achievements collect` found, and how it is reported: to people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from achievement_pipeline.cli.look.achievements import headline, hidden_words
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.lanes import Lane
from achievement_pipeline.store.decisions.edits import Orphan
from achievement_pipeline.store.reading import AchievementView, Summary
from achievement_pipeline.system.terminal import styled

if TYPE_CHECKING:
    from achievement_pipeline.store.pieces.changes import ChangeCounts

_SKILLS = 10
_REASONS = 3
_UNREAD_SHOWN = 10
_ORPHANS_SHOWN = 10


@dataclass(frozen=True)
class CollectedRepository:
    """The result of a run for one repository."""

    location: str
    key: str = ""
    error: str = ""
    """Why it failed; empty where it did not."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The metadata of the run's assets that concern the repository, by name."""

    def plain(self) -> dict[str, Any]:
        """Return what was found, for programs."""
        named = {"location": self.location, "repository": self.key, "error": self.error}
        if self.error:
            return named
        listed = self.facts["raw_commits"]
        found = {name: listed[name] for name in ("new", "gone", "unread", "authors")}
        remarks = listed["remarks"].splitlines()
        judged = _judged(self.facts["commit_activities"])
        counts = {"commits": listed["dagster/row_count"], "files": self.facts["raw_commit_files"]["dagster/row_count"]}
        return {**named, **counts, **found, "remarks": remarks, **judged}


@dataclass(frozen=True)
class CollectedSource:
    """The result of a run for a source other than git."""

    lane: Lane
    repository: str
    """Key of the repository that was read; empty where the lane is not by repository."""
    error: str
    """Why it failed; empty where it did not."""
    facts: Mapping[str, Any]
    """The metadata of the run's assets, by name."""

    def plain(self) -> dict[str, Any]:
        """Return what was found, for programs."""
        named = {"source": self.lane.label, "repository": self.repository or None, "error": self.error}
        if self.error:
            return named
        raw = self.lane.raw
        counts = {what.replace(" ", "_"): self.facts[asset]["dagster/row_count"] for asset, what in raw.items()}
        warnings = self.facts[next(iter(raw))]["warnings"]
        return {**named, **counts, "warnings": warnings, **_judged(self.facts[self.lane.activities])}


@dataclass(frozen=True)
class Collection:
    """All that one call of the command found."""

    repositories: list[CollectedRepository]
    sources: list[CollectedSource]
    changes: ChangeCounts
    """What became of the achievements."""
    summary: Summary
    highest: list[AchievementView]
    orphans: list[Orphan]
    """What the user decided about work that is gone."""
    hidden_by_parts: list[AchievementView]
    """What is hidden because a part of it is."""

    @property
    def errors(self) -> list[str]:
        """Why some of it failed, each with its name."""
        named = [(one.key or one.location, one.error) for one in self.repositories]
        named += [(f"{one.lane.label} {one.repository}".strip(), one.error) for one in self.sources]
        return [error if error.startswith(f"{name} ") else f"{name}: {error}" for name, error in named if error]

    @property
    def is_in_vain(self) -> bool:
        """Whether all of it failed."""
        return len(self.errors) == len(self.repositories) + len(self.sources)

    def plain(self) -> dict[str, Any]:
        """Return what was found, for programs: keys without the names that Dagster gives them."""
        return {
            "repositories": [one.plain() for one in self.repositories],
            "sources": [one.plain() for one in self.sources],
            "changes": asdict(self.changes),
            "summary": asdict(self.summary),
            "highest": [asdict(one) for one in self.highest],
            "orphans": [asdict(one) for one in self.orphans],
            "hidden_by_parts": [asdict(one) for one in self.hidden_by_parts],
        }


def report(collection: Collection, off: list[str]) -> Iterator[str]:
    """Format what was found as lines for people; failures are in `Collection.errors`."""
    authors = dict.fromkeys(one.facts["raw_commits"]["authors"] for one in collection.repositories if not one.error)
    if authors:
        yield f"Work of {', '.join(authors)}"
    for repository in collection.repositories:
        if not repository.error:
            yield from _about(repository)
    for source in collection.sources:
        if not source.error:
            yield from _about_source(source)
    if off:
        yield styled(f"off: {' · '.join(off)}", "dim")
    outcome = asdict(replace(collection.changes, unchanged=0))
    changes = ", ".join(f"{number:,} {name}" for name, number in outcome.items() if number)
    summary = collection.summary
    yield from describe_orphans(collection.orphans)
    for whole in collection.hidden_by_parts[:_ORPHANS_SHOWN]:
        yield f"⚠️  {whole.title} is hidden {hidden_words(whole)}"
    number = styled(counted(summary.achievements, "achievement"), "bold")
    yield f"\n{number} ({changes or 'nothing changed'})"
    if summary.achievements:
        yield f"  by category: {_listed(summary.categories)}"
        yield f"  skills: {_listed(dict(list(summary.skills.items())[:_SKILLS]))}"
        yield "\nHighest impact  (impact, complexity)"
        yield from map(headline, collection.highest)
        yield "\nNext: achievements list · achievements explain KEY · achievements export brag"


def describe_orphans(orphans: Sequence[Orphan]) -> Iterator[str]:
    """Name the decisions that no achievement has any more, in lines for people."""
    if not orphans:
        return
    yield styled(f"\n⚠️  Decisions about {len(orphans):,} achievements that are gone from their sources:", "bold")
    for orphan in orphans[:_ORPHANS_SHOWN]:
        yield f"  {orphan.title}: {', '.join(orphan.decisions)}  ({orphan.key})"
    if len(orphans) > _ORPHANS_SHOWN:
        yield f"  and {len(orphans) - _ORPHANS_SHOWN:,} more"
    yield "  Their work was found under no other name. Where it is back as another achievement, decide there again."


def _about(repository: CollectedRepository) -> Iterator[str]:
    found = repository.plain()
    new = f"{found['new']:,} new" if found["new"] else "nothing new"
    gone = f", {found['gone']:,} gone" if found["gone"] else ""
    yield _line(repository.key, f"{counted(found['commits'], 'commit')}, {new}{gone}", found)
    for remark in filter(None, found["remarks"]):
        yield f"  ℹ️  {remark}"  # noqa: RUF001 - the sign is meant
    for sha, why in list(found["unread"].items())[:_UNREAD_SHOWN]:
        yield f"  ❌ commit {sha} can't be read: {why}"


def _about_source(source: CollectedSource) -> Iterator[str]:
    found = source.plain()
    read = ", ".join(
        counted(found[what.replace(" ", "_")], what.removesuffix("s")) for what in source.lane.raw.values()
    )
    yield _line(f"{source.lane.label} {source.repository}".strip(), read, found)
    for warning in found["warnings"][:_UNREAD_SHOWN]:
        yield f"  ℹ️  {warning}"  # noqa: RUF001 - the sign is meant


def _line(name: str, read: str, found: Mapping[str, Any]) -> str:
    """Return the one line about a repository or a source."""
    # last, as most of what was not read is other people's
    reasons = sorted(found["why_not"].items(), key=lambda reason: reason[0] == "unread")
    shown = f"{_listed(dict(reasons[:_REASONS]))}{' · …' if len(reasons) > _REASONS else ''}"
    left_out = f" · left out: {shown}" if reasons else ""
    return f"{styled(name, 'bold')}  {read} · {found['significant']:,} significant{left_out}"


def _judged(judged: Mapping[str, Any]) -> dict[str, Any]:
    return {name: judged[name] for name in ("significant", "why", "why_not")}


def _listed(numbers: Mapping[str, int]) -> str:
    return " · ".join(f"{name} {number:,}" for name, number in numbers.items())
