"""The laws of linking, on small worlds that change: what the achievements are depends on the last world alone."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from achievement_pipeline.frames import LinkTo
from achievement_pipeline.store.decisions.edits import edits_of, record_edit
from achievement_pipeline.store.tables import Achievement, Activity, EditField, Skill
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect_slices
from achievement_pipeline_tests.store.worlds import LANES, METHODS, World, worlds

pytestmark = pytest.mark.e2e

_OFTEN = settings(
    max_examples=examples(4),
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # to shrink a world takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_TIMES = {"created_at", "updated_at", "retracted_at"}


def start_over(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE slices, activities, achievements, skills, edits CASCADE"))


def collect_lanes(engine: sa.Engine, world: World, lanes: tuple[str, ...] = LANES) -> None:
    """Collect some lanes of a world, one after the other."""
    slices = world.slices()
    for lane in lanes:
        collect_slices(engine, {lane: slices[lane]}, by_the_rules)


def stored(engine: sa.Engine) -> dict[str, Any]:
    """Return all that counts: achievements with their skills, and who belongs to whom."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(*Achievement.table.columns)).mappings()
        counting = {
            row["key"]: {name: row[name] for name in row if name not in _TIMES}
            for row in rows
            if row["retracted_at"] is None
        }
        skills = connection.execute(sa.select(*Skill.table.columns)).all()
        return {
            "achievements": counting,
            "skills": sorted(tuple(row) for row in skills if row.achievement_key in counting),
            "parents": dict(connection.execute(sa.select(Activity.key, Activity.parent)).all()),
        }


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[World, tuple[str, ...]]]:
    """Worlds, and which lanes of each are collected in which order; of the last one all are, at last."""
    before = draw(st.lists(st.tuples(worlds(), st.lists(st.sampled_from(LANES), max_size=4)), max_size=2))
    last = (draw(worlds()), draw(st.permutations(LANES)))
    return [(world, tuple(lanes)) for world, lanes in (*before, last)]


@_OFTEN
@given(history=histories())
def test_only_the_last_world_counts_whatever_was_collected_before_and_in_whichever_order(
    engine: sa.Engine, history: list[tuple[World, tuple[str, ...]]]
) -> None:
    start_over(engine)
    for world, lanes in history:
        collect_lanes(engine, world, lanes)
    reached = stored(engine)

    start_over(engine)
    collect_slices(engine, history[-1][0].slices(), by_the_rules)

    assert reached == stored(engine)


def without_commits(found: dict[str, Any]) -> dict[str, Any]:
    """Return achievements without the commits of pull requests, which are others by each way of merging."""
    for row in found["achievements"].values():
        row["evidence"] = [one for one in row["evidence"] if one["kind"] != "git_commit" or one["key"] == row["key"]]
    return {"achievements": found["achievements"], "skills": [skill[:-1] for skill in found["skills"]]}


@_OFTEN
@given(world=worlds())
def test_squash_merge_and_rebase_give_the_same_achievements(engine: sa.Engine, world: World) -> None:
    found = []
    for method in METHODS:
        start_over(engine)
        collect_slices(engine, world.merged_by(method).slices(), by_the_rules)
        found.append(json.dumps(without_commits(stored(engine)), default=str, sort_keys=True))

    assert found[0] == found[1] == found[2]


@_OFTEN
@given(world=worlds())
def test_every_activity_is_a_member_of_one_piece_of_work(engine: sa.Engine, world: World) -> None:
    start_over(engine)
    collect_slices(engine, world.slices(), by_the_rules)

    found = stored(engine)
    with engine.connect() as connection:
        every = connection.scalars(sa.select(Achievement.evidence)).all()
    members = [one["key"] for evidence in every for one in evidence if one["relation"] == "member"]
    assert len(members) == len(set(members))
    assert set(members) <= set(found["parents"])


def root(parents: dict[str, str | None], key: str) -> str:
    above = parents[key]
    return key if above is None else root(parents, above)


@_OFTEN
@given(world=worlds(), lanes=st.lists(st.sampled_from(LANES), max_size=4), last=st.permutations(LANES))
def test_edits_of_a_commit_on_its_branch_apply_to_its_pull_request(
    engine: sa.Engine, world: World, lanes: list[str], last: list[str]
) -> None:
    start_over(engine)
    collect_lanes(engine, world.before_merging(), ("git", "linear"))
    edited: dict[str, set[str]] = {}
    with engine.begin() as connection:
        for pull in world.merged_pulls():
            for commit in pull.own():
                key = f"git:{REPOSITORY}@{commit['sha']}"
                if connection.scalar(sa.select(Achievement.key).where(Achievement.key == key)):  # else an issue's
                    record_edit(connection, key, EditField.TITLE, "mine", "ann")
                    edited.setdefault(f"github:acme/engine#{pull.number}", set()).add(key)

    collect_lanes(engine, world, (*lanes, *last))

    found = stored(engine)["parents"]
    with engine.connect() as connection:
        for pull_key, keys in edited.items():
            assert keys <= {edit.achievement_key for edit in edits_of(connection, root(found, pull_key))}


@_OFTEN
@given(copies=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2)), min_size=2, max_size=6, unique=True))
def test_a_link_to_elsewhere_leads_to_another_repository_and_only_there(
    engine: sa.Engine, copies: list[tuple[int, int]]
) -> None:
    def piece(repository: int, number: int, work: int) -> Piece:
        names, link = [f"work:{work}"], {"rank": 105, "to": LinkTo.ELSEWHERE, "name": f"work:{work}"}
        columns = {"repository": f"r{repository}", "names": json.dumps(names), "links": json.dumps([link])}
        return Piece(f"git:r{repository}@{work}{number}", columns=columns)

    start_over(engine)
    both = [piece(repository, number, work) for repository, work in copies for number in (1, 2)]
    collect_slices(engine, {"git": tuple(both)}, by_the_rules)

    repositories = {work: {place for place, same in copies if same == work} for _, work in copies}
    for key, parent in stored(engine)["parents"].items():
        place, _, what = key.partition("@")
        assert (parent is None) == (len(repositories[int(what[0])]) == 1)
        assert parent is None or (parent[-2] == what[0] and not parent.startswith(place))
