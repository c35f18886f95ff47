"""A repository's own configuration runs nothing, whatever it names and whichever git there is."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.git import open_repository
from achievement_pipeline.sources.git.identity import user_email
from achievement_pipeline.sources.git.watching.hook import find_hook
from achievement_pipeline_tests.builders import Entry, GitRepository

_PROGRAMS = {
    "alias.cat-file": "!{mark}",
    "alias.config": "!{mark}",
    "alias.log": "!{mark}",
    "alias.rev-parse": "!{mark}",
    "core.alternateRefsCommand": "{mark}",
    "core.askPass": "{mark}",
    "core.editor": "{mark}",
    "core.fsmonitor": "{mark}",
    "core.gitProxy": "{mark}",
    "core.hooksPath": "{hooks}",
    "core.pager": "{mark}",
    "core.sshCommand": "{mark}",
    "credential.helper": "!{mark}",
    "diff.evil.command": "{mark}",
    "diff.evil.textconv": "{mark}",
    "diff.external": "{mark}",
    "filter.evil.clean": "{mark}",
    "filter.evil.process": "{mark}",
    "filter.evil.required": "true",
    "filter.evil.smudge": "{mark}",
    "gpg.program": "{mark}",
    "gpg.ssh.program": "{mark}",
    "interactive.diffFilter": "{mark}",
    "log.showSignature": "true",
    "maintenance.auto": "true",
    "merge.evil.driver": "{mark}",
    "pager.cat-file": "{mark}",
    "pager.config": "{mark}",
    "pager.log": "{mark}",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "remote.origin.promisor": "true",
    "remote.origin.proxy": "ext::{mark}",
    "remote.origin.uploadpack": "{mark}",
    "remote.origin.url": "ext::{mark}",
    "remote.origin.vcs": "evil",
    "sequence.editor": "{mark}",
    "submodule.evil.update": "!{mark}",
    "submodule.recurse": "true",
    "trailer.evil.command": "{mark}",
    "uploadpack.packObjectsHook": "{mark}",
}


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """A program that leaves a file behind."""
    program = tmp_path / "mark"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >>{tmp_path}/marked\nexit 1\n')
    program.chmod(0o755)
    return program


@pytest.fixture(params=["this git", "a git that knows no GIT_NO_LAZY_FETCH"])
def _git(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git as it is, and as it was before 2.39.4 and 2.45.1."""
    if request.param != "this git":
        folder = tmp_path / "older"
        folder.mkdir()
        older = folder / "git"
        older.write_text(f'#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec {shutil.which("git")} "$@"\n')
        older.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")


def _plant(repository: GitRepository, name: str, value: str, mark: Path) -> None:
    hooks = mark.with_name("hooks")
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        shutil.copy(mark, hooks / hook)
        shutil.copy(mark, repository.path / ".git" / "hooks" / hook)
    repository.git("config", name, value.format(mark=mark, hooks=hooks))


def _read(repository: GitRepository, folder: Path) -> None:
    """Do all that is done with a repository on this machine."""
    opened = open_repository(repository.path, cache=folder / "cache", all_branches=True)
    with opened.isolated_git() as git:
        git.output("log", "-z", "--raw", "--numstat", "-M", "--format=%H", *opened.tips)
    user_email(repository.path)
    find_hook(repository.path, folder / "spool")


@pytest.mark.parametrize("name", _PROGRAMS)
def test_reading_runs_nothing_that_a_repository_configures(tmp_path: Path, mark: Path, name: str) -> None:
    repository = GitRepository.create(tmp_path / "cloned")
    repository.commit(
        "feat: one",
        {
            ".gitattributes": "* diff=evil filter=evil merge=evil\n",
            ".gitmodules": '[submodule "evil"]\n\tpath = sub\n\turl = ext::sh\n\tupdate = !sh\n',
            "one.py": "1\n",
            "sub": Entry("160000", b"a" * 40),
        },
    )
    _plant(repository, name, _PROGRAMS[name], mark)
    with suppress(SourceError):  # some are nothing that git can read
        _read(repository, tmp_path)
    assert not (tmp_path / "marked").exists()


@pytest.mark.usefixtures("_git")
@pytest.mark.parametrize("url", ["file", "ext"])
def test_a_partial_clone_that_lacks_an_object_fetches_nothing(tmp_path: Path, mark: Path, url: str) -> None:
    source = GitRepository.create(tmp_path / "source")
    source.commit("feat: one", {".mailmap": "Ada <a@b.org>\n", ".gitattributes": "* text\n", "one.py": "1\n"})
    source.git("config", "uploadpack.allowFilter", "true")
    source.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{source.path}", tmp_path / "cloned")
    cloned = GitRepository(tmp_path / "cloned")
    if url == "ext":
        cloned.git("config", "remote.origin.url", f"ext::{mark}")
        cloned.git("config", "protocol.ext.allow", "always")
    cloned.git("config", "remote.origin.uploadpack", str(mark))
    cloned.git("config", "remote.origin.promisor", "true")
    opened = open_repository(cloned.path, cache=tmp_path / "cache")
    assert opened.partial
    assert opened.mailmap is None
    assert not (tmp_path / "marked").exists()
