"""`achievements list`, `show` and `explain`: look at what was collected."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
import sqlalchemy as sa

from achievement_pipeline.app.percentile import Standing, standings, with_standing
from achievement_pipeline.cli.opening import open_engine
from achievement_pipeline.cli.printing import json_option, print_json
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.reading import (
    AchievementFilter,
    AchievementView,
    JudgedActivity,
    SkillView,
    activities_of,
    find_achievements,
    get_achievement,
    skills_of,
)

_SHORT_SHA = 10


@click.command("list")
@click.option("--author", metavar="EMAIL", help="Whose: an e-mail address, or 'me'.")
@click.option("--category", help="Kind of work: feature, bugfix, performance, ...")
@click.option("--skill", help="A skill that it shows.")
@click.option("--repository", metavar="KEY", help="Of this repository: host/owner/name.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Completed on this day or later.")
@click.option("--min-impact", type=click.FloatRange(0, 100), help="Of at least this impact.")
@click.option("--portfolio", is_flag=True, help="Ready for the portfolio.")
@click.option("--retracted", is_flag=True, help="Also what no longer counts.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@json_option
def list_achievements(  # noqa: PLR0913 - one argument an option
    *,
    author: str | None,
    category: str | None,
    skill: str | None,
    repository: str | None,
    since: dt.datetime | None,
    min_impact: float | None,
    portfolio: bool,
    retracted: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List achievements, the highest impact first."""
    wanted = AchievementFilter(
        author=whose(author),
        category=category,
        skill=skill,
        repository=repository,
        since=since.replace(tzinfo=dt.UTC) if since else None,
        min_impact=min_impact,
        portfolio=True if portfolio else None,
        include_retracted=retracted,
    )
    with open_connection() as connection:
        found = find_achievements(connection, wanted, limit)
        beside = standings(connection, found, load_settings().rules.standing)
    if as_json:
        print_json([with_standing(achievement, beside[achievement.key]) for achievement in found])
        return
    for achievement in found:
        click.echo(headline(achievement, beside[achievement.key]))
    click.echo(f"{len(found):,} achievements", err=True)


@click.command()
@click.argument("key")
@json_option
def show(key: str, as_json: bool) -> None:
    """Show one achievement: KEY is its key, the beginning of it, or of its commit's name."""
    with open_connection() as connection:
        achievement = get_achievement(connection, key)
        skills = skills_of(connection, achievement.key)
        standing = _standing(connection, achievement)
    if as_json:
        print_json(with_standing(achievement, standing) | {"skills": [asdict(skill) for skill in skills]})
        return
    click.echo(click.style(achievement.title, bold=True))
    for name, value in _facts(achievement, standing):
        click.echo(f"  {name:<12} {value}")
    if achievement.description:
        click.echo("\n" + "\n".join(f"  {line}".rstrip() for line in achievement.description.strip().splitlines()))


@click.command()
@click.argument("key")
@json_option
def explain(key: str, as_json: bool) -> None:
    """Explain one achievement: why it counts, what was left out, every line of its scores, what shows its skills."""
    with open_connection() as connection:
        achievement = get_achievement(connection, key)
        skills = skills_of(connection, achievement.key)
        activities = activities_of(connection, [line["key"] for line in achievement.evidence])
        standing = _standing(connection, achievement)
    if as_json:
        explanation = with_standing(achievement, standing) | {
            "skills": [asdict(skill) for skill in skills],
            "activities": [asdict(activity) for activity in activities],
        }
        print_json(explanation)
        return
    click.echo(headline(achievement))
    click.echo(f"{' ' * 13}{standing}")
    for line in _explanation(achievement, activities, skills):
        click.echo(line)


def _standing(connection: sa.Connection, achievement: AchievementView) -> Standing:
    return standings(connection, [achievement], load_settings().rules.standing)[achievement.key]


