"""`achievements demo` from nothing to the documents, by the lanes that users run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from achievement_pipeline.demo.home import demo_folder
from achievement_pipeline_tests.cli.conftest import run_achievements
from achievement_pipeline_tests.conftest import use_home

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    """What a command prints on a sample world that was never collected."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_home(folder, monkeypatch)
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        yield run_achievements("demo", "list", "--json", "--limit", "100")


@pytest.fixture(scope="module")
def found(listed: Result) -> dict[str, Any]:
    """The achievements that were found, by title."""
    assert listed.exit_code == 0, listed.output
    return {each["title"]: each for each in json.loads(listed.stdout)}


@pytest.fixture(scope="module")
def shown(listed: Result) -> Result:  # noqa: ARG001 - after it
    """What the demo prints."""
    return run_achievements("demo")


def test_a_command_on_the_sample_world_collects_it_first(listed: Result) -> None:
    assert listed.stderr.startswith("The sample world is collected first.")
    assert len(json.loads(listed.stdout)) > 5


def _kinds(achievement: dict[str, Any]) -> list[str]:
    return [line["kind"] for line in achievement["evidence"] if line["relation"] == "member"]


def _references(found: dict[str, Any], number: int) -> list[str]:
    """Return the titles of what has the pull request of this number as evidence."""
    return [
        title
        for title, each in found.items()
        if any(line["key"] == f"github:harborline-example/tidewater#{number}" for line in each["evidence"])
    ]


def test_a_squashed_pull_request_and_its_issue_are_one_achievement(found: dict[str, Any]) -> None:
    [title] = _references(found, 17)
    assert sorted(_kinds(found[title])) == ["git_commit", "github_pull_request", "linear_issue"]


def test_reverted_work_is_no_achievement(found: dict[str, Any]) -> None:
    assert _references(found, 26) == []


def test_an_issue_that_was_reopened_counts_once_with_both_of_its_pull_requests(found: dict[str, Any]) -> None:
    [title] = _references(found, 44)
    assert _references(found, 46) == [title]
    assert found[title]["completed_at"].startswith("2026-04-02")


def test_a_registered_model_is_named(found: dict[str, Any]) -> None:
    names = [line["title"] for each in found.values() for line in each["evidence"] if line["kind"] == "mlflow_run"]
    assert "Registered model ferry-delay 1" in names


def test_work_of_others_and_of_machines_is_no_achievement(found: dict[str, Any]) -> None:
    assert all("ada@example.org" in (each["author"], *each["coauthors"]) for each in found.values())
    assert not any("lock" in title.lower() or "bump" in title.lower() for title in found)


def test_documents_are_written_and_what_is_private_is_not_in_the_portfolio(shown: Result) -> None:
    assert shown.exit_code == 0, shown.output
    folder: Path = demo_folder()
    assert (folder / "brag.md").read_text().startswith("# Brag document: Ada Lindqvist")
    private = "delays from water and wind"
    assert private in (folder / "brag.md").read_text()
    assert private not in (folder / "portfolio.html").read_text()
    assert json.loads((folder / "resume.json").read_text())["basics"]["name"] == "Ada Lindqvist"
    assert str(folder) in shown.output
    assert "7 issues, 1 project ·" in shown.output
    assert "linear:" not in shown.output
    assert "3100" not in shown.output


def test_a_command_that_needs_no_work_collects_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert run_achievements("demo", "list", "--help").stderr == ""


def test_the_readme_shows_what_the_demo_does(shown: Result) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    brag = (demo_folder() / "brag.md").read_text(encoding="utf-8")
    pieces = readme.partition("```markdown\n")[2].partition("\n```")[0].split("\n\n### ")
    assert len(pieces) == 2
    assert [piece for piece in pieces if piece.strip() not in brag] == []
    listed = readme.partition("$ achievements demo list --limit 5\n")[2].partition("\n\n")[0].splitlines()[1:]
    assert len(listed) == 5
    assert [line for line in listed if " ".join(line.split()) not in " ".join(shown.output.split())] == []
