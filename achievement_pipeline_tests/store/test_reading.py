import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.names import short_names
from achievement_pipeline.store.reading import (
    AchievementFilter,
    PersonalSkill,
    SkillView,
    Summary,
    activities_of,
    find_achievements,
    get_achievement,
    skills_of,
    skills_of_person,
    summarise,
)
from achievement_pipeline.store.tables import Achievement
from achievement_pipeline_tests.store.sample_pieces import NOON, Piece, collect

LOW = Piece("git:github.com/acme/engine@abcd1234", impact=40)
HIGH = Piece("git:github.com/acme/engine@abcdffff", impact=75, skills=("Rust", "C++"))
PULL = Piece("github:github.com/acme/engine#7", impact=60)


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        yield connection


def keys(connection: sa.Connection, wanted: AchievementFilter, limit: int | None = None) -> list[str]:
    return [row.key for row in find_achievements(connection, wanted, limit)]


def ago(days: int) -> dt.datetime:
    return NOON - dt.timedelta(days=days)


@pytest.mark.e2e
def test_the_highest_impact_in_whole_points_comes_first_then_complexity_then_the_newest_then_the_key(
    engine: sa.Engine, connection: sa.Connection
) -> None:
    newer = replace(LOW, key="git:a@2", columns={"completed_at": NOON + dt.timedelta(days=1)})
    undated = replace(LOW, key="git:a@0", columns={"completed_at": None})
    complex_ = replace(LOW, key="git:a@3", impact=39.6, complexity=90)
    collect(engine, git=(undated, LOW, newer, complex_, replace(LOW, key="git:a@1"), HIGH))

    expected = [HIGH.key, complex_.key, newer.key, "git:a@1", LOW.key, undated.key]
    assert keys(connection, AchievementFilter()) == expected
    assert keys(connection, AchievementFilter(), limit=1) == [HIGH.key]


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (AchievementFilter(authors=["ANN@example.com"]), [HIGH.key]),
        (AchievementFilter(authors=["bo@x.org"]), [HIGH.key, PULL.key]),
        (AchievementFilter(repository="github.com/other/one"), [PULL.key]),
        (AchievementFilter(category="bugfix"), [PULL.key]),
        (AchievementFilter(skill="rust"), [HIGH.key]),
        (AchievementFilter(skill="us"), []),
        (AchievementFilter(since=NOON), [HIGH.key]),
        (AchievementFilter(since=NOON.astimezone(dt.timezone(dt.timedelta(hours=9)))), [HIGH.key]),
        (AchievementFilter(min_impact=75), [HIGH.key]),
        (AchievementFilter(portfolio=True), [HIGH.key]),
        (AchievementFilter(portfolio=False), [PULL.key]),
        (AchievementFilter(authors=["bo@x.org"], min_impact=70), [HIGH.key]),
    ],
)
def test_a_filter_leaves_what_it_asks_for(
    engine: sa.Engine, connection: sa.Connection, wanted: AchievementFilter, expected: list[str]
) -> None:
    others = {
        "person": "bo@x.org",
        "repository": "github.com/other/one",
        "category": "bugfix",
        "completed_at": NOON - dt.timedelta(seconds=1),
    }
    collect(engine, git=(replace(HIGH, columns={"coauthors": "bo@x.org"}),), github=(replace(PULL, columns=others),))

    assert keys(connection, wanted) == expected


@pytest.mark.e2e
def test_retracted_achievements_are_left_out_by_default(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(LOW, HIGH))
    collect(engine, git=(LOW,))

    assert keys(connection, AchievementFilter()) == [LOW.key]
    with_retracted = find_achievements(connection, AchievementFilter(include_retracted=True))
    assert [(row.key, row.retracted_reason) for row in with_retracted] == [
        (HIGH.key, "gone from its source"),
        (LOW.key, None),
    ]


@pytest.mark.e2e
@pytest.mark.parametrize("name", [LOW.key, "git:github.com/acme/engine@abcd1", "abcd1", "abcd1234"])
def test_an_achievement_is_found_by_what_begins_its_name(
    engine: sa.Engine, connection: sa.Connection, name: str
) -> None:
    collect(engine, git=(LOW, HIGH), github=(PULL,))

    assert get_achievement(connection, name).key == LOW.key


@pytest.mark.e2e
def test_an_issue_is_found_by_its_identifier_and_shown_by_it(engine: sa.Engine, connection: sa.Connection) -> None:
    url = "https://linear.app/acme/issue/ENG-12/say-hello"
    issue = Piece("linear:4b1c0000-0000", columns={"names": '["issue:eng-12"]', "url": url})
    collect(engine, linear=(issue,))

    found = get_achievement(connection, "ENG-12")
    assert (found.key, short_names([found])) == (issue.key, ["ENG-12"])


@pytest.mark.e2e
def test_a_whole_key_is_meant_where_it_begins_others(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, github=(PULL, replace(PULL, key=f"{PULL.key}0")))

    assert get_achievement(connection, PULL.key).key == PULL.key


@pytest.mark.e2e
def test_a_name_that_begins_several_names_them(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(LOW, HIGH))

    with pytest.raises(StoreError, match=f"(?s)abcd matches several.*{LOW.key}.*{HIGH.key}"):
        get_achievement(connection, "abcd")


