"""A lane is its record, its assets and nothing else: one that these tests add goes all the way.

The commands run in one process, which imports everything once; the page has its own, as it runs until it is stopped.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from achievement_pipeline_tests.running import PATIENCE_SECONDS

pytestmark = pytest.mark.e2e

KEY = "notebook:lab.example/1"
RULES = """
[rules.notebook]
points = 42
"""
PUBLIC = """
[privacy]
public = ["notebook:lab.example"]
"""
Achievements = Callable[..., str]
_SOURCES = Path(__file__).parents[3]
_COMMAND = [sys.executable, "-m", "achievement_pipeline_tests.notebook"]
_COMMANDS = """
import json, sys
from click.testing import CliRunner
import achievement_pipeline_tests.notebook.__main__
from achievement_pipeline.cli import achievements

for words in sys.stdin:
    result = CliRunner().invoke(achievements, json.loads(words), catch_exceptions=False)
    print(json.dumps([result.exit_code, result.stdout, result.stderr]), flush=True)
"""


@pytest.fixture
def environment(home: Path, database: str) -> dict[str, str]:  # noqa: ARG001 - first its environment
    """The environment of the commands."""
    return {**os.environ, "PYTHONPATH": str(_SOURCES)}


@pytest.fixture
def achievements(environment: dict[str, str], tmp_path: Path) -> Iterator[Achievements]:
    """Run a command and return what it prints."""
    command = [sys.executable, "-c", _COMMANDS]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        commands, answers = process.stdin, process.stdout
        assert commands
        assert answers

        def run(*arguments: str) -> str:
            commands.write(json.dumps(arguments) + "\n")
            commands.flush()
            exit_code, output, errors = json.loads(answers.readline())
            assert exit_code in {0, 1 if arguments[0] == "doctor" else 0}, errors
            return str(output)

        yield run
        commands.close()


def test_a_lane_of_a_test_goes_all_the_way(
    achievements: Achievements, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "achievements.toml").write_text(RULES)
    found: dict[str, Any] = json.loads(achievements("collect", "--json"))
    assert [(one["source"], one["pages"], one["error"]) for one in found["sources"]] == [("Notebook", 2, "")]
    assert found["changes"]["new"] == 2

    findings = {each["name"]: each for each in json.loads(achievements("doctor", "--json"))}
    assert findings["Notebook"]["detail"] == "reachable, 2 pages"

    shown = json.loads(achievements("show", KEY, "--json"))
    assert (shown["source_type"], shown["tags"]) == ("notebook_page", ["notebook"])
    assert shown["impact_score"] == 42

    achievements("approve", KEY)
    assert "Grow a crystal" in achievements("export", "json")
    assert "Grow a crystal" not in achievements("export", "feed"), "it is private"

    (tmp_path / "achievements.toml").write_text(PUBLIC)
    assert "Grow a crystal" in achievements("export", "feed")

    assert "Grow a crystal" in _page(environment, tmp_path, f"/achievement?key={KEY}")


def _page(environment: dict[str, str], folder: Path, path: str) -> str:
    """Return a page of `achievements web`."""
    command = [*_COMMAND, "web", "--port", "0"]
    with subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            entrance = process.stdout.readline().strip()
            address = entrance.partition("/enter")[0]
            with requests.Session() as browser:
                _enter(browser, entrance)
                return browser.get(f"{address}{path}", timeout=60).text
        finally:
            process.terminate()


def _enter(browser: requests.Session, entrance: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            browser.get(entrance, timeout=60)
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return
