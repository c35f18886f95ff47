"""Reading what commits changed: the numbers are git's, whatever the paths, contents and objects are."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import RawCommitFiles
from achievement_pipeline.sources.git import History, open_repository, read_changes, read_history
from achievement_pipeline_tests.builders import Entry, Files, GitRepository
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.sources.numstat import numstat, rows

LINES = "".join(f"line {number}\n" for number in range(20))
SUBMODULE = Entry("160000", b"1" * 40)


def read(repository: GitRepository) -> History:
    return read_history(open_repository(repository.path, cache=repository.path))


def files_of(repository: GitRepository, sha: str) -> DataFrame[RawCommitFiles]:
    files = read(repository).files
    return files[files["sha"] == sha].set_index("path", drop=False)


AWKWARD_PATHS = [
    ":",
    ":100644 100644 " + "1" * 40 + " " + "2" * 40 + " M",
    "a => b",
    "{old => new}/file",
    "tab\there",
    "line\nbreak",
    "\n",
    "1\t2\tthree",
    "1\t2\t",
    "tab at the end\t",
    '"quoted"',
    "back\\slash",
    " leading and trailing ",
    "vault-café.yml",
    "-",
    "completely{{ 1 % 0 }} safe template.j2",
]


@pytest.mark.parametrize("path", AWKWARD_PATHS)
def test_a_path_may_look_like_anything(repository: GitRepository, path: str) -> None:
    repository.commit("add", {path: LINES, "beside.txt": "1\n"})
    repository.commit("change", {path: LINES + "more\n", "beside.txt": "2\n"})
    repository.commit("move", {path: None, path + ".moved": LINES + "more\nand more\n"})
    repository.commit("move back", {path: LINES + "more\nand more\n", path + ".moved": None})

    files = read(repository).files

    assert set(files["path"]) == {path, path + ".moved", "beside.txt"}
    assert rows(files) == numstat(repository)


def test_bytes_of_a_path_that_are_not_utf_8_are_written_as_such(repository: GitRepository) -> None:
    sha = repository.commit("add", {b"M\xe4rchen/caf\xc3\xa9": "once\n"})

    assert list(files_of(repository, sha)["path"]) == ["M\\xe4rchen/café"]


def test_a_renamed_file_has_both_paths_and_the_lines_that_differ(repository: GitRepository) -> None:
    repository.commit("add", {"old": LINES})
    sha = repository.commit("move", {"old": None, "new": LINES + "one more\n"})

    row = files_of(repository, sha).loc["new"]

    assert (row["status"], row["old_path"], row["insertions"], row["deletions"]) == ("R", "old", 1, 0)


def test_a_file_that_was_not_renamed_has_no_old_path(repository: GitRepository) -> None:
    sha = repository.commit("add", {"file": LINES})

    assert files_of(repository, sha)["old_path"].isna().all()


@pytest.mark.parametrize(
    ("before", "after", "status", "modes"),
    [
        (None, "text\n", "A", ("000000", "100644")),
        ("text\n", None, "D", ("100644", "000000")),
        ("text\n", "other\n", "M", ("100644", "100644")),
        ("text\n", Entry("100755", b"text\n"), "M", ("100644", "100755")),
        ("text\n", Entry("120000", b"target"), "T", ("100644", "120000")),
        (None, SUBMODULE, "A", ("000000", "160000")),
        (SUBMODULE, Entry("160000", b"2" * 40), "M", ("160000", "160000")),
        ("text\n", SUBMODULE, "T", ("100644", "160000")),
        (None, "", "A", ("000000", "100644")),
    ],
)
def test_status_modes_and_blobs_are_read(
    repository: GitRepository,
    before: str | Entry | None,
    after: str | Entry | None,
    status: str,
    modes: tuple[str, str],
) -> None:
    repository.commit("before", {"beside": "x\n"} if before is None else {"beside": "x\n", "file": before})
    sha = repository.commit("after", {"file": after})

    row = files_of(repository, sha).loc["file"]
    raw = repository.git("diff-tree", "-r", "--no-commit-id", sha).decode().split()

    assert (row["status"], row["old_mode"], row["new_mode"]) == (status, *modes)
    assert (row["old_blob"], row["new_blob"]) == (raw[2], raw[3])
    assert rows(read(repository).files) == numstat(repository)


def test_a_binary_file_has_no_lines(repository: GitRepository) -> None:
    sha = repository.commit("add", {"image.png": b"\x89PNG\0\0", "text": "x\n"})

    files = files_of(repository, sha)

    assert files["binary"].to_dict() == {"image.png": True, "text": False}
    assert files["insertions"].isna().to_dict() == {"image.png": True, "text": False}


def test_a_commit_that_changes_nothing_is_read_and_has_no_files(repository: GitRepository) -> None:
    repository.commit("add", {"file": "x\n"})
    empty = repository.commit("nothing at all")
    repository.commit("change", {"file": "y\n"})

    history = read(repository)

    assert set(history.commits["diff"]) == {"read"}
    assert empty not in set(history.files["sha"])


def test_a_merge_has_no_files_however_many_parents_it_has(repository: GitRepository) -> None:
    root = repository.commit("root", {"file": "x\n"})
    sides = [repository.commit("side", {f"side{n}": "x\n"}, parents=[root], branch=f"side{n}") for n in range(5)]
    merge = repository.commit("merge", {"evil": "x\n"}, parents=[root, *sides])

    history = read(repository)

    assert merge not in set(history.files["sha"])
    assert history.commits.set_index("sha")["diff"].drop(merge).eq("read").all()
    assert history.commits.set_index("sha").loc[merge, "diff"] == "merge"
    assert rows(history.files) == numstat(repository)


def test_every_root_is_read_against_nothing(repository: GitRepository) -> None:
    first = repository.commit("one", {"one": "1\n"})
    second = repository.commit("two", {"two": "1\n2\n"}, parents=[], branch="other")
    repository.commit("join", parents=[first, second])

    assert rows(read(repository).files) == [(first, "one", None, 1, 0), (second, "two", None, 2, 0)] or rows(
        read(repository).files
    ) == numstat(repository)


def test_the_numbers_do_not_depend_on_configuration_attributes_or_environment(
    repository: GitRepository, git_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = "a\nb\nc\na\nb\nb\na\n"
    repository.commit("add", {"file": moving, "a.lock": LINES, ".gitattributes": "*.lock -diff\n", "old": LINES})
    repository.commit("change", {"file": "c\nb\na\nb\na\nc\n" * 3, "a.lock": "x\n", "old": None, "new": LINES + "x\n"})
    repository.git("reset", "--hard", "--quiet")
    expected = rows(read(repository).files)

    (repository.path / ".git/info").mkdir(exist_ok=True)
    (repository.path / ".git/info/attributes").write_text("* binary\n")
    attributes = repository.path.parent / "attributes"
    attributes.write_text("* binary\n")
    for name, value in {
        "diff.algorithm": "patience",
        "diff.context": "0",
        "diff.renames": "false",
        "diff.renameLimit": "1",
        "diff.noprefix": "true",
        "core.attributesFile": str(attributes),
        "core.quotePath": "true",
        "log.showSignature": "true",
        "mailmap.file": str(attributes),
    }.items():
        repository.git("config", name, value)
        repository.git("config", "--file", git_config, name, value)
    monkeypatch.setenv("GIT_DIFF_OPTS", "-u0")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.chdir(repository.path)

    assert rows(read(repository).files) == expected
    assert (None, None) not in {row[3:] for row in expected}


def test_replaced_objects_and_grafts_are_ignored(repository: GitRepository) -> None:
    first = repository.commit("one", {"file": "1\n"})
    second = repository.commit("two", {"file": "1\n2\n"})
    third = repository.commit("three", {"file": "1\n2\n3\n"})
    expected = read(repository)

    other = repository.commit("other", {"file": "0\n"}, parents=[], branch="other")
    repository.git("replace", second, other)
    (repository.path / ".git/info/grafts").write_text(f"{third} {first}\n")
    history = read(repository)

    assert list(history.commits["sha"]) == [third, second, first]
    assert rows(history.files) == rows(expected.files)


def test_a_repository_may_name_its_objects_by_sha_256(tmp_path: Path, git_config: Path) -> None:  # noqa: ARG001
    repository = GitRepository.create(tmp_path / "repository", object_format="sha256")
    repository.commit("add", {"old": LINES})
    repository.commit("move", {"old": None, "new": LINES + "x\n"})

    history = read(repository)

    assert set(history.commits["sha"].str.len()) == {64}
    assert set(history.files["new_blob"].str.len()) == {64}
    assert rows(history.files) == numstat(repository)


def break_object(repository: GitRepository, name: str, content: bytes | None) -> None:
    path = repository.path / ".git/objects" / name[:2] / name[2:]
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize("damage", [None, b"", b"this is no object"], ids=["missing", "empty", "garbled"])
@pytest.mark.parametrize("kind", ["HEAD~5:file", "HEAD~5^{tree}"], ids=["content", "tree"])
def test_a_damaged_object_costs_only_the_commits_that_need_it(
    repository: GitRepository, kind: str, damage: bytes | None
) -> None:
    shas = [repository.commit(f"change {number}", {"file": f"{number}\n" * number}) for number in range(1, 12)]
    expected = [row for row in numstat(repository) if row[0] not in {shas[5], shas[6]}]
    name = repository.git("rev-parse", kind).decode()
    break_object(repository, name, damage)

    history = read(repository)

    assert set(history.unread) == {shas[5], shas[6]}
    assert name in " ".join(history.unread.values())
    assert history.commits.set_index("sha")["diff"].loc[[shas[5], shas[6]]].eq("failed").all()
    assert rows(history.files) == expected


def test_many_missing_contents_are_found_at_once(repository: GitRepository) -> None:
    shas = [repository.commit("change", {"file": f"{number}\n"}) for number in range(30)]
    for sha in shas[::2]:
        break_object(repository, repository.git("rev-parse", f"{sha}:file").decode(), None)

    history = read(repository)

    assert set(history.unread) == set(shas)
    assert all("contents are missing" in reason for reason in history.unread.values())


def test_progress_is_reported_until_all_commits_are_read(repository: GitRepository) -> None:
    shas = [repository.commit("change", {"file": f"{number}\n"}) for number in range(5)]
    break_object(repository, repository.git("rev-parse", f"{shas[2]}:file").decode(), None)
    reported: list[tuple[int, int]] = []

    read_changes(open_repository(repository.path, cache=repository.path), shas, lambda *done: reported.append(done))

    assert reported == sorted(reported)
    assert reported[-1] == (5, 5)


def test_an_error_in_the_caller_ends_the_processes(repository: GitRepository) -> None:
    sha = repository.commit("add", {"file": "x\n"})
    opened = open_repository(repository.path, cache=repository.path)

    with opened.isolated_git() as git:
        chunks = git.chunks("log", "--stdin", stdin=[sha])
        next(chunks)
        with pytest.raises(KeyboardInterrupt):
            chunks.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    assert not git._running


@pytest.fixture(scope="module")
def forty_changes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which forty commits changed one file, to be copied."""
    repository = GitRepository.create(tmp_path_factory.mktemp("forty") / "repository")
    for number in range(1, 41):
        repository.commit("change", {"file": f"{number}\n" * number})
    return repository.path


