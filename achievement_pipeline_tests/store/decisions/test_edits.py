import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.frames import LinkTo
from achievement_pipeline.store.decisions.edits import edits_of, record_edit, undo
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, get_achievement, summarise
from achievement_pipeline.store.tables import Edit, EditField
from achievement_pipeline_tests.store.sample_pieces import Piece, collect, collect_slices, compose

pytestmark = pytest.mark.e2e

COMMIT = Piece("git:github.com/acme/engine@1111", impact=30.1)
SECOND = Piece("git:github.com/acme/engine@2222")
PULL = Piece("github:github.com/acme/engine#7", impact=80)
ISSUE = Piece("linear:4b1c", impact=60)


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that commits by itself, as between two commands of a user."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def title(connection: sa.Connection, key: str) -> str:
    return get_achievement(connection, key).title


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (EditField.TITLE, 'The "better" title'),
        (EditField.DESCRIPTION, "two\nlines"),
        (EditField.OUTCOME, "Users wait less."),
        (EditField.CATEGORY, "talk"),
        (EditField.IMPACT_SCORE, 12.5),
        (EditField.COMPLEXITY_SCORE, 0),
        (EditField.PORTFOLIO_READY, True),
        (EditField.HIDDEN, True),
    ],
)
def test_an_edit_is_applied_when_reading(
    engine: sa.Engine, connection: sa.Connection, field: EditField, value: object
) -> None:
    collect(engine, git=(COMMIT,))

    record_edit(connection, COMMIT.key, field, value, "ann")

    assert getattr(get_achievement(connection, COMMIT.key), field) == value


def test_the_last_edit_of_a_field_holds(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))

    record_edit(connection, COMMIT.key, EditField.TITLE, "first", "ann")
    record_edit(connection, COMMIT.key, EditField.TITLE, "second", "ann")

    assert title(connection, COMMIT.key) == "second"


def test_an_edit_that_is_undone_gives_way_to_the_one_before(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    first = record_edit(connection, COMMIT.key, EditField.TITLE, "first", "ann")
    second = record_edit(connection, COMMIT.key, EditField.TITLE, "second", "ann")

    undo(connection, second)
    assert title(connection, COMMIT.key) == "first"

    undo(connection, first)
    assert title(connection, COMMIT.key) == f"Title of {COMMIT.key}"
    with pytest.raises(StoreError, match=f"no edit {first} "):
        undo(connection, first)


def test_the_history_of_edits_is_kept(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    first = record_edit(connection, COMMIT.key, EditField.TITLE, "first", "ann")
    record_edit(connection, COMMIT.key, EditField.HIDDEN, value=True, made_by="bo")
    undo(connection, first)

    history = edits_of(connection, COMMIT.key)

    assert [(edit.field, edit.value, edit.made_by, edit.undone_at is None) for edit in history] == [
        (EditField.TITLE, "first", "ann", False),
        (EditField.HIDDEN, True, "bo", True),
    ]


def test_an_edit_survives_recomputation(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")

    collect(engine, git=(replace(COMMIT, impact=99, columns={"title": "theirs"}),))

    assert get_achievement(connection, COMMIT.key).impact_score == 99
    assert title(connection, COMMIT.key) == "mine"


def test_an_edit_survives_retraction_and_return(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")

    collect(engine, git=())
    assert title(connection, COMMIT.key) == "mine"
    collect(engine, git=(COMMIT,))
    assert title(connection, COMMIT.key) == "mine"


def test_what_absorbs_takes_the_edits_over(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key),))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")

    collect(engine, github=(PULL,))

    assert title(connection, PULL.key) == "mine"
    assert [edit.achievement_key for edit in edits_of(connection, PULL.key)] == [COMMIT.key]
    undo(connection, edits_of(connection, PULL.key)[0].id)
    assert title(connection, PULL.key) == f"Title of {PULL.key}"


def test_its_own_edit_of_a_field_wins_over_one_that_it_took_over(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,), github=(PULL,))
    record_edit(connection, PULL.key, EditField.TITLE, "of the root", "ann")
    record_edit(connection, COMMIT.key, EditField.TITLE, "of the commit", "ann")
    record_edit(connection, COMMIT.key, EditField.CATEGORY, "talk", "ann")

    collect(engine, git=(replace(COMMIT, parent=PULL.key),))

    view = get_achievement(connection, PULL.key)
    assert (view.title, view.category) == ("of the root", "talk")


def test_of_the_edits_of_two_that_were_absorbed_the_last_holds(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT, SECOND))
    record_edit(connection, SECOND.key, EditField.TITLE, "earlier", "ann")
    record_edit(connection, COMMIT.key, EditField.TITLE, "later", "ann")

    collect(engine, git=(replace(COMMIT, parent=PULL.key), replace(SECOND, parent=PULL.key)), github=(PULL,))

    assert title(connection, PULL.key) == "later"


