"""Identity survives any rewriting that keeps contents: what the user decided holds for what took a commit's place."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from achievement_pipeline.frames import ActivityFrames, PathAttributes, Skills
from achievement_pipeline.judging import judge_commits, noise_reasons, score_commits
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.sources.git import History, open_repository, read_history
from achievement_pipeline.store.decisions.approvals import Approval, approvals
from achievement_pipeline.store.decisions.edits import orphaned_decisions, record_edit
from achievement_pipeline.store.decisions.grouping import merge, take_back
from achievement_pipeline.store.pieces.upsert import upsert_slices
from achievement_pipeline.store.publications import find_publications, plan, published_keys, record
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, get_achievement
from achievement_pipeline.store.tables import EditField, PublicationState
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.store.sample_pieces import by_the_rules, frame_of

pytestmark = pytest.mark.e2e

_OFTEN = settings(
    max_examples=examples(15),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FILES = ("one.py", "two.py")


@dataclass(frozen=True)
class Work:
    """A commit before it has a place in a history."""

    number: int
    file: str
    message: str
    author: str = "Ada Lovelace <ada@example.org>"
    at: int = 1704103200

    @property
    def lines(self) -> str:
        return "".join(f"value_{self.number}_{line} = {line}\n" for line in range(3))


@dataclass
class Clone:
    """A repository that is collected again and again."""

    engine: sa.Engine
    repository: GitRepository
    history: History | None = None
    shas: list[str] = field(default_factory=list)

    def write(self, works: tuple[Work, ...], base: str) -> None:
        """Put a history in the place of the one that was there, on top of a commit of some text in all files."""
        contents = dict.fromkeys(FILES, base)
        parent = self.repository.commit("chore: begin", {FILES[0]: base, FILES[1]: base}, parents=[])
        self.shas = []
        for work in works:
            contents[work.file] += work.lines
            parent = self.repository.commit(
                work.message,
                {work.file: contents[work.file]},
                author=work.author,
                authored=f"{work.at} +0000",
                parents=[parent],
            )
            self.shas.append(parent)

    def collect(self) -> None:
        """Read and store it, from what was read before."""
        opened = open_repository(self.repository.path, cache=self.repository.path.parent / "cache")
        self.history = read_history(opened, self.history)
        commits, files = self.history.commits, self.history.files
        noise = noise_reasons(files, frame_of(PathAttributes, []))
        activities = judge_commits(commits, files, noise, Rules())
        scores = score_commits(activities, Rules().commits)
        frames = ActivityFrames(activities, scores, frame_of(Skills, []))
        version = hashlib.sha256(",".join(sorted(commits["sha"])).encode()).hexdigest()
        upsert_slices(self.engine, {f"git/{opened.key}": version}, lambda _: frames, by_the_rules, rules="1")

    def key(self, place: int) -> str:
        assert self.history
        return f"git:{self.history.state.repository}@{self.shas[place]}"

    def decide(self, place: int, edit_field: EditField, value: object, channel: str | None = None) -> None:
        with self.engine.begin() as connection:
            record_edit(connection, self.key(place), edit_field, value, "ada", channel=channel)

    def publish(self, place: int) -> None:
        with self.engine.begin() as connection:
            planned = plan(connection, "linkedin", self.key(place), f"Text of {place}", "PUBLIC")
            record(connection, planned, replace(planned, state=PublicationState.PUBLISHED))


@pytest.fixture
def clone(engine: sa.Engine, tmp_path: Path) -> Clone:
    return Clone(engine, GitRepository.create(tmp_path / "project"))


def works(count: int) -> tuple[Work, ...]:
    return tuple(Work(n, FILES[n % 2], f"feat: say {n}", at=1704103200 + 60 * n) for n in range(count))


def reworded(work: Work) -> Work:
    return replace(work, message=f"feat: say it better, {work.number * 7}\n\nAt length.")


def dated(work: Work) -> Work:
    return replace(work, at=1800000000)


def authored(work: Work) -> Work:
    return replace(work, author="Ada King <ada@example.com>")


REWRITINGS = {"reword": reworded, "date": dated, "author": authored}


@pytest.mark.parametrize(
    ("names", "base"),
    [
        (("reword",), ""),
        (("date",), ""),
        (("author",), ""),
        (("reword", "date", "author"), ""),
        ((), "# rebased\n"),
        (("reword",), "# rebased\n"),
        (("reword", "date", "author"), "# rebased\n"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else f"base={value.strip()}",
)
def test_what_was_hidden_stays_hidden(clone: Clone, names: tuple[str, ...], base: str) -> None:
    before = works(3)
    clone.write(before, "# begin\n")
    clone.collect()
    clone.decide(1, EditField.HIDDEN, value=True)
    after = before
    for name in names:
        after = tuple(map(REWRITINGS[name], after))
    clone.write(after, base or "# begin\n")

    clone.collect()

    with clone.engine.connect() as connection:
        shown = {each.key for each in find_achievements(connection, AchievementFilter())}
        assert shown == {clone.key(0), clone.key(2)}
        assert get_achievement(connection, clone.key(1)).hidden


@st.composite
def rewritings(draw: st.DrawFn) -> list[tuple[list[set[str]], str]]:
    """One to three rewritings of four commits in a row: what becomes of each, and the base that they end on."""
    names = st.sets(st.sampled_from(sorted(REWRITINGS)))
    bases = st.sampled_from(["# begin\n", "# other\n", "# an\n# other\n"])
    return draw(st.lists(st.tuples(st.lists(names, min_size=4, max_size=4), bases), min_size=1, max_size=3))


@_OFTEN
@given(steps=rewritings(), same_dates=st.booleans())
def test_every_decision_survives_any_rewriting_that_keeps_contents(
    engine: sa.Engine,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[list[set[str]], str]],
    same_dates: bool,
) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE slices, achievements, edits, publications CASCADE"))
    clone = Clone(engine, GitRepository.create(tmp_path_factory.mktemp("rewritten") / "project"))
    history = tuple(replace(work, at=1704103200) if same_dates else work for work in works(4))
    clone.write(history, "# begin\n")
    clone.collect()
    clone.decide(0, EditField.HIDDEN, value=True)
    clone.decide(1, EditField.TITLE, value="Mine")
    clone.decide(1, EditField.PINNED, value=True)
    clone.decide(2, EditField.APPROVED, value=False, channel="linkedin")
    clone.publish(3)

    for changes, base in steps:
        rewritten = []
        for work, names in zip(history, changes, strict=True):
            for name in sorted(names):
                work = REWRITINGS[name](work)  # noqa: PLW2901
            rewritten.append(work)
        history = tuple(rewritten)
        clone.write(history, base)
        clone.collect()

    with engine.connect() as connection:
        shown = {each.key: each for each in find_achievements(connection, AchievementFilter())}
        assert shown.keys() == {clone.key(place) for place in (1, 2, 3)}
        assert (shown[clone.key(1)].title, shown[clone.key(1)].pinned) == ("Mine", True)
        assert approvals(connection, "linkedin")[clone.key(2)] is Approval.REFUSED
        assert clone.key(3) in published_keys(connection, "linkedin")
        assert len(find_publications(connection, "linkedin")) == 1
        assert not orphaned_decisions(connection)


def test_a_merge_and_its_undoing_survive_a_rewriting(clone: Clone) -> None:
    history = works(3)
    clone.write(history, "# begin\n")
    clone.collect()
    merge(clone.engine, [clone.key(0), clone.key(1)], by_the_rules, "ada")
    clone.write(tuple(map(reworded, history)), "# other\n")

    clone.collect()

    with clone.engine.connect() as connection:
        shown = {each.key for each in find_achievements(connection, AchievementFilter())}
        assert shown == {clone.key(0), clone.key(2)}
        evidence = get_achievement(connection, clone.key(0)).evidence
        assert [line["key"] for line in evidence if line["relation"] == "member"] == [clone.key(0), clone.key(1)]

    take_back(clone.engine, by_the_rules)

    with clone.engine.connect() as connection:
        assert len(find_achievements(connection, AchievementFilter())) == len(history)


def test_a_decision_is_found_again_when_its_work_was_away_in_between(clone: Clone) -> None:
    history = works(2)
    clone.write(history, "# begin\n")
    clone.collect()
    clone.decide(0, EditField.HIDDEN, value=True)
    clone.write((), "# nothing of it\n")
    clone.collect()
    with clone.engine.connect() as connection:
        [orphan] = orphaned_decisions(connection)
        assert (orphan.title, orphan.decisions) == ("Say 0", ("hidden",))
    clone.write(tuple(map(reworded, history)), "# begin\n")

    clone.collect()

    with clone.engine.connect() as connection:
        assert get_achievement(connection, clone.key(0)).hidden
        assert not orphaned_decisions(connection)
