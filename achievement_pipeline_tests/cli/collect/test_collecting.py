"""What has not moved is not collected again, and nothing that moved is missed."""

import json
import shutil
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from achievement_pipeline.app.collect.receipts import program_digest
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("database")]

_TABLES = ("activities", "activity_names", "activity_links", "achievements", "skills", "edits", "repositories")


class _Collected:
    """Calls `collect`, and notes whether that took a run."""

    def __init__(self, run: Run, url: str, home: Path) -> None:
        self._run = run
        self._engine = sa.create_engine(url)
        self._receipts = home / "receipts"

    def runs(self, *words: str) -> int:
        """Collect; return the number of runs that it took."""
        before = self._count()
        self.output = self._run("collect", *words).stdout
        return self._count() - before

    def assert_needless(self, *words: str) -> None:
        """Collect without a run, and then by one: it prints the same and stores nothing."""
        assert self.runs(*words) == 0
        printed, stored = self.output, self._stored()
        shutil.rmtree(self._receipts)
        assert self.runs(*words) == 1
        assert self.output == printed
        assert self._stored() == stored

    def change(self, statement: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(statement))

    def _stored(self) -> dict[str, list[str]]:
        with self._engine.connect() as connection:
            return {
                table: sorted(connection.scalars(sa.text(f"SELECT row_to_json(one)::text FROM {table} AS one")))
                for table in _TABLES
            }

    @staticmethod
    def _count() -> int:
        with dg.DagsterInstance.get() as instance:
            return instance.get_runs_count()


def test_a_run_is_spared_exactly_where_it_would_store_nothing(
    run: Run, repository: GitRepository, database: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("--repo", str(repository.path), "--author", "all")
    run("collect", *words)
    collected = _Collected(run, database, home)
    collected.assert_needless(*words)

    run("hide", json.loads(run("list", "--json", "--author", "all").stdout)[0]["key"])
    repository.git("hash-object", "-w", "--stdin", stdin=b"reached by nothing")
    collected.assert_needless(*words)

    repository.commit("feat: more", {"more.py": "a = 1\n" * 60})
    assert collected.runs(*words) == 1
    assert "1 new" in collected.output
    repository.git("tag", "v1")
    assert collected.runs(*words) == 1
    repository.git("branch", "-m", "main", "trunk")
    assert collected.runs(*words) == 1
    assert collected.runs(*words, "--since", "2020-01-01") == 1
    assert collected.runs(*words) == 1
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "7")
    assert collected.runs(*words) == 1
    next((home / "frames" / "commit_scores").rglob("*.parquet")).unlink()
    assert collected.runs(*words) == 1
    collected.change("TRUNCATE slices CASCADE")
    assert collected.runs(*words) == 1

    (home / "receipts" / "unfinished").touch()  # a run was killed
    assert collected.runs(*words) == 1

    away = repository.path.rename(home / "away")
    collected.runs(*words)
    away.rename(repository.path)
    collected.assert_needless(*words)


def test_what_has_not_moved_needs_no_run_beside_what_has(
    run: Run, repository: GitRepository, database: str, home: Path, tmp_path: Path
) -> None:
    other = GitRepository.create(tmp_path / "other")
    other.commit("perf: be quick", {"quick.go": "package quick\n"})
    words = ("--repo", str(repository.path), "--repo", str(other.path))
    run("collect", *words)
    collected = _Collected(run, database, home)

    other.commit("feat: be quicker", {"quicker.go": "package quick\n" * 60})

    assert collected.runs(*words) == 1
    assert "3 commits, nothing new" in collected.output
    assert "2 commits, 1 new" in collected.output
    assert collected.runs(*words) == 0
    assert collected.runs("--repo", str(other.path)) == 0


def test_another_version_of_the_program_collects_again(tmp_path: Path) -> None:
    file = tmp_path / "rules.py"
    file.write_text("SCORE_VERSION = 1\n")
    before = program_digest(tmp_path)
    assert program_digest(tmp_path) == before

    file.write_text("SCORE_VERSION = 2\n")

    assert program_digest(tmp_path) != before
