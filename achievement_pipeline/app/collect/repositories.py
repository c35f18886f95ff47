"""The current state of repositories: known, new, renamed or missing."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.errors import SourceError
from achievement_pipeline.settings import RepositorySettings, Settings
from achievement_pipeline.sources.git.clones import list_remote_tips
from achievement_pipeline.sources.git.discovery import find_repositories
from achievement_pipeline.sources.git.errors import NotARepositoryError
from achievement_pipeline.sources.git.remotes import Remote, without_credentials
from achievement_pipeline.sources.git.repositories import Repository, open_repository
from achievement_pipeline.sources.git.watching.refs import (
    find_top,
    git_dir_of,
    identity_of,
    local_refs,
    refs_fingerprint,
)
from achievement_pipeline.sources.git.watching.spool import read_commits, remove_commits
from achievement_pipeline.store.repositories import (
    KnownRepository,
    find_repository,
    forget_location,
    list_repositories,
    mark_repository_missing,
    remember_repository,
)
from achievement_pipeline.system.paths import expand_home

NOTHING = refs_fingerprint(())
"""The fingerprint of a repository without commits, or that no longer exists under this key."""

_CONCURRENT_REQUESTS = 16
_SECONDS_FOR_REMOTES = 40.0
"""A tick may take a minute; servers that do not answer by then are tried again in the next one."""


@dataclass
class Watched:
    """The state of repositories, by key."""

    fingerprints: dict[str, str] = field(default_factory=dict)
    """Refs fingerprints of readable repositories."""
    elsewhere: set[str] = field(default_factory=set)
    """Repositories that were not examined: given by URL, or temporarily unreadable."""
    renamed: set[str] = field(default_factory=set)
    """Former keys of repositories with a new key. Their fingerprint is `NOTHING`."""
    gone: set[str] = field(default_factory=set)
    """Repositories whose folder is no longer a repository."""
    troubles: dict[str, str] = field(default_factory=dict)
    """Error messages of unreadable repositories."""


def local_folder(location: str) -> Path | None:
    """Return the folder of a location, whether it exists or not; None for a clone URL."""
    folder = expand_home(location)
    return folder.absolute() if folder.exists() or Remote.parse(location) is None else None


def place(location: str) -> str:
    """Return the stored form of a location: the top of the work tree, or a clone URL without credentials."""
    folder = local_folder(location)
    return without_credentials(location) if folder is None else str(find_top(folder))


def expand(locations: Iterable[str]) -> Iterator[str]:
    """Yield locations. A folder outside of any repository is replaced by the repositories below it."""
    for location in locations:
        folder = local_folder(location)
        below = [] if folder is None or _lies_in_one(folder) else [str(top) for top in find_repositories(folder)]
        yield from below or [location]


def configured_repositories(settings: Settings) -> list[RepositorySettings]:
    """Return the repositories of the settings; a folder outside of any repository stands for those below it."""
    return [
        named.model_copy(update={"location": location})
        for named in settings.repositories
        for location in expand([named.location])
    ]


def _lies_in_one(folder: Path) -> bool:
    try:
        find_top(folder)
    except SourceError:
        return False
    return True


def with_credentials(location: str, settings: Settings) -> str:
    """Return a location as in the settings, with credentials, which are stored nowhere else."""
    written = (repository.location for repository in settings.repositories)
    return next((text for text in written if without_credentials(text) == location), location)


def entries_by_key(settings: Settings, repositories: Iterable[KnownRepository]) -> dict[str, list[RepositorySettings]]:
    """Return for each of some repositories where the settings name it: by its key, or at one of its locations."""
    keys = {name: each.key for each in repositories for name in (each.key, *each.locations)}
    entries: dict[str, list[RepositorySettings]] = {key: [] for key in keys.values()}
    for named in configured_repositories(settings):
        key = next((keys[name] for name in (*named.names, _place_or_location(named)) if name in keys), None)
        if key is not None:
            entries[key].append(named)
    return entries


def _place_or_location(named: RepositorySettings) -> str:
    try:
        return place(named.location)
    except (SourceError, OSError):  # its folder is no repository any more
        return named.location


def open_clones(known: KnownRepository, settings: Settings) -> tuple[list[Repository], list[SourceError]]:
    """Open the clones and work trees of a repository, and return why some can't be."""
    opened, unread = [], []
    for location in known.locations:
        address = with_credentials(location, settings)
        try:
            repository = open_repository(address, cache=settings.mirrors_path, all_branches=known.branches == "all")
        except SourceError as error:
            unread.append(error)
        else:
            opened.append(replace(repository, location=location))
    return opened, unread


def join(engine: sa.Engine, key: str, location: str, branches: str) -> None:
    """Store the location of a repository. Its former folders that no longer exist are removed.

    Raises:
        StoreError: The database can't be used.
    """
    known = {repository.key: repository for repository in list_repositories(engine)}.get(key)
    before = known.locations if known else ()
    away = [one for one in before if (folder := local_folder(one)) is not None and not folder.exists()]
    remember_repository(engine, key, location, branches, without=away)


