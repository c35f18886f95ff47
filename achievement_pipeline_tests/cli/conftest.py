"""The command line as a user meets it: `achievements` with an environment of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dagster_postgres import DagsterPostgresStorage

from achievement_pipeline.cli import achievements
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.postgres.database import ensure_database
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.conftest import copy_database, only_once, use_home

Run = Callable[..., Result]
"""Runs the command with these words."""

SETTINGS = """
[me]
name = "Ann"
emails = ["ann@example.com"]
[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"
"""


@pytest.fixture
def run(home: Path) -> Run:  # noqa: ARG001 - its environment
    """Run `achievements` with an empty data folder."""
    return run_achievements


def run_achievements(*words: str, typed: str = "") -> Result:
    """Run `achievements` with some words and, where given, keys that are typed one a line."""
    return CliRunner().invoke(achievements, words, input="".join(f"{key}\n" for key in typed), catch_exceptions=False)


@pytest.fixture(scope="session")
def dagster_template(shared: Path, server: EmbeddedPostgres) -> str:
    """The name of a database with Dagster's own tables, to be copied."""
    with only_once(shared / "dagster_template") as is_first:
        if is_first:
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


@contextmanager
def home_with_databases(folder: Path, server: EmbeddedPostgres, template: str, dagster_template: str) -> Iterator[None]:
    """Set the environment of `home`, with copies of two databases, until the end of the block."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        copy_database(server, template) as url,
        copy_database(server, dagster_template) as dagster_url,
    ):
        use_home(folder, monkeypatch)
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("DAGSTER_DATABASE_URL", dagster_url)
        yield


@pytest.fixture(scope="module")
def collected_project(
    tmp_path_factory: pytest.TempPathFactory, server: EmbeddedPostgres, migrated_template: str, dagster_template: str
) -> Iterator[GitRepository]:
    """A repository whose two achievements were collected, for the tests of a module that only look at them."""
    folder = tmp_path_factory.mktemp("collected")
    with home_with_databases(folder, server, migrated_template, dagster_template):
        repository = make_project(folder)
        answer = run_achievements("collect", "--repo", str(repository.path))
        assert answer.exit_code == 0, answer.output
        yield repository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a feature of 400 lines, a fix of two, and a lock file."""
    return make_project(tmp_path)


def make_project(folder: Path) -> GitRepository:
    """Make the repository of `repository` in a folder."""
    repository = GitRepository.create(folder / "project")
    repository.commit("feat(core): count things", {"core.py": "".join(f"a{n} = {n}\n" for n in range(400))})
    repository.commit("fix: count one more", {"core.py": "".join(f"a{n} = {n}\n" for n in range(402))})
    repository.commit("chore: lock", {"uv.lock": "x\n" * 900})
    return repository


@pytest.fixture
def settings_of_ann(home: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - first its environment
    """The file of Ann's settings, in force where the test stands, with a database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings = tmp_path / "achievements.toml"
    settings.write_text(SETTINGS)
    return settings


@pytest.fixture
def collected(collected_project: GitRepository) -> Run:  # noqa: ARG001 - first its environment
    """The command, after two achievements were collected."""
    return run_achievements
