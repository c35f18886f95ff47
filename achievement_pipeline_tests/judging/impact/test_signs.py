"""The signs of impact in a change."""

import pytest

from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.impact.model import (
    learnt_model,
)
from achievement_pipeline.judging.impact.signs import find_signs
from achievement_pipeline_tests.judging.impact.conftest import NAMES, found, work


def test_every_sign_is_found_and_has_a_weight() -> None:
    assert set(find_signs(work("Add it", "a.py"))) == {sign.sign for sign in known_signs() if sign.weight is None}
    assert set(learnt_model().weights[lambda weights: weights != 0].index) == set(NAMES)
    assert len(set(NAMES)) == len(NAMES)
    assert not any("," in name for name in NAMES)


def test_release_notes_are_no_sign_of_documentation() -> None:
    assert "touches docs only" in found("Say more", "docs/usage.md")
    assert "touches docs only" not in found("Say more", "CHANGELOG.md", "docs/changes/12.feature.md")


@pytest.mark.parametrize("body", ["Fixes #12", "closes: https://github.com/o/n/issues/3", "Resolve o/n#4"])
def test_an_issue_that_is_closed_is_a_sign(body: str) -> None:
    assert "closes an issue" in found("Do it", "a.py", body=body)


@pytest.mark.parametrize(
    ("path", "added", "removed", "sign"),
    [
        ("a.py", 4, 0, None),
        ("a.py", 5, 0, "code grows"),
        ("a.py", 24, 10, None),
        ("a.py", 25, 10, "code grows"),
        ("a.py", 54, 10, "code grows"),
        ("a.py", 55, 10, "code grows much"),
        ("tests/test_a.py", 55, 10, "tests grow"),
        ("docs/a.md", 25, 10, "docs grow"),
    ],
)
def test_a_file_that_gains_far_more_than_it_loses_is_a_sign(
    path: str, added: int, removed: int, sign: str | None
) -> None:
    of_growth = {known.sign for known in known_signs() if known.rule == "growth"}
    assert found("Do it", path, lines=added, removed=removed) & of_growth == {sign} - {None}


@pytest.mark.parametrize(
    ("title", "category", "sign"),
    [
        ("Add it", "feature", "short title of a feature"),
        ("Add it", "bugfix", None),
        ("Add what was missing there", "feature", None),
    ],
)
def test_a_pair_is_a_sign_where_both_of_its_signs_are(title: str, category: str, sign: str | None) -> None:
    pairs = {known.sign for known in known_signs() if known.both}
    assert found(title, "a.py", category=category) & pairs == {sign} - {None}
