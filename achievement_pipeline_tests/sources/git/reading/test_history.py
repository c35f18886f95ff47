"""The history as it is now, at the cost of what is new: whatever happened since, it equals a full reading."""

import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import RawCommitFiles, RawCommits
from achievement_pipeline.sources.git import (
    CorruptRepositoryError,
    History,
    ReadingState,
    Select,
    combine_clones,
    list_commits,
    open_repository,
    read_history,
    select_all,
)
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.sources.numstat import numstat, rows


class Reader:
    """Reads a repository again and again, each time with the result of the last."""

    def __init__(self, repository: GitRepository, *, all_branches: bool = False) -> None:
        self.repository = repository
        self.history: History | None = None
        self.read = 0
        self._all_branches = all_branches

    def __call__(self, select: Select = select_all) -> History:
        """Read, and count in `read` the commits whose changes were read."""
        self.read = 0
        repository = open_repository(self.repository.path, cache=self.repository.path, all_branches=self._all_branches)
        self.history = read_history(repository, self.history, select, self._count)
        return self.history

    def _count(self, _done: int, total: int) -> None:
        self.read = total


def states(history: History) -> Mapping[str, str]:
    return dict(zip(history.commits["sha"], history.commits["diff"], strict=True))


def nothing(commits: DataFrame[RawCommits]) -> "pd.Series[bool]":
    return pd.Series(data=False, index=commits.index)


def by(author: str) -> Select:
    return lambda commits: commits["author_name"] == author


def assert_same(one: History, other: History) -> None:
    for left, right, key in ((one.commits, other.commits, ["sha"]), (one.files, other.files, ["sha", "path"])):
        pd.testing.assert_frame_equal(
            left.sort_values(key).reset_index(drop=True), right.sort_values(key).reset_index(drop=True)
        )


def test_only_new_commits_are_read(repository: GitRepository) -> None:
    reader = Reader(repository)
    old = [repository.commit(files={"file": f"{number}\n"}) for number in range(5)]
    reader()
    new = [repository.commit(files={"file": f"{number}\n"}) for number in range(5, 7)]

    history = reader()

    assert reader.read == 2
    assert (history.new, history.gone) == (2, 0)
    assert list(history.commits["sha"]) == [*reversed(new), *reversed(old)]
    assert rows(history.files) == numstat(repository)


def test_without_new_commits_nothing_is_read(repository: GitRepository) -> None:
    reader = Reader(repository)
    repository.commit(files={"file": "x\n"})
    first = reader()

    second = reader()

    assert reader.read == 0
    assert (second.new, second.gone) == (0, 0)
    assert_same(first, second)


def test_rewritten_commits_are_gone_and_the_new_ones_are_read(repository: GitRepository) -> None:
    reader = Reader(repository)
    first = repository.commit(files={"file": "1\n"})
    repository.commit(files={"file": "2\n"})
    repository.commit(files={"file": "3\n"})
    reader()
    amended = repository.commit("amended", {"file": "2\n3\n"}, parents=[first])

    history = reader()

    assert (history.new, history.gone, reader.read) == (1, 2, 1)
    assert set(history.commits["sha"]) == set(history.files["sha"]) == {first, amended}


def test_commits_may_go_and_none_come(repository: GitRepository) -> None:
    reader = Reader(repository)
    first = repository.commit(files={"file": "1\n"})
    repository.commit(files={"file": "2\n"})
    reader()
    repository.git("update-ref", "refs/heads/main", first)

    history = reader()

    assert (history.new, history.gone) == (0, 1)
    assert set(history.commits["sha"]) == set(history.files["sha"]) == {first}


def test_everything_may_go(repository: GitRepository) -> None:
    reader = Reader(repository)
    repository.commit(files={"file": "1\n"})
    reader()
    repository.git("update-ref", "-d", "refs/heads/main")

    history = reader()

    assert history.gone == 1
    assert history.commits.empty
    assert history.files.empty


def test_what_was_read_is_used_though_the_tip_of_then_was_pruned(repository: GitRepository) -> None:
    reader = Reader(repository)
    first = repository.commit(files={"file": "1\n"})
    repository.commit(files={"file": "2\n"})
    reader()
    amended = repository.commit("amended", {"file": "3\n"}, parents=[first])
    repository.git("reflog", "expire", "--expire=now", "--all")
    repository.git("gc", "--quiet", "--prune=now")

    history = reader()

    assert (history.new, history.gone, reader.read) == (1, 1, 1)
    assert set(history.files["sha"]) == {first, amended}


