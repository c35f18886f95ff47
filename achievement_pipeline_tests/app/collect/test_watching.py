"""The laws of watching, against a small model of repositories, of runs that collect them, and of what goes wrong."""

import itertools
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.app.collect.watching import Cursor, decide, ranges

KEYS = ("local/a", "local/b", "local/c")
_HOUR = 3600.0


@dataclass
class World:
    """Repositories stand somewhere; runs read where, and collect it when they end."""

    fingerprints: dict[str, str] = field(default_factory=lambda: dict.fromkeys(KEYS, "0"))
    collected: dict[str, str] = field(default_factory=dict)
    running: dict[str, str] = field(default_factory=dict)
    """Keys of unfinished runs, with where the repository stood when the run read it."""
    broken: set[str] = field(default_factory=set)
    cursor: str | None = None
    now: float = 0.0
    runs: list[str] = field(default_factory=list)

    def tick(self, *, dies: bool = False) -> list[str]:
        """Evaluate the sensor; one that dies has asked for its runs, but its cursor is not kept."""
        decision = decide(
            self.fingerprints,
            Cursor.load(self.cursor),
            self.now,
            lambda: set(self.running),
            lambda keys: {key: self.collected.get(key) for key in keys},
        )
        for key in decision.due:
            assert key not in self.running, "a run that is going on is not doubled"
            self.running[key] = self.fingerprints[key]
            self.runs.append(key)
        if not dies:
            self.cursor = decision.cursor.model_dump_json()
        return decision.due

    def finish(self, key: str) -> None:
        """End a run."""
        stood = self.running.pop(key, None)
        if stood is not None and key not in self.broken:
            self.collected[key] = stood

    def finish_all(self) -> None:
        """End all runs."""
        for key in list(self.running):
            self.finish(key)

    def settle(self) -> None:
        """Let hours go by in which nothing happens but ticks and runs."""
        for _ in range(5):
            self.now += 2 * _HOUR
            self.tick()
            self.finish_all()


_EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.sampled_from(KEYS)),
        st.tuples(st.just("reset"), st.sampled_from(KEYS)),
        st.tuples(st.just("finish"), st.sampled_from(KEYS)),
        st.tuples(st.just("break"), st.sampled_from(KEYS)),
        st.tuples(st.just("mend"), st.sampled_from(KEYS)),
        st.tuples(st.sampled_from(["tick", "tick", "tick", "dies", "forgotten", "later version"]), st.none()),
    ),
    max_size=60,
)


def _play(world: World, events: list[tuple[str, str | None]]) -> None:
    for number, (event, key) in enumerate(events, start=1):
        world.now += 5
        match event, key:
            case "commit", str():
                world.fingerprints[key] = str(number)
            case "reset", str():
                world.fingerprints[key] = "0"
            case "finish", str():
                world.finish(key)
            case "break", str():
                world.broken.add(key)
            case "mend", str():
                world.broken.discard(key)
            case "forgotten", _:
                world.cursor = None
            case "later version", _:
                world.cursor = '{"version": 2, "anything": []}'
            case _:
                world.tick(dies=event == "dies")


@given(_EVENTS)
def test_nothing_is_lost_whatever_happens(events: list[tuple[str, str | None]]) -> None:
    world = World()
    _play(world, events)
    world.settle()
    sound = {key: stood for key, stood in world.fingerprints.items() if key not in world.broken}
    assert {key: world.collected.get(key) for key in sound} == sound


@given(_EVENTS)
def test_what_is_collected_is_not_asked_for_again(events: list[tuple[str, str | None]]) -> None:
    world = World()
    _play(world, events)
    world.broken.clear()
    world.settle()
    world.cursor = None
    assert [world.tick() for _ in range(3)] == [[], [], []]


def test_a_burst_of_a_hundred_commits_is_one_run() -> None:
    world = World()
    world.settle()
    world.runs.clear()
    for number in range(100):
        world.fingerprints["local/a"] = f"commit {number}"
    world.tick()
    world.finish_all()
    world.tick()
    assert world.runs == ["local/a"]


def test_commits_during_a_run_are_one_more_run_as_soon_as_it_ends() -> None:
    world = World()
    world.settle()
    world.runs.clear()
    for number in range(100):
        world.fingerprints["local/a"] = f"commit {number}"
        world.tick()
    assert world.runs == ["local/a"]
    world.finish_all()
    world.tick()
    world.finish_all()
    world.tick()
    assert world.runs == ["local/a", "local/a"]
    assert world.collected["local/a"] == "commit 99"


def test_what_another_run_collected_is_not_collected_again() -> None:
    world = World()
    world.settle()
    world.runs.clear()
    world.fingerprints["local/a"] = world.collected["local/a"] = "by the hook"
    world.tick()
    assert world.runs == []


def test_a_repository_that_fails_waits_longer_each_time_and_holds_up_no_other() -> None:
    world = World()
    world.settle()
    world.runs.clear()
    world.broken = {"local/a"}
    world.fingerprints["local/a"] = "unreadable"
    asked_at = []
    for minute in range(6 * 60):
        world.now += 60
        world.fingerprints["local/b"] = f"commit {minute}"
        asked = world.tick()
        assert "local/b" in asked
        asked_at += [minute] if "local/a" in asked else []
        world.finish_all()
    assert [later - sooner for sooner, later in itertools.pairwise(asked_at)] == [
        1, 2, 4, 8, 16, 32, 60, 60, 60, 60,
    ]  # fmt: skip


def test_the_cursor_does_not_grow_with_the_repositories() -> None:
    def length(number: int) -> int:
        fingerprints = {f"github.com/o/{key}": "here" for key in range(number)}
        cursor = Cursor()
        for _ in range(number // 250 + 1):
            _, cursor = decide(fingerprints, cursor, 0.0, set, lambda keys: dict.fromkeys(keys, "here"))
        assert decide(fingerprints, cursor, 0.0, _never, _never_collected).due == []
        return len(cursor.model_dump_json())

    assert length(5_000) == length(500) < 2_000


def _never() -> set[str]:
    raise AssertionError("nothing has changed, so nobody is asked")


def _never_collected(keys: object) -> dict[str, str | None]:
    raise AssertionError(keys)


def test_no_tick_looks_at_everything_and_everything_has_its_turn() -> None:
    fingerprints = {f"github.com/o/{key}": "here" for key in range(1000)}
    cursor, asked, looked_at = Cursor(), set[str](), []

    def collected(keys: object) -> dict[str, str | None]:
        assert isinstance(keys, list)
        looked_at.append(len(keys))
        return {}

    for _ in range(4):
        ask, cursor = decide(fingerprints, cursor, 0.0, asked.copy, collected)
        asked |= set(ask)
    assert asked == set(fingerprints)
    assert max(looked_at) < 300


@given(st.permutations(range(30)).map(lambda places: [str(place) for place in places]), st.data())
def test_ranges_cover_what_was_asked_for_and_nothing_else(order: list[str], data: st.DataObject) -> None:
    keys = data.draw(st.sets(st.sampled_from(order)))
    longest = data.draw(st.integers(1, 10))

    found = ranges(keys, order, longest)

    assert sorted(key for stretch in found for key in stretch) == sorted(keys)
    for stretch in found:
        assert len(stretch) <= longest
        assert order[order.index(stretch[0]) : order.index(stretch[-1]) + 1] == stretch


def test_a_thousand_new_repositories_are_twenty_runs() -> None:
    order = [str(number) for number in range(1000)]
    assert len(ranges(order, order, 50)) == 20
