"""Brings the block into ``USER/USER``: a bare clone of the moment, one commit where something changed, and a push.

Blobs are read and written as they are, without a work tree: no attribute, filter or line end setting of anybody
changes a byte. Git runs as the user does, so their credentials count; a token is handed to it by its environment. When
somebody else pushed in the meantime, all of it is repeated on the new state.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from git.exc import GitCommandError

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Rendered
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.github_profile.block import put_between_markers
from achievement_pipeline.publishing.github_profile.settings import GitHubProfileSettings
from achievement_pipeline.sources.git.clones import run_with_credentials
from achievement_pipeline.sources.git.processes import stderr_of
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.system.leftovers import temporary_folder

_ATTEMPTS = 4
_README = "README.md"
_FILE = "100644"
_SOMEBODY_ELSE = ("non-fast-forward", "fetch first", "cannot lock ref", "stale info", "failed to update ref")
"""Git's messages when the branch has moved."""


@dataclass(frozen=True)
class Change:
    """What differs in the repository."""

    diff: str
    """For people; empty where nothing changed."""
    commit: str | None
    """What was pushed; none where nothing was."""
    base: str
    """The branch that the profile is read from."""


@dataclass(frozen=True)
class ProfileRepository:
    """The repository of a profile."""

    remote: Remote
    settings: GitHubProfileSettings

    def show(self, finished: Finished[Rendered]) -> Change:
        """Return what would change; nothing is pushed.

        Raises:
            PublishingError: It may not go out, the repository can't be read, or the README's markers are no pair.
        """
        block = finished.release()
        with temporary_folder("achievements-profile-") as folder:
            clone = _Clone.make(self.remote, folder)
            return Change(clone.write(block)[0], None, clone.base)

    def push(self, finish: Callable[[], Finished[Rendered]], *, to_branch: bool = False) -> Change:
        """Commit what changed, and push it.

        Args:
            finish: Renders the block. Called before each attempt, so that the gate decides at that moment.
            to_branch: To the branch of the pull request, replacing what is there; else to the one that is read.

        Raises:
            PublishingError: It may not go out, the repository can't be reached, the markers are no pair, or somebody
                else pushed every time.
        """
        for _ in range(_ATTEMPTS):
            block = finish().release()
            with temporary_folder("achievements-profile-") as folder:
                clone = _Clone.make(self.remote, folder)
                diff, tree = clone.write(block)
                branch = self.settings.branch if to_branch else clone.base
                if not diff or (to_branch and clone.tree_of(branch) == tree):
                    return Change(diff, None, clone.base)
                commit = clone.commit(tree, self.settings.message)
                if clone.push(commit, branch, force=to_branch):
                    return Change(diff, commit, clone.base)
        raise PublishingError(f"{self.remote.address}: somebody else pushed {_ATTEMPTS} times in between. Try again.")


@dataclass(frozen=True)
class _Clone:
    """A bare clone of the newest commit."""

    remote: Remote
    folder: Path
    base: str
    parent: str | None
    """The newest commit; none in a repository without any."""

    @classmethod
    def make(cls, remote: Remote, folder: Path) -> _Clone:
        git_dir = folder / "profile.git"
        _run(remote, "clone", "--quiet", "--bare", "--depth=1", "--template=", "--", remote.address, str(git_dir))
        empty = cls(remote, folder, "", None)
        base = empty.git("symbolic-ref", "--short", "HEAD").decode().strip()
        parent = empty.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{base}").decode().strip()
        return cls(remote, folder, base, parent or None)

    def git(self, *arguments: str) -> bytes:
        return _run(self.remote, f"--git-dir={self.folder / 'profile.git'}", *arguments)

    def write(self, block: Rendered) -> tuple[str, str]:
        """Write the files of the block, and return how they differ from what was there, and the new tree."""
        files = self._files()
        readme = next((name for name in files if name.casefold() == _README.casefold()), _README)
        wanted = {readme: put_between_markers(self._content(files.get(readme)), block)}
        wanted |= {name: picture.encode() for name, picture in block.pictures.items()}
        if self.parent:
            self.git("read-tree", self.parent)
        differences = []
        for name, content in wanted.items():
            before = self._content(files.get(name))
            if before != content:
                mode = files[name][0] if name in files else _FILE
                self.git("update-index", "--add", "--cacheinfo", f"{mode},{self._store(content)},{name}")
                differences.append(_difference(name, before, content))
        return "".join(differences), self.git("write-tree").decode().strip()

    def commit(self, tree: str, message: str) -> str:
        parents = ["-p", self.parent] if self.parent else []
        return self.git("commit-tree", tree, *parents, "-m", message).decode().strip()

    def tree_of(self, branch: str) -> str | None:
        """Return the tree of a branch at the remote; none where there is no such branch."""
        if not self.git("ls-remote", "origin", f"refs/heads/{branch}"):
            return None
        self.git("fetch", "--quiet", "--depth=1", "origin", f"refs/heads/{branch}")
        return self.git("rev-parse", "FETCH_HEAD^{tree}").decode().strip()

    def push(self, commit: str, branch: str, *, force: bool) -> bool:
        """Push a commit, and return whether it went; not where somebody else pushed in between."""
        target = f"{'+' if force else ''}{commit}:refs/heads/{branch}"
        try:
            self.git("push", "--quiet", "origin", target)
        except PublishingError as error:
            if not any(sign in str(error) for sign in _SOMEBODY_ELSE):
                raise
            return False
        return True

    def _files(self) -> dict[str, tuple[str, str]]:
        """Return mode and object name of every file by its path."""
        if not self.parent:
            return {}
        listed = self.git("ls-tree", "-r", "-z", self.parent).decode(errors="surrogateescape").split("\0")
        entries = (line.partition("\t") for line in listed if line)
        return {path: (facts.split()[0], facts.split()[2]) for facts, _, path in entries}

    def _content(self, file: tuple[str, str] | None) -> bytes:
        return self.git("cat-file", "blob", file[1]) if file else b""

    def _store(self, content: bytes) -> str:
        path = self.folder / "content"
        path.write_bytes(content)
        return self.git("hash-object", "-w", "--no-filters", "--", str(path)).decode().strip()


def _run(remote: Remote, *arguments: str) -> bytes:
    try:
        return run_with_credentials(remote, *arguments)
    except GitCommandError as error:
        words = remote.redact(stderr_of(error))
    raise PublishingError(f"{remote.address} can't be read or written. Git says: {words}")


def _difference(name: str, before: bytes, after: bytes) -> str:
    old, new = (text.decode(errors="replace").splitlines() for text in (before, after))
    return "".join(f"{line}\n" for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm=""))