def headline(achievement: AchievementView, standing: Standing | None = None) -> str:
    """Return an achievement in two lines: scores, day, category and title; the key to look it up by, its standing."""
    day = f"{achievement.completed_at:%Y-%m-%d}" if achievement.completed_at else "          "
    scores = f"{achievement.impact_score:5.1f} {achievement.complexity_score:5.1f}"
    retracted = " (retracted)" if achievement.retracted_at else ""
    first = f"{scores}  {day}  {achievement.category:<14} {achievement.title}{retracted}"
    beside = "" if standing is None or standing.percentile is None else f"  percentile {standing.percentile:g}"
    beside += f"  {standing.confidence} sources" if standing and standing.confidence > 1 else ""
    if achievement.lapsed:
        beside += "  changed since you approved it"
    return f"{first}\n{' ' * 13}{click.style(_short(achievement.key) + beside, dim=True)}"


def _short(key: str) -> str:
    """Return a key with the name of a commit cut as people write it; `show` and `explain` take it."""
    repository, at, sha = key.rpartition("@")
    return f"{repository}@{sha[:_SHORT_SHA]}" if at else key


def _facts(achievement: AchievementView, standing: Standing) -> Iterator[tuple[str, str]]:
    yield "key", achievement.key
    yield "scores", f"impact {achievement.impact_score:g}, complexity {achievement.complexity_score:g}"
    yield "beside them", str(standing)
    yield "category", achievement.category
    yield "author", " · ".join([achievement.author, *(f"with {coauthor}" for coauthor in achievement.coauthors)])
    if achievement.completed_at:
        yield "completed", f"{achievement.completed_at:%Y-%m-%d %H:%M} UTC"
    if achievement.source_url:
        yield "see", achievement.source_url
    yield "skills", ", ".join(achievement.skills_demonstrated) or "none"
    yield "tags", ", ".join(achievement.tags) or "none"
    yield "portfolio", "ready" if achievement.portfolio_ready else "not ready"
    if achievement.hidden:
        yield "hidden", hidden_words(achievement)
    if achievement.lapsed:
        yield "approval", "changed since you approved it: `achievements approve` approves the text as it is now"
    if achievement.retracted_at:
        yield "retracted", f"{achievement.retracted_at:%Y-%m-%d}, {achievement.retracted_reason}"


def hidden_words(achievement: AchievementView) -> str:
    """Say why an achievement is hidden, and how to show it where that is not the user's decision about itself."""
    if achievement.hidden_by is None:
        return "by the user"
    return (
        f"because {achievement.hidden_by}, a part of it, was hidden. "
        f"To show the whole: achievements unhide {achievement.key}"
    )


def _explanation(
    achievement: AchievementView, activities: Iterable[JudgedActivity], skills: Iterable[SkillView]
) -> Iterator[str]:
    for activity in activities:
        yield f"\n{activity.kind.replace('_', ' ')}  {activity.title}"
        yield f"  {activity.url or activity.key}"
        yield f"  counts: {'yes' if activity.significant else 'no'} ({', '.join(activity.reasons)})"
        if activity.details.get("signed_off_by"):
            yield f"  signed off by: {activity.details['signed_off_by'].replace(',', ', ')}"
        yield f"  category: {activity.category} ({activity.category_rule})"
        for reason, left_out in activity.details.get("left_out", {}).items():
            files = "1 file" if left_out["files"] == 1 else f"{left_out['files']:,} files"
            yield f"  left out: {files}, {left_out['lines']:,} lines ({reason})"
    for score, total in (("impact", achievement.impact_score), ("complexity", achievement.complexity_score)):
        yield f"\n{score} {total:g}"
        for line in achievement.score_ledger:
            if line["score"] == score:
                yield f"  {line['points']:+8.2f}  {line['rule']:<18} {line['evidence']}"
    yield "\nskills"
    for skill in skills:
        yield f"  {skill.weight:8.2f}  {skill.skill} ({skill.kind}): {skill.evidence}"


def whose(author: str | None) -> str | None:
    """Return the address of the person whose achievements are wanted; ``me`` is the user."""
    if author != "me":
        return author
    me = load_settings().my_address
    if not me:
        raise click.UsageError("Who 'me' is stands in achievements.toml: [me] emails = [...]")
    return me


@contextmanager
def open_connection() -> Iterator[sa.Connection]:
    """Open the database that the settings name."""
    with open_engine(load_settings()) as engine, engine.connect() as connection:
        yield connection
