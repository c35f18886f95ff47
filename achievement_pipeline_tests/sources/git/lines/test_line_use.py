"""How long lines were in use: equal to ``git blame -w``, at the cost of what is new."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from achievement_pipeline.sources.git import (
    LinesInUse,
    Select,
    no_lines,
    open_repository,
    read_history,
    read_lines_in_use,
    select_all,
)
from achievement_pipeline_tests.builders import Entry, GitRepository
from achievement_pipeline_tests.examples import examples

_DAY = 86_400
_FIRST = 1_577_836_800
"""1 January 2020."""

CONTENTS = st.lists(st.sampled_from(["a", "b", "  b", "c\t", "}", "", "d = 1", "d  = 1"]), max_size=8).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)
PATHS = ["one.py", "two.py", "docs/three.md"]


@dataclass(frozen=True)
class Step:
    """A commit on a branch, perhaps a merge of another one, with contents by path, and a file that it renames."""

    branch: str
    merged: str
    files: Mapping[str, str | None]
    renamed: tuple[str, str]
    added: str


BRANCHES = st.sampled_from(["main", "main", "side", "other"])
STEPS = st.lists(
    st.builds(
        Step,
        branch=BRANCHES,
        merged=st.just("") | BRANCHES,
        files=st.dictionaries(st.sampled_from(PATHS), st.none() | CONTENTS, max_size=2),
        renamed=st.tuples(st.sampled_from(PATHS), st.sampled_from(PATHS)),
        added=st.sampled_from(["", "", "new\n"]),
    ),
    min_size=1,
    max_size=14,
)
Tree = Mapping[str, str]


def write(repository: GitRepository, steps: Sequence[Step]) -> Iterator[None]:
    """Commit one step after another, a hundred days apart; a branch begins where ``main`` is."""
    tips: dict[str, tuple[str, Tree]] = {}
    days = itertools.count(step=100)
    for step in steps:
        branch = step.branch if tips else "main"
        own = tips.get(branch) or tips.get("main")
        other = tips.get(step.merged)
        parents = list(dict.fromkeys(sha for sha, _ in filter(None, (own, other))))
        before = dict(own[1]) if own else {}
        changes = {path: text for path, text in step.files.items() if text is not None or path in before}
        old, new = step.renamed
        if old in before and new not in before and not changes:
            changes = {old: None, new: before[old] + step.added}
        files: dict[str | bytes, str | bytes | Entry | None] = {}
        files.update(changes.items())
        date = f"{_FIRST + next(days) * _DAY} +0000"
        sha = repository.commit("work", files, parents=parents, branch=branch, authored=date)
        after = before | changes
        tips[branch] = (sha, {path: text for path, text in after.items() if text is not None})
        yield


def read(path: Path, stored: LinesInUse | None = None, select: Select = select_all) -> LinesInUse:
    repository = open_repository(path, cache=path)
    return read_lines_in_use(repository, read_history(repository, select=select), stored or no_lines())


def owners(lines: LinesInUse) -> dict[str, list[str]]:
    """Return the commit of each line at the head, by path."""
    rows = lines.use["sha"].tolist()
    latest = lines.owners[lines.owners["until"].isna()]
    found = {
        path: [rows[int(row)] for size, row in (text.split(":") for text in ranges.split()) for _ in range(int(size))]
        for path, ranges in zip(latest["path"], latest["owners"], strict=True)
    }
    return {path: shas for path, shas in found.items() if shas}


def blamed(repository: GitRepository) -> dict[str, list[str]]:
    """Return the same as git says it."""
    paths = repository.git("ls-tree", "-r", "--name-only", "main").decode().split()
    found = {path: list(_blame(repository, path)) for path in paths}
    return {path: shas for path, shas in found.items() if shas}


def by_name(use: pd.DataFrame) -> pd.DataFrame:
    return use.sort_values(["sha", "path"], ignore_index=True)


def _blame(repository: GitRepository, path: str) -> Iterator[str]:
    for line in repository.git("blame", "-w", "-s", "-l", "--root", "main", "--", path).decode().splitlines():
        yield line.split(" ")[0]


_SAME = ("one.py", "one.py")


def _nothing(branch: str) -> Step:
    return Step(branch, "", {}, _SAME, "")


@settings(max_examples=examples(25), deadline=None)
@example([_nothing("main"), _nothing("side"), Step("main", "side", {"one.py": "a\n"}, _SAME, "")])  # the merge adds it
@given(STEPS)
def test_each_line_belongs_to_the_commit_that_git_blame_names(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        repository = GitRepository.create(Path(folder))
        for _ in write(repository, steps):
            pass

        assert owners(read(repository.path)) == blamed(repository)


def _makes_another_file(step: Step) -> bool:
    return step.renamed[0] != step.renamed[1] or None in step.files.values()


@settings(max_examples=examples(25), deadline=None)
@given(STEPS, st.sets(st.integers(0, 13), max_size=3))
def test_reading_what_is_new_gives_what_reading_everything_gives(steps: list[Step], stops: set[int]) -> None:
    with TemporaryDirectory() as folder:
        repository = GitRepository.create(Path(folder))
        lines = no_lines()
        for number, _ in enumerate(write(repository, steps)):
            if number in stops:
                lines = read(repository.path, lines)

        whole = read(repository.path)

        again = read(repository.path, lines)
        # which of several commits that created a file the earlier run meant is not stored for side branches
        unsure = ["editors"] if any(map(_makes_another_file, steps)) else []
        pd.testing.assert_frame_equal(by_name(again.use).drop(columns=unsure), by_name(whole.use).drop(columns=unsure))
        assert owners(again) == owners(whole)


def test_a_file_that_became_two_is_the_source_of_both(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path)
    text = "".join(f"line {number}\n" for number in range(20))
    first = repository.commit(files={"up.sql": text})
    second = repository.commit(files={"up.sql": None, "a/up.sql": text, "b/up.sql": f"{text}more\n"})

    found = owners(read(repository.path))

    assert found == blamed(repository)
    assert found["b/up.sql"] == [first] * 20 + [second]
