"""`achievements review`: go through what is new, one key a decision."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import click

from achievement_pipeline.app.decisions import Desk, describe_edit, doubted
from achievement_pipeline.cli.authors import announce_author, author_option
from achievement_pipeline.cli.decide.commands import edit_text, explain_verdicts, open_desk, warn_of_live_posts
from achievement_pipeline.cli.look.achievements import headline
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.store.grouping import take_back
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements
from achievement_pipeline.store.tables import EditField

_KEYS = "[a]pprove  [h]ide  [e]dit  [p]in  [s]kip  [u]ndo  [q]uit"
_DESCRIPTION_LINES = 8
_DECIDING = (EditField.APPROVED, EditField.HIDDEN)
_OUTWARD = [channel for channel in Channel if channel.outward]


@click.command()
@author_option
@click.option("--min-impact", type=click.FloatRange(0, 100), help="Of at least this impact.")
@click.option("--portfolio", is_flag=True, help="Ready for the portfolio.")
def review(*, author: str | None, min_impact: float | None, portfolio: bool) -> None:
    """Go through what is new, the highest impact first, one key a decision.

    New is what was neither approved nor hidden yet, and what has changed since it was approved. A decision holds at
    once; whatever was not decided when you quit comes again. Without a terminal the keys are read from standard input,
    one a line.
    """
    wanted = AchievementFilter(min_impact=min_impact, portfolio=True if portfolio else None, decided=False)
    with open_desk() as desk:
        with desk.engine.connect() as connection:
            wanted = replace(wanted, authors=announce_author(connection, desk.settings, author).addresses)
            new = find_achievements(connection, wanted)
        if not new:
            click.echo("Nothing is new: everything was approved or hidden.", err=True)
            return
        keys = _typed() if sys.stdin.isatty() else _read()
        decided = _go_through(desk, new, keys)
    click.echo(f"{decided:,} of {len(new):,} decided.", err=True)


def _go_through(desk: Desk, new: list[AchievementView], keys: Iterator[str]) -> int:
    """Show one after the other and do what the keys say; return how many were decided."""
    position, decided = 0, set[str]()
    while position < len(new):
        achievement = desk.find(new[position].key)
        _show(achievement, f"{position + 1:,} of {len(new):,}")
        key = next(keys, "q")
        match key:
            case "a":
                _approve(desk, achievement, keys)
                decided.add(achievement.key)
                position += 1
            case "h":
                desk.record(achievement.key, {EditField.HIDDEN: True})
                warn_of_live_posts(desk, achievement.key)
                decided.add(achievement.key)
                position += 1
            case "e":
                if changes := edit_text(achievement):
                    desk.record(achievement.key, changes)
            case "p":
                desk.record(achievement.key, {EditField.PINNED: not achievement.pinned})
            case "s":
                position += 1
            case "u":
                undone = take_back(desk.engine, desk.compose)
                click.echo(f"  took back: {', '.join(describe_edit(each) for each in undone)}")
                again = [place for place, each in enumerate(new) if each.key == undone[0].achievement_key]
                position = (again or [position])[0]
                decided -= {each.achievement_key for each in undone if each.field in _DECIDING}
            case "q":
                break
            case _:
                click.echo(f"  {key!r} is none of the keys.")
    return len(decided)


def _approve(desk: Desk, achievement: AchievementView, keys: Iterator[str]) -> None:
    desk.record(achievement.key, {EditField.APPROVED: achievement.fingerprint})
    verdicts = desk.verdicts([desk.find(achievement.key)])[achievement.key]
    answers = {channel: answer for channel, answer in verdicts.items() if channel in _OUTWARD}
    for line in explain_verdicts(answers):
        click.echo(line)
    for fingerprint in doubted(answers, _OUTWARD):
        click.echo("  Let this text pass? [y]es, any other key: no  ", nl=False)
        if next(keys, "n") == "y":
            desk.record(achievement.key, {EditField.REVIEWED: fingerprint})


def _show(achievement: AchievementView, place: str) -> None:
    click.echo(f"\n{click.style(place, dim=True)}{' · pinned' if achievement.pinned else ''}")
    click.echo(headline(achievement))
    for name, value in (
        ("skills", ", ".join(achievement.skills_demonstrated)),
        ("made of", ", ".join(_counted_kinds(achievement))),
        ("see", achievement.source_url or ""),
    ):
        if value:
            click.echo(f"  {name:<10} {value}")
    lines = achievement.description.strip().splitlines()
    for line in lines[:_DESCRIPTION_LINES]:
        click.echo(f"  | {line}".rstrip())
    if len(lines) > _DESCRIPTION_LINES:
        click.echo("  | ...")
    click.echo(f"  {_KEYS}  ", nl=False)


def _counted_kinds(achievement: AchievementView) -> Iterator[str]:
    for kind, number in Counter(line["kind"] for line in achievement.evidence).items():
        yield f"{kind.replace('_', ' ')}{f' x {number:,}' if number > 1 else ''}"


def _typed() -> Iterator[str]:
    """Yield keys as they are pressed."""
    while True:
        key = click.getchar()
        click.echo(key)
        yield key.lower()


def _read() -> Iterator[str]:
    """Yield the first letter of each line of standard input."""
    for line in sys.stdin:
        click.echo()
        yield line.strip()[:1].lower()
