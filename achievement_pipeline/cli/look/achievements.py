"""`achievements list`, `show` and `explain`: look at what was collected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Unpack

import click
import sqlalchemy as sa

from achievement_pipeline.app.me import work_filter_of
from achievement_pipeline.app.percentile import Ranking, rankings, with_ranking
from achievement_pipeline.app.projects import members_of
from achievement_pipeline.cli.look.reasons import why_not
from achievement_pipeline.cli.options.filter_options import (
    Conditions,
    achievement_filter,
    condition_options,
    project_option,
)
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.output.printing import counted, json_option, print_json
from achievement_pipeline.cli.output.tables import Column, print_table, print_wrapped
from achievement_pipeline.errors import StoreError
from achievement_pipeline.judging.announced.phrases import announcement
from achievement_pipeline.keys import GIT
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.parsing.emails import plain_address
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.decisions.approvals import name_people
from achievement_pipeline.store.names import short_name, short_names
from achievement_pipeline.store.reading import (
    AchievementView,
    JudgedActivity,
    Order,
    SkillView,
    achievement_with,
    activities_of,
    find_achievements,
    find_activity,
    get_achievement,
    skills_of,
)
from achievement_pipeline.store.repositories import known_locations
from achievement_pipeline.system.terminal import styled

_SHORT_SHA = 10
_COLUMNS = (
    Column("IMPACT", to_the_right=True),
    Column("COMPLEXITY", to_the_right=True, needs=110),
    Column("DATE", needs=60),
    Column("CATEGORY", needs=80),
    Column("TITLE", flexible=True),
    Column("REPOSITORY", needs=120),
    Column("ID"),
)


@click.command("list")
@condition_options
@project_option
@click.option("--retracted", is_flag=True, help="Also what no longer counts.")
@click.option(
    "--sort", type=click.Choice([order.value for order in Order]), default=Order.IMPACT.value, show_default=True
)
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@json_option
def list_achievements(
    *,
    project: str | None,
    retracted: bool,
    sort: str,
    limit: int | None,
    as_json: bool,
    **conditions: Unpack[Conditions],
) -> None:
    """List achievements, the highest impact first.

    \b
    achievements list --since 2026-01-01 --sort date
    achievements list --repo flask --search "session cookie"
    achievements list --skill PostgreSQL --author all --json
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    with open_connection() as connection:
        wanted = replace(achievement_filter(connection, settings, conditions), include_retracted=retracted)
        if project is not None:
            wanted = replace(wanted, keys=members_of(connection, project, wanted.authors))
        found = find_achievements(connection, wanted, limit, order=Order(sort))
        if as_json:
            ranked = rankings(connection, found, settings.rules.percentile)
            print_json([with_ranking(achievement, ranked[achievement.key]) for achievement in found])
            return
        is_first_time = not found and not known_locations(connection)
    print_achievements(found)
    click.echo(counted(len(found), "achievement"), err=True)
    if is_first_time:
        click.echo("No repository is known yet. Next: achievements init", err=True)


def print_achievements(achievements: Sequence[AchievementView]) -> None:
    """Print a table of achievements, with short ids."""
    names = short_names(achievements)
    print_table(_COLUMNS, [_row(achievement, name) for achievement, name in zip(achievements, names, strict=True)])


def _row(achievement: AchievementView, name: str) -> Sequence[str]:
    return (
        f"{achievement.impact_score:.0f}",
        f"{achievement.complexity_score:.0f}",
        f"{achievement.completed_at:%Y-%m-%d}" if achievement.completed_at else "",
        achievement.category,
        achievement.title + (" (retracted)" if achievement.retracted_at else ""),
        (achievement.repository or "").partition("/")[2] or achievement.repository or "",
        name,
    )


@click.command()
@click.argument("key")
@json_option
def show(key: str, as_json: bool) -> None:
    """Show one achievement: KEY is its key, the beginning of it, or of its commit's name.

    \b
    achievements show 3cc27d69
    achievements show github:acme/loom#12 --json
    """  # noqa: D301 - click's own mark
    with open_connection() as connection:
        achievement = get_achievement(connection, key)
        skills = skills_of(connection, achievement.key)
        ranking = _ranking(connection, achievement)
        names = name_people(connection)
    if as_json:
        print_json(with_ranking(achievement, ranking) | {"skills": [asdict(skill) for skill in skills]})
        return
    print_wrapped(styled(achievement.title, "bold"))
    for name, value in _facts(achievement, ranking, names):
        print_wrapped(f"  {name:<12} {value}")
    if achievement.description:
        print_wrapped("\n" + "\n".join(f"  {line}".rstrip() for line in achievement.description.strip().splitlines()))


