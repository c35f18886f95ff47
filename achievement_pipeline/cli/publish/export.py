"""`achievements export`: documents, as text on standard output or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Unpack

import click

from achievement_pipeline.app.projects import members_of
from achievement_pipeline.app.publish.accounts import login_warning
from achievement_pipeline.app.publish.held import count_held
from achievement_pipeline.app.publish.rendering import render, usual_period
from achievement_pipeline.app.publish.selection import Selection
from achievement_pipeline.cli.look.achievements import open_connection
from achievement_pipeline.cli.options.authors import announce_author, author_option
from achievement_pipeline.cli.options.channel_names import ChannelName, describe_channels
from achievement_pipeline.cli.options.filter_options import Filters, filter_options, project_option, with_repository_key
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents.period import Period, parse_period
from achievement_pipeline.publishing.documents.saving import save
from achievement_pipeline.publishing.gate.privacy import Held, Reason
from achievement_pipeline.settings import load_settings
from achievement_pipeline.system.private_files import apply_usual_umask

_STANDARD_OUTPUT = Path("-")
_REMEDIES = {
    Reason.LEFT_OUT: (
        'Set visibility = "public" in [[repositories]], or show private work ([privacy.channels.{channel}]).'
    ),
    Reason.NOT_APPROVED: (
        "Decide with `achievements review`, approve many at once (`achievements approve --min-impact 60 --channel"
        " {channel}`), or approve by a rule ([privacy.channels.{channel}.auto_approve])."
    ),
    Reason.CHANGED: "Approve them again with `achievements review`.",
    Reason.UNSURE: "Read them with `achievements review`.",
    Reason.TELLS: "`achievements web` shows which. Edit them, or mark what is public ([[repositories]]).",
    Reason.FAULTY: "Edit or hide them.",
}


def _is_file(channel: Channel) -> bool:
    return channel.is_file


def _read_period(_context: click.Context, _option: click.Parameter, text: str | None) -> Period | None:
    try:
        return parse_period(text) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


class _Export(click.Command):
    """Lists the channels in its help."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            for line in describe_channels(_is_file).splitlines():
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")


@click.command(cls=_Export)
@click.argument("channel", type=ChannelName(_is_file))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write to this file. Default, and '-': standard output.",
)
@click.option(
    "--period",
    callback=_read_period,
    help="2026, 2026-H1, 2026-Q3, 2026-11, 2026-W12, today, yesterday, or two of them, FIRST..LAST, of which one may be"
    " left out. Default: all time; brag: since the last review, if it is in achievements.toml; digest: the last seven"
    " days; year: the last year.",
)
@filter_options
@project_option
@author_option
def export(
    *,
    channel: Channel,
    output: Path | None,
    period: Period | None,
    project: str | None,
    author: str | None,
    **filters: Unpack[Filters],
) -> None:
    """Write a document from achievements, through the privacy gate.

    \b
    achievements export brag --period 2026-H1 --output brag.md
    achievements export resume --repo flask --min-impact 60
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    output = None if output == _STANDARD_OUTPUT else output
    with open_connection() as connection:
        person = announce_author(connection, settings, author)
        selection = Selection(
            author=person,
            keys=members_of(connection, project, person.addresses) if project else None,
            period=period or usual_period(channel, settings),
            **with_repository_key(connection, filters),
        )
        rendering = render(connection, settings, channel, selection)
    if output:
        save(rendering.finished, output)
        apply_usual_umask(output)
    else:
        click.echo(rendering.finished.release().text, nl=False)
    for line in _report(channel, len(rendering.cleared.public), rendering.cleared.held, output):
        print_wrapped(line, err=True)
    if channel.warns_of_login and (warning := login_warning(settings)):
        print_wrapped(f"⚠️  {warning}", err=True)


def _report(channel: Channel, shown: int, held: Sequence[Held], output: Path | None) -> Iterator[str]:
    """Report how many achievements are in the document, how many are left out, and why."""
    yield f"✅ {counted(shown, 'achievement')}{f' in {output}' if output else ''}"
    for reason, (number, why) in count_held(held).items():
        yield f"   {number:,} left out because {why}. {_REMEDIES[reason].format(channel=channel)}"
    for each in held:
        if each.reason is Reason.FAULTY:
            yield f"   {each.achievement.key}: {each.detail}"
