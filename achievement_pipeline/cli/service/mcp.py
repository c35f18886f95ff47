"""`achievements mcp`: the server for the user's AI agent, and `mcp install`, which configures agents."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from achievement_pipeline.agent.install import agents, install_for, server_entry
from achievement_pipeline.errors import SettingsError

if TYPE_CHECKING:
    from achievement_pipeline.agent.tools import Tools

_NO_SDK = "The MCP server needs one more package: pip install 'achievement-pipeline[mcp]'"


@click.group(invoke_without_command=True)
@click.pass_context
def mcp(context: click.Context) -> None:
    """Serve your AI agent on standard input and output, by the Model Context Protocol.

    Agents start it themselves: `achievements mcp install` tells them how. It shows your achievements as the privacy
    gate lets them through for the channel `agent`, writes down work that you name, and stores wordings that the agent
    proposes, which you decide by `achievements review`. `achievements export agent` prints what it may read.
    """
    if context.invoked_subcommand is None:
        try:
            from achievement_pipeline.agent.server import run  # noqa: PLC0415 - the SDK is optional
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
                raise
            raise SettingsError(_NO_SDK) from error
        if sys.stdin.isatty():
            click.echo("Waiting for an agent on standard input, until Ctrl-C. See: achievements mcp install", err=True)
        run(open_tools)


@mcp.command()
@click.argument("names", nargs=-1, type=click.Choice(list(agents())), metavar="[AGENT]...")
def install(names: Sequence[str]) -> None:
    """Add the server to the configuration of AI agents, and a skill that teaches them to ask for evidence.

    AGENT is one or more of claude-code, claude-desktop, cursor, vscode, codex; by default all whose folder exists.
    Everything else in their files stays as it is, and a second time nothing changes.

    \b
    achievements mcp install
    achievements mcp install cursor codex
    """  # noqa: D301 - click's own mark
    from achievement_pipeline.settings import load_settings  # noqa: PLC0415 - the server starts without it

    entry = server_entry(load_settings().absolute_variables())
    known = agents()
    chosen = [known[name] for name in names] or [each for each in known.values() if each.is_there]
    if not chosen:
        raise SettingsError(f"No agent was found on this machine. Name one: {', '.join(known)}.")
    refused = []
    for agent in chosen:
        try:
            for path, changed in install_for(agent, entry):
                click.echo(f"{'✅' if changed else '=='} {agent.label}: {path}{'' if changed else ' (no change)'}")
        except SettingsError as error:
            refused.append(str(error))
    if os.environ.get("DATABASE_URL"):
        click.echo(
            "⚠️  DATABASE_URL is not written, as it may hold a password: set it where your agent starts.", err=True
        )
    if refused:
        raise SettingsError("\n".join(refused))


@contextmanager
def open_tools() -> Iterator[Callable[[], Tools]]:
    """Open the database of the settings, and give the tools as the settings are at each call."""
    # imported at the first call: the server answers before
    from achievement_pipeline.agent.tools import Tools  # noqa: PLC0415
    from achievement_pipeline.cli.output.opening import open_engine  # noqa: PLC0415
    from achievement_pipeline.settings import load_settings  # noqa: PLC0415

    with open_engine(load_settings()) as engine:
        # agents keep the server for days, and a change of the privacy settings has to count at once
        yield lambda: Tools(engine, load_settings())
