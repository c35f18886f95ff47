"""Achievements that are chosen by conditions instead of their keys."""

import json

import pytest
import sqlalchemy as sa
from click.testing import Result

from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("settings_of_ann")]

ENGINE = tuple(
    Piece(f"git:github.com/acme/engine@{number:04d}aaaa", impact=40 + number, columns={"title": f"Part {number}"})
    for number in range(25)
)
PRIVATE = Piece(
    "git:github.com/acme/zephyr@3333cccc",
    impact=90,
    columns={"title": "Tune Zephyr", "repository": "github.com/acme/zephyr"},
)


@pytest.fixture(autouse=True)
def _collected(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(*ENGINE, PRIVATE))


def edits(run: Run) -> set[str]:
    found = json.loads(run("history", "--json").stdout)
    return {each["achievement_key"][-8:] for each in found if not each["undone_at"]}


def test_what_conditions_choose_is_previewed_and_decided_about_once_the_user_agrees(run: Run) -> None:
    result = run("hide", "--repo", "engine", "--min-impact", "63", typed="y")
    assert "Part 24" in result.stdout
    assert "Hide 2 achievements?" in result.stderr
    assert edits(run) == {"0023aaaa", "0024aaaa"}


@pytest.mark.parametrize("typed", ["n", ""])
def test_without_consent_nothing_is_decided(run: Run, typed: str) -> None:
    result = run("hide", "--repo", "engine", typed=typed)
    assert result.exit_code == 1
    assert "... and 5 more" in result.stderr
    assert edits(run) == set()


def test_all_of_them_are_undone_together(run: Run) -> None:
    run("pin", "--category", "feature", "--yes")
    assert len(edits(run)) == len(ENGINE) + 1
    run("undo")
    assert edits(run) == set()


def test_unhide_chooses_among_the_hidden(run: Run) -> None:
    run("hide", "0001aaaa", "3333cccc")
    assert "Unhide: 1 achievement." in run("unhide", "--repo", "engine", "--yes").stdout
    assert [each["title"] for each in json.loads(run("list", "--search", "Part 1", "--json").stdout)][-1] == "Part 1"


def test_many_approvals_are_counted_by_channel_and_reason(run: Run) -> None:
    lines = run("approve", "--min-impact", "0", "--channel", "resume", "--channel", "linkedin", "--yes").stdout
    resume, linkedin = lines.splitlines()
    assert resume.split() == ["resume", "26", "shown"]
    assert linkedin.split()[:3] == ["linkedin", "25", "shown"]
    assert "1 held" in linkedin


@pytest.mark.parametrize("words", [(), ("1111", "--repo", "engine")])
def test_keys_or_conditions_are_needed_and_not_both(run: Run, words: tuple[str, ...]) -> None:
    result: Result = run("hide", *words)
    assert result.exit_code == 2
    assert "one of the two" in result.stderr
