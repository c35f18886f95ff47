"""`achievements export`: documents, as text on standard output or in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from achievement_pipeline.app.accounts import login_warning
from achievement_pipeline.app.rendering import FILES, finish_document, period_of
from achievement_pipeline.cli.authors import announce_author, author_option
from achievement_pipeline.cli.look.achievements import open_connection
from achievement_pipeline.cli.printing import counted
from achievement_pipeline.private_files import apply_usual_umask
from achievement_pipeline.publishing.documents.period import Period, parse_period
from achievement_pipeline.publishing.documents.render import save
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import Held, Reason
from achievement_pipeline.settings import load_settings

_WHY = {
    Reason.LEFT_OUT: (
        "private",
        'Only GitHub is asked who can see what: say it ([[repositories]] visibility = "public"), or show private work.',
    ),
    Reason.NOT_APPROVED: (
        "not approved",
        "Decide with `achievements review`, or let a rule decide ([privacy.channels.{channel}.auto_approve]).",
    ),
    Reason.UNSURE: ("may tell something", "Read them with `achievements review`."),
    Reason.TELLS: (
        "naming private places",
        "See which in `achievements web`; edit them, or say what is public ([[repositories]]).",
    ),
    Reason.FAULTY: ("failing a check of the finished document", "Edit or hide them."),
}
"""Why achievements are left out, and what to do about it. What the user hid and what was retracted is no news."""


def _read_period(_context: click.Context, _option: click.Parameter, text: str | None) -> Period | None:
    try:
        return parse_period(text) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("document", type=click.Choice([channel.value for channel in FILES]))
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else it is printed."
)
@click.option(
    "--period",
    callback=_read_period,
    help="2026, 2026-H1, 2026-Q3, 2026-11, 2026-W12, or FIRST..LAST day, of which one may be left out. Default: all"
    " time; brag: since the last review, where it stands in achievements.toml; digest: the last seven days.",
)
@author_option
def export(document: str, output: Path | None, period: Period | None, author: str | None) -> None:
    """Write a document from achievements, through the privacy gate.

    \b
    brag       Markdown, by theme: what was done, what came out, what shows it
    resume     JSON Resume
    portfolio  a web page in one file: open it, print it, put it on any server
    csv, json  all achievements as data
    feed       Atom, the newest achievements
    digest     what was done in a week, ready to paste
    """  # noqa: D301 - click's own mark
    channel, settings = Channel(document), load_settings()
    period = period or period_of(channel, settings)
    with open_connection() as connection:
        person = announce_author(connection, settings, author)
        outcome = finish_document(connection, settings, channel, period, person)
    if output:
        save(outcome.finished, output)
        apply_usual_umask(output)
    else:
        click.echo(outcome.finished.release(), nl=False)
    for line in _report(channel, len(outcome.cleared.public), outcome.cleared.held, output):
        click.echo(line, err=True)
    if channel is Channel.DIGEST and (said := login_warning(settings)):
        click.echo(f"⚠️  {said}", err=True)


def _report(channel: Channel, shown: int, held: Sequence[Held], output: Path | None) -> Iterator[str]:
    """Say what is in the document, what is not, and why."""
    yield f"✅ {counted(shown, 'achievement')}{f' in {output}' if output else ''}"
    counts = Counter(each.reason for each in held)
    for reason, (why, remedy) in _WHY.items():
        if counts[reason]:
            yield f"   {counts[reason]:,} left out: {why}. {remedy.format(channel=channel)}"
    for each in held:
        if each.reason is Reason.FAULTY:
            yield f"   {each.achievement.key}: {each.detail}"
