"""Finding a repository, and what it is: its key, where its history stands now, and what can't be read of it."""

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline.patterns import DOTALL, compile_pattern
from achievement_pipeline.sources.git.clones import update_clone
from achievement_pipeline.sources.git.commits import existing_objects, true_parents
from achievement_pipeline.sources.git.errors import AccessError, NotARepositoryError
from achievement_pipeline.sources.git.identity import MainRemote, default_names, main_remote
from achievement_pipeline.sources.git.processes import IsolatedGit, isolated_git, run_read_only, stderr_of
from achievement_pipeline.sources.git.remotes import Remote, local_key, without_credentials

_COMMIT_PATHS: Final = {"bitbucket.org": "commits", "gitlab.com": "-/commit"}

_UNSAFE: Final = compile_pattern(r"(?:dubious ownership in|unsafe) repository (?:at )?\(?'(?P<path>[^']+)'")
_PROMISOR: Final = compile_pattern(r"remote\..*\.promisor|extensions\.partialclone", DOTALL)

_LEFT_DETACHED: Final = compile_pattern(
    r"(?m)^[0-9a-f]+ [0-9a-f]+ [^\t\n]*\tcheckout: moving from ([0-9a-f]{40,64}) to "
)
"""A line of the log of ``HEAD``: what was checked out when it was on no branch."""

_LOGGED_MOVE: Final = compile_pattern(r"(?m)^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ")
"""The start of a line of any log: where the ref was, and where it is after it."""


@dataclass(frozen=True)
class Identity:
    """What the configuration of a repository says of it.

    Attributes:
        key: As in `Repository`.
        remote: Name of the remote that it belongs to; empty where there is none.
        default_names: What its default branch may be called where the remote does not say it.
        bare: Whether it has no work tree, so that its ``HEAD`` is on the default branch.
    """

    key: str
    remote: str
    default_names: tuple[str, ...]
    bare: bool


@dataclass(frozen=True)
class Repository:
    """A repository as it was when it was opened; made by `open_repository`.

    Attributes:
        key: Stable name: ``host/owner/name`` from the remote that it belongs to, else ``local/...`` from its folder.
        git_dir: Its git directory; of a worktree, the worktree's own.
        branch: Short name of the branch that ``HEAD`` is on; None where it is on none.
        head: Object name of the commit that ``HEAD`` is at; None before the first commit.
        main: Object name of the newest commit of the default branch, of ``HEAD`` where there is none.
        tips: Object names of the commits that the chosen refs point to, sorted; empty before the first commit.
        all_branches: Whether all branches were chosen, or the default branch and ``HEAD``.
        user_email: ``user.email`` as git resolves it here; None where it is not set.
        shallow: Object names of the commits that a shallow clone ends at, sorted.
        partial: Whether it is a partial clone, which has contents only where they were needed.
        web_url: Where people look at it; None where there is no such place.
        objects: Its directory of objects.
        object_format: ``sha1`` or ``sha256``.
        mailmap: Object name of the mailmap of the default branch; None where there is none.
        objects_state: Digest that changes when objects are added, removed or packed.
        location: What it was opened by, without credentials.
        clones: The clones and work trees that it was united from; empty for one alone.
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
        """Its clones and work trees, each as it is alone."""
        return self.clones or (self,)

    def commit_url(self, sha: str) -> str | None:
        """Where a commit can be seen; None where people can look at the repository nowhere."""
        if self.web_url is None:
            return None
        host = self.key.partition("/")[0]
        return f"{self.web_url}/{_COMMIT_PATHS.get(host, 'commit')}/{sha}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know of it, in sentences, each with what would change it."""
        remarks = []
        if not self.tips:
            remarks.append("It has no commits yet.")
        if self.branch is None:
            remarks.append("HEAD is on no branch: the commit that it is at is read beside the default branch.")
        if self.shallow:
            remarks.append(
                f"It is a shallow clone: its history ends at {len(self.shallow)} commits, and what they changed can't "
                f"be read. To read everything: git --git-dir={self.git_dir} fetch --unshallow"
            )
        if self.partial:
            remarks.append(
                "It is a partial clone: commits whose contents are not here are left pending, nothing is fetched. "
                f"To read everything: git --git-dir={self.git_dir} fetch --refetch --no-filter"
            )
        return tuple(remarks)

    def isolated_git(self) -> AbstractContextManager[IsolatedGit]:
        """Read its objects, and nothing else of it."""
        objects = tuple(dict.fromkeys(part.objects for part in self.parts))
        return isolated_git(objects, object_format=self.object_format, shallow=self.shallow, mailmap=self.mailmap)


