"""Commits that tools and timers make under a person's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from achievement_pipeline.judging import judge_commits, noise_reasons
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline_tests.judging.apart import History, judge_apart
from achievement_pipeline_tests.judging.file_rows import changed, name, written

_BARE = ("Updates", "Update documentation", "deploy", "Rebuild the site", "Publish docs.")
_BUILT = ("index.html", "css/main.css")
_WRITTEN = (
    ("Updates", ("src/app.py",)),
    ("Updates", ("index.html", "generate.py")),
    ("Updates", ("css/main.css",)),
    ("Update the landing page", ("index.html",)),
)


def _are_mechanical(subjects: Sequence[str], files: Sequence[Mapping[str, object]]) -> list[bool]:
    commits, rows = written(*({"subject": subject} for subject in subjects)), changed(*files)
    judged = judge_commits(commits, rows, noise_reasons(rows), Rules())
    return judged["reasons"].str.contains("mechanical").tolist()


def _file(number: int, path: str) -> dict[str, object]:
    return {"sha": name(number), "path": path, "insertions": 300, "new_blob": name(1000 + number)}


@cache
def _mechanical_sites() -> Mapping[tuple[str, tuple[str, ...]], bool]:
    """Which single commits are mechanical, by their subject and paths."""
    sites = [*((subject, _BUILT) for subject in _BARE), *_WRITTEN]
    histories = [History([{"subject": subject}], [_file(0, path) for path in paths]) for subject, paths in sites]
    return {
        site: "mechanical" in activities["reasons"].iloc[0]
        for site, activities in zip(sites, judge_apart(*histories), strict=True)
    }


@pytest.mark.parametrize("subject", _BARE)
def test_a_built_site_with_a_bare_title_is_no_work(subject: str) -> None:
    assert _mechanical_sites()[subject, _BUILT]


@pytest.mark.parametrize(("subject", "paths"), _WRITTEN)
def test_a_site_that_somebody_wrote_is_work(subject: str, paths: tuple[str, ...]) -> None:
    assert not _mechanical_sites()[subject, paths]


def test_a_timer_repeats_its_title_and_its_files() -> None:
    subjects = [f"Update the data of day {number}" for number in range(12)]
    assert all(_are_mechanical(subjects, [_file(number, "data/prices.csv") for number in range(12)]))


def test_a_person_may_repeat_a_title() -> None:
    subjects = ["Add a solution"] * 12
    assert not any(_are_mechanical(subjects, [_file(number, f"day{number}/solve.py") for number in range(12)]))
    assert not any(_are_mechanical(subjects, [_file(number, "solve.py") for number in range(12)]))
