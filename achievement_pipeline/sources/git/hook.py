"""The git hook ``post-commit``, which leaves word of each commit (`achievement_pipeline.sources.git.spool`).

It is a block of shell, ``post_commit.sh``: no Python is started, and whatever fails in it, the commit is made. Whose
file it goes to:

* husky runs ``.husky/post-commit`` and writes its own file in ``.husky/_`` anew at each installation: it goes to the
  former;
* pre-commit runs ``post-commit.legacy`` beside its own file, and overwrites that: it goes to the former;
* else to the ``post-commit`` that git runs. A shell script that is there gets the block after its first line; anything
  else is moved aside, and run by ours after the block.

A file that git tracks is never touched: the hook of one person would become everybody's.
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
from achievement_pipeline.patterns import DOTALL, compile_pattern
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
"""Programs that own ``post-commit``, by the files that configure them. husky and pre-commit leave room for others."""
_LONGEST_MANIFEST: Final = 1_000_000
_RECORDS: Final = "hooks"
"""Beside the spool: a file for each work tree that the hook was put into, so that its loss is noticed."""
_RUN_ASIDE: Final = b'exec "$0%s" "$@"\n' % _ASIDE.encode()


class HookError(SourceError):
    """The hook can't be put in, or out."""


class HookState(StrEnum):
    """Whether commits leave word."""

    INSTALLED = "installed"
    OUTDATED = "outdated"
    """There is a block, for another spool or of another version."""
    MISSING = "missing"


@dataclass(frozen=True)
class Hook:
    """The hook of a repository, as it was found or left."""

    file: Path
    """Where the block is, or would go to."""
    state: HookState
    hooks_folder: Path
    """Where git looks for hooks: of all worktrees of the repository, and with ``core.hooksPath`` of others too."""
    manager: str = ""
    """The program that writes the file again whenever it is installed, and takes the block out with that."""


def find_hook(folder: Path, spool: Path) -> Hook:
    """Return the hook of the repository that `folder` lies in.

    Raises:
        NotARepositoryError: There is none.
        AccessError: This user may not read it.
        HookError: It has no work tree, or every file that the hook could go to is tracked by git.
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
        f"{candidates[0]} is tracked by git: a hook of yours in it would become everybody's. New commits are found "
        "without it too, a little later."
    )


def install_hook(folder: Path, spool: Path) -> Hook:
    """Put the hook in, or bring it up to date; what was there is run as before.

    Raises:
        NotARepositoryError: There is no repository.
        AccessError: This user may not read it.
        HookError: It can't be put in; the message says why.
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
    """Take the hook out; what was there before is as it was.

    Raises:
        NotARepositoryError: There is no repository.
        AccessError: This user may not read it.
        HookError: It can't be taken out; the message says why.
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
    """Yield the work trees that the hook was put into and that have it no longer: another program took it out."""
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
    """Return the program that owns the file; empty where none does."""
    for name, patterns in _MANAGERS.items():
        if name.encode() in content or any(next(top.glob(pattern), None) for pattern in patterns):
            return name
    manifest = _content(top / "package.json")[:_LONGEST_MANIFEST]
    return "simple-git-hooks" if b'"simple-git-hooks"' in manifest else ""


def _candidates(hooks: Path) -> Iterator[Path]:
    """The files that the block may be in, the best first."""
    if hooks.name == "_" and hooks.parent.name == ".husky":
        yield hooks.parent / _NAME
    elif b"File generated by pre-commit" in _content(hooks / _NAME):
        yield hooks / f"{_NAME}.legacy"
    yield hooks / _NAME


def _inserted(file: Path, block: bytes) -> bytes:
    """What a file becomes that has no block yet; one that is no shell script is moved aside."""
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
    script = (files("achievement_pipeline.sources.git") / "post_commit.sh").read_bytes()
    return script.replace(b"{spool}", os.fsencode(shlex.quote(str(spool.absolute()))))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def _write(file: Path, content: bytes) -> None:
    """Replace the file: git runs the old one or the new one, never half of one."""
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o755
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.chmod(mode)
    unfinished.replace(file)


def _exclude(top: Path, file: Path) -> None:
    """Keep a hook that lies in the work tree from being added to the repository with everything else."""
    if not file.is_relative_to(top) or file.is_relative_to(top / ".git") or _is_ignored(top, file):
        return
    exclude = Path(_git(top, "rev-parse", "--path-format=absolute", "--git-path", "info/exclude"))
    exclude.parent.mkdir(exist_ok=True)
    with exclude.open("a") as lines:
        lines.write(f"/{file.relative_to(top).as_posix()}\n")


def _top(folder: Path) -> Path:
    """The top of the work tree, where git runs hooks."""
    find_git_dir(folder)
    try:
        return Path(_git(folder, "rev-parse", "--show-toplevel"))
    except GitCommandError as error:
        raise HookError(f"{folder} has no work tree: nobody commits there. ({stderr_of(error)})") from error


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
        raise HookError(f"The hook {file} can't be changed: {reason}. Mend that, and try again.") from error