def test_wrong_clocks_neither_double_commits_nor_lose_them(repository: GitRepository) -> None:
    """A line of a dozen commits dated before its own root: git stops to look before it comes to the end of it."""

    def commit(date: int, parents: Sequence[str], branch: str) -> str:
        return repository.commit(
            f"at {date}", {branch: f"{date}\n"}, authored=f"{date} +0000", parents=parents, branch=branch
        )

    root = commit(40_000, [], "main")
    fork = commit(90_000, [root], "main")
    wrong = fork
    for date in range(19_000, 31_000, 1_000):
        wrong = commit(date, [wrong], "wrong")
    right = commit(100_000, [fork], "right")
    reader = Reader(repository, all_branches=True)
    repository.git("update-ref", "-d", "refs/heads/main")
    repository.git("symbolic-ref", "HEAD", "refs/heads/wrong")
    repository.git("update-ref", "-d", "refs/heads/right")
    assert fork in repository.git("rev-list", right, f"^{wrong}").decode(), "git is right now, this shows nothing more"

    reader()
    repository.git("update-ref", "refs/heads/right", right)
    came = reader()
    assert (came.new, came.gone, len(came.commits)) == (1, 0, 15)

    repository.git("update-ref", "-d", "refs/heads/right")
    went = reader()
    assert (went.new, went.gone, len(went.commits)) == (0, 1, 14)
    assert_same(went, Reader(repository, all_branches=True)())


def test_changes_that_were_not_selected_are_read_when_they_are(repository: GitRepository) -> None:
    reader = Reader(repository)
    ada = repository.commit(files={"file": "1\n"}, author="Ada <ada@example.org>")
    bob = repository.commit(files={"file": "2\n"}, author="Bob <bob@example.org>")

    assert states(reader(by("Ada"))) == {ada: "read", bob: "skipped"}
    assert states(reader(by("Bob"))) == {ada: "read", bob: "read"}
    assert reader.read == 1
    assert rows(reader().files) == numstat(repository)


def test_what_was_read_stays_when_it_is_selected_no_more(repository: GitRepository) -> None:
    reader = Reader(repository)
    sha = repository.commit(files={"file": "1\n"})
    reader()

    history = reader(nothing)

    assert states(history) == {sha: "read"}
    assert len(history.files) == 1


def test_a_merge_is_never_read_though_it_is_selected(repository: GitRepository) -> None:
    root = repository.commit(files={"file": "1\n"})
    side = repository.commit(files={"side": "1\n"}, branch="side", parents=[root])
    merge = repository.commit(parents=[root, side])
    reader = Reader(repository)

    assert states(reader()) == {root: "read", side: "read", merge: "merge"}
    assert reader.read == 2


def test_a_new_mailmap_maps_old_commits_and_no_change_is_read_again(repository: GitRepository) -> None:
    reader = Reader(repository)
    repository.commit(files={"file": "1\n"}, author="ada <ada@old.example>")
    reader()
    repository.commit(files={".mailmap": "Ada Lovelace <ada@example.org> <ada@old.example>\n"})

    history = reader()

    assert reader.read == 1
    assert set(history.commits["author_name"]) == {"Ada Lovelace"}
    assert set(history.commits["author_email"]) == {"ada@example.org"}
    assert history.new == 1


def test_the_end_of_a_shallow_clone_is_pending_until_it_is_deepened(repository: GitRepository, tmp_path: Path) -> None:
    shas = [repository.commit(files={"file": f"{number}\n"}) for number in range(5)]
    clone = repository.clone(tmp_path / "clone", "--depth=2")
    reader = Reader(clone)

    shallow = reader()
    assert states(shallow) == {shas[4]: "read", shas[3]: "pending"}
    assert list(shallow.commits["parents"]) == [shas[3], shas[2]]
    assert shallow.unread == {shas[3]: "a shallow clone ends here"}

    clone.git("fetch", "--quiet", "--unshallow")
    whole = reader()
    assert reader.read == 4
    assert rows(whole.files) == numstat(repository)


