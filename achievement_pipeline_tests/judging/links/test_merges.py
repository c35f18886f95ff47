"""What merges brought, and what they changed, from git alone."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitContents, DiffState, RawCommitFiles, RawCommits
from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.links.history import History
from achievement_pipeline.judging.links.merges import (
    Merges,
    are_merged_pieces,
    find_merging_commits,
    with_merged_changes,
)
from achievement_pipeline.sources.git import open_repository, read_history
from achievement_pipeline_tests.builders import Files, GitRepository
from achievement_pipeline_tests.examples import examples


def read(repository: GitRepository) -> tuple[DataFrame[RawCommits], DataFrame[RawCommitFiles]]:
    history = read_history(open_repository(repository.path, cache=repository.path))
    return DataFrame(history.commits.reset_index(drop=True)), history.files


def brought(repository: GitRepository) -> dict[str, str]:
    """The subject of the merge that brought each commit, by its subject."""
    commits, _ = read(repository)
    merged_by = find_merging_commits(
        History(commits), are_merged_pieces(commits, peel(commits["subject"], commits["body"]))
    )
    subjects = commits["subject"].to_list()
    return {subjects[position]: subjects[merge] for position, merge in enumerate(merged_by) if merge >= 0}


def merge(repository: GitRepository, branch: str, message: str, into: str = "main", files: Files | None = None) -> str:
    parents = [repository.tip(into), repository.tip(branch)]
    return repository.commit(message, files, parents=parents, branch=into)


def test_a_commit_belongs_to_the_innermost_merge_that_is_a_piece_of_work(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path)
    start = repository.commit("start", {"r": "1"})
    repository.commit("one", {"a": "1"}, parents=[start], branch="develop")
    repository.commit("two", {"b": "1"}, parents=[start], branch="topic")
    merge(repository, "topic", "Merge pull request #2 from ada/topic\n\nTopic", into="develop", files={"b": "1"})
    repository.commit("three", {"c": "1"})
    merge(repository, "develop", "Merge branch 'develop'", files={"a": "1", "b": "1"})
    repository.commit("four", {"d": "1"}, parents=[start], branch="local")
    merge(repository, "local", "Merge branch 'local'", files={"d": "1"})
    assert brought(repository) == {"two": "Merge pull request #2 from ada/topic", "four": "Merge branch 'local'"}


def test_a_branch_that_is_merged_again_and_again_is_no_piece_of_work() -> None:
    subjects = ["Merge branch 'vendor'"] * 5 + ["Merge branch 'topic'"] * 4 + ["Merge pull request #1 from a/vendor"]
    commits = pd.DataFrame({"repository": "r", "subject": subjects, "body": "", "diff": DiffState.MERGE})
    commits = commits.astype({"subject": "str", "body": "str"})

    pieces = are_merged_pieces(commits, peel(commits["subject"], commits["body"]))

    assert list(pieces) == [False] * 5 + [True] * 5


def test_commits_from_a_sync_are_not_part_of_the_branch(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path)
    start = repository.commit("start", {"r": "1"})
    repository.commit("mine", {"a": "1"}, parents=[start], branch="topic")
    repository.commit("theirs", {"b": "1"})
    merge(repository, "main", "Merge branch 'main' into topic", into="topic", files={"b": "1"})
    repository.commit("mine too", {"a": "2"}, branch="topic")
    merge(repository, "topic", "Merge pull request #5 from ada/topic", files={"a": "2"})
    assert set(brought(repository)) == {"mine", "mine too"}


_STATES = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), min_size=1, max_size=3), min_size=1, max_size=4
)


@given(_STATES)
@settings(deadline=None, max_examples=examples(5))
def test_a_merge_changed_what_it_differs_in_from_its_first_parent(states: list[dict[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = GitRepository.create(Path(folder) / "r")
        start = repository.commit("start", {"a": "old\n"})
        tree: dict[str | bytes, Any] = {"a": "old\n"}
        for number, state in enumerate(states):
            files: dict[str | bytes, Any] = {
                path: "".join(f"{path} {line}\n" for line in range(lines)) or None for path, lines in state.items()
            }
            files = {path: text for path, text in files.items() if text or path in tree}
            tree = {path: text for path, text in {**tree, **files}.items() if text}
            parents = [start] if not number else None
            repository.commit(f"work {number}", files, parents=parents, branch="topic")
        sha = merge(repository, "topic", "Merge branch 'topic'", files={"a": None, **tree})
        commits, files_read = read(repository)
        found = with_merged_changes(Merges(commits), files_read, CommitContents.empty()).files
        output = subprocess.run(
            ["git", "diff", "--raw", "--no-renames", "--no-abbrev", f"{sha}^1", sha],
            cwd=repository.path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    expected = {line.split("\t")[1]: tuple(line.split("\t")[0].split()[2:4]) for line in output.splitlines()}
    own = found[found["sha"] == sha]
    assert dict(zip(own["path"], zip(own["old_blob"], own["new_blob"], strict=True), strict=True)) == expected


def test_new_files_have_the_lines_that_are_left(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path)
    start = repository.commit("start", {"r": "1\n"})
    repository.commit("one", {"a": "x\n" * 60}, parents=[start], branch="topic")
    repository.commit("two", {"a": "x\n" * 45}, branch="topic")
    sha = merge(repository, "topic", "Merge branch 'topic'", files={"a": "x\n" * 45})
    commits, files = read(repository)
    found = with_merged_changes(Merges(commits), files, CommitContents.empty()).files.set_index("sha").loc[sha]
    assert (found["insertions"], found["deletions"], found["status"]) == (45, 0, "A")


def test_no_commits_have_no_merges() -> None:
    commits, files = RawCommits.empty(), RawCommitFiles.empty()
    assert len(find_merging_commits(History(commits), pd.Series(dtype="bool"))) == 0
    assert len(with_merged_changes(Merges(commits), files, CommitContents.empty()).files) == 0
