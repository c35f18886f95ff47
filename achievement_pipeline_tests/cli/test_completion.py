"""What the shell completes: commands, options and values, fast and without harm."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from achievement_pipeline.cli import GROUPS, achievements
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.cli.test_cli import imported

STORED = {
    "achievements": [["c2705ffd", "Count things"], ["engine#12", "Be quick"]],
    "repositories": [["github.com/ada/engine", ""]],
    "authors": [["ada@example.org", "Ada"], ["$(reboot)@example.org", "Eve"]],
    "categories": [["feature", ""]],
    "skills": [["Python", ""], ["Error handling", ""]],
}


def shell(name: str) -> ShellComplete:
    kind = get_completion_class(name)
    assert kind is not None
    return kind(achievements, {}, "achievements", "_ACHIEVEMENTS_COMPLETE")


def completed(*words: str) -> list[str]:
    """Return what the last word may become, after the others."""
    return [item.value for item in shell("bash").get_completions(list(words[:-1]), words[-1])]


@pytest.fixture
def stored(home: Path) -> Path:
    home.mkdir()
    (home / "completions.json").write_text(json.dumps(STORED))
    return home


def test_commands_and_options_are_completed(run: Run) -> None:  # noqa: ARG001 - its environment
    assert completed("re") == ["repos", "review", "restore"]
    assert completed("repos", "") == ["add", "list", "remove", "scan"]
    assert "--since" in completed("list", "--s")
    assert completed("list", "--sort", "d") == ["date"]
    assert completed("export", "js") == ["json"]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("show", "c2"), ["c2705ffd"]),
        (("approve", "c2705ffd", "eng"), ["engine#12"]),
        (("list", "--repo", "eng"), ["github.com/ada/engine"]),
        (("repos", "remove", "git"), ["github.com/ada/engine"]),
        (("backfill", "--repo", ""), ["github.com/ada/engine"]),
        (("skills", "--author", "ada"), ["ada@example.org"]),
        (("collect", "--author", "ada"), ["ada@example.org"]),
        (("review", "--skill", "err"), ["Error handling"]),
        (("export", "brag", "--category", "f"), ["feature"]),
        (("edit", "c2705ffd", "--title", ""), []),
    ],
)
@pytest.mark.usefixtures("stored")
def test_values_are_completed(words: tuple[str, ...], values: list[str]) -> None:
    assert completed(*words) == values


@pytest.mark.usefixtures("stored")
def test_titles_stand_beside_ids() -> None:
    assert [item.help for item in shell("zsh").get_completions(["show"], "")] == ["Count things", "Be quick"]


def test_bash_gets_no_word_that_it_would_run_or_split() -> None:
    show = shell("bash").format_completion
    assert show(CompletionItem("engine#12")) == "plain,engine#12"
    assert show(CompletionItem("$(reboot)@example.org")) == "plain,'$(reboot)@example.org'"
    assert show(CompletionItem("Error handling")) == "plain,'Error handling'"
    assert show(CompletionItem("#12")) == "plain,'#12'"


def test_wrong_settings_are_no_error_at_the_prompt(home: Path, stored: Path) -> None:  # noqa: ARG001
    (home.parent / "achievements.toml").write_text("[me]\nnonsense = 1\n")
    assert completed("show", "c") == []


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed(run: Run, name: str) -> None:
    printed = run("completion", name)
    assert printed.exit_code == 0
    assert f"_ACHIEVEMENTS_COMPLETE={name}_complete" in printed.stdout


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish_shows_texts_and_values_with_commas(tmp_path: Path) -> None:
    program = tmp_path / "achievements"
    program.write_text("#!/bin/sh\nprintf 'plain,$(reboot), Eve\\tOne, two: three\\nplain,Error handling\\n'\n")
    program.chmod(0o700)
    script = shell("fish").source() + "complete -C 'achievements show '"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    printed = subprocess.run(["fish", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.splitlines() == ["$(reboot), Eve\tOne, two: three", "Error handling"]


def test_the_script_for_fish_splits_at_the_first_comma_alone() -> None:
    assert 'string split --max 1 ","' in shell("fish").source()


def test_no_command_imports_pandas_or_dagster_before_it_runs() -> None:
    """Completing the options of a command imports its module."""
    modules = {command.module.partition(":")[0] for group in GROUPS.values() for command in group.values()}
    program = "".join(f"import achievement_pipeline.cli.{module}\n" for module in sorted(modules))
    assert not imported(program) & {"pandas", "pyarrow", "pandera", "dagster"}


def test_naming_a_command_imports_none() -> None:
    program = (
        "from achievement_pipeline.cli import achievements\nimport click\n"
        "achievements.shell_complete(click.Context(achievements), 'l')\n"
    )
    assert imported(program) == set()
    assert click.Context(achievements).command is achievements
