import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame
from sqlalchemy import event, orm

from achievement_pipeline.app.statements import AchievementCreate, create_achievement
from achievement_pipeline.errors import StoreError
from achievement_pipeline.frames import Achievements, ActivityFrames, PiecesOfWork
from achievement_pipeline.store.achievements import ChangeCounts
from achievement_pipeline.store.database import UnavailableError
from achievement_pipeline.store.upsert import SliceChanges, UpsertResult, upsert_slices
from achievement_pipeline_tests.store import stalled_run
from achievement_pipeline_tests.store.pieces import (
    Piece,
    Pieces,
    by_the_rules,
    collect,
    collect_slices,
    compose,
    frames,
    pieces_of_work,
)

pytestmark = pytest.mark.e2e


COMMIT = Piece("git:github.com/acme/engine@1111")
OTHER = Piece("git:github.com/acme/engine@2222", skills=("Rust", "Go"))
PULL = Piece("github:github.com/acme/engine#7", impact=80)
ISSUE = Piece("linear:0f3c", impact=90)


def rows(engine: sa.Engine, table: str, columns: str = "*") -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(sa.text(f"SELECT {columns} FROM {table} ORDER BY 1"))
        return [dict(row) for row in found.mappings()]


def row(engine: sa.Engine, key: str) -> dict[str, Any]:
    return next(row for row in rows(engine, "achievements") if row["key"] == key)


def impacts(engine: sa.Engine) -> dict[str, float]:
    return {row["key"]: row["impact_score"] for row in rows(engine, "achievements") if row["retracted_at"] is None}


def counted(engine: sa.Engine) -> list[str]:
    return list(impacts(engine))


def retracted(engine: sa.Engine) -> dict[str, str]:
    return {row["key"]: row["retracted_reason"] for row in rows(engine, "achievements") if row["retracted_at"]}


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values([name for name in ("key", "skill") if name in frame], ignore_index=True)


def everything(engine: sa.Engine) -> dict[str, Any]:
    """Return the whole content, with the transaction that wrote each row and its position."""
    return {
        table: rows(engine, table, f"{table}.*, xmin::text AS written_by, ctid::text AS place")
        for table in ("achievements", "activities", "skills", "slices", "edits")
    }


def test_an_achievement_is_stored_with_all_that_was_composed(engine: sa.Engine) -> None:
    awkward = replace(COMMIT, columns={"title": 'a\tb\n"c" \\N', "description": "", "coauthors": "bo@x.org,cy@x.org"})

    collect(engine, git=(awkward,))

    (stored,) = rows(engine, "achievements")
    assert stored["title"] == 'a\tb\n"c" \\N'
    assert stored["description"] == ""
    assert stored["source_url"] is None
    assert stored["coauthors"] == ["bo@x.org", "cy@x.org"]
    assert stored["skills_demonstrated"] == ["Python"]
    assert stored["evidence"] == [{"key": COMMIT.key}]
    assert sum(line["points"] for line in stored["score_ledger"] if line["score"] == "impact") == stored["impact_score"]
    assert rows(engine, "skills") == [
        {
            "achievement_key": COMMIT.key,
            "skill": "Python",
            "kind": "language",
            "weight": 0.5,
            "evidence": f"files of {COMMIT.key}",
        }
    ]


