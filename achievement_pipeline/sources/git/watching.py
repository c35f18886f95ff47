"""Where the refs of a repository stand, cheaply enough to be asked every few seconds: files are read, git is not run.

Git itself is asked only where files do not tell: of a repository that keeps its refs in tables (reftable), and of a
remote one. The answer is a digest of what a collection would read, so it equals that of what was collected exactly when
there is nothing to collect.
"""

import functools
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.sources.git.errors import NotARepositoryError
from achievement_pipeline.sources.git.repositories import Identity, identify, read_tips

_OBJECT_NAME: Final = compile_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

_LONGEST_CHAIN: Final = 5
"""Symbolic refs that point to symbolic refs: git gives up after as many."""

_BRANCHES: Final = ("refs/heads/", "refs/remotes/")

_TABLES: Final = "ref: refs/heads/.invalid"
"""What ``HEAD`` holds where refs stand in tables, so that old programs do not take the folder for a repository."""


def refs_fingerprint(tips: Iterable[str], shallow: Iterable[str] = ()) -> str:
    """Return a digest of the commits that refs point to, and of where a shallow clone ends."""
    text = " ".join([*sorted(set(tips)), "shallow", *sorted(set(shallow))])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_top(folder: Path) -> Path:
    """Return the work tree or bare repository that a folder is, or lies in.

    Raises:
        NotARepositoryError: There is none.
    """
    for place in (folder, *folder.parents):
        if (place / ".git").exists() or _is_git_dir(place):
            return place
    raise NotARepositoryError(f"{folder} is not a git repository, and not inside of one.")


def git_dir_of(top: Path) -> Path:
    """Return the git directory of a work tree or bare repository; of a worktree, the worktree's own."""
    inside = top / ".git"
    if inside.is_file():  # of a worktree or a submodule: it says where
        return (top / inside.read_text().removeprefix("gitdir:").strip()).resolve()
    return inside if inside.exists() else top


def local_refs_fingerprint(git_dir: Path, *, all_branches: bool) -> str:
    """Return where a repository on this machine stands, as `local_refs` finds it."""
    return refs_fingerprint(*local_refs(git_dir, all_branches=all_branches))


def local_refs(git_dir: Path, *, all_branches: bool) -> tuple[set[str], set[str]]:
    """Return the tips of a repository on this machine, and where it ends if it is shallow.

    Args:
        git_dir: Its git directory; of a worktree, the worktree's own.
        all_branches: Whether all branches are read, or the default branch and ``HEAD``.

    Raises:
        NotARepositoryError: It is none, or no longer.
        OSError: It can't be read.
    """
    common = common_dir(git_dir)
    head = _head(git_dir)
    if head == _TABLES:
        tips = set(read_tips(git_dir, all_branches=all_branches))
    else:
        branches = set(_branches(common).values()) if all_branches else _default_branch(git_dir, common)
        tips = branches.union(filter(None, [_resolve(head, git_dir, common)]))
    shallow = common / "shallow"
    return tips, set(shallow.read_text().split()) if shallow.exists() else set()


def identity_of(git_dir: Path) -> Identity:
    """Return what the configuration says of a repository; git is asked once for each state of its file.

    Raises:
        OSError: It can't be read.
    """
    return _identify(git_dir, (common_dir(git_dir) / "config").stat().st_mtime_ns)


def common_dir(git_dir: Path) -> Path:
    """Return the git directory that all worktrees of a repository share."""
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
    """Return the commit that the content of a ref leads to; None where it leads to a branch without commits."""
    for _ in range(_LONGEST_CHAIN):
        if _OBJECT_NAME.fullmatch(value):
            return value
        ref = value.removeprefix("ref:").strip()
        # first the loose ones: a ref that is packed in between is then found in the pack
        loose = next((text for folder in (git_dir, common) if (text := _read(folder / ref))), None)
        value = loose or _find_packed(common, ref)
    return None


def _find_packed(common: Path, ref: str) -> str:
    lines = (line.partition(" ") for line in (_read(common / "packed-refs") or "").splitlines())
    return next((name for name, _, packed in lines if packed == ref and _OBJECT_NAME.fullmatch(name)), "")


def _default_branch(git_dir: Path, common: Path) -> set[str]:
    """Return the commits of the default branch, here and on its remote."""
    identity = identity_of(git_dir)
    if identity.bare:
        return set()
    remote = f"refs/remotes/{identity.remote}"
    named = (_read(common / remote / "HEAD") or "").removeprefix("ref:").strip().removeprefix(f"{remote}/")
    for candidates in ((named,) if named else (), identity.default_names):
        refs = [f"ref: {place}/{name}" for name in candidates for place in ("refs/heads", remote)]
        if found := set(filter(None, (_resolve(ref, common, common) for ref in refs))):
            return found
    return set()


@functools.lru_cache(maxsize=16_384)
def _identify(git_dir: Path, _configured_at: int) -> Identity:
    return identify(git_dir)


def _branches(common: Path) -> dict[str, str]:
    """Return the commit of each branch, local and remote-tracking; what is symbolic leads to one of the others."""
    loose = {}
    for prefix in _BRANCHES:
        for folder, _, names in os.walk(common / prefix):
            for name in names:
                path = Path(folder) / name
                if (text := _read(path)) and _OBJECT_NAME.fullmatch(text):
                    loose[path.relative_to(common).as_posix()] = text
    return {ref: sha for ref, sha in _packed(common) if ref.startswith(_BRANCHES)} | loose


def _packed(common: Path) -> Iterator[tuple[str, str]]:
    """Yield the refs that are packed into one file, with their objects."""
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
