"""Open a repository: find its git directory, and read its key, refs and limits (shallow, partial)."""

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline.parsing.patterns import DOTALL, compile_pattern
from achievement_pipeline.sources.git.clones import update_clone
from achievement_pipeline.sources.git.errors import AccessError, NotARepositoryError
from achievement_pipeline.sources.git.identity import MainRemote, default_names, main_remote
from achievement_pipeline.sources.git.objects import existing_objects, true_parents
from achievement_pipeline.sources.git.processes import IsolatedGit, isolated_git, run_read_only, stderr_of
from achievement_pipeline.sources.git.remotes import Remote, local_key, without_credentials
from achievement_pipeline.system.paths import expand_home

_COMMIT_PATHS: Final = {"bitbucket.org": "commits", "gitlab.com": "-/commit"}

_UNSAFE: Final = compile_pattern(r"(?:dubious ownership in|unsafe) repository (?:at )?\(?'(?P<path>[^']+)'")
_ADDRESS: Final = compile_pattern(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?:/[\w.~-]{1,100}){2,5}")
"""A repository as its page and `achievements list` call it: ``github.com/owner/name``."""
_PROMISOR: Final = compile_pattern(r"remote\..*\.promisor|extensions\.partialclone", DOTALL)

_LEFT_DETACHED: Final = compile_pattern(
    r"(?m)^[0-9a-f]+ [0-9a-f]+ [^\t\n]*\tcheckout: moving from ([0-9a-f]{40,64}) to "
)
"""A line of the reflog of ``HEAD`` that leaves a detached commit; the group is that commit."""

_LOGGED_MOVE: Final = compile_pattern(r"(?m)^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ")
"""The start of a reflog line: the old and the new object name of the ref."""


@dataclass(frozen=True)
class Identity:
    """A repository as described by its configuration.

    Attributes:
        key: Its `Repository.key`.
        remote: Name of its main remote; empty if there is none.
        default_names: Candidate names of the default branch if the remote does not name one.
        bare: Whether it has no work tree. Then ``HEAD`` is on the default branch.
    """

    key: str
    remote: str
    default_names: tuple[str, ...]
    bare: bool


@dataclass(frozen=True)
class Repository:
    """A snapshot of a repository, created by `open_repository`.

    Attributes:
        key: Stable name: ``host/owner/name`` from its main remote, else ``local/...`` from its folder.
        git_dir: Its git directory. A linked worktree has its own.
        branch: Short name of the checked out branch; None if ``HEAD`` is detached.
        head: Object name of ``HEAD``; None before the first commit.
        main: Object name of the default branch, or of ``HEAD`` if there is none.
        tips: Object names of the commits that the selected refs point to, sorted; empty before the first commit.
        all_branches: Whether all branches are selected, or only the default branch and ``HEAD``.
        user_email: ``user.email`` as git resolves it here; None if it is not set.
        shallow: Object names of the boundary commits of a shallow clone, sorted.
        partial: Whether it is a partial clone, in which contents may be missing.
        web_url: URL of its web page; None if it has none.
        objects: Its object directory.
        object_format: ``sha1`` or ``sha256``.
        mailmap: Object name of the mailmap of the default branch; None if there is none.
        objects_state: Digest that changes when objects are added, removed or packed.
        location: The path or URL that it was opened with, without credentials.
        clones: The clones and work trees combined by `combine_clones`; empty for a single one.
    """

    key: str
    git_dir: Path
    branch: str | None
    head: str | None
    main: str | None
    tips: tuple[str, ...]
    all_branches: bool
    user_email: str | None
    shallow: tuple[str, ...]
    partial: bool
    web_url: str | None
    objects: Path = field(repr=False)
    object_format: str = field(repr=False)
    mailmap: str | None = field(repr=False)
    objects_state: str = field(repr=False)
    location: str = field(default="", compare=False, repr=False)
    clones: tuple["Repository", ...] = field(default=(), repr=False)

    @property
    def parts(self) -> tuple["Repository", ...]:
        """Its clones and work trees, each opened separately."""
        return self.clones or (self,)

    def commit_url(self, sha: str) -> str | None:
        """Return the URL of a commit's web page, or None if the repository has no web page."""
        if self.web_url is None:
            return None
        host = self.key.partition("/")[0]
        return f"{self.web_url}/{_COMMIT_PATHS.get(host, 'commit')}/{sha}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences for people about what can't be read of the repository, each with the remedy."""
        remarks = []
        if not self.tips:
            remarks.append("It has no commits yet.")
        if self.branch is None:
            remarks.append("HEAD is detached: its commit is read in addition to the default branch.")
        if self.shallow:
            remarks.append(
                f"It is a shallow clone: its history ends at {len(self.shallow)} commits, and their changes can't be "
                f"read. To read everything: git --git-dir={self.git_dir} fetch --unshallow"
            )
        if self.partial:
            remarks.append(
                "It is a partial clone: commits with missing contents are left pending, and nothing is fetched. "
                f"To read everything: git --git-dir={self.git_dir} fetch --refetch --no-filter"
            )
        return tuple(remarks)

    def isolated_git(self, *, writing_to: Path | None = None) -> AbstractContextManager[IsolatedGit]:
        """Open the repository's objects in an isolated git directory.

        Args:
            writing_to: An existing folder for new objects; None if the commands write none.
        """
        objects = tuple(dict.fromkeys([*([writing_to] if writing_to else []), *(part.objects for part in self.parts)]))
        return isolated_git(objects, object_format=self.object_format, shallow=self.shallow, mailmap=self.mailmap)