def test_compose_gets_the_activities_as_their_lane_handed_them_over(engine: sa.Engine) -> None:
    seen: list[PiecesOfWork] = []
    piece = replace(
        COMMIT,
        parent=PULL.key,
        skills=("Go", "Python"),
        columns={"coauthors": "bo@x.org,cy@x.org", "reasons": "type,lines", "scope": "core", "files": 12},
    )

    def look(pieces: PiecesOfWork) -> DataFrame[Achievements]:
        seen.append(pieces)
        return compose(pieces)

    collect(engine, look, git=(piece, replace(OTHER, significant=False)))

    handed, got = frames(piece, replace(OTHER, significant=False)), seen[0]
    shared = [column for column in got.activities if column not in {"parent", "details"}]
    pd.testing.assert_frame_equal(by_key(got.activities[shared]), by_key(handed.activities[shared]))
    assert [json.loads(details) for details in by_key(got.activities)["details"]] == [
        {"scope": "core", "files": 12},
        {"scope": None, "files": 1},
    ]
    pd.testing.assert_frame_equal(by_key(got.skills), by_key(handed.skills))
    assert [json.loads(text) for text in got.scores["ledger"]] == [json.loads(text) for text in handed.scores["ledger"]]
    without_ledger = [column for column in handed.scores if column != "ledger"]
    pd.testing.assert_frame_equal(got.scores[without_ledger], handed.scores[without_ledger])


def test_a_slice_of_the_stored_version_is_not_loaded(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))

    def load(_: str) -> ActivityFrames:
        raise AssertionError

    assert upsert_slices(engine, {"git": repr((COMMIT,))}, load, compose, rules="1") == UpsertResult()


def test_a_run_that_changes_nothing_writes_nothing(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    before = everything(engine)
    transactions: list[object] = []

    @event.listens_for(engine, "commit")
    def note(connection: sa.Connection) -> None:
        transactions.append(connection.scalar(sa.text("SELECT pg_current_xact_id_if_assigned()")))

    collect(engine, git=(COMMIT, OTHER))

    # PostgreSQL gives a number to a transaction as soon as it writes anything
    assert transactions == [None]
    assert everything(engine) == before


def test_a_new_version_with_equal_rows_rewrites_no_row_of_them(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    before = everything(engine)

    kept = upsert_slices(engine, {"git": "another"}, lambda _: frames(OTHER, COMMIT), compose, rules="1")

    after = everything(engine)
    assert kept == UpsertResult(slices={"git": SliceChanges(written=0, gone=0)})
    assert {table: after[table] for table in after if table != "slices"} == {
        table: before[table] for table in before if table != "slices"
    }


def test_only_what_differs_is_rewritten(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    before = everything(engine)

    kept = collect(engine, git=(COMMIT, replace(OTHER, impact=60)))

    after = everything(engine)
    assert kept == UpsertResult(ChangeCounts(changed=1), {"git": SliceChanges(written=1, gone=0)})
    for table, changed in (("achievements", 1), ("activities", 1), ("skills", 0)):
        assert sum(row not in before[table] for row in after[table]) == changed


def test_an_achievement_that_is_touched_and_equal_keeps_its_row(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    before = everything(engine)["achievements"]

    # its activity says something else, which no achievement shows
    kept = collect(engine, git=(replace(COMMIT, columns={"files": 2}),))

    assert kept == UpsertResult(ChangeCounts(unchanged=1), {"git": SliceChanges(written=1, gone=0)})
    assert everything(engine)["achievements"] == before


def test_only_the_touched_pieces_of_work_are_composed(engine: sa.Engine) -> None:
    child = replace(COMMIT, parent=PULL.key)
    collect(engine, git=(child, OTHER), github=(PULL,))
    seen: list[str] = []

    def look(pieces: PiecesOfWork) -> DataFrame[Achievements]:
        seen.extend(pieces.activities["key"])
        return compose(pieces)

    collect(engine, look, git=(replace(child, impact=95), OTHER))

    assert sorted(seen) == [COMMIT.key, PULL.key]


def test_other_rules_compose_everything_again_and_load_nothing(engine: sa.Engine) -> None:
    def stricter(pieces: PiecesOfWork) -> DataFrame[Achievements]:
        return compose(pieces).assign(portfolio_ready=True).pipe(Achievements.validate)

    collect(engine, git=(COMMIT, OTHER))
    kept = collect(engine, stricter, rules="2", git=(COMMIT, OTHER))

    assert kept == UpsertResult(ChangeCounts(changed=2))
    assert all(row["portfolio_ready"] for row in rows(engine, "achievements"))
    assert collect(engine, stricter, rules="2", git=(COMMIT, OTHER)) == UpsertResult()


def test_an_activity_that_is_gone_retracts_and_coming_back_restores(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))

    assert collect(engine, git=(COMMIT,)).achievements == ChangeCounts(retracted=1)
    assert retracted(engine) == {OTHER.key: "gone from its source"}
    assert [row["key"] for row in rows(engine, "activities")] == [COMMIT.key]

    assert collect(engine, git=(COMMIT, OTHER)).achievements == ChangeCounts(restored=1)
    assert retracted(engine) == {}


def test_a_whole_slice_may_go(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))

    assert collect(engine, git=()).achievements == ChangeCounts(retracted=2)
    assert counted(engine) == []


def test_an_activity_that_is_no_longer_significant_retracts(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))

    collect(engine, git=(replace(COMMIT, significant=False),))

    assert retracted(engine) == {COMMIT.key: "no longer significant"}


def test_a_revert_retracts_with_the_reason_that_was_composed(engine: sa.Engine) -> None:
    reverted = replace(COMMIT, columns={"retracted_by": OTHER.key})
    collect(engine, git=(COMMIT,))

    assert collect(engine, git=(reverted,)).achievements == ChangeCounts(retracted=1)
    assert retracted(engine) == {COMMIT.key: f"reverted by {OTHER.key}"}

    since = rows(engine, "achievements")[0]["retracted_at"]
    collect(engine, git=(replace(reverted, impact=51),))
    assert rows(engine, "achievements")[0]["retracted_at"] == since

    assert collect(engine, git=(COMMIT,)).achievements == ChangeCounts(restored=1)


def test_what_was_reverted_before_it_was_ever_seen_is_stored_as_retracted(engine: sa.Engine) -> None:
    kept = collect(engine, git=(replace(COMMIT, columns={"retracted_by": OTHER.key}),))

    assert kept.achievements == ChangeCounts(retracted=1)
    assert counted(engine) == []


def test_a_parent_that_appears_absorbs(engine: sa.Engine) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key), OTHER))
    assert counted(engine) == [COMMIT.key, OTHER.key]

    kept = collect(engine, github=(PULL,))

    assert kept.achievements == ChangeCounts(new=1, retracted=1)
    assert counted(engine) == [OTHER.key, PULL.key]
    assert retracted(engine) == {COMMIT.key: f"absorbed by {PULL.key}"}
    assert row(engine, COMMIT.key)["absorbed_by"] == PULL.key


