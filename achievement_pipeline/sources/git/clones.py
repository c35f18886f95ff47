"""Own bare clones of the repositories that are given by a URL: made once, fetched from then on.

Only branches are kept, by an explicit refspec. Credentials that a URL holds reach git through its environment: no file,
no message and no command line has them. Git never asks for any.
"""

import errno
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline import locks
from achievement_pipeline.errors import SourceError
from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.sources.git.errors import AccessError, BusyCloneError, DiskFullError, RemoteError
from achievement_pipeline.sources.git.processes import run_as_user, run_read_only, stderr_of
from achievement_pipeline.sources.git.remotes import Remote

_log = logging.getLogger(__name__)

_SECONDS_FOR_ANOTHER: Final = 3600
"""To clone a large repository takes as long."""

_BRANCHES: Final = "+refs/heads/*:refs/heads/*"

_NEVER_ASK: Final = {
    "GCM_INTERACTIVE": "never",
    "GIT_ASKPASS": "",
    # what serves a file: URL may be somebody else's partial clone
    "GIT_NO_LAZY_FETCH": "1",
    "SSH_ASKPASS_REQUIRE": "never",
}

_NEVER_HANG: Final = (("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "60"))
"""Bytes a second, and for how many seconds: a server that says nothing for a minute is given up."""

_HELPER: Final = (
    '!f() { test "$1" = get || exit 0; echo "username=$ACHIEVEMENTS_GIT_USERNAME"; '
    'test -z "$ACHIEVEMENTS_GIT_PASSWORD" || echo "password=$ACHIEVEMENTS_GIT_PASSWORD"; }; f'
)
"""Answers git's question for credentials; after it, where it gave no password, the user's own helpers are asked."""


_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

_HEAD: Final = compile_pattern(r"ref: (refs/heads/\S+)\tHEAD\n")
_FULL: Final = compile_pattern(r"No space left on device|Disk quota exceeded")
_DENIED: Final = compile_pattern(
    r"Authentication failed|could not read (Username|Password)|Permission denied|Access denied|error: 40[13]"
)
_NOT_FOUND: Final = compile_pattern(r"not found|does not appear to be a git repository|does not exist|error: 404")
"""What git and SSH say, in English, of a disk, of credentials and of an address that are at fault."""


def update_clone(remote: Remote, cache: Path) -> Path:
    """Bring the clone of `remote` below `cache` up to date, making it first where there is none.

    Two processes that ask for the same one wait for each other.

    Returns:
        Its git directory.

    Raises:
        RemoteError: It can't be read; the message says whether it is the network, the address or the credentials.
        DiskFullError: There is no room for it.
        AccessError: This user may not write in `cache`.
        BusyCloneError: Another process is at it for too long.
    """
    folder = cache / f"{remote.key}.git"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _beside(folder, "lock")
        lock.touch()
        with locks.exclusive(lock, f"the clone of {remote.address}", seconds=_SECONDS_FOR_ANOTHER) as held:
            _remove_stale_locks(folder)
            if not _is_brought_up_to_date(remote, folder, held):
                _clone(remote, folder, held)
    except GitCommandError as error:
        failure = _explain(remote, stderr_of(error), cache)
    except locks.BusyError as error:
        failure = BusyCloneError(str(error))
    except OSError as error:
        kind = DiskFullError if error.errno in _NO_ROOM else AccessError
        failure = kind(f"{cache}: {error.strerror}. Make room or let this user write there, or set another folder.")
    else:
        return folder
    raise failure


def discard_clones(locations: Iterable[str], cache: Path) -> bool:
    """Remove the clones below `cache` of URLs among some locations, to be made again; tell whether there were any."""
    remotes = filter(None, map(Remote.parse, locations))
    folders = [folder for remote in remotes if (folder := cache / f"{remote.key}.git").exists()]
    for folder in folders:
        with locks.exclusive(_beside(folder, "lock"), f"the clone {folder}", seconds=_SECONDS_FOR_ANOTHER):
            shutil.rmtree(folder)
    return bool(folders)


def list_remote_tips(remote: Remote, *, all_branches: bool) -> set[str]:
    """Return the object names that the default branch, or all branches, of `remote` point to; nothing is fetched.

    Raises:
        RemoteError: It can't be read.
    """
    patterns = ("HEAD", "refs/heads/*") if all_branches else ("HEAD",)
    try:
        answer = run_with_credentials(remote, "ls-remote", "--", remote.address, *patterns).decode(
            errors="surrogateescape"
        )
    except GitCommandError as error:
        failure = _explain(remote, stderr_of(error), Path())
    else:
        refs = [line.split("\t") for line in answer.splitlines()]
        return {sha for sha, ref in refs if ref == "HEAD" or (all_branches and ref.startswith("refs/heads/"))}
    raise failure


def _is_brought_up_to_date(remote: Remote, folder: Path, held: int) -> bool:
    """Fetch what is new into a clone, and tell whether that was possible: not where there is none, or a damaged one."""
    try:
        if not _has_branches(folder):
            return False
        _fetch(remote, folder, held)
    except GitCommandError as error:
        if _FULL.search(stderr_of(error)) or not _answers(remote):
            raise
        _log.warning("%s is damaged, and cloned again: %s", folder, remote.redact(stderr_of(error)))
        return False
    return True


def _answers(remote: Remote) -> bool:
    """Whether a remote can be read without any clone: then it is the clone that is at fault."""
    try:
        run_with_credentials(remote, "ls-remote", "--", remote.address, "HEAD")
    except GitCommandError:
        return False
    return True


def _has_branches(folder: Path) -> bool:
    """Whether there is a clone with something in it: one of nothing does not even know how objects are named."""
    return folder.exists() and bool(run_read_only(f"--git-dir={folder}", "for-each-ref", "--count=1"))


def _remove_stale_locks(folder: Path) -> None:
    """Remove what a git that was killed left in a clone: with its ``*.lock`` files no other git would write there.

    The lock of this process shows that none is left: every git that writes there holds it too.
    """
    for file in (*folder.rglob("*.lock"), *(folder / "objects").rglob("tmp_*")):
        file.unlink(missing_ok=True)


def _clone(remote: Remote, folder: Path, held: int) -> None:
    """Clone beside its place and move it there when it is whole; what a killed process left is swept away."""
    unfinished = _beside(folder, "unfinished")
    for stale in (unfinished, folder):
        if stale.exists():
            shutil.rmtree(stale)
    words = ("clone", "--quiet", "--bare", "--no-tags", "--template=", "--", remote.address, str(unfinished))
    run_with_credentials(remote, *words, inherited=[held])
    # With it, what is new is listed in a third of the time.
    graph = (f"--git-dir={unfinished}", "commit-graph", "write", "--reachable", "--no-progress")
    run_with_credentials(remote, *graph, inherited=[held])
    unfinished.rename(folder)


def _fetch(remote: Remote, folder: Path, held: int) -> None:
    git = (f"--git-dir={folder}", "-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false")
    words = ("fetch", "--quiet", "--prune", "--no-tags", "--", remote.address, _BRANCHES)
    run_with_credentials(remote, *git, *words, inherited=[held])
    answer = run_with_credentials(remote, "ls-remote", "--symref", "--", remote.address, "HEAD").decode(
        errors="surrogateescape"
    )
    if match := _HEAD.match(answer):
        run_with_credentials(remote, *git, "symbolic-ref", "HEAD", match[1], inherited=[held])


def run_with_credentials(remote: Remote, *arguments: str, inherited: Sequence[int] = ()) -> bytes:
    """Run git, with the credentials of an address where it holds some, and return what it prints. It never asks.

    Raises:
        GitCommandError: Git failed. Its words may hold the credentials: `Remote.redact` takes them out.
    """
    environment = {**_NEVER_ASK, **_ssh(), **_configuration(remote)}
    return run_as_user(*arguments, environment=environment, inherited=inherited)


def _ssh() -> dict[str, str]:
    """OpenSSH without its questions, where the user has not chosen how to run it."""
    if "GIT_SSH" in os.environ or "GIT_SSH_COMMAND" in os.environ:
        return {}
    if run_read_only("config", "--default", "", "--get", "core.sshCommand").strip():
        return {}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=30"}


def _configuration(remote: Remote) -> dict[str, str]:
    """Git's configuration by environment: after what the user has there, the patience and the credentials."""
    settings = list(_NEVER_HANG)
    if remote.password:
        settings.append(("credential.helper", ""))  # the user's own helpers may know another one
    if remote.username:
        settings.append(("credential.helper", _HELPER))
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    configuration = {
        "ACHIEVEMENTS_GIT_USERNAME": remote.username,
        "ACHIEVEMENTS_GIT_PASSWORD": remote.password,
        "GIT_CONFIG_COUNT": str(first + len(settings)),
    }
    for number, (name, value) in enumerate(settings, start=first):
        configuration |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return configuration


def _explain(remote: Remote, words: str, cache: Path) -> SourceError:
    """The error for what git said. It is raised outside of the handler, so that git's own words go no further."""
    words = remote.redact(words)
    if _FULL.search(words):
        return DiskFullError(
            f"{cache} has no room for the clone of {remote.address}. Make room, or set another folder."
        )
    if _DENIED.search(words):
        advice = "it wants other credentials. Give them to git (a credential helper, an SSH agent), or in the URL"
    elif _NOT_FOUND.search(words):
        advice = "there is no repository there, or these credentials may not see it. Check the address"
    else:
        advice = "it can't be reached. Check the address, the network and the proxy, and try again"
    return RemoteError(f"{remote.address}: {advice}. Git says: {words}")


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f"{folder.name}.{suffix}")