def open_repository(location: str | os.PathLike[str], *, cache: Path, all_branches: bool = False) -> Repository:
    """Find a repository and see where it stands.

    Args:
        location: A path in a work tree, of a bare repository or of a git directory; or a clone URL.
        cache: Folder of the own clones of URLs; one that is there already is brought up to date.
        all_branches: Whether all branches are read, or the default branch and ``HEAD``, wherever that is.

    Raises:
        NotARepositoryError: There is none at this path.
        AccessError: This user may not read it.
        RemoteError: The URL can't be read.
        DiskFullError: The clone finds no room.
    """
    if not os.fspath(location).strip():
        raise NotARepositoryError("An empty path is no repository. Give the path of one, or its clone URL.")
    folder = Path(location).expanduser().absolute()  # git is run from elsewhere
    try:
        if folder.exists():
            return _open(folder, None, location, all_branches=all_branches)
    except PermissionError as error:
        raise AccessError(f"{error.filename}: {error.strerror}. Let this user read it, or run as its owner.") from error
    except OSError as error:  # a name that is too long for one, a loop of links
        raise NotARepositoryError(f"{folder.name[:50]}…: {error.strerror}. Give the path of a repository.") from error
    remote = Remote.parse(os.fspath(location))
    if remote is None:
        shown = without_credentials(os.fspath(location))
        raise NotARepositoryError(f"{shown} does not exist. Give the path of a git repository, or its clone URL.")
    return _open(update_clone(remote, cache), remote, remote.address, all_branches=all_branches)


def combine_clones(repositories: Sequence[Repository]) -> Repository:
    """Make one repository of clones and work trees that have the same key; the first one gives what only one can."""
    first, *others = repositories
    if not others:
        return first
    united = replace(
        first,
        tips=tuple(sorted({tip for one in repositories for tip in one.tips})),
        shallow=(),
        partial=any(one.partial for one in repositories),
        objects_state=hashlib.sha256(" ".join(one.objects_state for one in repositories).encode()).hexdigest(),
        clones=tuple(repositories),
    )
    return replace(united, shallow=_ends(united, {sha for one in repositories for sha in one.shallow}))


def _ends(united: Repository, shallow: Collection[str]) -> tuple[str, ...]:
    """The commits that shallow clones end at and no other clone goes on from."""
    if not shallow:
        return ()
    with united.isolated_git() as git:
        parents = true_parents(git, shallow)
        there = existing_objects(git, {parent for line in parents.values() for parent in line.split()})
    return tuple(sorted(sha for sha, line in parents.items() if not there.issuperset(line.split())))


def read_tips(git_dir: Path, *, all_branches: bool) -> tuple[str, ...]:
    """Return the `Repository.tips` of a git directory."""
    return _tips(git_dir, _settings(git_dir), _head(git_dir), all_branches=all_branches)


def identify(git_dir: Path) -> Identity:
    """Return what the configuration says of a git directory that is no own clone of a URL."""
    settings = _settings(git_dir)
    remote = _main_remote(git_dir, settings)
    return Identity(
        _key(remote.address, _common_dir(git_dir)), remote.name, default_names(settings), _is_bare(settings)
    )


def referenced_commits(git_dir: Path) -> set[str]:
    """Return the object names that any branch or tag points to, and those that a checkout left on no branch."""
    log = git_dir / "logs/HEAD"
    text = log.read_text(errors="replace") if log.exists() else ""
    left = {*_LEFT_DETACHED.findall(text), *_left_for_an_orphan(git_dir, text)}
    return {*_objects_of(git_dir, "refs/heads", "refs/remotes", "refs/tags"), *left}