def test_what_is_absorbed_twice_names_the_root(engine: sa.Engine) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key),))
    collect(engine, github=(replace(PULL, parent=ISSUE.key),))

    collect(engine, linear=(ISSUE,))

    assert retracted(engine) == {COMMIT.key: f"absorbed by {ISSUE.key}", PULL.key: f"absorbed by {ISSUE.key}"}


def test_a_link_that_moves_touches_the_piece_that_lost_and_the_one_that_won(engine: sa.Engine) -> None:
    loser, winner = replace(PULL, impact=30), Piece("github:github.com/acme/engine#8", impact=30)
    collect(engine, git=(replace(COMMIT, parent=loser.key, impact=75),), github=(loser, winner))
    assert impacts(engine) == {loser.key: 75, winner.key: 30}

    kept = collect(engine, git=(replace(COMMIT, parent=winner.key, impact=75),))

    assert kept.achievements == ChangeCounts(changed=2)
    assert impacts(engine) == {loser.key: 30, winner.key: 75}


def test_a_link_that_is_cut_restores_what_was_absorbed(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    collect(engine, git=(replace(COMMIT, parent=PULL.key),), github=(PULL,))
    assert counted(engine) == [PULL.key]

    kept = collect(engine, git=(COMMIT,))

    assert kept.achievements == ChangeCounts(changed=1, restored=1)
    assert counted(engine) == [COMMIT.key, PULL.key]
    assert all(row["absorbed_by"] is None for row in rows(engine, "achievements"))


def test_an_issue_that_is_reopened_gives_back_what_it_absorbed(engine: sa.Engine) -> None:
    commit = replace(COMMIT, parent=ISSUE.key)
    collect(engine, git=(commit,), linear=(ISSUE,))
    assert counted(engine) == [ISSUE.key]

    collect(engine, linear=())

    assert counted(engine) == [COMMIT.key]
    assert retracted(engine) == {ISSUE.key: "reopened, or gone from its source"}


def test_links_in_a_circle_end(engine: sa.Engine) -> None:
    def empty(_: PiecesOfWork) -> DataFrame[Achievements]:
        return compose(pieces_of_work())

    circle = (replace(COMMIT, parent=OTHER.key), replace(OTHER, parent=COMMIT.key))

    assert collect(engine, empty, git=circle).slices == {"git": SliceChanges(written=2, gone=0)}


def _moved(repository: str) -> tuple[Piece, Piece]:
    """Return a commit and its pull request, whose work is the same in every repository."""
    work = {"rank": 105, "to": "parent", "name": "work:1"}
    own = {"rank": 20, "to": "child", "name": f"commit:{repository}"}
    place = {"repository": f"github.com/{repository}"}
    commit = {**place, "names": json.dumps([own["name"], work["name"]]), "links": json.dumps([work])}
    pull_request = {**place, "links": json.dumps([own, work])}
    return (
        Piece(f"git:github.com/{repository}@1", columns=commit),
        Piece(f"github:{repository}#1", columns=pull_request),
    )


def test_the_work_of_a_pull_request_leads_to_other_repositories_only(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=_moved("ann/one"))
    assert list(impacts(engine)) == ["github:ann/one#1"]


def test_history_that_was_moved_is_one_achievement_named_by_a_pull_request(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=_moved("ann/one"), github=_moved("ann/two"))
    assert list(impacts(engine)) == ["github:ann/one#1"]


def test_an_activity_moves_to_the_slice_that_brings_it_now(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))

    collect(engine, renamed=(COMMIT,))
    collect(engine, git=())

    assert [row["slice"] for row in rows(engine, "activities")] == ["renamed"]
    assert counted(engine) == [COMMIT.key]


