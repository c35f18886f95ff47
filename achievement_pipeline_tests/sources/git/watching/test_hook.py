"""The post-commit hook, in real repositories with real commits: it leaves word, and is in nobody's way."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from achievement_pipeline.sources.git import NotARepositoryError
from achievement_pipeline.sources.git.watching.hook import (
    Hook,
    HookError,
    HookState,
    find_hook,
    install_hook,
    lost_hooks,
    uninstall_hook,
)
from achievement_pipeline.sources.git.watching.spool import read_commits
from achievement_pipeline_tests.builders import GitRepository


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "home with 'quotes'" / "spool"


def _commit(folder: Path, *options: str) -> str:
    """Commit as people do, so that hooks run; return their output."""
    output = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "x", *options],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return output.stdout + output.stderr


def _head(folder: Path) -> str:
    return GitRepository(folder).git("rev-parse", "HEAD").decode()


def _script(file: Path, content: str, *, mode: int = 0o755) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(mode)
    return file


def test_each_commit_is_reported_to_the_spool(repository: GitRepository, spool: Path) -> None:
    install_hook(repository.path, spool)
    _commit(repository.path)
    first = _head(repository.path)
    _commit(repository.path)

    found = read_commits(spool)

    assert [commit.sha for commit in found] == [first, _head(repository.path)]
    assert {commit.repository_path for commit in found} == {str(repository.path)}


def test_a_commit_succeeds_silently_if_the_spool_is_not_writable(repository: GitRepository, spool: Path) -> None:
    install_hook(repository.path, spool)
    shutil.rmtree(spool.parent)
    spool.parent.write_text("no folder")

    assert _commit(repository.path) == ""


def test_the_spool_is_made_again_where_it_is_gone(repository: GitRepository, spool: Path) -> None:
    install_hook(repository.path, spool)
    shutil.rmtree(spool.parent)
    _commit(repository.path)
    assert len(read_commits(spool)) == 1


@pytest.mark.parametrize("name", ['a "b" \\c', "new\nline", b"latin \xe9".decode(errors="surrogateescape"), "$(x) %s"])
def test_a_repository_may_lie_anywhere(tmp_path: Path, git_config: Path, spool: Path, name: str) -> None:  # noqa: ARG001
    repository = GitRepository.create(tmp_path / name)
    install_hook(repository.path, spool)
    _commit(repository.path)
    [found] = read_commits(spool)
    assert found.repository_path == str(repository.path)


def test_a_work_tree_with_its_git_directory_elsewhere_names_that(
    tmp_path: Path, repository: GitRepository, spool: Path
) -> None:
    install_hook(repository.path, spool)
    dotfiles = (repository.path / ".git").rename(tmp_path / "dotfiles")
    GitRepository(repository.path).git(
        f"--git-dir={dotfiles}", f"--work-tree={repository.path}", "commit", "--quiet", "--allow-empty", "-m", "x"
    )
    [found] = read_commits(spool)
    assert found.repository_path == str(dotfiles)


def test_a_worktree_shares_the_hook_and_names_itself(tmp_path: Path, repository: GitRepository, spool: Path) -> None:
    repository.commit()
    worktree = tmp_path / "worktree"
    repository.git("worktree", "add", "--quiet", worktree, "-b", "side")

    install_hook(worktree, spool)
    _commit(worktree)

    assert find_hook(repository.path, spool).state is HookState.INSTALLED
    assert [commit.repository_path for commit in read_commits(spool)] == [str(worktree)]


@pytest.mark.parametrize("hooks_path", ["hooks", "~/hooks"])
def test_the_hook_goes_where_git_looks_for_it(
    repository: GitRepository, spool: Path, hooks_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    repository.git("config", "core.hooksPath", hooks_path)
    hook = install_hook(repository.path, spool)
    _commit(repository.path)
    assert hook.file == (tmp_path if "~" in hooks_path else repository.path) / "hooks" / "post-commit"
    assert len(read_commits(spool)) == 1


def test_a_hook_in_the_work_tree_is_not_added_with_everything_else(repository: GitRepository, spool: Path) -> None:
    repository.git("config", "core.hooksPath", "hooks")
    install_hook(repository.path, spool)
    install_hook(repository.path, spool)
    assert repository.git("status", "--porcelain") == b""


def test_a_file_that_git_tracks_is_not_touched(repository: GitRepository, spool: Path) -> None:
    repository.git("config", "core.hooksPath", "hooks")
    file = _script(repository.path / "hooks" / "post-commit", "#!/bin/sh\n")
    repository.git("add", "hooks")
    with pytest.raises(HookError, match="hooks/post-commit is tracked by git"):
        install_hook(repository.path, spool)
    assert file.read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize(
    "script",
    [
        '#!/bin/sh\nset -e\nexec echo "ran $#"\n',
        '#!/usr/bin/env -S bash -eu\necho "ran $#"\nexit 1\n',
        "#!/usr/bin/env python3\nimport sys\nprint('ran', len(sys.argv) - 1)\n",
        'echo "ran $#"\n',
    ],
)
def test_a_hook_that_is_there_runs_as_before_and_is_given_back(
    repository: GitRepository, spool: Path, script: str
) -> None:
    file = _script(repository.path / ".git/hooks/post-commit", script, mode=0o750)

    install_hook(repository.path, spool)
    output = _commit(repository.path)

    assert output == "ran 0\n"
    assert len(read_commits(spool)) == 1
    uninstall_hook(repository.path, spool)
    assert file.read_text() == script
    assert file.stat().st_mode & 0o777 == 0o750
    assert [other for other in file.parent.glob("*post-commit*") if other.suffix != ".sample"] == [file]


def test_a_hook_that_is_a_link_is_run_and_never_written_through(
    repository: GitRepository, spool: Path, tmp_path: Path
) -> None:
    theirs = _script(tmp_path / "theirs", "#!/bin/sh\necho theirs\n")
    link = repository.path / ".git/hooks/post-commit"
    link.symlink_to(theirs)

    install_hook(repository.path, spool)

    assert _commit(repository.path) == "theirs\n"
    assert theirs.read_text() == "#!/bin/sh\necho theirs\n"
    uninstall_hook(repository.path, spool)
    assert link.readlink() == theirs


def test_a_hook_that_git_ignores_is_not_made_to_run(repository: GitRepository, spool: Path) -> None:
    _script(repository.path / ".git/hooks/post-commit", "#!/bin/sh\nexit 1\n", mode=0o644)
    with pytest.raises(HookError, match="is not executable"):
        install_hook(repository.path, spool)


def test_husky_runs_it_from_the_file_that_is_the_users(repository: GitRepository, spool: Path) -> None:
    repository.git("config", "core.hooksPath", ".husky/_")
    runner = '#!/bin/sh\nuser=$(dirname "$(dirname "$0")")/post-commit\n[ ! -f "$user" ] || sh -e "$user" "$@"\n'
    theirs = _script(repository.path / ".husky/_/post-commit", runner)
    (repository.path / ".husky/_/.gitignore").write_text("*\n")

    hook = install_hook(repository.path, spool)
    _commit(repository.path)

    assert hook.file == repository.path / ".husky/post-commit"
    assert theirs.read_text() == runner
    assert len(read_commits(spool)) == 1
    assert repository.git("status", "--porcelain") == b""


def test_a_hook_of_husky_that_everybody_shares_is_left_alone(repository: GitRepository, spool: Path) -> None:
    repository.git("config", "core.hooksPath", ".husky/_")
    _script(repository.path / ".husky/post-commit", "echo theirs\n")
    repository.git("add", ".husky")
    _script(repository.path / ".husky/_/post-commit", "#!/bin/sh\nsh -e .husky/post-commit\n")

    hook = install_hook(repository.path, spool)

    assert hook.file == repository.path / ".husky/_/post-commit"
    assert _commit(repository.path) == "theirs\n"
    assert len(read_commits(spool)) == 1


def test_pre_commit_runs_it_from_the_file_that_it_leaves_to_others(repository: GitRepository, spool: Path) -> None:
    theirs = '#!/bin/sh\n# File generated by pre-commit\n[ ! -x "$0.legacy" ] || "$0.legacy" "$@"\n'
    file = _script(repository.path / ".git/hooks/post-commit", theirs)

    hook = install_hook(repository.path, spool)
    _commit(repository.path)

    assert hook.file.name == "post-commit.legacy"
    assert file.read_text() == theirs
    assert len(read_commits(spool)) == 1
    assert uninstall_hook(repository.path, spool).state is HookState.MISSING
    assert not hook.file.exists()


def test_to_install_it_twice_changes_nothing(repository: GitRepository, spool: Path) -> None:
    once = install_hook(repository.path, spool)
    content = once.file.read_bytes()
    assert install_hook(repository.path, spool) == once
    assert once.file.read_bytes() == content


def test_a_hook_for_another_spool_is_brought_up_to_date(repository: GitRepository, spool: Path, tmp_path: Path) -> None:
    install_hook(repository.path, tmp_path / "old")
    assert find_hook(repository.path, spool).state is HookState.OUTDATED

    install_hook(repository.path, spool)
    _commit(repository.path)

    assert find_hook(repository.path, spool).state is HookState.INSTALLED
    assert len(read_commits(spool)) == 1
    assert read_commits(tmp_path / "old") == []


def test_to_take_out_what_is_not_there_changes_nothing(repository: GitRepository, spool: Path) -> None:
    hook = uninstall_hook(repository.path, spool)
    assert hook == Hook(hook.file, HookState.MISSING, repository.path / ".git/hooks")
    assert not hook.file.exists()


def test_a_bare_repository_and_a_folder_without_one_are_named(
    repository: GitRepository, spool: Path, tmp_path: Path
) -> None:
    bare = repository.clone(tmp_path / "bare.git", "--bare")
    with pytest.raises(HookError, match="has no work tree"):
        install_hook(bare.path, spool)
    with pytest.raises(NotARepositoryError):
        install_hook(spool.parents[2], spool)


def test_a_spool_file_is_one_line_of_json(repository: GitRepository, spool: Path) -> None:
    install_hook(repository.path, spool)
    _commit(repository.path)
    [file] = spool.iterdir()
    assert json.loads(file.read_text()) == {"repository_path": str(repository.path), "sha": _head(repository.path)}
    assert os.access(file, os.R_OK)


def test_a_program_that_takes_the_hook_out_again_is_named_and_noticed(repository: GitRepository, spool: Path) -> None:
    (repository.path / "lefthook.yml").write_text("post-commit: {}\n")
    assert install_hook(repository.path, spool).manager == "lefthook"
    assert list(lost_hooks(spool)) == []

    _script(repository.path / ".git/hooks/post-commit", '#!/bin/sh\ncall_lefthook run "post-commit" "$@"\n')

    assert list(lost_hooks(spool)) == [repository.path]
    install_hook(repository.path, spool)
    assert list(lost_hooks(spool)) == []
    uninstall_hook(repository.path, spool)
    assert list(lost_hooks(spool)) == []


@pytest.mark.parametrize(
    ("file", "content", "manager"),
    [
        (".overcommit.yml", "PostCommit: {}\n", "overcommit"),
        ("package.json", '{"simple-git-hooks": {}}', "simple-git-hooks"),
        ("package.json", '{"name": "engine"}', ""),
    ],
)
def test_who_owns_the_hook_is_known_by_its_configuration(
    repository: GitRepository, spool: Path, file: str, content: str, manager: str
) -> None:
    (repository.path / file).write_text(content)
    assert install_hook(repository.path, spool).manager == manager


@pytest.mark.parametrize("elsewhere", ["there", "not there"])
def test_a_work_tree_that_the_configuration_names_elsewhere_is_refused(
    repository: GitRepository, spool: Path, tmp_path: Path, elsewhere: str
) -> None:
    (tmp_path / "there").mkdir()
    repository.git("config", "core.worktree", str(tmp_path / elsewhere))
    with pytest.raises(HookError, match=r"core\.worktree|has no work tree"):
        find_hook(repository.path, spool)
