"""The command `achievements`: one module a group of commands, each imported when it is called.

Data goes to standard output, progress and messages to standard error. Exit codes: 0 done; 1 could not be done; 2 wrong
usage (click); 3 done in part, some repositories failed.
"""

import gc
import importlib
import os
from typing import Any

import click

from achievement_pipeline import __version__
from achievement_pipeline.errors import AchievementPipelineError

EXIT_FAILED = 1
EXIT_PARTLY = 3

_COMMANDS = {
    "backfill": "achievement_pipeline.cli.backfill:backfill",
    "add": "achievement_pipeline.cli.decide:add",
    "approve": "achievement_pipeline.cli.decide:approve",
    "collect": "achievement_pipeline.cli.collect:collect",
    "doctor": "achievement_pipeline.cli.doctor:doctor",
    "edit": "achievement_pipeline.cli.decide:edit",
    "export": "achievement_pipeline.cli.export:export",
    "explain": "achievement_pipeline.cli.look:explain",
    "hide": "achievement_pipeline.cli.decide:hide",
    "history": "achievement_pipeline.cli.decide:history",
    "hook": "achievement_pipeline.cli.hook:hook",
    "list": "achievement_pipeline.cli.look:list_achievements",
    "login": "achievement_pipeline.cli.login:login",
    "logout": "achievement_pipeline.cli.login:logout",
    "merge": "achievement_pipeline.cli.decide:merge",
    "pin": "achievement_pipeline.cli.decide:pin",
    "publish": "achievement_pipeline.cli.publish:publish",
    "review": "achievement_pipeline.cli.review:review",
    "service": "achievement_pipeline.cli.service:service",
    "show": "achievement_pipeline.cli.look:show",
    "skills": "achievement_pipeline.cli.skills:skills",
    "split": "achievement_pipeline.cli.decide:split",
    "start": "achievement_pipeline.cli.start:start",
    "status": "achievement_pipeline.cli.control:status",
    "stop": "achievement_pipeline.cli.control:stop",
    "undo": "achievement_pipeline.cli.decide:undo",
    "unhide": "achievement_pipeline.cli.decide:unhide",
    "unpin": "achievement_pipeline.cli.decide:unpin",
    "web": "achievement_pipeline.cli.web:web",
    "worker": "achievement_pipeline.cli.worker:worker",
}


class _LazyGroup(click.Group):
    """Imports the module of a command when it is needed: `achievements list` has no use for Dagster's two seconds.

    Errors meant for people are printed as they are, without a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        try:
            return super().invoke(ctx)
        except AchievementPipelineError as error:
            click.echo(f"❌ {error}", err=True)
            ctx.exit(EXIT_FAILED)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def achievements() -> None:
    """Turn your work into scored, explained achievements.

    Start with `achievements collect` in a git repository.
    """


def spare_memory_work() -> None:
    """Settle how this process and its children deal with memory.

    Python looks for reference cycles after a hundred thousand new objects, not after its few hundred: imports make half
    a million that stay, and to go through them again and again is a tenth of what a run costs. Arrow takes memory by
    ``malloc``, which keeps it for the next frame; its own allocator gives it back to the system, and asks for it anew:
    a tenth of what judging a large history costs. Who sets ARROW_DEFAULT_MEMORY_POOL is heeded; it counts where pyarrow
    is not imported yet.
    """
    gc.set_threshold(100_000, 50, 50)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def main() -> None:
    """Run the command line."""
    spare_memory_work()
    achievements.main(prog_name="achievements")
