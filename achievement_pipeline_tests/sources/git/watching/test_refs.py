"""Where refs stand: what files tell equals what git tells, however the refs are stored."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from achievement_pipeline.sources.git import NotARepositoryError, RemoteError, open_repository
from achievement_pipeline.sources.git.clones import list_remote_tips
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.sources.git.watching.refs import (
    find_top,
    git_dir_of,
    local_refs_fingerprint,
    refs_fingerprint,
)
from achievement_pipeline_tests.builders import GitRepository


def _seen(folder: Path, *, all_branches: bool) -> str:
    return local_refs_fingerprint(git_dir_of(find_top(folder)), all_branches=all_branches)


def _collected(folder: Path, *, all_branches: bool) -> str:
    repository = open_repository(folder, cache=folder / "no cache", all_branches=all_branches)
    return refs_fingerprint(repository.tips, repository.shallow)


def _nothing(_: GitRepository) -> None:
    pass


def _commit(repository: GitRepository) -> None:
    repository.commit("feat: one")


def _branches(repository: GitRepository) -> None:
    repository.commit("feat: one")
    repository.commit("feat: two", branch="topic/deep/one")


def _packed(repository: GitRepository) -> None:
    _branches(repository)
    repository.git("pack-refs", "--all")


def _packed_and_moved(repository: GitRepository) -> None:
    _packed(repository)
    repository.commit("feat: three")


def _packed_and_deleted(repository: GitRepository) -> None:
    _packed(repository)
    repository.git("branch", "-D", "topic/deep/one")


def _detached(repository: GitRepository) -> None:
    sha = repository.commit("feat: one")
    repository.commit("feat: two")
    repository.git("update-ref", "--no-deref", "HEAD", sha)


def _unborn_beside_others(repository: GitRepository) -> None:
    repository.commit("feat: one", branch="topic")


def _symbolic_branch(repository: GitRepository) -> None:
    repository.commit("feat: one")
    repository.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    repository.git("symbolic-ref", "HEAD", "refs/heads/alias")


def _remote_branches(repository: GitRepository) -> None:
    sha = repository.commit("feat: one")
    repository.commit("feat: two")
    repository.git("update-ref", "refs/remotes/origin/main", sha)
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")


def _elsewhere(repository: GitRepository) -> None:
    sha = repository.commit("feat: one")
    repository.commit("feat: two")
    repository.git("branch", "old", sha)
    repository.git("checkout", "--quiet", "old")


def _remote_default(repository: GitRepository) -> None:
    _remote_branches(repository)
    repository.git("remote", "add", "origin", "https://github.com/ada/project")
    repository.git("update-ref", "refs/remotes/origin/trunk/one", repository.commit("feat: three", branch="topic"))
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk/one")


def _remote_default_gone(repository: GitRepository) -> None:
    _remote_default(repository)
    repository.git("update-ref", "-d", "refs/remotes/origin/trunk/one")
    repository.git("pack-refs", "--all")


def _bare(repository: GitRepository) -> None:
    repository.commit("feat: one")
    repository.commit("feat: two", branch="topic")
    repository.git("config", "core.bare", "true")
    repository.git("symbolic-ref", "HEAD", "refs/heads/topic")


def _without_settings(repository: GitRepository) -> None:
    _bare(repository)
    (repository.path / ".git" / "config").unlink()


@pytest.mark.parametrize("all_branches", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        _nothing,
        _commit,
        _branches,
        _packed,
        _packed_and_moved,
        _packed_and_deleted,
        _detached,
        _unborn_beside_others,
        _symbolic_branch,
        _remote_branches,
        _elsewhere,
        _remote_default,
        _remote_default_gone,
        _bare,
        _without_settings,
    ],
)
def test_refs_read_from_files_equal_those_of_git(
    repository: GitRepository, make: Callable[[GitRepository], None], all_branches: bool
) -> None:
    make(repository)
    assert _seen(repository.path, all_branches=all_branches) == _collected(repository.path, all_branches=all_branches)


@pytest.mark.parametrize("all_branches", [False, True])
def test_a_worktree_has_the_fingerprint_of_its_own_head(
    repository: GitRepository, tmp_path: Path, all_branches: bool
) -> None:
    repository.commit("feat: one")
    repository.commit("feat: two", branch="topic")
    repository.git("worktree", "add", "--quiet", tmp_path / "tree", "topic")

    seen = _seen(tmp_path / "tree", all_branches=all_branches)

    assert seen == _collected(tmp_path / "tree", all_branches=all_branches)
    assert (seen == _seen(repository.path, all_branches=all_branches)) == all_branches


@pytest.mark.parametrize("bare", [False, True])
def test_a_new_commit_is_seen(tmp_path: Path, git_config: Path, bare: bool) -> None:  # noqa: ARG001
    repository = GitRepository.create(tmp_path / "repository", bare=bare)
    repository.commit("feat: one")
    before = _seen(repository.path, all_branches=False)
    repository.commit("feat: two")
    assert _seen(repository.path, all_branches=False) != before


def test_packing_refs_is_no_news(repository: GitRepository) -> None:
    _branches(repository)
    before = _seen(repository.path, all_branches=True)
    repository.git("pack-refs", "--all")
    assert _seen(repository.path, all_branches=True) == before


def test_another_branch_is_news_only_where_all_are_read(repository: GitRepository) -> None:
    repository.commit("feat: one")
    before = {everything: _seen(repository.path, all_branches=everything) for everything in (False, True)}
    repository.commit("feat: two", branch="topic")
    assert _seen(repository.path, all_branches=False) == before[False]
    assert _seen(repository.path, all_branches=True) != before[True]


def test_a_shallow_clone_that_is_deepened_is_news(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit("feat: one")
    repository.commit("feat: two")
    clone = repository.clone(tmp_path / "clone", "--depth=1")
    before = _seen(clone.path, all_branches=False)
    assert before == _collected(clone.path, all_branches=False)
    clone.git("fetch", "--quiet", "--unshallow")
    assert _seen(clone.path, all_branches=False) != before


@pytest.mark.parametrize("all_branches", [False, True])
def test_git_reads_the_refs_of_a_repository_with_reftables(repository: GitRepository, all_branches: bool) -> None:
    _branches(repository)
    if b"reftable" not in repository.git("version", "--build-options") and not _keeps_tables(repository):
        pytest.skip("this git has no reftable")
    assert _seen(repository.path, all_branches=all_branches) == _collected(repository.path, all_branches=all_branches)


def _keeps_tables(repository: GitRepository) -> bool:
    try:
        repository.git("refs", "migrate", "--ref-format=reftable")
    except Exception:  # noqa: BLE001 - a git that does not know the command
        return False
    return True


def test_a_folder_within_a_repository_is_followed_to_its_top(repository: GitRepository) -> None:
    inside = repository.path / "deep" / "inside"
    inside.mkdir(parents=True)
    assert find_top(inside) == repository.path


def test_a_removed_repository_is_none(repository: GitRepository) -> None:
    git_dir = git_dir_of(repository.path)
    shutil.rmtree(repository.path)
    with pytest.raises(NotARepositoryError):
        local_refs_fingerprint(git_dir, all_branches=False)
    with pytest.raises(NotARepositoryError):
        find_top(repository.path)


@pytest.mark.parametrize("all_branches", [False, True])
def test_a_remote_repository_has_the_fingerprint_of_its_clone(
    repository: GitRepository, tmp_path: Path, all_branches: bool
) -> None:
    _branches(repository)
    repository.git("update-ref", "refs/pull/1/head", repository.tip())
    remote = Remote.parse(repository.url)
    assert remote is not None

    seen = refs_fingerprint(list_remote_tips(remote, all_branches=all_branches))

    clone = open_repository(repository.url, cache=tmp_path / "cache", all_branches=all_branches)
    assert seen == refs_fingerprint(clone.tips, clone.shallow)


def test_a_remote_repository_that_is_not_there_is_named(tmp_path: Path, git_config: Path) -> None:  # noqa: ARG001
    remote = Remote.parse((tmp_path / "nowhere").as_uri())
    assert remote is not None
    with pytest.raises(RemoteError, match="nowhere"):
        list_remote_tips(remote, all_branches=False)