def open_repository(location: str | os.PathLike[str], *, cache: Path, all_branches: bool = False) -> Repository:
    """Open a local repository, or clone or fetch a remote one.

    Args:
        location: A path in a work tree, bare repository or git directory, or a clone URL.
        cache: Folder of the clones of URLs. An existing clone is fetched.
        all_branches: Whether to read all branches, or only the default branch and ``HEAD``.

    Raises:
        NotARepositoryError: There is no repository at this path.
        AccessError: This user may not read it.
        RemoteError: The URL can't be read.
        DiskFullError: The disk has no space for the clone.
        BusyCloneError: Another process has been updating the clone for too long.
    """
    if not os.fspath(location).strip():
        raise NotARepositoryError("An empty path is no repository. Give the path of one, or its clone URL.")
    folder = expand_home(location).absolute()  # git runs in another folder
    try:
        if folder.exists():
            return _open(folder, None, location, all_branches=all_branches)
    except PermissionError as error:
        raise AccessError(f"{error.filename}: {error.strerror}. Let this user read it, or run as its owner.") from error
    except OSError as error:  # a name that is too long, a loop of links
        raise NotARepositoryError(f"{folder.name[:50]}…: {error.strerror}. Give the path of a repository.") from error
    remote = Remote.parse(os.fspath(location))
    if remote is None:
        shown = without_credentials(os.fspath(location))
        meant = f" Did you mean https://{shown}?" if _ADDRESS.fullmatch(shown) else ""
        raise NotARepositoryError(
            f"{shown} does not exist. Give the path of a git repository, or its clone URL.{meant}"
        )
    return _open(update_clone(remote, cache), remote, remote.address, all_branches=all_branches)


def combine_clones(repositories: Sequence[Repository]) -> Repository:
    """Combine the clones and work trees of one key into one repository.

    Attributes that can't be combined, such as `git_dir` and `head`, are those of the first.
    """
    first, *others = repositories
    if not others:
        return first
    combined = replace(
        first,
        tips=tuple(sorted({tip for one in repositories for tip in one.tips})),
        shallow=(),
        partial=any(one.partial for one in repositories),
        objects_state=hashlib.sha256(" ".join(one.objects_state for one in repositories).encode()).hexdigest(),
        clones=tuple(repositories),
    )
    return replace(combined, shallow=_boundary(combined, {sha for one in repositories for sha in one.shallow}))


def _boundary(combined: Repository, shallow: Collection[str]) -> tuple[str, ...]:
    """Return the boundary commits of shallow clones whose parents are in no other clone."""
    if not shallow:
        return ()
    with combined.isolated_git() as git:
        parents = true_parents(git, shallow)
        there = existing_objects(git, {parent for line in parents.values() for parent in line.split()})
    return tuple(sorted(sha for sha, line in parents.items() if not there.issuperset(line.split())))