def test_a_merge_that_a_shallow_clone_ends_at_is_known_as_one(repository: GitRepository, tmp_path: Path) -> None:
    root = repository.commit(files={"file": "1\n"})
    side = repository.commit(files={"side": "1\n"}, branch="side", parents=[root])
    merge = repository.commit(parents=[root, side])
    history = Reader(repository.clone(tmp_path / "clone", "--depth=1"))()

    assert states(history) == {merge: "merge"}
    assert list(history.commits["parents"]) == [f"{root} {side}"]


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0"])
def test_a_partial_clone_is_pending_until_its_contents_are_fetched(
    repository: GitRepository, tmp_path: Path, filter_: str
) -> None:
    for number in range(5):
        repository.commit(files={"file": f"{number}\n", f"{number}": "x\n"})
    clone = repository.clone(tmp_path / "clone", f"--filter={filter_}", "--no-checkout")
    packs = set((clone.path / ".git/objects/pack").iterdir())
    reader = Reader(clone)

    partial = reader()
    assert set(states(partial).values()) == {"pending"}
    assert set((clone.path / ".git/objects/pack").iterdir()) == packs, "it was fetched silently"

    clone.git("fetch", "--quiet", "--refetch", "--no-filter")
    assert rows(reader().files) == numstat(repository)


def test_a_partial_clone_is_read_as_far_as_its_contents_are_there(repository: GitRepository, tmp_path: Path) -> None:
    first = repository.commit(files={"file": "1\n", "other": "1\n"})
    second = repository.commit(files={"file": "2\n"})
    third = repository.commit(files={"big": "x\n" * 100})
    clone = repository.clone(tmp_path / "clone", "--filter=blob:limit=100", "--no-checkout")

    assert states(Reader(clone)()) == {first: "read", second: "read", third: "pending"}


def test_what_could_not_be_read_is_tried_again_once_the_objects_change(repository: GitRepository) -> None:
    reader = Reader(repository)
    sha = repository.commit(files={"file": "1\n"})
    name = repository.git("rev-parse", f"{sha}:file").decode()
    path = repository.path / ".git/objects" / name[:2] / name[2:]
    content = path.read_bytes()
    path.unlink()

    assert states(reader()) == {sha: "failed"}
    assert states(reader()) == {sha: "failed"}
    assert reader.read == 0

    path.write_bytes(content)
    history = reader()
    assert states(history) == {sha: "read"}
    assert rows(history.files) == numstat(repository)


def test_what_could_not_be_read_is_tried_again_though_it_was_not_wanted_in_between(repository: GitRepository) -> None:
    reader = Reader(repository)
    sha = repository.commit(files={"file": "1\n"})
    name = repository.git("rev-parse", f"{sha}:file").decode()
    path = repository.path / ".git/objects" / name[:2] / name[2:]
    content = path.read_bytes()
    path.unlink()
    reader()
    path.write_bytes(content)

    assert states(reader(nothing)) == {sha: "skipped"}
    assert states(reader()) == {sha: "read"}


def test_a_history_that_can_not_be_followed_is_an_error_with_its_remedy(repository: GitRepository) -> None:
    first = repository.commit(files={"file": "1\n"})
    repository.commit(files={"file": "2\n"})
    (repository.path / ".git/objects" / first[:2] / first[2:]).unlink()

    with pytest.raises(CorruptRepositoryError, match=rf"(?s){first}.*fsck"):
        Reader(repository)()


def test_what_is_stored_in_files_is_used(repository: GitRepository) -> None:
    reader = Reader(repository)
    repository.commit(files={"a\tb": "1\n", "image": b"\0"})
    history = reader()
    commits, files = io.BytesIO(), io.BytesIO()
    history.commits.to_parquet(commits)
    history.files.to_parquet(files)
    state = history.state.model_dump_json()
    repository.commit(files={"file": "2\n"})

    reader.history = History(
        commits=RawCommits.validate(pd.read_parquet(commits)),
        files=RawCommitFiles.validate(pd.read_parquet(files)),
        state=ReadingState.model_validate_json(state),
    )

    assert rows(reader().files) == numstat(repository)
    assert reader.read == 1


@pytest.mark.parametrize("lost", ["commits", "files"])
def test_what_is_stored_in_part_is_not_used(repository: GitRepository, lost: str) -> None:
    reader = Reader(repository)
    for number in range(3):
        repository.commit(files={"file": f"{number}\n"})
    history = reader()
    commits, files = history.commits, history.files
    if lost == "commits":
        commits = RawCommits.validate(commits.iloc[:-1])
    else:
        files = RawCommitFiles.validate(files.iloc[1:])
    reader.history = History(commits=commits, files=files, state=history.state)

    assert_same(reader(), history)
    assert reader.read == 3


