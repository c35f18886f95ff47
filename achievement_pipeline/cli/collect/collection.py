"""What one call of `achievements collect` found, and how it is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import click

from achievement_pipeline.cli.look.achievements import headline, hidden_words
from achievement_pipeline.store.achievements import Outcome
from achievement_pipeline.store.edits import Orphan
from achievement_pipeline.store.reading import AchievementView, Summary

_SKILLS = 10
_UNREAD_SHOWN = 10
_ORPHANS_SHOWN = 10
_READ = {
    "GitHub": ({"raw_pull_requests": "pull requests", "raw_reviews": "reviews"}, "pull_request_activities"),
    "Linear": ({"raw_linear_issues": "issues", "raw_linear_projects": "projects"}, "linear_activities"),
    "MLflow": ({"raw_mlflow_runs": "runs"}, "mlflow_activities"),
}
"""What is said of each source: what was read, by asset (the first has the warnings), and the asset that judged it."""


@dataclass(frozen=True)
class CollectedRepository:
    """What a run said of one repository."""

    location: str
    key: str = ""
    error: str = ""
    """Why it failed; empty where it did not."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The metadata of the run's assets that concern the repository, by name."""


@dataclass(frozen=True)
class CollectedSource:
    """What a run said of a source other than git."""

    source: str
    """GitHub, Linear or MLflow."""
    repository: str
    """Key of the repository that it was asked about; empty for Linear and MLflow."""
    error: str
    """Why it failed; empty where it did not."""
    facts: Mapping[str, Any]
    """The metadata of the run's assets, by name."""


@dataclass(frozen=True)
class Collection:
    """All that one call of the command found."""

    repositories: list[CollectedRepository]
    sources: list[CollectedSource]
    changes: Outcome
    """What became of the achievements."""
    summary: Summary
    highest: list[AchievementView]
    orphans: list[Orphan]
    """What the user decided about work that is gone."""
    hidden_by_parts: list[AchievementView]
    """What is hidden because a part of it is."""


def report(collection: Collection, off: list[str]) -> Iterator[str]:
    """Say what was found, in lines for people."""
    for repository in collection.repositories:
        yield from _about(repository)
    for source in collection.sources:
        yield from _about_source(source)
    if off:
        yield click.style(f"off: {' · '.join(off)}", dim=True)
    outcome = asdict(replace(collection.changes, unchanged=0))
    changes = ", ".join(f"{number:,} {name}" for name, number in outcome.items() if number)
    summary = collection.summary
    yield from describe_orphans(collection.orphans)
    for whole in collection.hidden_by_parts[:_ORPHANS_SHOWN]:
        yield f"⚠️  {whole.title} is hidden {hidden_words(whole)}"
    yield f"\n{click.style(f'{summary.achievements:,} achievements', bold=True)} ({changes or 'nothing changed'})"
    if summary.achievements:
        yield f"  by category: {_counted(summary.categories)}"
        yield f"  skills: {_counted(dict(list(summary.skills.items())[:_SKILLS]))}"
        yield "\nHighest impact  (impact, complexity)"
        yield from map(headline, collection.highest)
        yield "\nNext: achievements list · achievements explain KEY · achievements start (the Dagster UI)"


def describe_orphans(orphans: Sequence[Orphan]) -> Iterator[str]:
    """Name the decisions that no achievement has any more, in lines for people."""
    if not orphans:
        return
    yield click.style(
        f"\n⚠️  Decisions about {len(orphans):,} achievements that are gone from their sources:", bold=True
    )
    for orphan in orphans[:_ORPHANS_SHOWN]:
        yield f"  {orphan.title}: {', '.join(orphan.decisions)}  ({orphan.key})"
    if len(orphans) > _ORPHANS_SHOWN:
        yield f"  and {len(orphans) - _ORPHANS_SHOWN:,} more"
    yield "  Their work was found under no other name. Where it is back as another achievement, decide there again."


def _about(repository: CollectedRepository) -> Iterator[str]:
    yield click.style(repository.key or repository.location, bold=True)
    if repository.error:
        yield from (f"  ❌ {line}" for line in repository.error.splitlines())
        return
    listed, judged = repository.facts["raw_commits"], repository.facts["commit_activities"]
    yield f"  commits: {listed['dagster/row_count']:,}, {listed['new']:,} of them new; authors: {listed['authors']}"
    yield from _about_activities(judged)
    if listed["gone"]:
        yield f"  gone from the history: {listed['gone']:,}"
    for remark in filter(None, listed["remarks"].splitlines()):
        yield f"  ℹ️  {remark}"  # noqa: RUF001 - the sign is meant
    for sha, said in list(listed["unread"].items())[:_UNREAD_SHOWN]:
        yield f"  ❌ commit {sha} can't be read: {said}"


def _about_source(source: CollectedSource) -> Iterator[str]:
    yield click.style(f"{source.source} {source.repository}".strip(), bold=True)
    if source.error:
        yield from (f"  ❌ {line}" for line in source.error.splitlines())
        return
    read, activities = _READ[source.source]
    yield "  " + ", ".join(f"{what}: {source.facts[asset]['dagster/row_count']:,}" for asset, what in read.items())
    yield from _about_activities(source.facts[activities])
    for warning in source.facts[next(iter(read))]["warnings"][:_UNREAD_SHOWN]:
        yield f"  ℹ️  {warning}"  # noqa: RUF001 - the sign is meant


def _about_activities(judged: Mapping[str, Any]) -> Iterator[str]:
    yield f"  significant: {judged['significant']:,} ({_counted(judged['why'])})"
    if judged["why_not"]:
        yield f"  not significant: {_counted(judged['why_not'])}"


def _counted(numbers: Mapping[str, int]) -> str:
    return " · ".join(f"{name} {number:,}" for name, number in numbers.items())