def read_tips(git_dir: Path, *, all_branches: bool) -> tuple[str, ...]:
    """Read the `Repository.tips` of a git directory."""
    chosen = _all_branches(git_dir) if all_branches else _default_branch(git_dir, _settings(git_dir))
    return _with_head(chosen, _head(git_dir))


def identify(git_dir: Path) -> Identity:
    """Read the `Identity` of a local git directory that is not our own clone of a URL."""
    settings = _settings(git_dir)
    remote = _main_remote(git_dir, settings)
    return Identity(
        _key(remote.address, _common_dir(git_dir)), remote.name, default_names(settings), _is_bare(settings)
    )


def referenced_commits(git_dir: Path) -> set[str]:
    """Return the object names of all branches and tags, and of detached commits that a checkout left."""
    log = git_dir / "logs/HEAD"
    text = log.read_text(errors="replace") if log.exists() else ""
    left = {*_LEFT_DETACHED.findall(text), *_left_for_an_orphan(git_dir, text)}
    return {*_objects_of(git_dir, "refs/heads", "refs/remotes", "refs/tags"), *left}


def _left_for_an_orphan(git_dir: Path, log: str) -> set[str]:
    """Return the detached commits left by ``git checkout --orphan``, which writes no reflog entry."""
    moves = _LOGGED_MOVE.findall(log)
    left = {before for (_, before), (old, _) in pairwise(moves) if old != before and not old.strip("0")}
    if moves and _head(git_dir) is None:
        left.add(moves[-1][1])
    if not left:
        return left
    on_branches = (file for file in (_common_dir(git_dir) / "logs/refs/heads").rglob("*") if file.is_file())
    for file in on_branches:
        left.difference_update(new for _, new in _LOGGED_MOVE.findall(file.read_text(errors="replace")))
    return left


def _open(folder: Path, remote: Remote | None, location: str | os.PathLike[str], *, all_branches: bool) -> Repository:
    git_dir = find_git_dir(folder)
    common = _common_dir(git_dir)
    settings = _settings(git_dir)
    remote = remote or _main_remote(git_dir, settings).address
    shallow = _shallow(common)
    head = _head(git_dir)
    default = _default_branch(git_dir, settings)
    main = next(iter(default), head)
    return Repository(
        key=_key(remote, common),
        git_dir=git_dir,
        branch=_line_if_any(git_dir, "symbolic-ref", "--quiet", "--short", "HEAD"),
        head=head,
        main=main,
        tips=_with_head(_all_branches(git_dir) if all_branches else default, head),
        all_branches=all_branches,
        user_email=settings.get("user.email"),
        shallow=shallow,
        partial=any(_PROMISOR.fullmatch(name) for name in settings),
        web_url=remote.web_url if remote else None,
        objects=common / "objects",
        object_format=settings.get("extensions.objectformat", "sha1"),
        mailmap=_mailmap(git_dir, main) if main else None,
        objects_state=_objects_state(common / "objects", shallow),
        location=os.fspath(location),
    )


def find_git_dir(folder: Path) -> Path:
    """Return the git directory at or above `folder`, found by git, which checks its owner and ``safe.directory``.

    Raises:
        NotARepositoryError: There is none.
        AccessError: It belongs to another user, or this user may not read it.
    """
    try:
        output = run_read_only("-C", str(folder), "rev-parse", "--absolute-git-dir")
    except GitCommandError as error:
        message = stderr_of(error)
    else:
        return Path(os.fsdecode(output.removesuffix(b"\n")))
    if match := _UNSAFE.search(message):
        raise AccessError(
            f"{folder} belongs to another user, so git refuses to read it. If you trust it: "
            f"git config --global --add safe.directory {match['path']}"
        )
    if "Permission denied" in message:
        raise AccessError(f"{folder}: this user may not read it. Let this user read it, or run as its owner.")
    raise NotARepositoryError(
        f"{folder} is not a git repository, and not inside one ({message}). "
        "Give a path within a repository, or its clone URL."
    )