def test_what_is_stored_of_another_repository_is_not_used(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit(files={"file": "1\n"})
    stored = Reader(repository)()
    other = Reader(repository.clone(tmp_path / "other"))
    other.history = stored

    assert set(other().commits["repository"]) != set(stored.commits["repository"])


def test_an_empty_repository_has_an_empty_history(repository: GitRepository) -> None:
    history = Reader(repository)()

    assert history.commits.empty
    assert history.files.empty
    assert history.commits.dtypes["authored_at"] == "datetime64[us, UTC]"


def test_commits_are_listed_without_reading_any(repository: GitRepository) -> None:
    sha = repository.commit(files={"file": "1\n"})

    listing = list_commits(open_repository(repository.path, cache=repository.path))

    assert list(listing.commits["sha"]) == [sha]
    assert list(listing.commits["diff"]) == ["skipped"]


branches = st.sampled_from(["main", "left", "right"])
moves = st.one_of(
    st.tuples(st.just("commit"), branches, st.integers(0, 2_000_000_000)),
    st.tuples(st.just("merge"), branches, branches),
    st.tuples(st.just("reset"), branches, branches),
    st.tuples(st.just("delete"), branches, st.none()),
    st.tuples(st.just("read"), st.sampled_from([select_all, nothing, by("Ada"), by("Bob")]), st.none()),
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(moves, max_size=12))
def test_reading_again_and_again_gives_what_reading_once_gives(
    tmp_path_factory: pytest.TempPathFactory, moves: Sequence[tuple[str, object, object]]
) -> None:
    repository = GitRepository.create(tmp_path_factory.mktemp("repository"))
    reader = Reader(repository, all_branches=True)
    for number, (move, on, argument) in enumerate(moves):
        author = ("Ada <ada@example.org>", "Bob <bob@example.org>")[number % 2]
        match move:
            case "commit":
                repository.commit(
                    f"step {number}",
                    {str(on): f"{number}\n"},
                    branch=str(on),
                    authored=f"{argument} +0000",
                    author=author,
                )
            case "merge" if (tip := repository.tip(str(on))) and (other := repository.tip(str(argument))) not in {
                "",
                tip,
            }:
                repository.commit(f"merge {number}", parents=[tip, other], branch=str(on))
            case "reset" if other := repository.tip(str(argument)):
                repository.git("update-ref", f"refs/heads/{on}", other)
            case "delete":
                repository.git("update-ref", "-d", f"refs/heads/{on}")
            case "read":
                reader(on)  # type: ignore[arg-type]

    assert_same(reader(), Reader(repository, all_branches=True)())


def test_checking_something_else_out_takes_nothing_back_and_amending_does(repository: GitRepository) -> None:
    reader = Reader(repository)
    base = repository.commit(files={"one": "1\n"})
    topic = repository.commit(files={"two": "2\n"}, branch="topic", parents=[base])
    repository.git("checkout", "--quiet", "topic")
    assert set(reader().commits["sha"]) == {base, topic}

    repository.git("checkout", "--quiet", "main")
    assert set(reader().commits["sha"]) == {base, topic}

    amended = repository.commit(files={"two": "3\n"}, branch="topic", parents=[base])
    assert set(reader().commits["sha"]) == {base}
    repository.git("checkout", "--quiet", "topic")
    assert set(reader().commits["sha"]) == {base, amended}
    repository.git("checkout", "--quiet", "main")
    repository.git("branch", "-D", "topic")
    assert set(reader().commits["sha"]) == {base}


def test_tips_do_not_pile_up(repository: GitRepository) -> None:
    reader = Reader(repository)
    for number in range(4):
        repository.commit(files={"file": f"{number}\n"})
        history = reader()

    assert history.state.tips == (repository.tip(),)


def test_where_the_default_branch_is_chosen_other_branches_go(repository: GitRepository) -> None:
    base = repository.commit(files={"one": "1\n"})
    repository.commit(files={"two": "2\n"}, branch="topic", parents=[base])
    everything_read = Reader(repository, all_branches=True)()
    reader = Reader(repository)
    reader.history = everything_read

    assert set(reader().commits["sha"]) == {base}


names = st.sampled_from(["main", "left", "right", "v1"])
steps = st.one_of(
    st.tuples(st.just("commit"), names),
    st.tuples(st.sampled_from(["switch", "detach", "orphan", "tag", "bisect"]), names),
    st.tuples(st.just("read"), names),
)


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(steps, max_size=12))
@example([("orphan", "left"), ("detach", "left")])
@example([("detach", "main"), ("commit", "main"), ("read", "main"), ("orphan", "left")])
@example([("detach", "main"), ("commit", "main"), ("read", "main"), ("orphan", "left"), ("commit", "main")])
def test_checking_out_takes_nothing_back(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[str, str]]
) -> None:
    repository = GitRepository.create(tmp_path_factory.mktemp("repository"))
    (repository.path / "file").write_text("0\n")
    repository.git("add", "file")
    repository.git("commit", "--quiet", "-m", "root")
    reader = Reader(repository)
    seen: set[str] = set()
    for number, (step, name) in enumerate([*steps, ("read", "")]):
        exists = bool(repository.git("for-each-ref", f"refs/heads/{name}", f"refs/tags/{name}"))
        unborn = b"branch.oid (initial)" in repository.git("status", "--porcelain=v2", "--branch")
        if unborn and step not in {"commit", "read", "orphan"}:
            continue  # git refuses these before the first commit of a branch
        if step == "commit":
            (repository.path / "file").write_text(f"{number + 1}\n")
            repository.git("add", "file")
            repository.git("commit", "--quiet", "-m", f"work {number}")
        elif step == "read":
            now = set(reader().commits["sha"])
            assert seen <= now
            seen = now
        elif step in {"detach", "bisect"}:
            repository.git("checkout", "--quiet", "--detach", name if exists else "HEAD")
        elif step == "switch" and exists:
            repository.git("checkout", "--quiet", name)
        elif not exists:
            options = {"orphan": ["checkout", "--quiet", "--orphan"], "tag": ["tag"]}
            repository.git(*options.get(step, ["checkout", "--quiet", "-b"]), name)