def test_edits_go_back_with_what_is_cut_loose(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")
    collect(engine, git=(replace(COMMIT, parent=PULL.key),), github=(PULL,))

    collect(engine, git=(COMMIT,))

    assert title(connection, COMMIT.key) == "mine"
    assert title(connection, PULL.key) == f"Title of {PULL.key}"


def test_edits_follow_a_chain_up_and_down_again(engine: sa.Engine, connection: sa.Connection) -> None:
    commit, pull = replace(COMMIT, parent=PULL.key), replace(PULL, parent=ISSUE.key)
    collect(engine, git=(commit,))
    record_edit(connection, COMMIT.key, EditField.TITLE, "of the commit", "ann")

    collect(engine, github=(pull,))
    record_edit(connection, PULL.key, EditField.CATEGORY, "talk", "ann")
    collect(engine, linear=(ISSUE,))
    issue = get_achievement(connection, ISSUE.key)
    assert (issue.title, issue.category) == ("of the commit", "talk")
    assert [edit.achievement_key for edit in edits_of(connection, ISSUE.key)] == [COMMIT.key, PULL.key]

    collect(engine, linear=())
    assert (title(connection, PULL.key), get_achievement(connection, PULL.key).category) == ("of the commit", "talk")

    collect(engine, github=())
    assert title(connection, COMMIT.key) == "of the commit"
    assert get_achievement(connection, COMMIT.key).category != "talk"


def names(*of: str) -> dict[str, str]:
    return {"names": json.dumps(of)}


def brought(commit: str) -> dict[str, str]:
    """Links of a pull request: to a commit of its branch, and to an issue."""
    own = {"rank": 20, "to": LinkTo.CHILD, "name": commit}
    return {"links": json.dumps([own, {"rank": 50, "to": LinkTo.PARENT, "name": ISSUE.key}])}


@pytest.mark.parametrize("order", [("git", "github"), ("github", "git")], ids=" then ".join)
def test_a_commit_that_is_gone_when_its_branch_was_squashed_leaves_its_edits_to_the_pull_request(
    engine: sa.Engine, connection: sa.Connection, order: tuple[str, str]
) -> None:
    collect(engine, git=(replace(COMMIT, columns=names("commit:1111")),))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")
    squashed = {"git": (replace(SECOND, parent=PULL.key),), "github": (replace(PULL, columns=brought("commit:1111")),)}

    for lane in order:
        collect_slices(engine, {lane: squashed[lane]}, compose)

    assert title(connection, PULL.key) == "mine"
    assert get_achievement(connection, COMMIT.key).retracted_reason == f"absorbed by {PULL.key}"


def test_what_is_gone_follows_what_it_became_a_part_of(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(replace(COMMIT, columns=names("commit:1111")),))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")
    collect(engine, github=(replace(PULL, columns=brought("commit:1111")),))
    collect(engine, git=())
    assert title(connection, PULL.key) == "mine"

    collect(engine, linear=(ISSUE,))
    assert title(connection, ISSUE.key) == "mine"
    collect(engine, linear=())
    assert title(connection, PULL.key) == "mine"
    collect(engine, github=())
    assert get_achievement(connection, COMMIT.key).retracted_reason == "gone from its source"


def test_a_commit_that_was_rebased_leaves_its_edits_to_the_new_one(
    engine: sa.Engine, connection: sa.Connection
) -> None:
    collect(engine, git=(replace(COMMIT, columns=names("commit:1111", "change:a")),))
    record_edit(connection, COMMIT.key, EditField.TITLE, "mine", "ann")

    collect(engine, git=(replace(SECOND, columns=names("commit:2222", "change:a")),))
    assert title(connection, SECOND.key) == "mine"

    collect(engine, git=(replace(COMMIT, columns=names("commit:1111", "change:a")),))
    assert get_achievement(connection, COMMIT.key).retracted_reason is None
    assert get_achievement(connection, SECOND.key).retracted_reason == f"absorbed by {COMMIT.key}"


def test_filters_order_and_counts_go_by_what_was_edited(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT, SECOND))
    record_edit(connection, COMMIT.key, EditField.IMPACT_SCORE, 95, "ann")
    record_edit(connection, COMMIT.key, EditField.CATEGORY, "talk", "ann")

    assert [row.key for row in find_achievements(connection, AchievementFilter())] == [COMMIT.key, SECOND.key]
    assert [row.key for row in find_achievements(connection, AchievementFilter(min_impact=90))] == [COMMIT.key]
    assert summarise(connection, AchievementFilter()).categories == {"feature": 1, "talk": 1}


