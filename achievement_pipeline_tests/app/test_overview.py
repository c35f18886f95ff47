"""A person's achievements at a glance."""

import datetime as dt

import pytest
import sqlalchemy as sa

from achievement_pipeline.app.me import EVERYBODY, Author
from achievement_pipeline.app.overview import read_overview
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

ANN = Author(Profile(), ("ann@example.com",))


def piece(name: str, year: int, impact: float, **columns: object) -> Piece:
    done = {"completed_at": dt.datetime(year, 6, 1, tzinfo=dt.UTC), "title": name, **columns}
    return Piece(f"git:github.com/acme/engine@{name}", impact=impact, columns=done)


def test_years_numbers_skills_and_missing_outcomes(engine: sa.Engine) -> None:
    pieces = (
        piece("aaaa", 2023, 20),
        piece("bbbb", 2024, 90, description="Cuts the p95 from 420 ms to 130 ms."),
        *(piece(f"cccc{number}", 2024, 30 + number) for number in range(4)),
        piece("dddd", 2022, 60, person="bob@example.com"),
    )
    collect(engine, by_the_rules, git=pieces)
    with engine.connect() as connection:
        mine, all_work = read_overview(connection, ANN), read_overview(connection, EVERYBODY)
    assert mine.numbers == {"achievements": 6, "repositories": 1, "skills": 1}
    assert [(each.year, each.achievements) for each in mine.years] == [(2024, 5), (2023, 1)]
    assert [best.title for best in mine.years[0].best] == ["bbbb", "cccc3", "cccc2"]
    # the text of bbbb says what came of it
    assert [each.title for each in mine.questions] == ["cccc3", "cccc2", "cccc1", "cccc0", "aaaa"]
    assert [each.year for each in all_work.years] == [2024, 2023, 2022]