def _united(*repositories: GitRepository, stored: History | None = None) -> History:
    opened = [replace(open_repository(one.path, cache=one.path), key="host/one/name") for one in repositories]
    return read_history(combine_clones(opened), stored)


def _two_clones(tmp_path: Path, *options: str) -> tuple[GitRepository, GitRepository, dict[str, str]]:
    """Two clones of one repository, each with a commit of its own."""
    origin = GitRepository.create(tmp_path / "origin")
    shas = {"base": [origin.commit(files={"base": f"{number}\n"}) for number in range(3)][-1]}
    one, other = (origin.clone(tmp_path / name, *options) for name in ('one "with: all"', "other"))
    shas["one"] = one.commit(files={"one": "1\n"})
    shas["other"] = other.commit(files={"other": "2\n"})
    return one, other, shas


def test_clones_of_one_repository_are_read_together_in_any_order(tmp_path: Path) -> None:
    one, other, shas = _two_clones(tmp_path)

    history = _united(one, other)

    assert len(history.commits) == 5
    assert set(shas.values()) <= set(history.commits["sha"])
    assert (history.commits["diff"] == "read").all()
    assert_same(_united(other, one), history)


def test_a_shallow_clone_hides_nothing_that_another_has(tmp_path: Path) -> None:
    one, _, shas = _two_clones(tmp_path, "--depth=1")
    deep = GitRepository(tmp_path / "origin").clone(tmp_path / "deep")

    history = _united(one, deep)

    assert len(history.commits) == 4
    assert history.state.shallow == ()
    assert (history.commits["diff"] == "read").all()
    assert shas["one"] in set(history.commits["sha"])


def test_what_only_a_clone_had_that_is_gone_is_kept(tmp_path: Path) -> None:
    one, other, shas = _two_clones(tmp_path)
    both = _united(one, other)
    shutil.rmtree(other.path)

    left = _united(one, stored=both)
    one.commit(files={"one": "2\n"}, parents=[shas["base"]])  # amended
    after = _united(one, stored=left)

    assert_same(left, both)
    assert (left.new, left.gone) == (0, 0)
    assert shas["other"] in set(after.commits["sha"])
    assert shas["one"] not in set(after.commits["sha"])


def test_a_repository_that_moved_leaves_nothing_behind(tmp_path: Path) -> None:
    one, _, shas = _two_clones(tmp_path)
    before = _united(one)
    shutil.move(one.path, tmp_path / "moved")
    moved = GitRepository(tmp_path / "moved")

    moved.commit(files={"one": "2\n"}, parents=[shas["one"]])
    after = _united(moved, stored=before)

    assert (after.new, after.gone) == (1, 0)


def test_what_a_clone_takes_along_to_another_repository_goes(tmp_path: Path) -> None:
    one, other, shas = _two_clones(tmp_path)
    both = _united(one, other)

    opened = replace(open_repository(one.path, cache=one.path), key="host/one/name")
    left = read_history(opened, both, elsewhere={str(other.path)})

    assert shas["other"] not in set(left.commits["sha"])
