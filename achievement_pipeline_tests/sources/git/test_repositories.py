"""Opening a repository, from any folder in it, with a clear error where that fails."""

import os
from pathlib import Path

import pytest

from achievement_pipeline.sources.git import AccessError, NotARepositoryError, Repository, open_repository, read_history
from achievement_pipeline_tests.builders import GitRepository


def opened(path: Path | str, *, all_branches: bool = False) -> Repository:
    return open_repository(path, cache=Path("/nonexistent"), all_branches=all_branches)


def test_a_repository_is_found_from_anywhere_in_it(repository: GitRepository) -> None:
    repository.commit("add", {"deep/down/file": "x\n"})
    repository.git("reset", "--quiet", "--hard")

    places = [repository.path, repository.path / "deep/down", repository.path / ".git"]

    assert len({opened(place) for place in places}) == 1


def test_a_bare_repository_is_one_too(repository: GitRepository, tmp_path: Path) -> None:
    sha = repository.commit()
    bare = repository.clone(tmp_path / "name.git", "--bare")

    assert opened(bare.path).tips == (sha,)
    assert opened(bare.path).key.startswith("local/name-")


def test_a_worktree_has_the_key_of_its_repository_and_its_own_tip(repository: GitRepository, tmp_path: Path) -> None:
    main = repository.commit()
    side = repository.commit(branch="side", parents=[main])
    repository.git("worktree", "add", "--quiet", tmp_path / "worktree", "side")

    worktree = opened(tmp_path / "worktree")

    assert worktree.key == opened(repository.path).key
    assert (worktree.branch, set(worktree.tips)) == ("side", {main, side})
    assert set(read_history(worktree).commits["sha"]) == {main, side}


def _cloned(repository: GitRepository, path: Path) -> tuple[GitRepository, str]:
    """A clone with an older branch checked out."""
    repository.commit(files={"one": "1\n"})
    newest = repository.commit(files={"two": "2\n"}, branch="trunk", parents=[repository.tip()])
    repository.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    clone = repository.clone(path)
    clone.git("checkout", "--quiet", "-b", "old", "HEAD~1")
    return clone, newest


def test_the_default_branch_is_the_one_that_the_remote_names(repository: GitRepository, tmp_path: Path) -> None:
    clone, newest = _cloned(repository, tmp_path / "clone")

    clone.git("branch", "-D", "trunk")

    assert newest in opened(clone.path).tips


def test_the_default_branch_has_a_usual_name_where_no_remote_names_one(
    repository: GitRepository, tmp_path: Path
) -> None:
    clone, newest = _cloned(repository, tmp_path / "clone")
    clone.git("remote", "set-head", "origin", "--delete")
    assert newest not in opened(clone.path).tips

    clone.git("branch", "-m", "trunk", "master")

    assert newest in opened(clone.path).tips
    clone.git("branch", "-m", "master", "trunk")
    clone.git("config", "init.defaultBranch", "trunk")
    assert newest in opened(clone.path).tips


def test_a_remote_that_still_names_a_renamed_default_branch_is_not_followed(
    repository: GitRepository, tmp_path: Path
) -> None:
    clone, newest = _cloned(repository, tmp_path / "clone")
    repository.git("branch", "-m", "main", "before")
    repository.git("branch", "-m", "trunk", "main")
    clone.git("fetch", "--quiet", "--prune")
    clone.git("branch", "-D", "trunk")
    clone.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")

    assert newest in opened(clone.path).tips


def test_a_bare_repository_has_head_for_its_default_branch(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit()
    kept = repository.commit(branch="trunk", parents=[])
    repository.git("symbolic-ref", "HEAD", "refs/heads/trunk")

    assert opened(repository.clone(tmp_path / "bare", "--bare").path).tips == (kept,)


GITHUB = "https://github.com"


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"remote.upstream.url": f"{GITHUB}/acme/name"}, "acme/name"),
        ({"remote.fork.url": f"{GITHUB}/ann/name", "remote.upstream.url": f"{GITHUB}/acme/name"}, "ann/name"),
        (
            {
                "remote.origin.url": f"{GITHUB}/ann/name",
                "remote.upstream.url": f"{GITHUB}/acme/name",
                "branch.main.remote": "upstream",
            },
            "acme/name",
        ),
        (
            {
                "remote.origin.url": f"{GITHUB}/ann/name",
                "remote.upstream.url": f"{GITHUB}/acme/name",
                "branch.topic.remote": "upstream",
            },
            "ann/name",
        ),
        (
            {
                "remote.origin.url": f"{GITHUB}/ann/name",
                "remote.upstream.url": f"{GITHUB}/acme/name",
                "remote.upstream.gh-resolved": "base",
            },
            "acme/name",
        ),
        ({"remote.origin.url": "/srv/backup", "remote.web.url": f"{GITHUB}/ann/name"}, "ann/name"),
        ({"branch.main.remote": "gone", "remote.origin.url": f"{GITHUB}/ann/name"}, "ann/name"),
    ],
)
def test_the_key_is_that_of_the_remote_that_the_default_branch_follows(
    repository: GitRepository, settings: dict[str, str], key: str
) -> None:
    for name, value in settings.items():
        repository.git("config", name, value)
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "topic")

    assert opened(repository.path).key == f"github.com/{key}"


