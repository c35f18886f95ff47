"""Which repositories have to be collected: the laws of the sensors that watch them, without Dagster and without clocks.

What was collected stands in the frames, which are asked for the truth. What a sensor remembers from tick to tick is a
cache of that, so a cursor that is lost or of another version costs a look at the frames and no event. The cursor stays
small whatever the number of repositories, as Dagster stores it with every tick: it holds a digest for each of a few
groups of repositories, and only those are looked at whose digest changed.
"""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

_GROUPS = 64

_FIRST_DELAY = 60.0
_LONGEST_DELAY = 3600.0
"""Seconds. A repository that fails is asked for again after one, two, four, ... minutes, later every hour."""

_LOOKED_AT = 250
"""So many repositories' frames, and the rest of a group, are looked at in one tick; others have their turn next."""

Fingerprints = Mapping[str, str]
"""Refs fingerprint by repository key: `achievement_pipeline.sources.git.watching.refs_fingerprint`."""


class Asked(BaseModel):
    """A repository that was asked for, and is not known to be collected since."""

    model_config = ConfigDict(frozen=True)

    collected: str | None
    """Where it stood when it was collected before that; None: it never was."""
    times: int
    not_before: float
    """When it may be asked for again, seconds since the epoch."""


class Cursor(BaseModel):
    """What a sensor remembers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    settled: Mapping[int, str] = {}
    """Of each group of repositories the digest of their fingerprints when all of them were collected."""
    turn: int = 0
    """Which group is looked at first, where there are too many for one tick."""
    asked: Mapping[str, Asked] = {}
    shape: str = ""
    """Of the frames that the repositories were settled by."""

    @classmethod
    def load(cls, text: str | None, shape: str = "") -> Self:
        """Read a cursor; of one that is another version's start over, which loses nothing.

        Args:
            text: As it was stored.
            shape: What changes when a new version of this package stores other frames.
        """
        try:
            cursor = cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls(shape=shape)
        return cursor if cursor.shape == shape else cls(shape=shape)


class Decision(NamedTuple):
    """What is to be done now."""

    ask: list[str]
    """Keys of the repositories to collect."""
    cursor: Cursor


def decide(
    fingerprints: Fingerprints,
    cursor: Cursor,
    now: float,
    running: Callable[[], Collection[str]],
    collected: Callable[[Sequence[str]], Mapping[str, str | None]],
) -> Decision:
    """Decide which repositories to collect.

    A repository is asked for when it stands elsewhere than what was collected of it, unless a run that is not finished
    will collect it: then the first tick after that run looks again. One that was asked for and has not moved since
    failed: it waits, longer each time.

    Args:
        fingerprints: Where repositories stand now.
        cursor: As the decision before left it.
        now: Seconds since the epoch.
        running: Tells the keys that unfinished runs are for.
        collected: Tells of repositories where they stood when they were collected; of others None, or nothing.
    """
    groups = _groups(fingerprints)
    digests = {group: _digest(fingerprints, keys) for group, keys in groups.items()}
    moved = {group: groups[group] for group in groups if digests[group] != cursor.settled.get(group)}
    busy = set(running()) if moved else set()
    looked_at, turn = _in_turn(moved, busy, cursor.turn)
    known = collected(looked_at) if looked_at else {}
    collected_now = {key for key in looked_at if known.get(key) == fingerprints[key]}
    still_open = set().union(*moved.values()) - collected_now
    asked = {key: cursor.asked[key] for key in cursor.asked if key in still_open}
    ask: list[str] = []
    for key in looked_at:
        if key in still_open and (attempt := _next_attempt(asked.get(key), known.get(key), now)):
            asked[key] = attempt
            ask.append(key)
    settled = {group: digests[group] for group, keys in groups.items() if still_open.isdisjoint(keys)}
    return Decision(ask, Cursor(settled=settled, turn=turn, asked=asked, shape=cursor.shape))


def ranges(keys: Iterable[str], order: Sequence[str], longest: int) -> list[list[str]]:
    """Put keys into as few runs as can be: each a stretch of `order` without gaps, of at most `longest` keys."""
    places = {key: place for place, key in enumerate(order)}
    stretches: list[list[str]] = []
    for key in sorted(keys, key=places.__getitem__):
        last = stretches[-1] if stretches else []
        if last and len(last) < longest and places[key] == places[last[-1]] + 1:
            last.append(key)
        else:
            stretches.append([key])
    return stretches


def _next_attempt(before: Asked | None, collected: str | None, now: float) -> Asked | None:
    """Return what to note when a repository is asked for now; None: it has to wait."""
    if before is None or before.collected != collected:
        return Asked(collected=collected, times=1, not_before=now + _FIRST_DELAY)
    if now < before.not_before:
        return None
    delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(before.times, 10))
    return Asked(collected=collected, times=before.times + 1, not_before=now + delay)


def _in_turn(moved: Mapping[int, list[str]], busy: Collection[str], turn: int) -> tuple[list[str], int]:
    """Return the keys to look at in this tick, of whole groups, and the group that is first in the next one."""
    looked_at: list[str] = []
    for group in sorted(moved, key=lambda group: (group < turn, group)):
        if len(looked_at) >= _LOOKED_AT:
            return looked_at, group
        looked_at += [key for key in moved[group] if key not in busy]
    return looked_at, 0


def _groups(fingerprints: Fingerprints) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = defaultdict(list)
    for key in sorted(fingerprints):
        groups[zlib.crc32(key.encode()) % _GROUPS].append(key)
    return groups


def _digest(fingerprints: Fingerprints, keys: Iterable[str]) -> str:
    text = "\n".join(f"{key} {fingerprints[key]}" for key in keys)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
