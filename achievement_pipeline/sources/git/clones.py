"""Maintain bare clones of the repositories given by a URL: clone once, then fetch.

Only branches are fetched, by an explicit refspec. Credentials in a URL are passed to git through its environment, so
that they occur in no file, message or command line. Git never prompts.
"""

import errno
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline.errors import SourceError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.errors import AccessError, BusyCloneError, DiskFullError, RemoteError
from achievement_pipeline.sources.git.processes import run_as_user, run_read_only, stderr_of
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.system import locks

_log = logging.getLogger(__name__)

_SECONDS_FOR_ANOTHER: Final = 3600
"""How long to wait for another process: cloning a large repository may take this long."""

_BRANCHES: Final = "+refs/heads/*:refs/heads/*"

_NEVER_ASK: Final = {
    "GCM_INTERACTIVE": "never",
    "GIT_ASKPASS": "",
    # a file: URL may be served by an untrusted partial clone
    "GIT_NO_LAZY_FETCH": "1",
    "SSH_ASKPASS_REQUIRE": "never",
}

_NEVER_HANG: Final = (("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "60"))
"""Bytes per second and seconds: give up on a server that sends nothing for a minute."""

_HELPER: Final = (
    '!f() { test "$1" = get || exit 0; echo "username=$ACHIEVEMENTS_GIT_USERNAME"; '
    'test -z "$ACHIEVEMENTS_GIT_PASSWORD" || echo "password=$ACHIEVEMENTS_GIT_PASSWORD"; }; f'
)
"""A credential helper that returns the credentials of the URL. Without a password, the user's helpers run next."""


_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

_HEAD: Final = compile_pattern(r"ref: (refs/heads/\S+)\tHEAD\n")
_FULL: Final = compile_pattern(r"No space left on device|Disk quota exceeded")
_DENIED: Final = compile_pattern(
    r"Authentication failed|could not read (Username|Password)|Permission denied|Access denied|error: 40[13]"
)
_NOT_FOUND: Final = compile_pattern(r"not found|does not appear to be a git repository|does not exist|error: 404")
"""Error messages of git and SSH, in English, about the disk, the credentials and the address."""


def clone_folder(remote: Remote, cache: Path) -> Path:
    """Return where the clone of `remote` is, or would be."""
    return cache / f"{remote.key}.git"


def update_clone(remote: Remote, cache: Path) -> Path:
    """Fetch the clone of `remote` below `cache`, or create it. A file lock serializes concurrent calls.

    Returns:
        Its git directory.

    Raises:
        RemoteError: The URL can't be read: the message names the network, the address or the credentials as the cause.
        DiskFullError: The disk has no space for the clone.
        AccessError: This user may not write in `cache`.
        BusyCloneError: Another process has been updating the clone for too long.
    """
    folder = clone_folder(remote, cache)
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
        failure = kind(f"{cache}: {error.strerror}. Free space or let this user write there, or set another folder.")
    else:
        return folder
    raise failure


def discard_clones(locations: Iterable[str], cache: Path) -> bool:
    """Remove the clones of the URLs among `locations`, so that they are cloned again. Return whether any existed."""
    remotes = filter(None, map(Remote.parse, locations))
    folders = [folder for remote in remotes if (folder := clone_folder(remote, cache)).exists()]
    for folder in folders:
        with locks.exclusive(_beside(folder, "lock"), f"the clone {folder}", seconds=_SECONDS_FOR_ANOTHER):
            shutil.rmtree(folder)
    return bool(folders)


def list_remote_tips(remote: Remote, *, all_branches: bool) -> set[str]:
    """List the object names of the default branch, or of all branches, of `remote` with ``git ls-remote``.

    Raises:
        RemoteError: The URL can't be read.
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
    """Fetch into a clone. Return False if there is no clone or it is damaged."""
    try:
        if not _has_branches(folder):
            return False
        _fetch(remote, folder, held)
    except GitCommandError as error:
        if _FULL.search(stderr_of(error)) or not _answers(remote):
            raise
        _log.warning("%s is damaged; cloning again: %s", folder, remote.redact(stderr_of(error)))
        return False
    return True


def _answers(remote: Remote) -> bool:
    """Whether the remote can be read. If so, a failed fetch is the fault of the clone."""
    try:
        run_with_credentials(remote, "ls-remote", "--", remote.address, "HEAD")
    except GitCommandError:
        return False
    return True


def _has_branches(folder: Path) -> bool:
    """Whether there is a clone with at least one ref. An empty clone may have the wrong object format."""
    return folder.exists() and bool(run_read_only(f"--git-dir={folder}", "for-each-ref", "--count=1"))


def _remove_stale_locks(folder: Path) -> None:
    """Remove the files left by a killed git, whose ``*.lock`` files would block every other one.

    This process holds the clone's lock, which every git that writes there inherits, so no such git is running.
    """
    for file in (*folder.rglob("*.lock"), *(folder / "objects").rglob("tmp_*")):
        file.unlink(missing_ok=True)


def _clone(remote: Remote, folder: Path, held: int) -> None:
    """Clone into a temporary folder, then rename it. Remove what a killed process left first."""
    unfinished = _beside(folder, "unfinished")
    for stale in (unfinished, folder):
        if stale.exists():
            shutil.rmtree(stale)
    clone = ("clone", "--quiet", "--bare", "--no-tags", "--template=", "--", remote.address, str(unfinished))
    run_with_credentials(remote, *clone, inherited=[held])
    # A commit-graph cuts the time to list new commits to a third.
    graph = (f"--git-dir={unfinished}", "commit-graph", "write", "--reachable", "--no-progress")
    run_with_credentials(remote, *graph, inherited=[held])
    unfinished.rename(folder)


def _fetch(remote: Remote, folder: Path, held: int) -> None:
    git = (f"--git-dir={folder}", "-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false")
    fetch = ("fetch", "--quiet", "--prune", "--no-tags", "--", remote.address, _BRANCHES)
    run_with_credentials(remote, *git, *fetch, inherited=[held])
    answer = run_with_credentials(remote, "ls-remote", "--symref", "--", remote.address, "HEAD").decode(
        errors="surrogateescape"
    )
    if match := _HEAD.match(answer):
        run_with_credentials(remote, *git, "symbolic-ref", "HEAD", match[1], inherited=[held])


def run_with_credentials(remote: Remote, *arguments: str, inherited: Sequence[int] = ()) -> bytes:
    """Run git with the credentials of an address, if it has any, and return its standard output. It never prompts.

    Raises:
        GitCommandError: Git failed. The message may contain the credentials: `Remote.redact` removes them.
    """
    environment = {**_NEVER_ASK, **_ssh(), **_configuration(remote)}
    return run_as_user(*arguments, environment=environment, inherited=inherited)


def _ssh() -> dict[str, str]:
    """Run OpenSSH without prompts, unless the user has configured an SSH command."""
    if "GIT_SSH" in os.environ or "GIT_SSH_COMMAND" in os.environ:
        return {}
    if run_read_only("config", "--default", "", "--get", "core.sshCommand").strip():
        return {}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=30"}


def _configuration(remote: Remote) -> dict[str, str]:
    """Return git configuration as environment variables: timeouts and credentials, after the user's own."""
    settings = list(_NEVER_HANG)
    if remote.password:
        settings.append(("credential.helper", ""))  # the user's own helpers may have another password
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


def _explain(remote: Remote, message: str, cache: Path) -> SourceError:
    """Return the error for git's message. Raise it outside the handler: git's own exception may hold credentials."""
    message = remote.redact(message)
    if _FULL.search(message):
        return DiskFullError(
            f"{cache} has no space for the clone of {remote.address}. Free space, or set another folder."
        )
    if _DENIED.search(message):
        advice = "the credentials were rejected. Give git others (a credential helper, an SSH agent, or in the URL)"
    elif _NOT_FOUND.search(message):
        advice = "there is no repository there, or these credentials may not see it. Check the address"
    else:
        advice = "it can't be reached. Check the address, the network and the proxy, and try again"
    return RemoteError(f"{remote.address}: {advice}. Git says: {message}")


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(f"{folder.name}.{suffix}")
