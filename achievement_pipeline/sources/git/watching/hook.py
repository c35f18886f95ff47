"""Install the ``post-commit`` hook, which reports each commit to the spool (see `spool`).

The hook is a block of shell, ``post_commit.sh``. It starts no Python, and the commit succeeds whatever fails in it. The
block goes to one of these files:

* with husky, ``.husky/post-commit``, because husky overwrites the files in ``.husky/_`` whenever it is installed;
* with pre-commit, ``post-commit.legacy``, because pre-commit runs that file and overwrites ``post-commit``;
* else the ``post-commit`` that git runs. An existing shell script gets the block after its first line. Any other
  program is renamed, and run by our script after the block.

A file tracked by git is never changed: one person's hook would become everybody's.
"""

import hashlib
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline.errors import SourceError
from achievement_pipeline.parsing.patterns import DOTALL, compile_pattern
from achievement_pipeline.sources.git.processes import run_read_only, stderr_of
from achievement_pipeline.sources.git.repositories import find_git_dir

_NAME: Final = "post-commit"
_ASIDE: Final = ".before-achievements"
_SHELL: Final = compile_pattern(rb"#!.*\b(?:sh|bash|dash|ash|ksh|zsh)\b.*\n")
_BLOCK: Final = compile_pattern(rb"# >>> achievements: .*?# <<< achievements <<<\n", DOTALL)
_MANAGERS: Final = {
    "lefthook": ("lefthook.*", ".lefthook.*"),
    "overcommit": (".overcommit.yml",),
    "simple-git-hooks": (".simple-git-hooks.*", "simple-git-hooks.*"),
}
"""Hook managers that overwrite ``post-commit``, with their configuration files."""
_LONGEST_MANIFEST: Final = 1_000_000
_RECORDS: Final = "hooks"
"""Folder beside the spool with one file per work tree in which the hook is installed, to detect lost hooks."""
_RUN_ASIDE: Final = b'exec "$0%s" "$@"\n' % _ASIDE.encode()


class HookError(SourceError):
    """The hook can't be installed or removed."""


class HookState(StrEnum):
    """Whether the hook is installed."""

    INSTALLED = "installed"
    OUTDATED = "outdated"
    """The block is for another spool or of another version."""
    MISSING = "missing"


@dataclass(frozen=True)
class Hook:
    """The hook of a repository."""

    file: Path
    """The file that contains the block, or would."""
    state: HookState
    hooks_folder: Path
    """The folder of hooks, shared by all worktrees and, with ``core.hooksPath``, by other repositories."""
    manager: str = ""
    """Name of the hook manager that will overwrite the file; empty if there is none."""


def find_hook(folder: Path, spool: Path) -> Hook:
    """Find the hook of the repository that contains `folder`.

    Raises:
        NotARepositoryError: There is no repository.
        AccessError: This user may not read it.
        HookError: The repository has no work tree, or every possible hook file is tracked by git.
    """
    top = _top(folder)
    hooks = Path(_git(top, "rev-parse", "--path-format=absolute", "--git-path", "hooks"))
    candidates = list(_candidates(hooks))
    for file in candidates:
        if found := _BLOCK.search(_content(file)):
            state = HookState.INSTALLED if found.group() == _block(spool) else HookState.OUTDATED
            return Hook(file, state, hooks)
    for file in candidates:
        if not _is_tracked(top, file):
            return Hook(file, HookState.MISSING, hooks)
    raise HookError(
        f"{candidates[0]} is tracked by git: your hook in it would become everybody's. New commits are found "
        "without it too, a little later."
    )


def install_hook(folder: Path, spool: Path) -> Hook:
    """Install or update the hook. An existing hook is still run.

    Raises:
        NotARepositoryError: There is no repository.
        AccessError: This user may not read it.
        HookError: The hook can't be installed.
    """
    hook = find_hook(folder, spool)
    file, block = hook.file, _block(spool)
    with _explained(file):
        content = _content(file)
        if hook.state is HookState.MISSING:
            content = _inserted(file, block)
        else:
            content = _BLOCK.sub(lambda _: block, content, count=1)
        file.parent.mkdir(parents=True, exist_ok=True)
        _write(file, content)
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    top = _top(folder)
    _exclude(top, file)
    record = _record(spool, top)
    record.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    record.write_bytes(os.fsencode(top))
    return Hook(file, HookState.INSTALLED, hook.hooks_folder, _manager(top, content))