def watch_local(engine: sa.Engine, settings: Settings) -> Watched:
    """Examine all repositories on this machine that are known, configured, or named by the spool.

    Raises:
        StoreError: The database can't be used.
    """
    watched = Watched()
    known = {repository.key: repository for repository in list_repositories(engine)}
    for joined in _joining(engine, settings, known, watched.troubles):
        known[joined.key] = joined
    for repository in known.values():
        _watch(repository, engine, watched)
    return watched


def watch_remote(engine: sa.Engine, settings: Settings, turn: int) -> Watched:
    """List the refs of all known repositories that are given by URL, concurrently, without fetching.

    Args:
        engine: The database.
        settings: All settings; they may contain credentials.
        turn: Number of the call. Each call starts with other repositories, so that slow servers delay none for ever.
    """
    watched = Watched()
    remotes = [
        (repository, remote)
        for repository in list_repositories(engine)
        for location in repository.locations
        if local_folder(location) is None and (remote := Remote.parse(with_credentials(location, settings)))
    ]
    if not remotes:
        return watched
    first = turn * _CONCURRENT_REQUESTS % len(remotes)
    pool = ThreadPoolExecutor(_CONCURRENT_REQUESTS)
    requests = {
        pool.submit(list_remote_tips, remote, all_branches=repository.branches == "all"): repository.key
        for repository, remote in [*remotes[first:], *remotes[:first]]
    }
    try:
        for answer in as_completed(requests, timeout=_SECONDS_FOR_REMOTES):
            try:
                watched.fingerprints[requests[answer]] = refs_fingerprint(answer.result())
            except SourceError as error:
                watched.troubles[requests[answer]] = str(error)
    except TimeoutError:
        silent = set(requests.values()) - set(watched.fingerprints) - set(watched.troubles)
        watched.troubles |= dict.fromkeys(silent, "It has not answered in time.")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return watched


def _watch(repository: KnownRepository, engine: sa.Engine, watched: Watched) -> None:
    """Examine the clones and work trees of a repository on this machine, and combine their refs."""
    folders = {location: folder for location in repository.locations if (folder := local_folder(location))}
    stands: list[tuple[set[str], set[str]]] = []
    missing: list[str] = []
    renamed = False
    for location, folder in folders.items():
        try:
            key, refs = _look(repository, folder)
        except NotARepositoryError:
            missing.append(location)
        except (SourceError, OSError) as error:
            watched.troubles[repository.key] = str(error)
        else:
            if key == repository.key:
                stands.append(refs)
                continue
            renamed = True
            watched.fingerprints.setdefault(key, refs_fingerprint(*refs))
            remember_repository(engine, key, location, repository.branches)
            forget_location(engine, repository.key, location)
    if stands:
        watched.fingerprints[repository.key] = refs_fingerprint(
            *(set().union(*sides) for sides in zip(*stands, strict=True))
        )
    elif renamed:
        watched.renamed.add(repository.key)
        watched.fingerprints[repository.key] = NOTHING
    elif not missing or len(missing) < len(repository.locations):
        watched.elsewhere.add(repository.key)
    else:
        watched.gone.add(repository.key)
        if repository.missing_since is None:
            mark_repository_missing(engine, repository.key)


def _look(repository: KnownRepository, folder: Path) -> tuple[str, tuple[set[str], set[str]]]:
    top = find_top(folder)
    git_dir = git_dir_of(top)
    key = identity_of(git_dir).key
    if key != repository.key and top != folder:
        raise NotARepositoryError(f"{folder} is no repository any more, but lies in one.")
    return key, local_refs(git_dir, all_branches=repository.branches == "all")


def _joining(
    engine: sa.Engine, settings: Settings, known: Mapping[str, KnownRepository], troubles: dict[str, str]
) -> Iterator[KnownRepository]:
    """Store repositories that the settings or the spool name, if they are new or have another location."""
    spooled = read_commits(settings.spool_path)
    named = [RepositorySettings(location=path) for path in {commit.repository_path for commit in spooled}]
    for wanted in [*configured_repositories(settings), *named]:
        try:
            joined = as_known(wanted)
        except (SourceError, OSError) as error:
            troubles[wanted.location] = str(error)
            continue
        before = known.get(joined.key)
        if before is None or joined.location not in before.locations or _is_changed(before, joined, wanted, settings):
            join(engine, joined.key, joined.location, joined.branches)
            yield find_repository(engine, joined.key)
    remove_commits(spooled)


def as_known(wanted: RepositorySettings) -> KnownRepository:
    """Return a repository as it is stored: with its folder, or its URL without credentials."""
    if folder := local_folder(wanted.location):
        top = find_top(folder)
        return KnownRepository(identity_of(git_dir_of(top)).key, str(top), wanted.branches)
    remote = Remote.parse(wanted.location)
    if remote is None:
        raise NotARepositoryError(f"{wanted.location} does not exist.")
    return KnownRepository(remote.key, remote.address, wanted.branches)


def _is_changed(
    before: KnownRepository, joined: KnownRepository, wanted: RepositorySettings, settings: Settings
) -> bool:
    """Whether achievements.toml selects other branches than before; another clone changes nothing."""
    is_chosen = wanted in settings.config.repositories and joined.location in before.locations
    return is_chosen and before.branches != joined.branches
