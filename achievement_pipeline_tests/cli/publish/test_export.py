"""`achievements export`, as a user calls it."""

import csv
import io
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from achievement_pipeline.channels import CHANNELS
from achievement_pipeline.cli import achievements
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

TOML = """
[me]
name = "Ann Example"
emails = ["Ann@example.com"]

[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"

[privacy.channels.portfolio.auto_approve]
portfolio_ready = false

[privacy.channels.feed.auto_approve]
portfolio_ready = false
"""
MINE = Piece(f"git:{REPOSITORY}@1111", columns={"title": "Add a cache"})
HERS = Piece(f"git:{REPOSITORY}@2222", columns={"title": "Fix a crash", "person": "eve@example.com"})


@pytest.fixture(autouse=True)
def _collected(
    home: Path,  # noqa: ARG001 - first its environment
    tmp_path: Path,
    database_url: str,
    engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "achievements.toml").write_text(TOML)
    collect(engine, by_the_rules, git=(MINE, HERS))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(achievements, ["export", *arguments])


def titles(result: Result) -> list[str]:
    return [each["title"] for each in json.loads(result.stdout)["achievements"]]


def test_data_goes_to_standard_output_and_what_is_in_it_to_standard_error() -> None:
    result = run("csv")
    assert result.exit_code == 0
    assert [row["title"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["Add a cache"]
    assert result.stderr == "Work of Ann Example <ann@example.com>\n✅ 1 achievement\n"


@pytest.mark.parametrize("document", [channel.name for channel in CHANNELS.values() if channel.is_file])
def test_every_document_can_be_written(document: str, tmp_path: Path) -> None:
    path = tmp_path / "out" / document
    assert run(document, "--output", str(path), "--period", "2024").exit_code == 0
    printed = run(document, "--period", "2024")
    assert printed.stdout_bytes == path.read_bytes()
    assert path.stat().st_size


def test_by_default_they_are_mine() -> None:
    assert titles(run("json")) == ["Add a cache"]
    assert sorted(titles(run("json", "--author", "all"))) == ["Add a cache", "Fix a crash"]
    assert titles(run("json", "--author", "eve@example.com")) == ["Fix a crash"]


@pytest.mark.parametrize("words", [(), ("--author", "me")])
def test_who_me_is_has_to_be_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    (tmp_path / "achievements.toml").unlink()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    refused = run("json", *words)
    assert refused.exit_code == 1
    assert "[me] emails" in refused.stderr
    assert sorted(titles(run("json", "--author", "all"))) == ["Add a cache", "Fix a crash"]


def test_data_name_the_author_of_each_achievement() -> None:
    rows = csv.DictReader(io.StringIO(run("csv", "--author", "all").stdout))
    assert {row["title"]: row["author"] for row in rows} == {
        "Add a cache": "ann@example.com",
        "Fix a crash": "eve@example.com",
    }


def test_a_period_is_a_part_of_all_time() -> None:
    assert titles(run("json", "--period", "2024-Q1")) == ["Add a cache"]
    assert titles(run("json", "--period", "2024-Q2")) == []
    wrong = run("json", "--period", "2024-Q5")
    assert wrong.exit_code == 2
    assert "is no period" in wrong.stderr


def test_the_brag_document_begins_with_the_last_review(tmp_path: Path) -> None:
    assert "**All time**" in run("brag").stdout
    (tmp_path / "achievements.toml").write_text(f"{TOML}\n[publishing]\nlast_review = 2024-03-02\n")
    result = run("brag")
    assert "**Since 2 March 2024**" in result.stdout
    assert "Nothing was recorded" in result.stdout


def test_what_is_left_out_is_said_with_what_to_do(tmp_path: Path) -> None:
    assert "Added a cache" in run("portfolio").stdout
    not_approved = run("resume")
    assert "1 left out because they are not approved. Decide with `achievements review`" in not_approved.stderr
    assert "Added a cache" not in not_approved.stdout
    (tmp_path / "achievements.toml").write_text(TOML.replace('visibility = "public"', ""))
    private = run("portfolio")
    assert "1 left out because their repositories are not marked public." in private.stderr
    assert "Added a cache" not in private.stdout


def test_a_resume_of_ones_own_is_added_to(tmp_path: Path) -> None:
    (tmp_path / "achievements.toml").write_text(f'{TOML}\n[publishing]\nresume = "own.json"\n')
    (tmp_path / "own.json").write_text('{"work": [{"name": "Acme"}]}')
    assert json.loads(run("resume").stdout)["work"] == [{"name": "Acme"}]
    (tmp_path / "own.json").write_text("[]")
    assert "has to be one JSON object" in run("resume").stderr
