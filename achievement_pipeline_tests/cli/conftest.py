"""The command line as a user meets it: `achievements` with an environment of the test's own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from dagster_postgres import DagsterPostgresStorage

from achievement_pipeline import cli
from achievement_pipeline.cli import main
from achievement_pipeline.settings import Environment
from achievement_pipeline.store.database import ensure_database
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.conftest import copy_database


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    output: str
    errors: str

    def data(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.output)


Run = Callable[..., Result]

SETTINGS = """
[me]
name = "Ann"
emails = ["ann@example.com"]
[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"
"""

Achievements = Callable[..., Answer]
"""Runs the command with these words."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, empty; no setting of the machine is seen."""
    for name in (*Environment.model_fields, "DAGSTER_HOME"):
        monkeypatch.delenv(name.upper(), raising=False)
    # whatever a command sets is taken back after the test
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def achievements(home: Path, capsys: pytest.CaptureFixture[str]) -> Achievements:  # noqa: ARG001 - its environment
    """The command, without a database."""

    def run(*words: str) -> Answer:
        with pytest.raises(SystemExit) as end:
            main(words)
        printed = capsys.readouterr()
        return Answer(int(end.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def dagster_template(server: EmbeddedPostgres) -> str:
    """The name of a database with Dagster's own tables, to be copied."""
    url = ensure_database(server.url(), "dagster_template").render_as_string(hide_password=False)
    DagsterPostgresStorage(url)  # makes them
    return "dagster_template"


@pytest.fixture
def database(
    home: Path,  # noqa: ARG001 - first its environment
    server: EmbeddedPostgres,
    database_url: str,
    dagster_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The address of a database that the commands use, beside one for Dagster."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    with copy_database(server, dagster_template) as dagster_url:
        monkeypatch.setenv("DAGSTER_DATABASE_URL", dagster_url)
        yield database_url


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a feature of 400 lines, a fix of two, and a lock file."""
    repository = GitRepository.create(tmp_path / "project")
    repository.commit("feat(core): count things", {"core.py": "".join(f"a{n} = {n}\n" for n in range(400))})
    repository.commit("fix: count one more", {"core.py": "".join(f"a{n} = {n}\n" for n in range(402))})
    repository.commit("chore: lock", {"uv.lock": "x\n" * 900})
    return repository


@pytest.fixture
def run(home: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:  # noqa: ARG001 - first its environment
    """Run `achievements` for Ann, with arguments and, where given, lines of standard input."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "achievements.toml").write_text(SETTINGS)

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli._achievements, arguments, input="".join(f"{key}\n" for key in typed))

    return run