@pytest.mark.usefixtures("git_config")
@pytest.mark.parametrize("broken", [(), (5,), (2, 5, 30), tuple(range(0, 40, 2))], ids=str)
@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_a_history_is_read_in_parts_side_by_side(
    forty_changes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
    broken: Sequence[int],
) -> None:
    repository = GitRepository(shutil.copytree(forty_changes, tmp_path / "forty"))
    monkeypatch.setattr("achievement_pipeline.sources.git.reading.changes._COMMITS_PER_PROCESS", 2)
    monkeypatch.setattr("achievement_pipeline.sources.git.reading.changes._AT_ONCE", at_once)
    shas = repository.git("rev-list", "--reverse", "main").decode().split()
    contents = repository.git("rev-parse", *(f"{shas[number]}:file" for number in broken)).decode().split()
    for content in contents:
        break_object(repository, content, b"")

    history = read(repository)

    assert set(history.unread) == {sha for number in broken for sha in shas[number : number + 2]}
    assert list(history.files["sha"]) == [sha for sha in history.commits["sha"] if sha not in history.unread]


paths = st.sampled_from(["a", "b", "dir/a", ":", "a\tb", "a\nb", "ü", " => ", '"'])
texts = st.lists(st.sampled_from(["x", "y", "", "longer line", "\r", "zz"]), max_size=12).map("\n".join)
entries = st.one_of(
    st.none(),
    texts,
    texts,
    st.binary(max_size=20),
    texts.map(lambda text: Entry("100755", text.encode())),
    st.just(Entry("120000", b"target")),
    st.just(SUBMODULE),
)
changes = st.dictionaries(paths, entries, max_size=4)
steps = st.lists(st.tuples(changes, st.lists(st.integers(0, 10), max_size=3)), min_size=1, max_size=8)


@settings(max_examples=examples(60), deadline=None)
@given(steps)
def test_the_numbers_are_those_of_git_log(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[tuple[Files, Sequence[int]]]
) -> None:
    repository = GitRepository.create(tmp_path_factory.mktemp("repository"))
    shas: list[str] = []
    for number, (files, picks) in enumerate(steps):
        parents = list(dict.fromkeys(shas[pick] for pick in picks if pick < len(shas)))
        shas.append(repository.commit(f"step {number}", files, parents=parents, branch=f"step{number}"))

    history = read_history(open_repository(repository.path, cache=repository.path, all_branches=True))

    assert rows(history.files) == numstat(repository, "--all")
    assert set(history.commits["sha"]) == set(shas)
