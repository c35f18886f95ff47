"""`achievements demo`: the commands on a sample world, without keys or network."""

import sys
from contextlib import redirect_stdout

import click

from achievement_pipeline.app.collect.receipts import Receipts
from achievement_pipeline.cli import achievements
from achievement_pipeline.demo.home import demo_folder, sample_world
from achievement_pipeline.settings import load_settings

_HIGHEST = "8"
_DOCUMENT = "brag.md"
_NEED_NO_WORK = frozenset({"collect", "completion", "--help", "-h"})
"""Words of commands that do not look at what was collected."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--no-open", is_flag=True, help="End when the documents are written, without opening the page.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND]...")
def demo(*, no_open: bool, command: tuple[str, ...]) -> None:
    """Try everything on a sample world, without keys or network.

    Three repositories of a made-up company with their pull requests, Linear issues and MLflow runs are collected as
    yours would be, from servers on this machine. Then come a brag document, a resume, a portfolio, and the page in your
    browser until Ctrl-C. Your own data, settings and keys play no part. With a COMMAND, that runs on the sample world.

    \b
    achievements demo
    achievements demo explain tidewater#24
    achievements demo start
    """  # noqa: D301 - click's own mark
    folder = demo_folder()
    with sample_world(folder):
        if command:
            if _NEED_NO_WORK.isdisjoint(command) and not Receipts.exist(load_settings()):
                click.echo("The sample world is collected first.", err=True)
                with redirect_stdout(sys.stderr):
                    _run("collect")
            _run(*command)
            return
        _run("collect")
        click.echo()
        _run("list", "--limit", _HIGHEST)
        click.echo()
        for channel, name in (("brag", _DOCUMENT), ("resume", "resume.json"), ("portfolio", "portfolio.html")):
            _run("export", channel, "--output", str(folder / name))
        click.echo(
            f"\nThat was Ada, who does not exist. Everything of hers is in {folder}. Next:\n"
            "  achievements demo web --open    # the page on which you decide; every command works on the demo\n"
            "  achievements init               # your own name and repositories; collects them\n"
            "  achievements export brag        # your first document"
        )
        if not no_open and sys.stdout.isatty():
            click.echo("\nThe page, until Ctrl-C:")
            _run("web", "--port", "0", "--open")


def _run(*words: str) -> None:
    """Run a command as its user does, and end where it fails."""
    if code := achievements.main(words, prog_name="achievements", standalone_mode=False):
        sys.exit(code)
