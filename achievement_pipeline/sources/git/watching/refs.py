"""Read the refs of a repository cheaply enough to poll every few seconds: from files, without running git.

Git is run only for a repository that stores its refs as reftables. The result is a fingerprint of the refs that a
collection would read: it equals the fingerprint of the collected history exactly if there is nothing to collect.
"""

import functools
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.errors import NotARepositoryError
from achievement_pipeline.sources.git.repositories import Identity, identify, read_tips

_OBJECT_NAME: Final = compile_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

_LONGEST_CHAIN: Final = 5
"""Git's own limit on the depth of symbolic refs."""

_BRANCHES: Final = ("refs/heads/", "refs/remotes/")

_REFTABLE_HEAD: Final = "ref: refs/heads/.invalid"
"""The content of ``HEAD`` in a repository with reftables."""


def refs_fingerprint(tips: Iterable[str], shallow: Iterable[str] = ()) -> str:
    """Return a digest of the commits that refs point to and of the boundary of a shallow clone."""
    text = " ".join([*sorted(set(tips)), "shallow", *sorted(set(shallow))])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_top(folder: Path) -> Path:
    """Return the top of the work tree or bare repository that contains a folder.

    Raises:
        NotARepositoryError: The folder is not in a repository.
    """
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists() or _is_git_dir(candidate):
            return candidate
    raise NotARepositoryError(f"{folder} is not a git repository, and not inside one.")


def git_dir_of(top: Path) -> Path:
    """Return the git directory of a work tree or bare repository. A linked worktree has its own."""
    inside = top / ".git"
    if inside.is_file():  # a linked worktree or a submodule: the file contains the path
        return (top / inside.read_text().removeprefix("gitdir:").strip()).resolve()
    return inside if inside.exists() else top


def local_refs_fingerprint(git_dir: Path, *, all_branches: bool) -> str:
    """Return the fingerprint of `local_refs`."""
    return refs_fingerprint(*local_refs(git_dir, all_branches=all_branches))


def local_refs(git_dir: Path, *, all_branches: bool) -> tuple[set[str], set[str]]:
    """Return the `Repository.tips` and `Repository.shallow` of a local repository.

    Args:
        git_dir: Its git directory. A linked worktree has its own.
        all_branches: Whether to read all branches, or only the default branch and ``HEAD``.

    Raises:
        NotARepositoryError: It is no longer a repository.
        OSError: It can't be read.
    """
    common = common_dir(git_dir)
    head = _head(git_dir)
    if head == _REFTABLE_HEAD:
        tips = set(read_tips(git_dir, all_branches=all_branches))
    else:
        branches = set(_branches(common).values()) if all_branches else _default_branch(git_dir, common)
        tips = branches.union(filter(None, [_resolve(head, git_dir, common)]))
    shallow = common / "shallow"
    return tips, set(shallow.read_text().split()) if shallow.exists() else set()


def identity_of(git_dir: Path) -> Identity:
    """Read the `Identity` of a repository, cached until its ``config`` file changes; like git, without one too.

    Raises:
        OSError: It can't be read.
    """
    config = common_dir(git_dir) / "config"
    return _identify(git_dir, config.stat().st_mtime_ns if config.exists() else 0)


def common_dir(git_dir: Path) -> Path:
    """Return the git directory shared by all worktrees of a repository."""
    pointer = git_dir / "commondir"
    return git_dir / pointer.read_text().strip() if pointer.is_file() else git_dir


def _is_git_dir(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and ((folder / "objects").is_dir() or (folder / "commondir").is_file())


def _head(git_dir: Path) -> str:
    try:
        return (git_dir / "HEAD").read_text().strip()
    except FileNotFoundError:
        raise NotARepositoryError(f"{git_dir} is no longer a git repository.") from None


def _resolve(value: str, git_dir: Path, common: Path) -> str | None:
    """Resolve the content of a ref to a commit. None if its branch has no commits."""
    for _ in range(_LONGEST_CHAIN):
        if _OBJECT_NAME.fullmatch(value):
            return value
        ref = value.removeprefix("ref:").strip()
        # loose refs first: a ref that is packed between the two reads is then found in the pack
        loose = next((text for folder in (git_dir, common) if (text := _read(folder / ref))), None)
        value = loose or _find_packed(common, ref)
    return None


def _find_packed(common: Path, ref: str) -> str:
    lines = (line.partition(" ") for line in (_read(common / "packed-refs") or "").splitlines())
    return next((name for name, _, packed in lines if packed == ref and _OBJECT_NAME.fullmatch(name)), "")


def _default_branch(git_dir: Path, common: Path) -> set[str]:
    """Return the commits of the default branch, local and remote-tracking."""
    identity = identity_of(git_dir)
    if identity.bare:
        return set()
    remote = f"refs/remotes/{identity.remote}"
    named = (_read(common / remote / "HEAD") or "").removeprefix("ref:").strip().removeprefix(f"{remote}/")
    for candidates in ((named,) if named else (), identity.default_names):
        refs = [f"ref: {prefix}/{name}" for name in candidates for prefix in ("refs/heads", remote)]
        if found := set(filter(None, (_resolve(ref, common, common) for ref in refs))):
            return found
    return set()


@functools.lru_cache(maxsize=16_384)
def _identify(git_dir: Path, _configured_at: int) -> Identity:
    return identify(git_dir)


def _branches(common: Path) -> dict[str, str]:
    """Return the commit of each branch, local and remote-tracking. Symbolic refs point to one of the others."""
    loose = {}
    for prefix in _BRANCHES:
        for folder, _, names in os.walk(common / prefix):
            for name in names:
                path = Path(folder) / name
                if (text := _read(path)) and _OBJECT_NAME.fullmatch(text):
                    loose[path.relative_to(common).as_posix()] = text
    return {ref: sha for ref, sha in _packed(common) if ref.startswith(_BRANCHES)} | loose


def _packed(common: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and object name of each packed ref."""
    text = _read(common / "packed-refs") or ""
    for line in text.splitlines():
        sha, _, ref = line.partition(" ")
        if _OBJECT_NAME.fullmatch(sha):
            yield ref, sha


def _read(path: Path) -> str | None:
    try:
        return path.read_text(errors="surrogateescape").strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
