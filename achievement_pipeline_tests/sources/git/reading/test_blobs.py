"""Reading contents, and what a repository says of its own paths."""

from pathlib import Path

import pandas as pd
import pytest

from achievement_pipeline.sources.git import (
    Repository,
    ignored_commits,
    open_repository,
    path_attributes,
    read_blobs,
    read_versions,
)
from achievement_pipeline_tests.builders import Files, GitRepository


def opened(repository: GitRepository) -> Repository:
    return open_repository(repository.path, cache=repository.path)


def blob(repository: GitRepository, content: bytes) -> str:
    return repository.git("hash-object", "-w", "--stdin", stdin=content).decode()


def attributes_of(repository: GitRepository, *paths: str) -> dict[str, dict[str, bool | None]]:
    frame = path_attributes(opened(repository), paths).set_index("path")
    return {
        str(path): {
            name: None if pd.isna(row[name]) else bool(row[name]) for name in ("generated", "vendored", "documentation")
        }
        for path, row in frame.iterrows()
    }


def test_contents_are_read_byte_by_byte_in_order(repository: GitRepository) -> None:
    contents = [b"", b"\n", b"x", b"a missing\n", b"\0\n\0", b"end\n\n", bytes(range(256)) * 5_000]
    names = [blob(repository, content) for content in contents]

    assert list(read_blobs(opened(repository), names)) == list(zip(names, contents, strict=True))


@pytest.mark.parametrize("damage", [None, b"garbled"], ids=["missing", "damaged"])
def test_contents_that_can_not_be_read_are_left_out(repository: GitRepository, damage: bytes | None) -> None:
    names = [blob(repository, f"{number}\n".encode()) for number in range(5)]
    path = repository.path / ".git/objects" / names[2][:2] / names[2][2:]
    path.unlink()
    if damage:
        path.write_bytes(damage)

    assert [name for name, _ in read_blobs(opened(repository), names)] == [*names[:2], *names[3:]]


def test_each_change_has_its_contents_before_and_after(repository: GitRepository) -> None:
    old, new, none = blob(repository, b"old\n"), blob(repository, b"new\n"), "0" * 40

    versions = read_versions(opened(repository), [(old, new), (none, new), (new, none), (old, old), (none, none)])

    assert list(versions) == [(b"old\n", b"new\n"), (None, b"new\n"), (b"new\n", None), (b"old\n",) * 2, (None, None)]


def test_a_change_with_missing_contents_is_none(repository: GitRepository) -> None:
    old, new, lost = blob(repository, b"old\n"), blob(repository, b"new\n"), "1" * 40

    versions = read_versions(opened(repository), [(lost, new), (old, lost), (lost, lost), (old, new)])

    assert list(versions) == [None, None, None, (b"old\n", b"new\n")]


def test_contents_of_a_partial_clone_are_not_fetched(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit("add", {"file": "x\n"})
    name = repository.git("rev-parse", "HEAD:file").decode()
    clone = repository.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")

    assert list(read_blobs(opened(clone), [name])) == []


def test_attributes_are_set_unset_or_unspecified(repository: GitRepository) -> None:
    attributes = "*.pb.go linguist-generated\nlib/* linguist-vendored=true\nlib/mine -linguist-vendored\n"
    attributes += "docs/* linguist-documentation=false\n"
    repository.commit("add", {".gitattributes": attributes})

    assert attributes_of(repository, "a.pb.go", "lib/theirs", "lib/mine", "docs/a b\tc", "other") == {
        "a.pb.go": {"generated": True, "vendored": None, "documentation": None},
        "lib/theirs": {"generated": None, "vendored": True, "documentation": None},
        "lib/mine": {"generated": None, "vendored": False, "documentation": None},
        "docs/a b\tc": {"generated": None, "vendored": None, "documentation": False},
    }


def test_attributes_of_every_folder_are_heeded(repository: GitRepository) -> None:
    files: Files = {
        ".gitattributes": "*.js linguist-generated\n",
        "deep/down/.gitattributes": "*.js -linguist-generated\n",
    }
    repository.commit("add", {**files, "elsewhere/.gitattributes": files[".gitattributes"]})

    generated = {
        path: row["generated"] for path, row in attributes_of(repository, "a.js", "deep/down/a.js", "deep/a.js").items()
    }

    assert generated == {"a.js": True, "deep/down/a.js": False, "deep/a.js": True}


def test_attributes_of_the_commit_count_and_not_those_of_the_work_tree(repository: GitRepository) -> None:
    repository.commit("add", {".gitattributes": "a linguist-generated\n"})
    (repository.path / ".gitattributes").write_text("b linguist-generated\n")
    (repository.path / ".git/info").mkdir(exist_ok=True)
    (repository.path / ".git/info/attributes").write_text("c linguist-generated\n")

    assert set(attributes_of(repository, "a", "b", "c")) == {"a"}


@pytest.mark.parametrize("files", [None, {"file": "x\n"}, {".gitattributes": "* text=auto\n"}])
def test_without_relevant_attributes_there_are_no_rows(repository: GitRepository, files: Files | None) -> None:
    if files:
        repository.commit("add", files)

    assert attributes_of(repository, "file") == {}


def test_languages_and_pointers_are_read_and_invalid_names_are_not(repository: GitRepository) -> None:
    stated = "*.inc linguist-language=PHP\n*.x linguist-language=Objective-C++\n*.y linguist-language\n"
    stated += "*.z -linguist-detectable\n*.psd filter=lfs diff=lfs merge=lfs -text\n*.jpg filter=other\n"
    repository.commit(files={".gitattributes": stated})

    frame = path_attributes(opened(repository), ["a.inc", "a.x", "a.y", "a.z", "a.psd", "a.jpg"]).set_index("path")

    assert dict(frame["language"].dropna()) == {"a.inc": "PHP", "a.x": "Objective C++"}
    assert list(frame.index[frame["pointer"].fillna(value=False)]) == ["a.psd"]
    assert list(frame.index[~frame["detectable"].fillna(value=True)]) == ["a.z"]


def test_commits_that_the_repository_calls_mechanical_are_read_wherever_head_is(repository: GitRepository) -> None:
    first = repository.commit(files={"a": "1\n"})
    listed = f"# reformatted\n{first} # black\n  {'b' * 40}\n#{'c' * 40}\n{'d' * 7}\n"
    repository.commit(files={".git-blame-ignore-revs": listed})
    repository.git("checkout", "--quiet", first)

    assert ignored_commits(opened(repository)) == [first, "b" * 40]


def test_a_repository_without_commits_calls_none_mechanical(repository: GitRepository) -> None:
    assert ignored_commits(opened(repository)) == []
