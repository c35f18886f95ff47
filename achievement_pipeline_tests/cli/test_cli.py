"""`achievements --help`, unknown commands, and what a command imports before it does anything."""

import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from achievement_pipeline.cli import GROUPS, LONGEST_HELP, achievements
from achievement_pipeline_tests.cli.conftest import Run

HEAVY = {"pandas", "pyarrow", "pandera", "dagster", "sqlalchemy", "sqlalchemy.orm", "pydantic", "git", "requests"}


def imported(program: str) -> set[str]:
    """Return the heavy packages that a program imports."""
    printed = subprocess.check_output(
        [sys.executable, "-c", f"import sys\n{program}\nprint('imported', *sys.modules)"], text=True
    )
    return HEAVY & set(printed.rpartition("imported")[2].split())


def test_help_imports_no_heavy_package() -> None:
    assert (
        imported("from achievement_pipeline.cli import achievements\nachievements(['--help'], standalone_mode=False)")
        == set()
    )


def test_looking_imports_nothing_but_the_database() -> None:
    looked = imported("import achievement_pipeline.cli.look.achievements, achievement_pipeline.cli.options.authors")
    assert not looked & {"pandas", "pyarrow", "pandera", "dagster", "sqlalchemy.orm", "git", "requests"}


@pytest.mark.parametrize("name", [name for group in GROUPS.values() for name in group])
def test_every_command_has_a_help_of_one_line(name: str) -> None:
    command = achievements.get_command(click.Context(achievements), name)
    assert command is not None
    assert command.help
    assert len(next(group[name].help for group in GROUPS.values() if name in group)) <= LONGEST_HELP


def _leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command that is not a group, with its words."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(click.Context(command)):
        part = command.get_command(click.Context(command), name)
        assert part is not None
        yield from _leaves(part, (*path, name))


LEAVES = dict(_leaves(achievements))


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_examples_that_it_understands(path: tuple[str, ...]) -> None:
    command = LEAVES[path]
    begin = f"achievements {' '.join(path)}"
    block = (command.help or "").partition("\b")[2].split("\n\n")[0]
    examples = [line.strip() for line in block.splitlines() if line.strip()]
    assert examples
    assert all(example.startswith(begin) for example in examples)
    for example in examples:
        words = shlex.split(example.removeprefix(begin))
        given, _, _ = command.make_parser(click.Context(command)).parse_args(words)
        for option in command.params:
            if isinstance(option.type, click.Choice) and isinstance(given.get(option.name or ""), str):
                option.type.convert(given[option.name or ""], option, None)


def test_the_overview_fits_eighty_columns(run: Run) -> None:
    lines = run("--help").output.splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines[1:] if line.endswith("...") and "CSV" not in line]


@pytest.mark.parametrize(("typo", "meant"), [("colect", "collect"), ("lst", "list"), ("explian", "explain")])
def test_a_command_with_a_typo_is_suggested(run: Run, typo: str, meant: str) -> None:
    answer = run(typo)
    assert answer.exit_code == 2
    assert f"Did you mean {meant}" in answer.stderr
