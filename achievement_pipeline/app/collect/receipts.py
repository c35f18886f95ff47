"""Receipts: what a collection was made from and what it left behind, to know that nothing has moved since.

A collection is a function of its source, the settings and this program. Where none of these differs from its receipt,
and its frames and stored slices are those that it left, another one would store nothing. That is known without
Dagster, whose import alone takes longer than the look.

What depends on the clock is judged again once a day: a receipt is good for the day (UTC) on which it was written.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from pydantic import ValidationError

from achievement_pipeline.app.collect.repositories import open_clones
from achievement_pipeline.app.me import my_addresses
from achievement_pipeline.lanes import GIT, Lane
from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.git.watching.fingerprints import reading_fingerprint
from achievement_pipeline.store.pieces.slices import stored_slices
from achievement_pipeline.store.repositories import known_locations, list_repositories
from achievement_pipeline.system.leftovers import write_whole

Facts: TypeAlias = Mapping[str, Mapping[str, Any]]
"""What a run reported, by asset and name."""
REPORTED = frozenset(
    {
        "authors",
        "dagster/row_count",
        "gone",
        "incomplete",
        "missing_authors",
        "new",
        "remarks",
        "significant",
        "unread",
        "warnings",
        "why",
        "why_not",
    }
)
"""The names of the metadata that is reported, besides what the UI shows."""
_FileState: TypeAlias = tuple[int, int, int] | None
_PACKAGE = Path(__file__).parents[2]
_UNFINISHED = "unfinished"


class Given(NamedTuple):
    """What a collection is made from, as digests."""

    inputs: str
    """The program, the day, the settings, what the command line selects, and the clones of a repository."""
    objects: str = ""
    """The objects of its clones, which count where a change could not be read the last time."""


class Receipt(StrictModel):
    """A collection of one lane, of one repository where it is by repository."""

    given: Given
    incomplete: bool
    """Whether changes could not be read, which other objects may make readable."""
    frames: Mapping[str, tuple[str, _FileState]]
    """The files of its frames by asset: path, and inode, size and time; None for one that did not exist."""
    slice: tuple[str, str, str]
    """Its `StoredSlice`, as texts."""
    facts: Facts

    @property
    def files(self) -> dict[str, Path]:
        """The files of its frames by asset."""
        return {asset: Path(path) for asset, (path, _) in self.frames.items()}

    def covers(self, given: Given) -> bool:
        """Whether a collection that is made from `given` would read what this one did."""
        return self.given == given if self.incomplete else self.given.inputs == given.inputs


@dataclass(frozen=True)
class Receipts:
    """The receipts in the data folder.

    A file beside them says that a run has not finished, or has failed: until one succeeds, which stores whatever is
    judged, no receipt is good.
    """

    settings: Settings
    engine: sa.Engine
    request: str
    """The settings, and what the command line selects, as a text."""

    @staticmethod
    def exist(settings: Settings) -> bool:
        """Return whether there are any, so that a collection may be known to be needless."""
        return any(_folder(settings).glob("*.json"))

    def find_unmoved(self, lane: Lane, repository: str, given: Given | None) -> Receipt | None:
        """Return the receipt of the last collection, where another one of the same work would store nothing; else None.

        Args:
            lane: The lane.
            repository: Key of a repository; empty where the lane is not by repository.
            given: What it would be made from.
        """
        receipt = self._load(lane, repository)
        if receipt is None or given is None or (_folder(self.settings) / _UNFINISHED).exists():
            return None
        is_left = receipt.frames == _states(receipt.files) and receipt.slice == self._slice(lane, repository)
        return receipt if is_left and receipt.covers(given) else None

    def given(self, lane: Lane, repository: str = "") -> Given | None:
        """Return what a collection is made from now; None if a clone can't be read, or has another name.

        Args:
            lane: The lane.
            repository: Key of a repository; empty where the lane is not by repository.
        """
        if lane != GIT:
            return Given(self._common)
        known = next(one for one in list_repositories(self.engine) if one.key == repository)
        opened, unread = open_clones(known, self.settings)
        if unread or known.missing_since or any(one.key != repository for one in opened):
            return None
        clones = [(reading_fingerprint(one), one.objects_state if one.partial else "") for one in opened]
        return Given(_digest(self._common, known, clones), _digest([one.objects_state for one in opened]))

    def begin(self, lane: Lane, repository: str = "") -> None:
        """Note that a run begins: nothing is known of its work until it has finished."""
        _folder(self.settings).mkdir(mode=0o700, exist_ok=True)
        (_folder(self.settings) / _UNFINISHED).touch()
        self._file(lane, repository).unlink(missing_ok=True)

    def end(self) -> None:
        """Note that a run succeeded: it has stored whatever was judged."""
        (_folder(self.settings) / _UNFINISHED).unlink(missing_ok=True)

    def write(self, lane: Lane, repository: str, given: Given, files: Mapping[str, Path], facts: Facts) -> None:
        """Write the receipt of a run that succeeded.

        Args:
            lane: The lane.
            repository: Key of a repository; empty where the lane is not by repository.
            given: What `given` returned before the run.
            files: Files of the frames that it was made from or left, by asset.
            facts: What it reported.
        """
        stored = self._slice(lane, repository)
        if stored is None:
            return
        receipt = Receipt(
            given=given,
            incomplete=any(of_asset.get("incomplete") for of_asset in facts.values()),
            frames=_states(files),
            slice=stored,
            facts=facts,
        )
        write_whole(self._file(lane, repository), receipt.model_dump_json().encode(), 0o600)

    @cached_property
    def _common(self) -> str:
        """A digest of what every collection is made from."""
        with self.engine.connect() as connection:
            me = my_addresses(self.settings, known_locations(connection))
        return _digest(program_digest(), dt.datetime.now(dt.UTC).date(), me, self.request)

    def _slice(self, lane: Lane, repository: str) -> tuple[str, str, str] | None:
        with self.engine.connect() as connection:
            stored = stored_slices(connection).get(lane.slice_name(repository))
        return (stored.version, stored.rules, stored.stored_at.isoformat()) if stored else None

    def _load(self, lane: Lane, repository: str) -> Receipt | None:
        try:
            return Receipt.model_validate_json(self._file(lane, repository).read_bytes())
        except (OSError, ValidationError):
            return None

    def _file(self, lane: Lane, repository: str) -> Path:
        return _folder(self.settings) / f"{_digest(lane.slice_name(repository))[:24]}.json"


def _folder(settings: Settings) -> Path:
    return settings.home / "receipts"


def _states(files: Mapping[str, Path]) -> dict[str, tuple[str, _FileState]]:
    return {asset: (str(path), _state(path)) for asset, path in files.items()}


def _state(path: Path) -> _FileState:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def program_digest(package: Path = _PACKAGE) -> str:
    """Return a digest of the files of this program: another version may read and judge differently."""
    files = (path for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file())
    return _digest(sorted((str(path.relative_to(package)), _state(path)) for path in files))


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
