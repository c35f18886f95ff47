"""Clues to the kind of a piece of work: words of its title, and what kinds of files it touched.

A clue is a short text that a person can read (``word:support``, ``files:only docs``), so that a verdict can name those
that decided it. How much each one says is learnt from public histories and stands in ``clue_weights.csv``; the kinds of
files stand in ``categories.toml``.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from importlib.resources import files as resources
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict

from achievement_pipeline.judging.paths import matches

_SIGNS = (
    (r"\s*\(#\d+\)\s*$", ""),
    (r"https?://\S+", " <link> "),
    (r"\b[vV]?\d+\.\d[\w.+-]*", " <version> "),
    (r"#\d+", " <number> "),
    (r"\w+\(\)", " <call> "),
    (r"`[^`]*`", " <code> "),
)
"""What stands for many words that differ in every project."""

_SIZES = (1, 3, 10, 30, 100, 300, 1000)
_COUNTS = (1, 2, 3, 5, 10, 30)
_SHARES = (0.02, 0.15, 0.35, 0.5, 0.65, 0.9)


class FileKind(BaseModel):
    """One entry of ``categories.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    patterns: tuple[str, ...]

    @property
    def expression(self) -> str:
        """One RE2 expression for all patterns."""
        return f"(?i){'|'.join(self.patterns)}"


class Words(NamedTuple):
    """Words of many titles, one entry an occurrence."""

    prefix: str
    """What the names of the clues begin with."""
    positions: npt.NDArray[np.int64]
    words: pa.Array
    """Texts."""


@functools.cache
def file_kinds() -> tuple[FileKind, ...]:
    """The kinds of files that the package knows; a path is of the first one that fits."""
    text = resources(__package__).joinpath("categories.toml").read_text(encoding="utf-8")
    return tuple(FileKind.model_validate(kind) for kind in tomllib.loads(text)["kind"])


def word_clues(titles: pd.Series[str]) -> list[Words]:
    """Read the whole words of titles: each word, each two that stand side by side, and the first one as such."""
    texts = pa.array(titles, pa.string())
    for pattern, sign in _SIGNS:
        texts = pc.replace_substring_regex(texts, pattern, sign)
    texts = pc.replace_substring_regex(pc.utf8_lower(texts), r"[^\p{L}<>]+", " ")
    lists = pc.split_pattern(pc.ascii_trim(texts, characters=" "), " ")
    words, positions = pc.list_flatten(lists), np.asarray(pc.list_parent_indices(lists))
    begins = np.diff(positions, prepend=-1) != 0
    follows = np.flatnonzero(~begins)
    pairs = pc.binary_join_element_wise(words.take(pa.array(follows - 1)), words.take(pa.array(follows)), " ")
    return [
        Words("word:", positions, words),
        Words("first:", positions[begins], words.filter(pa.array(begins))),
        Words("words:", positions[follows], pairs),
    ]


def file_clues(files: pd.DataFrame, total: int) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Tell what kinds of files were touched, and how much was added and taken away.

    Args:
        files: Changed files: ``place`` of their piece of work, ``path``, ``status``, ``insertions``, ``deletions``.
        total: How many pieces of work there are.

    Yields:
        The name of a clue, and how far it holds for each piece of work, from 0 to 1, or whether it does. One at a time:
        of a large history all of them are gigabytes.
    """
    positions = files["position"].to_numpy()
    added, removed = (files[name].fillna(0).to_numpy(dtype="float64") for name in ("insertions", "deletions"))
    kinds = kinds_of_files(files["path"])
    names = [*(kind.name for kind in file_kinds()), "other"]
    new = (files["status"] == "A").to_numpy()

    def by_kind(
        rows: slice | npt.NDArray[np.bool_], weights: npt.NDArray[np.float64] | None = None
    ) -> npt.NDArray[Any]:
        cells = np.bincount(positions[rows] * len(names) + kinds[rows], weights, minlength=total * len(names))
        return cells.reshape(total, len(names)).T

    everything = slice(None)
    found, lines = by_kind(everything), by_kind(everything, added + removed + 1)
    count = found.sum(axis=0)
    parts = zip(names, found, by_kind(new), lines / np.maximum(lines.sum(axis=0), 1), strict=True)
    for name, its_files, its_new_files, its_share in parts:
        yield f"files:{name}", its_files > 0
        yield f"files:only {name}", (its_files == count) & (count > 0)
        yield f"files:new {name}", its_new_files > 0
        yield f"lines:in {name}", its_share
    code = kinds == names.index("code")
    for name, rows in (("", slice(None)), (" of code", code)):
        plus, minus = (np.bincount(positions[rows], weights=lines[rows], minlength=total) for lines in (added, removed))
        size = np.where(count > 0, plus + minus, np.nan)
        share = np.where(plus + minus > 0, minus / np.maximum(plus + minus, 1), np.nan)
        yield from _steps(f"lines:{{}}{name}", size, _SIZES)
        yield from _steps(f"removed:{{}}{name}", share, _SHARES)
    yield from _steps("files:{}", np.where(count > 0, count, np.nan), _COUNTS)
    for status, name in (("R", "moved"), ("D", "deleted"), ("A", "added")):
        yield f"files:{name}", np.bincount(positions[(files["status"] == status).to_numpy()], minlength=total) > 0


def are_code(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Tell which paths are those of code that is no test."""
    return np.asarray(kinds_of_files(paths) == [kind.name for kind in file_kinds()].index("code"))


def kinds_of_files(paths: pd.Series[str]) -> npt.NDArray[np.int8]:
    """The place among the kinds of the first one that fits each path; after the last where none does."""
    number, distinct = pd.factorize(paths)
    texts = pd.Series(distinct, dtype="str")
    kinds = np.full(len(texts), len(file_kinds()), dtype="int8")
    left = np.arange(len(texts))
    for position, kind in enumerate(file_kinds()):
        found = matches(texts.iloc[left], kind.expression)
        kinds[left[found]] = position
        left = left[~found]
    return kinds[number]


def _steps(
    form: str, amounts: npt.NDArray[np.float64], edges: tuple[float, ...]
) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """A clue for each step that an amount can stand on; none where it is not a number."""
    step = np.where(np.isnan(amounts), -1, np.digitize(amounts, edges))
    for position, low in enumerate((0, *edges)):
        yield form.format(f"{low:g}+"), step == position
