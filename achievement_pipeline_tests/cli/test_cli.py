"""`achievements --help`, unknown commands, and what a command imports before it does anything."""

import subprocess
import sys

import click
import pytest

from achievement_pipeline.cli import GROUPS, LONGEST_HELP, achievements
from achievement_pipeline_tests.cli.conftest import Run

HEAVY = {"pandas", "pyarrow", "pandera", "dagster", "sqlalchemy", "pydantic", "git", "requests"}


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


def test_looking_imports_neither_pandas_nor_dagster() -> None:
    looked = imported("import achievement_pipeline.cli.look.achievements, achievement_pipeline.cli.authors")
    assert not looked & {"pandas", "pyarrow", "pandera", "dagster"}


@pytest.mark.parametrize("name", [name for group in GROUPS.values() for name in group])
def test_every_command_has_a_help_of_one_line(name: str) -> None:
    command = achievements.get_command(click.Context(achievements), name)
    assert command is not None
    assert command.help
    assert len(next(group[name].help for group in GROUPS.values() if name in group)) <= LONGEST_HELP


def test_the_overview_fits_eighty_columns(run: Run) -> None:
    lines = run("--help").output.splitlines()
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines[1:] if line.endswith("...") and "CSV" not in line]


@pytest.mark.parametrize(("typo", "meant"), [("colect", "collect"), ("lst", "list"), ("explian", "explain")])
def test_a_command_with_a_typo_is_suggested(run: Run, typo: str, meant: str) -> None:
    answer = run(typo)
    assert answer.exit_code == 2
    assert f"Did you mean {meant}" in answer.stderr
