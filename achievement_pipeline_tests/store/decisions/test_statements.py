"""The Python API on work that a source records: an edit of that piece of work, whether it is known now or later."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from achievement_pipeline import AchievementCreate, create_achievement
from achievement_pipeline.store.decisions.edits import edits_of
from achievement_pipeline.store.decisions.grouping import take_back
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements
from achievement_pipeline_tests.store.sample_pieces import NOON, REPOSITORY, Piece, collect, collect_slices, compose
from achievement_pipeline_tests.store.upgrading import at_revision

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("home")]

SHA = "c0ffee1" + "0" * 33
COMMIT = Piece(f"git:{REPOSITORY}@{SHA}", impact=40, columns={"names": f'["commit:{SHA}"]', "title": "oauth"})
PULL = Piece("github:acme/engine#12", impact=50, columns={"names": f'["pull:{REPOSITORY}#12"]'})
ISSUE = Piece("linear:5f0e", impact=60, columns={"names": '["issue:eng-12"]'})
README = Path(__file__).parents[3] / "README.md"


def state(engine: sa.Engine, **changes: Any) -> str:
    """State what the documented call does, or with changes, and return the key of the statement."""
    given: dict[str, Any] = {
        "title": "Completed: Feature Implementation",
        "category": "feature",
        "description": "Implemented new OAuth flow",
        "source_type": "git",
        "source_id": SHA,
        "impact_score": 75.0,
        "complexity_score": 80.0,
        "skills_demonstrated": ["Python", "OAuth", "Security"],
    }
    with Session(engine) as session, session.begin():
        return create_achievement(session, AchievementCreate(**{**given, **changes})).key


def seen(engine: sa.Engine) -> list[AchievementView]:
    with engine.connect() as connection:
        return find_achievements(connection, AchievementFilter())


def test_the_documented_call_works(engine: sa.Engine) -> None:
    before = dt.datetime.now(dt.UTC)
    key = state(engine, source_id="commit_hash")

    [stated] = seen(engine)
    assert (stated.key, stated.title, stated.author) == (key, "Completed: Feature Implementation", "ada@example.org")
    assert (stated.impact_score, stated.complexity_score) == (75.0, 80.0)
    assert stated.skills_demonstrated == ["Python", "OAuth", "Security"]
    assert stated.completed_at
    assert stated.completed_at >= before


@pytest.mark.parametrize("first", ["stated", "collected"])
@pytest.mark.parametrize(
    ("piece", "named"),
    [
        (COMMIT, {"source_id": SHA}),
        (COMMIT, {"source_id": SHA[:8]}),
        (COMMIT, {"source_id": f"https://{REPOSITORY}/commit/{SHA}"}),
        (COMMIT, {"source_type": "git_commit", "source_id": f"{REPOSITORY}@{SHA}"}),
        (PULL, {"source_type": "github", "source_id": "acme/engine#12"}),
        (PULL, {"source_type": "github", "source_id": "https://github.com/acme/engine/pull/12"}),
        (PULL, {"source_type": "github", "source_id": "12", "repository": REPOSITORY}),
        (ISSUE, {"source_type": "linear", "source_id": "ENG-12"}),
    ],
)
def test_a_statement_is_an_edit_of_the_work_it_names(
    engine: sa.Engine, piece: Piece, named: dict[str, str], first: str
) -> None:
    lane = piece.key.partition(":")[0]
    if first == "collected":
        collect_slices(engine, {lane: (piece,)}, compose)
    state(engine, **named)
    if first == "stated":
        assert len(seen(engine)) == 1
        collect_slices(engine, {lane: (piece,)}, compose)

    [one] = seen(engine)
    assert one.key == piece.key
    assert (one.title, one.description) == ("Completed: Feature Implementation", "Implemented new OAuth flow")
    assert (one.impact_score, one.complexity_score) == (75.0, 80.0)
    assert one.skills_demonstrated == ["Python", "OAuth", "Security"]
    assert [(line["score"], line["points"], line["evidence"]) for line in one.score_ledger] == [
        ("impact", 75, "given by ada@example.org"),
        ("complexity", 80, "given by ada@example.org"),
    ]


def test_it_is_done_when_the_named_work_was_done(engine: sa.Engine) -> None:
    collect(engine, compose, git=(COMMIT,))
    with Session(engine) as session, session.begin():
        stated = create_achievement(
            session,
            AchievementCreate(
                title="T", category="feature", source_type="git", source_id=SHA, impact_score=1, complexity_score=1
            ),
        )
        assert stated.completed_at == NOON


def test_the_same_call_twice_changes_nothing(engine: sa.Engine) -> None:
    collect(engine, compose, git=(COMMIT,))
    key = state(engine)
    before = seen(engine)

    assert state(engine) == key
    assert seen(engine) == before
    with engine.connect() as connection:
        assert len(edits_of(connection, COMMIT.key)) == 6


def test_another_statement_of_the_same_work_is_an_update(engine: sa.Engine) -> None:
    collect(engine, compose, git=(COMMIT,))
    state(engine)
    state(engine, title="Better", impact_score=20)

    [one] = seen(engine)
    assert (one.title, one.impact_score) == ("Better", 20)


def test_what_is_stated_can_be_taken_back_and_is_not_stated_again_by_the_same_call(engine: sa.Engine) -> None:
    collect(engine, compose, git=(COMMIT,))
    state(engine)
    take_back(engine, compose)
    state(engine)

    [one] = seen(engine)
    assert (one.title, one.impact_score) == ("oauth", 40)


def test_work_that_is_gone_leaves_the_statement_on_its_own(engine: sa.Engine) -> None:
    collect(engine, compose, git=(COMMIT,))
    key = state(engine)
    collect(engine, compose, git=())

    assert [one.key for one in seen(engine)] == [key]


def test_the_call_of_the_readme_works(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    [example] = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))

    exec(example, {})

    [one] = seen(engine)
    assert (one.impact_score, one.author) == (75, "ada@example.org")


def test_issues_keep_their_links_when_an_older_database_is_upgraded(engine: sa.Engine) -> None:
    named = '[{"rank": 50, "to": "parent", "name": "issue:eng-12"}]'
    commit = replace(COMMIT, columns={**COMMIT.columns, "links": named})
    collect(engine, git=(commit,), linear=(ISSUE,))

    with at_revision(engine, "0007") as connection:
        names = sa.text("SELECT name FROM activity_names UNION SELECT name FROM activity_links ORDER BY 1")
        assert connection.scalars(names).all() == [f"commit:{SHA}", "linear:eng-12"]

    collect(engine, git=(commit, PULL), linear=(ISSUE,))
    assert {one.key for one in seen(engine)} == {ISSUE.key, PULL.key}
