"""What can be known of the user's repositories before anything is collected, without a network."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from achievement_pipeline.app.collect.author_hints import Authors, other_addresses
from achievement_pipeline.app.collect.repositories import expand, local_folder, place
from achievement_pipeline.errors import SourceError
from achievement_pipeline.parsing.emails import plain_address
from achievement_pipeline.sources.git.authors import count_authors
from achievement_pipeline.sources.git.identity import user_email
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.sources.git.watching.refs import git_dir_of, identity_of

_THREADS = 8


@dataclass(frozen=True)
class SurveyedRepository:
    """A repository that may be collected."""

    key: str
    location: str
    """Top of its work tree, or a clone URL without credentials."""
    authors: Authors = field(default_factory=dict)
    """Empty for a clone URL."""
    user_email: str | None = None
    """The ``user.email`` that git has for it."""

    @property
    def is_remote(self) -> bool:
        """Whether it is given by a clone URL, so that its authors are not known."""
        return local_folder(self.location) is None

    @property
    def host(self) -> str | None:
        """The host that it is known by; None for a repository on this machine alone."""
        host = self.key.partition("/")[0]
        return host if "." in host else None

    def commits_by(self, addresses: Collection[str]) -> int:
        """Count the commits of a person by their plain addresses."""
        return sum(number for (_, address), number in self.authors.items() if plain_address(address) in addresses)


@dataclass(frozen=True)
class Survey:
    """The repositories that were found."""

    repositories: Sequence[SurveyedRepository]
    problems: Sequence[str]
    """Why the others can't be read."""

    @property
    def authors(self) -> Counter[tuple[str, str]]:
        """The commits of all repositories by the name and address of their author."""
        counts = Counter[tuple[str, str]]()
        for repository in self.repositories:
            counts.update(repository.authors)
        return counts

    def most_frequent(self, number: int) -> list[tuple[tuple[str, str], int]]:
        """Return the authors with the most commits; not those whose names or addresses can't be printed."""
        printable = [each for each in self.authors.most_common() if "".join(each[0]).isprintable()]
        return printable[:number]

    def with_work_of(self, addresses: Collection[str]) -> list[SurveyedRepository]:
        """Return the repositories with commits of a person; those by URL may have some."""
        return [one for one in self.repositories if one.is_remote or one.commits_by(addresses)]

    def addresses_under(self, name: str, known: Collection[str]) -> dict[str, int]:
        """Return by how many commits each address is probably the user's: by their name, or as git has it somewhere.

        Args:
            name: What the user is called.
            known: Plain addresses that are the user's.
        """
        named = other_addresses(self.authors, known, [name])
        configured = {plain_address(one.user_email) for one in self.repositories if one.user_email}
        by_git = {address: self._commits_by(address) for address in sorted(configured.difference(known, named))}
        return {address: number for address, number in {**named, **by_git}.items() if address.isprintable()}

    def _commits_by(self, address: str) -> int:
        return sum(one.commits_by({address}) for one in self.repositories)


def survey(locations: Iterable[str], progress: Callable[[int, int], None] = lambda _done, _all: None) -> Survey:
    """Find the repositories at and below folders, and count their authors.

    Args:
        locations: Folders and clone URLs. A repository is found once, also where several clones of it are.
        progress: Called with how many of all repositories were read.
    """
    places = list(dict.fromkeys(expand(locations)))
    found: dict[str, SurveyedRepository] = {}
    problems: list[str] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for done, result in enumerate(pool.map(_look, places), 1):
            progress(done, len(places))
            if isinstance(result, str):
                problems.append(result)
            else:
                found.setdefault(result.key, result)
    return Survey(list(found.values()), problems)


def _look(location: str) -> SurveyedRepository | str:
    """Return what a repository shows, or why it can't be read."""
    if local_folder(location) is None:
        remote = Remote.parse(location)
        return SurveyedRepository(remote.key, remote.address) if remote else f"{location} is no clone URL."
    try:
        top = Path(place(location))
        str(top).encode()
        authors = count_authors(top)
        return SurveyedRepository(identity_of(git_dir_of(top)).key, str(top), authors, user_email(top))
    except UnicodeEncodeError:
        return f"{location}: its path is no UTF-8, so no file of settings can name it."
    except (SourceError, OSError) as error:
        return str(error)
