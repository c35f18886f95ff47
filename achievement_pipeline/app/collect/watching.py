"""Decide which repositories to collect. Pure functions for the git sensors, without Dagster or clocks.

The stored frames record what was collected. The sensor's cursor only caches that, so a lost or outdated cursor costs a
look at the frames and loses no event. Dagster stores the cursor with every tick, so it must stay small: it holds one
digest per group of repositories, and only groups with a changed digest are checked.
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
"""Seconds. A failing repository is retried after one, two, four, ... minutes, at most hourly."""

_LOOKED_AT = 250
"""Maximum number of repositories to check in one tick, rounded up to whole groups. Others follow in the next ticks."""

Fingerprints = Mapping[str, str]
"""Refs fingerprint by repository key: `achievement_pipeline.sources.git.watching.refs.refs_fingerprint`."""


class Attempt(BaseModel):
    """A requested collection of a repository that is not known to have succeeded."""

    model_config = ConfigDict(frozen=True)

    collected: str | None
    """Refs fingerprint of the last collection before the request; None if there was none."""
    count: int
    not_before: float
    """Earliest time of the next request, in seconds since the epoch."""


class Cursor(BaseModel):
    """The state of a sensor between ticks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    settled: Mapping[int, str] = {}
    """Digest of each group's fingerprints when all its repositories were collected."""
    turn: int = 0
    """The group to check first, if there are too many for one tick."""
    attempts: Mapping[str, Attempt] = {}
    shape: str = ""
    """Fingerprint of the frame schemas."""

    @classmethod
    def load(cls, text: str | None, shape: str = "") -> Self:
        """Parse a cursor. A cursor of another version is reset, which loses nothing.

        Args:
            text: The stored cursor.
            shape: Changes when a new version of this package stores other frames.
        """
        try:
            cursor = cls.model_validate_json(text or "{}")
        except ValidationError:
            return cls(shape=shape)
        return cursor if cursor.shape == shape else cls(shape=shape)


class Decision(NamedTuple):
    """The result of `decide`."""

    due: list[str]
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

    A repository is due if its refs differ from what was collected. If an unfinished run will collect it, the first tick
    after that run checks it again. If it was requested before and its refs have not changed since, the request failed,
    and the delay doubles each time.

    Args:
        fingerprints: Current refs fingerprints.
        cursor: The cursor of the previous decision.
        now: Seconds since the epoch.
        running: Returns the keys that unfinished runs will collect.
        collected: Returns the refs fingerprints at the last collection; None, or no entry, if there was none.
    """
    groups = _groups(fingerprints)
    digests = {group: _digest(fingerprints, keys) for group, keys in groups.items()}
    moved = {group: groups[group] for group in groups if digests[group] != cursor.settled.get(group)}
    busy = set(running()) if moved else set()
    looked_at, turn = _in_turn(moved, busy, cursor.turn)
    known = collected(looked_at) if looked_at else {}
    collected_now = {key for key in looked_at if known.get(key) == fingerprints[key]}
    still_open = set().union(*moved.values()) - collected_now
    attempts = {key: cursor.attempts[key] for key in cursor.attempts if key in still_open}
    due: list[str] = []
    for key in looked_at:
        if key in still_open and (attempt := _next_attempt(attempts.get(key), known.get(key), now)):
            attempts[key] = attempt
            due.append(key)
    settled = {group: digests[group] for group, keys in groups.items() if still_open.isdisjoint(keys)}
    return Decision(due, Cursor(settled=settled, turn=turn, attempts=attempts, shape=cursor.shape))


def ranges(keys: Iterable[str], order: Sequence[str], longest: int) -> list[list[str]]:
    """Group keys into as few runs as possible: each a contiguous range of `order` with at most `longest` keys."""
    positions = {key: position for position, key in enumerate(order)}
    stretches: list[list[str]] = []
    for key in sorted(keys, key=positions.__getitem__):
        last = stretches[-1] if stretches else []
        if last and len(last) < longest and positions[key] == positions[last[-1]] + 1:
            last.append(key)
        else:
            stretches.append([key])
    return stretches


def _next_attempt(before: Attempt | None, collected: str | None, now: float) -> Attempt | None:
    """Return the attempt to record if the repository is due now, or None if it must wait."""
    if before is None or before.collected != collected:
        return Attempt(collected=collected, count=1, not_before=now + _FIRST_DELAY)
    if now < before.not_before:
        return None
    delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(before.count, 10))
    return Attempt(collected=collected, count=before.count + 1, not_before=now + delay)


def _in_turn(moved: Mapping[int, list[str]], busy: Collection[str], turn: int) -> tuple[list[str], int]:
    """Return the keys to check in this tick, in whole groups, and the first group of the next tick."""
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
