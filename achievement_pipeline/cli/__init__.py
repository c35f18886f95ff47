"""The command `achievements`: one module a group of commands, each imported when it is called.

Data goes to standard output, progress and messages to standard error. Exit codes: 0 done; 1 could not be done; 2 wrong
usage (click); 3 done in part, some repositories failed; 130 interrupted.
"""

import io
import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from achievement_pipeline import __version__
from achievement_pipeline.cli.options.shared_options import with_shared_options
from achievement_pipeline.cli.output.faults import fault_of_machine
from achievement_pipeline.cli.output.texts import take_only_texts
from achievement_pipeline.errors import AchievementPipelineError, did_you_mean
from achievement_pipeline.lazy import import_for_good
from achievement_pipeline.system.child_processes import distrust_working_folder
from achievement_pipeline.system.interrupts import EXIT_INTERRUPTED, INTERRUPTED
from achievement_pipeline.system.memory import spare_memory_work
from achievement_pipeline.system.private_files import private_by_default
from achievement_pipeline.system.terminal import REPLACED, escape_output, escaped_output, flush_output

EXIT_FAILED = 1
EXIT_PARTLY = 3
_COMPLETE = "_ACHIEVEMENTS_COMPLETE"
"""The variable by which a shell requests completions."""


class _Command(NamedTuple):
    """A command in the overview: nothing is imported to show it."""

    module: str
    help: str
    """At most `LONGEST_HELP` characters, so that it fits into a line of 80."""
    opening: str = ""
    """What a terminal shows at once, for commands that take seconds until their first output."""


LONGEST_HELP = 64

GROUPS: Mapping[str, Mapping[str, _Command]] = {
    "Try": {
        "demo": _Command("demo:demo", "Try everything on a sample world, without keys or network.", "🔍 Starting"),
    },
    "Collect": {
        "init": _Command("collect.init:init", "Find your name and repositories, and collect them.", "🔍 Starting"),
        "collect": _Command(
            "collect.command:collect", "Read, judge and store work, and print what was found.", "🔍 Starting"
        ),
        "repos": _Command("collect.repos:repos", "List, add, remove and find repositories."),
        "hook": _Command("collect.hook:hook", "Let git report each commit to the service."),
        "backfill": _Command("collect.backfill:backfill", "Read and judge repositories again, in the background."),
    },
    "Look": {
        "list": _Command("look.achievements:list_achievements", "List achievements, the highest impact first."),
        "show": _Command("look.achievements:show", "Show one achievement."),
        "explain": _Command("look.achievements:explain", "Explain why something counts, or does not."),
        "projects": _Command("look.projects:projects", "List the larger efforts that achievements belong to."),
        "skills": _Command("look.skills:skills", "List skills, how often shown, and their trend."),
        "web": _Command("decide.web:web", "Look and decide in the browser."),
    },
    "Decide": {
        "review": _Command("decide.review:review", "Go through new achievements, one key per decision."),
        "word": _Command("decide.word:word_achievements", "Let a language model propose wordings (optional)."),
        "approve": _Command("decide.commands:approve", "Approve achievements for publishing."),
        "edit": _Command("decide.commands:edit", "Change the title, text or scores of an achievement."),
        "hide": _Command("decide.commands:hide", "Keep achievements out of every list and channel."),
        "ignore": _Command("decide.ignore:ignore", "Let commits or paths count for nothing."),
        "unhide": _Command("decide.commands:unhide", "Show hidden achievements again."),
        "pin": _Command("decide.commands:pin", "Pin achievements before all others."),
        "unpin": _Command("decide.commands:unpin", "Unpin achievements."),
        "add": _Command("decide.commands:add", "Add an achievement that no source records."),
        "merge": _Command("decide.commands:merge", "Merge achievements into one."),
        "split": _Command("decide.commands:split", "Turn parts into achievements of their own."),
        "history": _Command("decide.commands:history", "Show the edits of an achievement, or the latest."),
        "undo": _Command("decide.commands:undo", "Undo the latest decision, or a numbered edit."),
    },
    "Publish": {
        "export": _Command("publish.export:export", "Write a brag document, resume, portfolio, CSV, ..."),
        "publish": _Command("publish.publish:publish", "Post on LinkedIn, update the GitHub profile."),
        "login": _Command("publish.login:login", "Log in to LinkedIn."),
        "logout": _Command("publish.login:logout", "Log out of LinkedIn."),
    },
    "Service": {
        "start": _Command("service.start:start", "Run the Dagster UI, its daemon, the page and the database."),
        "stop": _Command("service.control:stop", "Stop the service."),
        "status": _Command("service.control:status", "Show what is running, and the latest run."),
        "service": _Command("service.unit:service", "Run the service from login on."),
        "worker": _Command("service.worker:worker", "Execute runs that a service queues with Celery."),
        "mcp": _Command("service.mcp:mcp", "Let your AI agent read and propose (MCP)."),
        "backup": _Command("service.backup:backup", "Back up what cannot be collected again."),
        "restore": _Command("service.backup:restore", "Restore a backup."),
        "doctor": _Command("service.doctor:doctor", "Check settings, sources and data, with remedies.", "🔍 Checking"),
        "completion": _Command("completion:completion", "Let bash, zsh or fish complete commands and values."),
    },
}
"""Every command, by what it is for."""
_COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}


class _LazyGroup(click.Group):
    """Imports the module of a command when it is called: `achievements --help` imports none of them.

    Errors meant for people are printed as they are, without a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].module.partition(":")
        return take_only_texts(with_shared_options(getattr(import_for_good(f"{__name__}.{module}"), attribute)))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {name!r}.{did_you_mean(name, _COMMANDS)}")
        if (
            name in _COMMANDS
            and _COMMANDS[name].opening
            and sys.stderr.isatty()
            and not ctx.resilient_parsing
            and not set(ctx.help_option_names) & set(args)
        ):
            click.echo(_COMMANDS[name].opening, err=True)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete the name of a command without importing any."""
        names = [name for name in _COMMANDS if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=_COMMANDS[name].help) for name in names), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        longest = max(map(len, _COMMANDS))
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(longest), command.help) for name, command in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            ctx.color = False
        with escaped_output():
            return self._invoke(ctx)

    def _invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            with private_by_default():
                return super().invoke(ctx)
        except AchievementPipelineError as error:
            _print_error(str(error))
            ctx.exit(EXIT_FAILED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if (fault := fault_of_machine(error)) is None:
                raise
            _print_error(fault)
            ctx.exit(EXIT_FAILED)
        except KeyboardInterrupt:
            click.echo(INTERRUPTED, err=True)
            ctx.exit(EXIT_INTERRUPTED)


def _print_error(text: str) -> None:
    from achievement_pipeline.cli.output.tables import print_wrapped  # noqa: PLC0415 - most commands end without an error

    print_wrapped(f"❌ {text}", err=True)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every command has examples: achievements COMMAND --help",
)
@click.version_option(__version__)
def achievements() -> None:
    """Turn your work into scored, explained achievements.

    \b
    achievements init             your name, your repositories, a first document
    achievements collect          in a git repository: what you did there
    achievements list             what counts most
    achievements export brag      a document of it
    """  # noqa: D301 - click's own mark


with_shared_options(achievements)


def main() -> None:
    """Run the command line."""
    distrust_working_folder()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACED)
    if _COMPLETE not in os.environ:  # what is completed is written as bytes, and was made printable before
        escape_output()
    spare_memory_work()
    try:
        achievements.main(prog_name="achievements")
    finally:
        flush_output()