@click.command()
@click.argument("key")
@json_option
def explain(key: str, as_json: bool) -> None:
    """Explain why something counts, or does not: every line of its scores, what was left out, what shows its skills.

    KEY is that of an achievement, commit, pull request or issue, or the beginning of it: a commit's first digits.

    \b
    achievements explain 3cc27d69
    achievements explain github:acme/loom#12
    """  # noqa: D301 - click's own mark
    with open_connection() as connection:
        activity = find_activity(connection, key)
        try:
            achievement = get_achievement(connection, key)
        except StoreError as error:
            if activity is None:
                from achievement_pipeline.app.uncollected import find_uncollected  # noqa: PLC0415 - takes git

                raise StoreError(find_uncollected(connection, load_settings(), key) or str(error)) from error
            _explain_activity(connection, activity, as_json=as_json)
            return
        skills = skills_of(connection, achievement.key)
        activities = activities_of(connection, [line["key"] for line in achievement.evidence])
        ranking = _ranking(connection, achievement)
        if (achievement.retracted_at or achievement.hidden) and not as_json:
            click.echo(_state(achievement))
            _print_why_not(connection, activities)
    if as_json:
        explanation = with_ranking(achievement, ranking) | {
            "skills": [asdict(skill) for skill in skills],
            "activities": [asdict(activity) for activity in activities],
        }
        print_json(explanation)
        return
    print_wrapped(headline(achievement))
    print_wrapped(f"{' ' * 13}{ranking}")
    for line in _explanation(achievement, activities, skills):
        print_wrapped(line)


def _explain_activity(connection: sa.Connection, activity: JudgedActivity, *, as_json: bool) -> None:
    """Explain an activity that is no achievement of its own: it does not count, or belongs to another one."""
    whole = achievement_with(connection, activity.key)
    if as_json:
        print_json({"achievement": whole.key if whole else None, "activities": [asdict(activity)]})
        return
    for line in _about_activity(activity):
        print_wrapped(line)
    if whole:
        print_wrapped(f"\nIt is part of\n{headline(whole)}")
        return
    click.echo("\nIt makes no achievement.")
    _print_why_not(connection, [activity])


def _print_why_not(connection: sa.Connection, activities: Iterable[JudgedActivity]) -> None:
    settings = load_settings()
    authors = work_filter_of(settings, known_locations(connection)).authors
    for activity in activities:
        for line in why_not(activity, settings, set(map(plain_address, authors or ()))):
            print_wrapped(line)


def _state(achievement: AchievementView) -> str:
    """Explain why an achievement is not shown."""
    if achievement.absorbed_by:
        whole = short_name(achievement.absorbed_by)
        return f"It does not count by itself: it is part of another one. See it: achievements explain {whole}"
    if achievement.retracted_at:
        return f"It does not count since {achievement.retracted_at:%Y-%m-%d}: {achievement.retracted_reason}."
    if achievement.hidden_by is None:
        return f"You have hidden it. To show it again: achievements unhide {_short(achievement)}"
    return f"It is hidden {hidden_words(achievement)}"


def _ranking(connection: sa.Connection, achievement: AchievementView) -> Ranking:
    return rankings(connection, [achievement], load_settings().rules.percentile)[achievement.key]


def headline(achievement: AchievementView, ranking: Ranking | None = None) -> str:
    """Format an achievement in two lines: scores, date, category and title; then key and ranking."""
    day = f"{achievement.completed_at:%Y-%m-%d}" if achievement.completed_at else "          "
    scores = f"{achievement.impact_score:5.1f} {achievement.complexity_score:5.1f}"
    retracted = " (retracted)" if achievement.retracted_at else ""
    first = f"{scores}  {day}  {achievement.category:<14} {achievement.title}{retracted}"
    details = "" if ranking is None or ranking.percentile is None else f"  percentile {ranking.percentile:g}"
    details += f"  {ranking.confidence} sources" if ranking and ranking.confidence > 1 else ""
    if achievement.lapsed:
        details += "  changed since you approved it"
    return f"{first}\n{' ' * 13}{styled(_short(achievement) + details, 'dim')}"


