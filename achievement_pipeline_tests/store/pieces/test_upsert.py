import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame
from sqlalchemy import event

from achievement_pipeline.errors import StoreError
from achievement_pipeline.frames import Achievements, ActivityFrames, PiecesOfWork
from achievement_pipeline.store.pieces.changes import ChangeCounts
from achievement_pipeline.store.pieces.upsert import UpsertResult, upsert_slices
from achievement_pipeline.store.postgres.database import UnavailableError
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.store import stalled_run
from achievement_pipeline_tests.store.sample_pieces import (
    Piece,
    Pieces,
    by_the_rules,
    collect,
    collect_slices,
    compose,
    frames,
    pieces_of_work,
)
from achievement_pipeline_tests.store.stored import (
    COMMIT,
    OTHER,
    PULL,
    counted,
    everything,
    impacts,
    row,
    rows,
)
from achievement_pipeline_tests.store.upgrading import at_revision

pytestmark = pytest.mark.e2e


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values([name for name in ("key", "skill") if name in frame], ignore_index=True)


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


def _moved(repository: str) -> tuple[Piece, Piece]:
    """Return a commit and its pull request, whose work is the same in every repository."""
    work = {"rank": 105, "to": "elsewhere", "name": "work:1"}
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


def test_an_upgrade_converts_links_to_other_repositories(engine: sa.Engine) -> None:
    links = sa.text("SELECT DISTINCT leads_to FROM activity_links WHERE name = 'work:1'")
    collect(engine, by_the_rules, git=_moved("ann/one"))
    with at_revision(engine, "0009") as connection:
        assert connection.scalars(links).all() == ["parent"]
    with engine.connect() as connection:
        assert connection.scalars(links).all() == ["elsewhere"]


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

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
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


@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