def test_skills_that_are_shown_no_more_go(engine: sa.Engine) -> None:
    collect(engine, git=(OTHER,))

    collect(engine, git=(replace(OTHER, skills=("Go", "Zig")),))

    assert [row["skill"] for row in rows(engine, "skills", "skill")] == ["Go", "Zig"]


def test_what_a_person_wrote_down_is_left_alone(engine: sa.Engine) -> None:
    talk = AchievementCreate(
        title="A talk", category="talk", author="ann@example.com", impact_score=60, complexity_score=20
    )
    with orm.Session(engine) as session, session.begin():
        create_achievement(session, talk)
    before = rows(engine, "achievements")

    collect(engine, git=(COMMIT,))
    collect(engine, git=())

    assert [row for row in rows(engine, "achievements") if row["key"] == talk.key] == before


def test_a_run_that_fails_leaves_what_was_there(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    before = everything(engine)

    def fail(_: PiecesOfWork) -> DataFrame[Achievements]:
        raise StoreError("out of ideas")

    with pytest.raises(StoreError, match="out of ideas"):
        collect(engine, fail, git=(replace(COMMIT, impact=99), OTHER), github=(PULL,))

    assert everything(engine) == before


@pytest.mark.parametrize("place", ["load", "compose", "commit"])
def test_a_run_that_is_killed_leaves_what_was_there(engine: sa.Engine, database_url: str, place: str) -> None:
    collect(engine, git=(COMMIT,))
    before = everything(engine)
    command = [sys.executable, "-m", stalled_run.__name__, database_url, place]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == place
        process.kill()

    assert everything(engine) == before
    assert stalled_run.second_state(engine).achievements == ChangeCounts(new=2, retracted=1)


def test_two_runs_at_once_do_one_after_the_other(engine: sa.Engine) -> None:
    child = replace(COMMIT, parent=PULL.key)
    composing = threading.Semaphore(1)

    def alone(pieces: PiecesOfWork) -> DataFrame[Achievements]:
        assert composing.acquire(blocking=False)
        try:
            return compose(pieces)
        finally:
            composing.release()

    with ThreadPoolExecutor() as threads:
        of_git = [threads.submit(collect, engine, alone, git=(child, OTHER)) for _ in range(2)]
        of_github = [threads.submit(collect, engine, alone, github=(PULL,)) for _ in range(2)]
        for runs in (of_git, of_github):
            assert sum(bool(run.result().slices) for run in runs) == 1

    assert counted(engine) == [OTHER.key, PULL.key]
    assert row(engine, PULL.key)["evidence"] == [{"key": COMMIT.key}, {"key": PULL.key}]


# a link leads from a key to a later one
KEYS = ["git:a@1", "git:a@2", "git:a@3", "github:a#1", "github:a#2", "linear:1"]


@st.composite
def linked_pieces(draw: st.DrawFn) -> Pieces:
    chosen = draw(st.lists(st.sampled_from(range(len(KEYS))), unique=True))
    parents = [draw(st.sampled_from([None, *KEYS[number + 1 :]])) for number in chosen]
    return tuple(
        Piece(KEYS[number], parent, impact=draw(st.integers(0, 99)))
        for number, parent in zip(chosen, parents, strict=True)
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(linked_pieces(), min_size=1, max_size=4))
def test_after_any_changes_the_achievements_are_those_of_the_last_state(
    engine: sa.Engine, states: list[Pieces]
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE slices, activities, achievements, skills, edits CASCADE"))

    for state in states:
        git, github, linear = (
            tuple(piece for piece in state if piece.key.startswith(lane)) for lane in ("git:", "github:", "linear:")
        )
        collect(engine, git=git, github=github, linear=linear)

    last = compose(pieces_of_work(*states[-1]))
    assert impacts(engine) == dict(zip(last["key"], last["impact_score"], strict=True))


@pytest.mark.parametrize("when", ["load", "compose"])
def test_a_database_that_goes_away_in_a_transaction_is_made_up_for(engine: sa.Engine, when: str) -> None:
    def go_away(moment: str) -> None:
        if moment == when:
            with engine.connect() as other:
                others = "datname = current_database() AND pid <> pg_backend_pid()"
                other.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))

    def load(_: str) -> ActivityFrames:
        go_away("load")
        return frames(COMMIT, OTHER)

    def composed(pieces: PiecesOfWork) -> DataFrame[Achievements]:
        go_away("compose")
        return compose(pieces)

    with pytest.raises(UnavailableError):
        upsert_slices(engine, {"git": "1"}, load, composed, rules="1")
    assert rows(engine, "achievements") == []
    assert (
        upsert_slices(engine, {"git": "1"}, lambda _: frames(COMMIT, OTHER), compose, rules="1").achievements.new == 2
    )


def test_a_pull_request_found_in_git_gives_way_to_its_host(engine: sa.Engine) -> None:
    git, github = "git/github.com/acme/engine", "github/github.com/acme/engine"
    known, enriched = replace(PULL, impact=60), replace(PULL, impact=80)

    collect_slices(engine, {git: (known, COMMIT)}, compose)
    assert impacts(engine) == {COMMIT.key: 50, PULL.key: 60}
    collect_slices(engine, {git: (known, COMMIT), github: (enriched,)}, compose)
    assert impacts(engine) == {COMMIT.key: 50, PULL.key: 80}
    collect_slices(engine, {git: (known, COMMIT, OTHER), github: (enriched,)}, compose)
    assert impacts(engine) == {COMMIT.key: 50, OTHER.key: 50, PULL.key: 80}
    collect_slices(engine, {git: (known, COMMIT, OTHER), github: ()}, compose)
    assert impacts(engine) == {COMMIT.key: 50, OTHER.key: 50, PULL.key: 60}
