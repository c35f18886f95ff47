"""Faults of the machine, in words for people: a full disk, files that may not be written, damaged records."""

import errno
import os
import sqlite3
from collections.abc import Iterator

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_SPACE = "Free some space on its disk and run this again: nothing is lost."


def fault_of_machine(error: BaseException) -> str | None:
    """Return what is wrong with the machine and what to do about it; nothing where that is not why an error came."""
    return next(filter(None, map(_explained, _causes(error))), None)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _explained(error: BaseException) -> str | None:
    if isinstance(error, sqlite3.Error):
        return _of_records(str(error))
    if not isinstance(error, OSError):
        return None
    name = error.filename2 or error.filename
    if error.errno in _FULL:
        return f"{name or 'The data folder'}: {error.strerror}. {_NO_SPACE}"
    return f"{name}: {error.strerror}. Fix that and run this again." if name else None


def _of_records(words: str) -> str:
    folder = os.environ.get("DAGSTER_HOME") or "dagster in the data folder"
    if "disk is full" in words:
        return f"Dagster's records in {folder} can't be written: {words}. {_NO_SPACE}"
    if "locked" in words:
        return f"Dagster's records in {folder} are in use: {words}. Stop the program that holds them, run this again."
    return (
        f"Dagster's records in {folder} can't be used: {words}. Move that folder away and run this again: "
        "achievements, edits and publications are in PostgreSQL and stay."
    )