def uninstall_hook(folder: Path, spool: Path) -> Hook:
    """Remove the hook and restore the one that was there before.

    Raises:
        NotARepositoryError: There is no repository.
        AccessError: This user may not read it.
        HookError: The hook can't be removed.
    """
    hook = find_hook(folder, spool)
    _record(spool, _top(folder)).unlink(missing_ok=True)
    if hook.state is HookState.MISSING:
        return hook
    file = hook.file
    aside = file.with_name(file.name + _ASIDE)
    with _explained(file):
        rest = _BLOCK.sub(b"", _content(file), count=1)
        if os.path.lexists(aside):
            aside.replace(file)
        elif _SHELL.fullmatch(rest):
            file.unlink()
        else:
            _write(file, rest)
    return Hook(file, HookState.MISSING, hook.hooks_folder)


def lost_hooks(spool: Path) -> Iterator[Path]:
    """Yield the work trees whose installed hook was removed by another program."""
    for record in sorted((spool.parent / _RECORDS).glob("*")):
        top = Path(os.fsdecode(record.read_bytes()))
        if not top.exists():
            record.unlink()
            continue
        try:
            state = find_hook(top, spool).state
        except SourceError:
            continue
        if state is HookState.MISSING:
            yield top


def _record(spool: Path, top: Path) -> Path:
    return spool.parent / _RECORDS / hashlib.sha256(os.fsencode(top)).hexdigest()[:16]


def _manager(top: Path, content: bytes) -> str:
    """Return the name of the hook manager that owns the file, or an empty string."""
    for name, patterns in _MANAGERS.items():
        if name.encode() in content or any(next(top.glob(pattern), None) for pattern in patterns):
            return name
    manifest = _content(top / "package.json")[:_LONGEST_MANIFEST]
    return "simple-git-hooks" if b'"simple-git-hooks"' in manifest else ""


def _candidates(hooks: Path) -> Iterator[Path]:
    """Yield the files that may contain the block, the preferred one first."""
    if hooks.name == "_" and hooks.parent.name == ".husky":
        yield hooks.parent / _NAME
    elif b"File generated by pre-commit" in _content(hooks / _NAME):
        yield hooks / f"{_NAME}.legacy"
    yield hooks / _NAME


def _inserted(file: Path, block: bytes) -> bytes:
    """Return the file's content with the block inserted. Rename the file if it is not a shell script."""
    if not os.path.lexists(file):
        return b"#!/bin/sh\n" + block
    if not os.access(file, os.X_OK):
        raise HookError(f"{file} is not executable, so git does not run it. Make it executable, or remove it.")
    content = _content(file)
    if (first := _SHELL.match(content)) and not file.is_symlink():
        return first.group() + block + content[first.end() :]
    file.replace(file.with_name(file.name + _ASIDE))
    return b"#!/bin/sh\n" + block + _RUN_ASIDE


def _block(spool: Path) -> bytes:
    script = (files("achievement_pipeline.sources.git.watching") / "post_commit.sh").read_bytes()
    return script.replace(b"{spool}", os.fsencode(shlex.quote(str(spool.absolute()))))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def _write(file: Path, content: bytes) -> None:
    """Replace the file atomically, so that git never runs half a script."""
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o755
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.chmod(mode)
    unfinished.replace(file)


def _exclude(top: Path, file: Path) -> None:
    """Exclude a hook in the work tree from ``git add``, by ``info/exclude``."""
    if not file.is_relative_to(top) or file.is_relative_to(top / ".git") or _is_ignored(top, file):
        return
    exclude = Path(_git(top, "rev-parse", "--path-format=absolute", "--git-path", "info/exclude"))
    exclude.parent.mkdir(exist_ok=True)
    with exclude.open("a") as lines:
        lines.write(f"/{file.relative_to(top).as_posix()}\n")


def _top(folder: Path) -> Path:
    """Return the top of the work tree, where git runs hooks."""
    find_git_dir(folder)
    try:
        top = Path(_git(folder, "rev-parse", "--show-toplevel"))
    except GitCommandError as error:
        raise HookError(
            f"{folder} has no work tree, so there are no commits to report ({stderr_of(error)})."
        ) from error
    if not folder.resolve().is_relative_to(top.resolve()):
        raise HookError(
            f"{folder} is outside of its work tree {top}. Its setting core.worktree names another folder: remove it "
            "with `git config --unset core.worktree`, or run this command there."
        )
    return top


def _is_tracked(top: Path, file: Path) -> bool:
    return file.is_relative_to(top) and _succeeds(top, "ls-files", "--error-unmatch", "--", str(file))


def _is_ignored(top: Path, file: Path) -> bool:
    return _succeeds(top, "check-ignore", "--quiet", "--", str(file))


def _succeeds(top: Path, *arguments: str) -> bool:
    try:
        _git(top, *arguments)
    except GitCommandError:
        return False
    return True


def _git(folder: Path, *arguments: str) -> str:
    return os.fsdecode(run_read_only("-C", str(folder), *arguments).removesuffix(b"\n"))


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"{error.strerror} ({error.filename})"
        raise HookError(f"The hook {file} can't be changed: {reason}. Fix that and try again.") from error