@pytest.mark.e2e
def test_of_many_candidates_some_are_named(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=tuple(Piece(f"git:a@{number:08x}") for number in range(30)))

    with pytest.raises(StoreError) as raised:
        get_achievement(connection, "git:a")
    assert str(raised.value).splitlines()[-2:] == ["  git:a@00000009", "  ..."]


@pytest.mark.e2e
@pytest.mark.parametrize("name", ["0000", "abc", "%", "git_github", "ffff"])
def test_a_name_that_matches_nothing_is_an_error(engine: sa.Engine, connection: sa.Connection, name: str) -> None:
    collect(engine, git=(LOW, HIGH))

    with pytest.raises(StoreError, match=f"no achievement {name}"):
        get_achievement(connection, name)


@pytest.mark.e2e
def test_the_skills_of_an_achievement_come_with_their_evidence(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(HIGH,))

    assert skills_of(connection, HIGH.key) == [
        SkillView("C++", "language", 0.5, f"files of {HIGH.key}"),
        SkillView("Rust", "language", 0.5, f"files of {HIGH.key}"),
    ]


@pytest.mark.e2e
def test_the_skills_of_a_person_have_their_evidence_counted_and_dated(
    engine: sa.Engine, connection: sa.Connection
) -> None:
    days_ago = {"git:a@1": 10, "git:a@2": 400, "git:a@3": 500, "git:a@4": 900}
    own = [
        replace(HIGH, key=key, skills=("Rust", "C++") if days > 450 else ("Rust",), columns={"completed_at": ago(days)})
        for key, days in days_ago.items()
    ]
    shared = replace(
        HIGH, key="git:a@5", skills=("Go",), columns={"person": "bo@x.org", "coauthors": "ann@example.com"}
    )
    others = replace(HIGH, key="git:a@6", skills=("Rust",), columns={"person": "bo@x.org"})
    collect(engine, git=(*own, shared, others))

    found = skills_of_person(connection, ["ANN@example.com"], NOON)

    assert found == [
        PersonalSkill("Rust", "language", 4, ago(900), ago(10), recent=1, before=2),
        PersonalSkill("C++", "language", 2, ago(900), ago(500), recent=0, before=1),
        PersonalSkill("Go", "language", 1, NOON, NOON, recent=1, before=0),
    ]
    assert [skill.trend for skill in found] == ["falling", "idle", "new"]
    assert skills_of_person(connection, (), NOON)[0].achievements == 5


@pytest.mark.parametrize(
    ("achievements", "recent", "before", "trend"),
    [
        (9, 0, 4, "idle"),
        (3, 3, 0, "new"),
        (4, 3, 0, "again"),
        (4, 2, 2, "steady"),
        (4, 3, 1, "rising"),
        (4, 1, 3, "falling"),
    ],
)
def test_a_trend_compares_the_last_year_with_the_one_before(
    achievements: int, recent: int, before: int, trend: str
) -> None:
    assert PersonalSkill("Rust", "language", achievements, NOON, NOON, recent, before).trend == trend


@pytest.mark.e2e
def test_the_activities_of_an_achievement_come_in_the_order_of_its_evidence(
    engine: sa.Engine, connection: sa.Connection
) -> None:
    left_out = replace(HIGH, columns={"scope": '{"lock": {"files": 1}}', "files": 3})
    collect(engine, git=(LOW, left_out), github=(replace(PULL, columns={"scope": "{half an object"}),))

    found = activities_of(connection, [PULL.key, HIGH.key, "git:gone", LOW.key])

    assert [activity.key for activity in found] == [PULL.key, HIGH.key, LOW.key]
    assert [activity.details for activity in found] == [
        {"scope": "{half an object", "files": 1},
        {"scope": {"lock": {"files": 1}}, "files": 3},
        {"scope": None, "files": 1},
    ]
    assert (found[1].significant, found[1].reasons, found[1].category_rule) == (True, ["type"], "type")


@pytest.mark.e2e
def test_a_summary_counts_the_most_frequent_first(engine: sa.Engine, connection: sa.Connection) -> None:
    chore = replace(LOW, key="git:a@1", skills=("Rust",), columns={"category": "chore", "repository": None})
    collect(engine, git=(LOW, HIGH, chore, Piece("git:a@2")))
    collect(engine, git=(LOW, HIGH, chore))

    summary = summarise(connection, AchievementFilter())

    assert summary == Summary(
        achievements=3,
        categories={"feature": 2, "chore": 1},
        skills={"Rust": 2, "C++": 1, "Python": 1},
        repositories={"github.com/acme/engine": 2},
    )
    assert list(summary.skills) == ["Rust", "C++", "Python"]
    assert summarise(connection, AchievementFilter(category="chore")).skills == {"Rust": 1}


@pytest.mark.e2e
def test_a_view_shows_every_column_of_the_table(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(HIGH,))

    view = vars(get_achievement(connection, HIGH.key))

    stored = connection.execute(sa.select(*Achievement.table.columns)).mappings().one()
    assert {name: view[name] for name in stored} == dict(stored)


def test_reading_does_not_wait_for_pandas() -> None:
    program = (
        "import sys, achievement_pipeline.store.reading, achievement_pipeline.store.decisions.edits; "
        "print({'pandas', 'pyarrow', 'pandera'} & set(sys.modules))"
    )

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"
