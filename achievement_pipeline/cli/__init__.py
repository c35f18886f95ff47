"""The command `achievements`: one module a group of commands, each imported when it is called.

Data goes to standard output, progress and messages to standard error. Exit codes: 0 done; 1 could not be done; 2 wrong
usage (click); 3 done in part, some repositories failed; 130 interrupted.
"""

import gc
import importlib
import os
from typing import Any

import click

from achievement_pipeline import __version__
from achievement_pipeline.child_processes import distrust_working_folder
from achievement_pipeline.cli.faults import fault_of_machine
from achievement_pipeline.cli.shared_options import with_shared_options
from achievement_pipeline.cli.texts import take_only_texts
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.private_files import private_by_default
from achievement_pipeline.terminal import escape_output, escaped_output

EXIT_FAILED = 1
EXIT_PARTLY = 3
EXIT_INTERRUPTED = 130

_COMMANDS = {
    "backfill": "achievement_pipeline.cli.collect.backfill:backfill",
    "add": "achievement_pipeline.cli.decide.commands:add",
    "approve": "achievement_pipeline.cli.decide.commands:approve",
    "backup": "achievement_pipeline.cli.service.backup:backup",
    "collect": "achievement_pipeline.cli.collect.command:collect",
    "doctor": "achievement_pipeline.cli.service.doctor:doctor",
    "edit": "achievement_pipeline.cli.decide.commands:edit",
    "export": "achievement_pipeline.cli.publish.export:export",
    "explain": "achievement_pipeline.cli.look.achievements:explain",
    "hide": "achievement_pipeline.cli.decide.commands:hide",
    "history": "achievement_pipeline.cli.decide.commands:history",
    "hook": "achievement_pipeline.cli.collect.hook:hook",
    "list": "achievement_pipeline.cli.look.achievements:list_achievements",
    "login": "achievement_pipeline.cli.publish.login:login",
    "logout": "achievement_pipeline.cli.publish.login:logout",
    "merge": "achievement_pipeline.cli.decide.commands:merge",
    "pin": "achievement_pipeline.cli.decide.commands:pin",
    "publish": "achievement_pipeline.cli.publish.publish:publish",
    "restore": "achievement_pipeline.cli.service.backup:restore",
    "review": "achievement_pipeline.cli.decide.review:review",
    "service": "achievement_pipeline.cli.service.unit:service",
    "show": "achievement_pipeline.cli.look.achievements:show",
    "skills": "achievement_pipeline.cli.look.skills:skills",
    "split": "achievement_pipeline.cli.decide.commands:split",
    "start": "achievement_pipeline.cli.service.start:start",
    "status": "achievement_pipeline.cli.service.control:status",
    "stop": "achievement_pipeline.cli.service.control:stop",
    "undo": "achievement_pipeline.cli.decide.commands:undo",
    "unhide": "achievement_pipeline.cli.decide.commands:unhide",
    "unpin": "achievement_pipeline.cli.decide.commands:unpin",
    "web": "achievement_pipeline.cli.decide.web:web",
    "worker": "achievement_pipeline.cli.service.worker:worker",
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
        return take_only_texts(with_shared_options(getattr(importlib.import_module(module), attribute)))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        with escaped_output():
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            with private_by_default():
                return super().invoke(ctx)
        except AchievementPipelineError as error:
            click.echo(f"❌ {error}", err=True)
            ctx.exit(EXIT_FAILED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if (fault := fault_of_machine(error)) is None:
                raise
            click.echo(f"❌ {fault}", err=True)
            ctx.exit(EXIT_FAILED)
        except KeyboardInterrupt:
            click.echo("❌ Interrupted. What was stored is kept.", err=True)
            ctx.exit(EXIT_INTERRUPTED)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def achievements() -> None:
    """Turn your work into scored, explained achievements.

    Start with `achievements collect` in a git repository.
    """


with_shared_options(achievements)


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
    distrust_working_folder()
    escape_output()
    spare_memory_work()
    achievements.main(prog_name="achievements")