def _key(remote: Remote | None, common: Path) -> str:
    return remote.key if remote else local_key(_folder(common))


def _common_dir(git_dir: Path) -> Path:
    if not (git_dir / "commondir").exists():  # which each linked worktree has, and no other git directory
        return git_dir.resolve()
    return Path(_line(git_dir, "rev-parse", "--path-format=absolute", "--git-common-dir"))


def _head(git_dir: Path) -> str | None:
    return _line_if_any(git_dir, "rev-parse", "--quiet", "--verify", "HEAD")


def _settings(git_dir: Path) -> dict[str, str]:
    """Read git's configuration for this repository. The last value of a setting wins."""
    output = run_read_only(f"--git-dir={git_dir}", "config", "--list", "-z").decode(errors="surrogateescape")
    return {name: value for name, _, value in (entry.partition("\n") for entry in output.split("\0"))}


def _main_remote(git_dir: Path, settings: Mapping[str, str]) -> MainRemote:
    return main_remote(settings, lambda name: _line(git_dir, "remote", "get-url", "--", name))


def _is_bare(settings: Mapping[str, str]) -> bool:
    return settings.get("core.bare") == "true"


def _folder(common: Path) -> Path:
    if common.name == ".git":
        return common.parent
    return common.with_name(common.name.removesuffix(".git"))


def _with_head(chosen: Sequence[str], head: str | None) -> tuple[str, ...]:
    """Return the `Repository.tips` for the commits of the selected branches."""
    return tuple(sorted({*chosen, *([head] if head else [])}))


def _all_branches(git_dir: Path) -> list[str]:
    return _objects_of(git_dir, "refs/heads", "refs/remotes")


def _default_branch(git_dir: Path, settings: Mapping[str, str]) -> list[str]:
    """Return the commits of the default branch, local and remote-tracking."""
    if _is_bare(settings):  # nothing is checked out in it: HEAD is the default branch
        return []
    name = _main_remote(git_dir, settings).name
    remote = f"refs/remotes/{name}"
    named = _line_if_any(git_dir, "symbolic-ref", "--quiet", f"{remote}/HEAD") if name else None
    names = [named.removeprefix(f"{remote}/")] if named else []
    for candidates in (names, default_names(settings)):
        refs = [ref for name in candidates for ref in (f"refs/heads/{name}", f"{remote}/{name}")]
        if refs and (found := _objects_of(git_dir, *refs)):
            return found
    return []


def _objects_of(git_dir: Path, *patterns: str) -> list[str]:
    """Return the object names of the refs that match the patterns, without reading any object."""
    return run_read_only(f"--git-dir={git_dir}", "for-each-ref", "--format=%(objectname)", *patterns).decode().split()


def _shallow(common: Path) -> tuple[str, ...]:
    boundary = common / "shallow"
    return tuple(sorted(boundary.read_text().split())) if boundary.exists() else ()


def _mailmap(git_dir: Path, main: str) -> str | None:
    """Return the object name of the default branch's mailmap, if its content is available."""
    mailmap = _line_if_any(git_dir, "rev-parse", "--quiet", "--verify", f"{main}:.mailmap")
    readable = mailmap and _line_if_any(git_dir, "cat-file", "-t", mailmap) == "blob"
    return mailmap if readable else None


def _objects_state(objects: Path, shallow: tuple[str, ...]) -> str:
    """Return a digest of the object folders' modification times, without reading any object."""
    digest = hashlib.sha256(repr(shallow).encode())
    for folder in sorted(entry for entry in objects.iterdir() if entry.is_dir()):
        digest.update(f"{folder.name} {folder.stat().st_mtime_ns}\n".encode())
    alternates = objects / "info" / "alternates"
    if alternates.exists():
        digest.update(alternates.read_bytes())
    return digest.hexdigest()


def _line(git_dir: Path, *arguments: str) -> str:
    output = run_read_only(f"--git-dir={git_dir}", *arguments)
    return os.fsdecode(output.removesuffix(b"\n"))


def _line_if_any(git_dir: Path, *arguments: str) -> str | None:
    """Return a line of git's output, or None if git exits with an error."""
    try:
        return _line(git_dir, *arguments)
    except GitCommandError:
        return None