def test_the_key_and_the_web_address_are_those_of_origin(repository: GitRepository) -> None:
    repository.git("remote", "add", "upstream", "https://github.com/upstream/name")
    repository.git("remote", "add", "origin", "git@github.com:owner/name.git")

    found = opened(repository.path)

    assert found.key == "github.com/owner/name"
    assert found.commit_url("abc") == "https://github.com/owner/name/commit/abc"


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("git@gitlab.com:group/name.git", "https://gitlab.com/group/name/-/commit/abc"),
        ("git@bitbucket.org:owner/name.git", "https://bitbucket.org/owner/name/commits/abc"),
        ("https://codeberg.org/owner/name", "https://codeberg.org/owner/name/commit/abc"),
    ],
)
def test_commits_are_seen_where_each_site_shows_them(repository: GitRepository, origin: str, url: str) -> None:
    repository.git("remote", "add", "origin", origin)

    assert opened(repository.path).commit_url("abc") == url


def test_without_a_remote_the_folder_gives_the_key_and_nothing_can_be_seen(repository: GitRepository) -> None:
    found = opened(repository.path)

    assert found.key.startswith("local/repository-")
    assert found.commit_url("abc") is None


def test_a_remote_on_this_machine_does_not_name_the_repository(repository: GitRepository, tmp_path: Path) -> None:
    repository.commit()

    assert opened(repository.clone(tmp_path / "clone").path).key.startswith("local/clone-")


def test_abbreviations_of_the_user_are_understood(repository: GitRepository) -> None:
    repository.git("config", "url.git@github.com:.insteadOf", "gh:")
    repository.git("remote", "add", "origin", "gh:owner/name")

    assert opened(repository.path).key == "github.com/owner/name"


def test_the_default_branch_and_head_are_read_or_all_branches(repository: GitRepository, tmp_path: Path) -> None:
    main = repository.commit("main")
    side = repository.commit("side", branch="side")
    clone = repository.clone(tmp_path / "clone")
    local = clone.commit("local")

    assert set(opened(clone.path).tips) == {main, local}
    assert opened(clone.path, all_branches=True).tips == tuple(sorted({main, side, local}))


def test_an_empty_repository_has_no_tips(repository: GitRepository) -> None:
    for all_branches in (False, True):
        found = opened(repository.path, all_branches=all_branches)
        assert (found.tips, found.branch) == ((), "main")
    assert "no commits" in found.remarks[0]


def test_a_detached_head_is_read_with_a_remark(repository: GitRepository) -> None:
    first = repository.commit()
    second = repository.commit()
    repository.git("checkout", "--quiet", first)

    found = opened(repository.path)

    assert (found.branch, set(found.tips)) == (None, {first, second})
    assert "HEAD is detached" in found.remarks[0]


def test_a_shallow_clone_has_a_remark_with_the_command_to_deepen_it(repository: GitRepository, tmp_path: Path) -> None:
    for _ in range(3):
        sha = repository.commit()
    clone = repository.clone(tmp_path / "clone", "--depth=1")

    found = opened(clone.path)

    assert found.shallow == (sha,)
    command = found.remarks[0].rpartition(": ")[2]
    os.system(f"{command} --quiet")
    assert opened(clone.path).shallow == ()


def test_a_partial_clone_has_a_remark_with_the_command_to_complete_it(
    repository: GitRepository, tmp_path: Path
) -> None:
    repository.commit("add", {"file": "x\n"})
    clone = repository.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")

    found = opened(clone.path)

    assert found.partial
    command = found.remarks[0].rpartition(": ")[2]
    os.system(f"{command} --quiet")
    assert set(read_history(opened(clone.path)).commits["diff"]) == {"read"}


def test_the_user_of_a_repository_is_known(repository: GitRepository, git_config: Path) -> None:
    assert opened(repository.path).user_email is None

    git_config.write_text("[user]\n\temail = everywhere@example.org\n")
    assert opened(repository.path).user_email == "everywhere@example.org"

    repository.git("config", "user.email", "here@example.org")
    assert opened(repository.path).user_email == "here@example.org"


def test_a_hook_of_another_repository_does_not_lead_astray(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = repository.commit()
    monkeypatch.setenv("GIT_DIR", str(GitRepository.create(tmp_path / "other").path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nonsense")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nonsense")

    assert opened(repository.path).tips == (sha,)
    assert list(read_history(opened(repository.path)).commits["sha"]) == [sha]


def test_the_folder_that_a_command_was_started_in_may_be_gone(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = repository.commit()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert list(read_history(opened(repository.path)).commits["sha"]) == [sha]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError, match=r"missing does not exist.*clone URL"):
        opened(tmp_path / "missing")
    with pytest.raises(NotARepositoryError, match=r"Did you mean https://github\.com/ada/engine\?"):
        open_repository("github.com/ada/engine", cache=tmp_path)


@pytest.mark.usefixtures("git_config")
def test_a_folder_outside_of_any_repository_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "folder").mkdir()

    with pytest.raises(NotARepositoryError, match="is not a git repository"):
        opened(tmp_path / "folder")


def test_the_repository_of_another_user_is_read_only_with_safe_directory(
    repository: GitRepository, git_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    sha = repository.commit()

    with pytest.raises(AccessError, match=r"git config --global --add safe\.directory") as error:
        opened(repository.path)

    folder = str(error.value).rpartition(" ")[2]
    repository.git("config", "--file", git_config, "--add", "safe.directory", folder)
    assert opened(repository.path).tips == (sha,)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_repository_that_may_not_be_read_is_an_error(repository: GitRepository) -> None:
    repository.path.chmod(0)
    try:
        with pytest.raises(AccessError, match="may not read"):
            opened(repository.path)
    finally:
        repository.path.chmod(0o755)


def test_a_relative_path_is_one_of_the_folder_that_we_are_in(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = repository.commit("add", {"folder/file": "x\n"})
    monkeypatch.chdir(repository.path)

    assert opened(Path()).tips == (sha,)
