"""How well a skill is shown."""

import datetime as dt

import pytest

from achievement_pipeline.channels import RESUME
from achievement_pipeline.publishing.documents.parts.skill_levels import Level, shown_skills
from achievement_pipeline_tests.publishing.views import public, view


def on(year: int, month: int) -> dt.datetime:
    return dt.datetime(year, month, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("pieces", "quarters", "level"),
    [
        (1, 1, None),
        (4, 4, None),
        (20, 1, None),
        (5, 2, Level.INTERMEDIATE),
        (19, 4, Level.INTERMEDIATE),
        (40, 3, Level.INTERMEDIATE),
        (20, 4, Level.ADVANCED),
    ],
)
def test_a_level_needs_pieces_of_work_and_time(pieces: int, quarters: int, level: Level) -> None:
    done = [view(number=number, completed_at=on(2026, 1 + 3 * (number % quarters))) for number in range(pieces)]
    (skill,) = shown_skills(public(RESUME, *done))
    assert (skill.name, skill.kind, skill.pieces, skill.level) == ("Python", "language", pieces, level)


def test_years_are_those_that_are_known() -> None:
    done = [view(number=number, completed_at=moment) for number, moment in enumerate([None, on(2024, 5), on(2021, 1)])]
    (skill,) = shown_skills(public(RESUME, *done))
    assert skill.years == "2021 to 2024"
    (undated,) = shown_skills(public(RESUME, done[0]))
    assert (undated.pieces, undated.years) == (1, "")


def test_the_skill_that_most_work_shows_comes_first() -> None:
    done = [view(number=1, skills_demonstrated=["b", "A"]), view(number=2, skills_demonstrated=["c", "b"])]
    assert [skill.name for skill in shown_skills(public(RESUME, *done))] == ["b", "A", "c"]
