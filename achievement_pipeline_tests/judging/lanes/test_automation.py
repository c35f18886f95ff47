"""Commits that tools and timers make under a person's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from achievement_pipeline.judging import judge_commits, noise_reasons
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline_tests.judging.file_rows import changed, name, written


def _are_mechanical(subjects: Sequence[str], files: Sequence[Mapping[str, object]]) -> list[bool]:
    commits, rows = written(*({"subject": subject} for subject in subjects)), changed(*files)
    judged = judge_commits(commits, rows, noise_reasons(rows), Rules())
    return judged["reasons"].str.contains("mechanical").tolist()


def _file(number: int, path: str) -> dict[str, object]:
    return {"sha": name(number), "path": path, "insertions": 300, "new_blob": name(1000 + number)}


@pytest.mark.parametrize("subject", ["Updates", "Update documentation", "deploy", "Rebuild the site", "Publish docs."])
def test_a_built_site_with_a_bare_title_is_no_work(subject: str) -> None:
    assert _are_mechanical([subject], [_file(0, "index.html"), _file(0, "css/main.css")]) == [True]


@pytest.mark.parametrize(
    ("subject", "paths"),
    [
        ("Updates", ["src/app.py"]),
        ("Updates", ["index.html", "generate.py"]),
        ("Updates", ["css/main.css"]),
        ("Update the landing page", ["index.html"]),
    ],
)
def test_a_site_that_somebody_wrote_is_work(subject: str, paths: Sequence[str]) -> None:
    assert _are_mechanical([subject], [_file(0, path) for path in paths]) == [False]


def test_a_timer_repeats_its_title_and_its_files() -> None:
    subjects = [f"Update the data of day {number}" for number in range(12)]
    assert all(_are_mechanical(subjects, [_file(number, "data/prices.csv") for number in range(12)]))


def test_a_person_may_repeat_a_title() -> None:
    subjects = ["Add a solution"] * 12
    assert not any(_are_mechanical(subjects, [_file(number, f"day{number}/solve.py") for number in range(12)]))
    assert not any(_are_mechanical(subjects, [_file(number, "solve.py") for number in range(12)]))