def _short(achievement: AchievementView) -> str:
    """Abbreviate the object name in a commit's key, and a tracker's key to its identifier. Commands accept both."""
    key = achievement.key
    if commit := GIT.parse(key):
        return str(replace(commit, name=commit.name[:_SHORT_SHA]))
    return short_names([achievement])[0] if achievement.source_type == ActivityKind.LINEAR_ISSUE else key


def _facts(achievement: AchievementView, ranking: Ranking, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "key", achievement.key
    yield "scores", f"impact {achievement.impact_score:g}, complexity {achievement.complexity_score:g}"
    yield "ranking", str(ranking)
    yield "category", achievement.category
    if achievement.outcome:
        yield "outcome", achievement.outcome
    people = [names.get(address, address) for address in (achievement.author, *achievement.coauthors)]
    yield "author", " · with ".join(people)
    if achievement.assisted_by:
        yield "assisted by", ", ".join(achievement.assisted_by)
    if achievement.completed_at:
        yield "completed", f"{achievement.completed_at:%Y-%m-%d %H:%M} UTC"
    if achievement.source_url:
        yield "see", achievement.source_url
    if achievement.public_names:
        yield "public names", achievement.public_names
    yield "skills", ", ".join(achievement.skills_demonstrated) or "none"
    yield "tags", ", ".join(achievement.tags) or "none"
    yield from _after_it_was_done(achievement)
    yield "portfolio", "ready" if achievement.portfolio_ready else "not ready"
    if achievement.hidden:
        yield "hidden", hidden_words(achievement)
    if achievement.lapsed:
        yield "approval", "changed since you approved it: `achievements approve` approves the text as it is now"
    if achievement.retracted_at:
        yield "retracted", f"{achievement.retracted_at:%Y-%m-%d}, {achievement.retracted_reason}"


def _after_it_was_done(achievement: AchievementView) -> Iterator[tuple[str, str]]:
    if achievement.announced:
        yield "announced", announcement(achievement.announced)
    if achievement.first_release:
        yield "released", f"first in {achievement.first_release}"
    if achievement.in_use:
        yield "in use", achievement.in_use


def hidden_words(achievement: AchievementView) -> str:
    """Explain why an achievement is hidden, and how to show it if the user did not hide it itself."""
    if achievement.hidden_by is None:
        return "by the user"
    return (
        f"because {short_name(achievement.hidden_by)}, a part of it, was hidden. "
        f"To show the whole: achievements unhide {_short(achievement)}"
    )


def _explanation(
    achievement: AchievementView, activities: Iterable[JudgedActivity], skills: Iterable[SkillView]
) -> Iterator[str]:
    for activity in activities:
        yield from _about_activity(activity)
    for score, total in (("impact", achievement.impact_score), ("complexity", achievement.complexity_score)):
        yield f"\n{score} {total:g}"
        for line in achievement.score_ledger:
            if line["score"] == score:
                yield f"  {line['points']:+8.2f}  {line['rule']:<18} {line['evidence']}"
    yield "\nskills"
    for skill in skills:
        yield f"  {skill.weight:8.2f}  {skill.skill} ({skill.kind}): {skill.evidence}"


def _about_activity(activity: JudgedActivity) -> Iterator[str]:
    yield f"\n{activity.kind.replace('_', ' ')}  {activity.title}"
    yield f"  {activity.url or activity.key}"
    yield f"  counts: {'yes' if activity.significant else 'no'} ({', '.join(activity.reasons)})"
    if activity.details.get("signed_off_by"):
        yield f"  signed off by: {activity.details['signed_off_by'].replace(',', ', ')}"
    if activity.details.get("merged_by"):
        yield f"  merged by: {activity.details['merged_by']}"
    if activity.details.get("assisted_by"):
        yield f"  assisted by: {activity.details['assisted_by'].replace(',', ', ')}"
    yield f"  category: {activity.category} ({activity.category_rule})"
    if activity.details.get("announced"):
        yield f"  announced {announcement(activity.details['announced'])}"
    if activity.details.get("first_release"):
        yield f"  first released in {activity.details['first_release']}"
    for reason, left_out in activity.details.get("left_out", {}).items():
        files = "1 file" if left_out["files"] == 1 else f"{left_out['files']:,} files"
        yield f"  left out: {files}, {left_out['lines']:,} lines ({reason})"


@contextmanager
def open_connection() -> Iterator[sa.Connection]:
    """Open the database that the settings name."""
    with open_engine(load_settings()) as engine, engine.connect() as connection:
        yield connection