def test_a_hidden_part_hides_the_whole_and_is_named_by_it(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT, SECOND))
    record_edit(connection, COMMIT.key, EditField.HIDDEN, value=True, made_by="ann")
    branch = (replace(COMMIT, parent=PULL.key), replace(SECOND, parent=PULL.key))
    collect(engine, git=branch, github=(PULL,))

    whole = get_achievement(connection, PULL.key)
    assert (whole.hidden, whole.hidden_by) == (True, COMMIT.key)
    wanted = AchievementFilter(include_hidden=True, only_hidden_by_a_part=True)
    assert [each.key for each in find_achievements(connection, wanted)] == [PULL.key]

    record_edit(connection, PULL.key, EditField.HIDDEN, value=False, made_by="ann")
    assert [each.key for each in find_achievements(connection, AchievementFilter())] == [PULL.key]
    assert find_achievements(connection, wanted) == []


def test_hidden_achievements_are_left_out_by_default(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    record_edit(connection, COMMIT.key, EditField.HIDDEN, value=True, made_by="ann")

    assert find_achievements(connection, AchievementFilter()) == []
    assert [row.hidden for row in find_achievements(connection, AchievementFilter(include_hidden=True))] == [True]


def test_the_ledger_of_an_edited_score_still_adds_up(engine: sa.Engine, connection: sa.Connection) -> None:
    collect(engine, git=(COMMIT,))
    record_edit(connection, COMMIT.key, EditField.IMPACT_SCORE, 62.5, "ann")

    view = get_achievement(connection, COMMIT.key)

    assert view.score_ledger[-1] == {
        "score": "impact",
        "rule": "edit",
        "points": 32.4,
        "evidence": "edited by the user",
    }
    for score, total in (("impact", view.impact_score), ("complexity", view.complexity_score)):
        assert sum(line["points"] for line in view.score_ledger if line["score"] == score) == pytest.approx(total)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (EditField.TITLE, ""),
        (EditField.TITLE, "two\nlines"),
        (EditField.DESCRIPTION, "a\0b"),
        (EditField.OUTCOME, "two\nlines"),
        (EditField.CATEGORY, "Not A Word"),
        (EditField.IMPACT_SCORE, 101),
        (EditField.IMPACT_SCORE, float("nan")),
        (EditField.COMPLEXITY_SCORE, "50"),
        (EditField.PORTFOLIO_READY, "yes"),
        (EditField.HIDDEN, None),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused(
    engine: sa.Engine, connection: sa.Connection, field: EditField, value: object
) -> None:
    collect(engine, git=(COMMIT,))

    with pytest.raises(StoreError, match=f"^{field} can't be "):
        record_edit(connection, COMMIT.key, field, value, "ann")
    assert connection.scalar(sa.select(sa.func.count()).select_from(Edit.table)) == 0


def test_an_edit_of_an_achievement_that_does_not_exist_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(StoreError, match="no achievement git:nowhere"):
        record_edit(connection, "git:nowhere", EditField.TITLE, "x", "ann")