def _left_for_an_orphan(git_dir: Path, log: str) -> set[str]:
    """Return the commits on no branch that an orphan branch was checked out from, of which git logs nothing."""
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
    main = next(iter(_default_branch(git_dir, settings)), head)
    return Repository(
        key=_key(remote, common),
        git_dir=git_dir,
        branch=_line_if_any(git_dir, "symbolic-ref", "--quiet", "--short", "HEAD"),
        head=head,
        main=main,
        tips=_tips(git_dir, settings, head, all_branches=all_branches),
        all_branches=all_branches,
        user_email=settings.get("user.email"),
        shallow=shallow,
        partial=any(_PROMISOR.fullmatch(name) for name in settings),
        web_url=remote.web_url if remote else None,
        objects=common / "objects",
        object_format=settings.get("extensions.objectformat", "sha1"),
        mailmap=_mailmap(git_dir, main),
        objects_state=_objects_state(common / "objects", shallow),
        location=os.fspath(location),
    )


def find_git_dir(folder: Path) -> Path:
    """The git directory at `folder` or above, by git itself: it checks whose it is, heeding ``safe.directory``."""
    try:
        output = run_read_only("-C", str(folder), "rev-parse", "--absolute-git-dir")
    except GitCommandError as error:
        words = stderr_of(error)
    else:
        return Path(os.fsdecode(output.removesuffix(b"\n")))
    if match := _UNSAFE.search(words):
        raise AccessError(
            f"{folder} belongs to another user, and git reads such a repository only when told to. If you trust it: "
            f"git config --global --add safe.directory {match['path']}"
        )
    if "Permission denied" in words:
        raise AccessError(f"{folder}: this user may not read it. Let this user read it, or run as its owner.")
    raise NotARepositoryError(
        f"{folder} is not a git repository, and not inside of one ({words}). "
        "Give a path within a repository, or its clone URL."
    )


def _key(remote: Remote | None, common: Path) -> str:
    return remote.key if remote else local_key(_folder(common))


def _common_dir(git_dir: Path) -> Path:
    return Path(_line(git_dir, "rev-parse", "--path-format=absolute", "--git-common-dir"))


def _head(git_dir: Path) -> str | None:
    return _line_if_any(git_dir, "rev-parse", "--quiet", "--verify", "HEAD")


def _settings(git_dir: Path) -> dict[str, str]:
    """Git's configuration for this repository; of a setting with several values, the last."""
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


def _tips(git_dir: Path, settings: Mapping[str, str], head: str | None, *, all_branches: bool) -> tuple[str, ...]:
    chosen = _objects_of(git_dir, "refs/heads", "refs/remotes") if all_branches else _default_branch(git_dir, settings)
    return tuple(sorted({*chosen, *([head] if head else [])}))


def _default_branch(git_dir: Path, settings: Mapping[str, str]) -> list[str]:
    """The commits of the default branch, here and on its remote."""
    if _is_bare(settings):  # nobody checks out there: HEAD is on it
        return []
    remote = f"refs/remotes/{_main_remote(git_dir, settings).name}"
    named = _line_if_any(git_dir, "symbolic-ref", "--quiet", f"{remote}/HEAD") or ""
    names = [named.removeprefix(f"{remote}/")] if named else []
    for candidates in (names, default_names(settings)):
        refs = [ref for name in candidates for ref in (f"refs/heads/{name}", f"{remote}/{name}")]
        if refs and (found := _objects_of(git_dir, *refs)):
            return found
    return []


def _objects_of(git_dir: Path, *patterns: str) -> list[str]:
    """The object names that the refs of some patterns hold; no object is opened."""
    return run_read_only(f"--git-dir={git_dir}", "for-each-ref", "--format=%(objectname)", *patterns).decode().split()


def _shallow(common: Path) -> tuple[str, ...]:
    boundary = common / "shallow"
    return tuple(sorted(boundary.read_text().split())) if boundary.exists() else ()


def _mailmap(git_dir: Path, main: str | None) -> str | None:
    """The mailmap of the default branch, where its content is here."""
    mailmap = _line_if_any(git_dir, "rev-parse", "--quiet", "--verify", f"{main}:.mailmap")
    readable = mailmap and _line_if_any(git_dir, "cat-file", "-t", mailmap) == "blob"
    return mailmap if readable else None


def _objects_state(objects: Path, shallow: tuple[str, ...]) -> str:
    """A digest of the names of packs and of when each folder of loose objects changed: no object is opened."""
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
    """What git answers, None where it says by its status that there is no such thing."""
    try:
        return _line(git_dir, *arguments)
    except GitCommandError:
        return None
