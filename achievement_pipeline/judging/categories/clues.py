"""Extract clues to the category of a piece of work: words in its title, and the kinds of files it touches.

A clue is a short readable text such as ``word:support`` or ``files:only docs``, so that rules can name the clues that
decided. Weights are learnt (``clue_weights.csv``); ``categories.toml`` defines the kinds of files.
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

from achievement_pipeline.parsing.strict_model import StrictModel

_SIGNS = (
    (r"\s*\(#\d+\)\s*$", ""),
    (r"https?://\S+", " <link> "),
    (r"\b[vV]?\d+\.\d[\w.+-]*", " <version> "),
    (r"#\d+", " <number> "),
    (r"\w+\(\)", " <call> "),
    (r"`[^`]*`", " <code> "),
)
"""Replace project-specific words with placeholders."""

_SIZES = (1, 3, 10, 30, 100, 300, 1000)
_COUNTS = (1, 2, 3, 5, 10, 30)
_SHARES = (0.02, 0.15, 0.35, 0.5, 0.65, 0.9)


class FileKind(StrictModel):
    """One entry in ``categories.toml``."""

    name: str
    patterns: tuple[str, ...]

    @property
    def expression(self) -> str:
        """All patterns as one RE2 expression."""
        return f"(?i){'|'.join(self.patterns)}"


class Words(NamedTuple):
    """Words in many titles, one entry per occurrence."""

    prefix: str
    """Prefix of the clue names."""
    positions: npt.NDArray[np.int64]
    words: pa.Array
    """Texts (``str``)."""


@functools.cache
def file_kinds() -> tuple[FileKind, ...]:
    """The kinds of files. The first one that matches a path wins."""
    text = resources(__package__).joinpath("categories.toml").read_text(encoding="utf-8")
    return tuple(FileKind.model_validate(kind) for kind in tomllib.loads(text)["kind"])


def word_clues(titles: pd.Series[str]) -> list[Words]:
    """Extract the words of titles: single words, pairs of adjacent words, and first words."""
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
    """Extract clues from changed files: their kinds, and how much was added and removed.

    Args:
        files: Changed files: ``position`` of their piece of work, ``path``, ``status``, ``insertions``, ``deletions``.
        total: Number of pieces of work.

    Yields:
        The name of a clue, and for each piece of work a share from 0 to 1 or a boolean. Clues are yielded one at a
        time, because all clues of a large history take gigabytes.
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
    """Return which paths are code, tests excluded."""
    return np.asarray(kinds_of_files(paths) == [kind.name for kind in file_kinds()].index("code"))


def kinds_of_files(paths: pd.Series[str]) -> npt.NDArray[np.int8]:
    """Return the index of the first kind that matches each path, or the number of kinds if none matches."""
    number, distinct = pd.factorize(paths)
    texts = pa.array(pd.Series(distinct, dtype="str"), pa.large_string())
    kinds = np.full(len(texts), len(file_kinds()), dtype="int8")
    left = np.arange(len(texts))
    for position, kind in enumerate(file_kinds()):
        if not len(left):
            break
        found = pc.match_substring_regex(texts, kind.expression).to_numpy(zero_copy_only=False)
        kinds[left[found]] = position
        left, texts = left[~found], texts.filter(pa.array(~found))
    return kinds[number]


def _steps(
    form: str, amounts: npt.NDArray[np.float64], edges: tuple[float, ...]
) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Yield one clue per range of an amount. NaN is in none."""
    step = np.where(np.isnan(amounts), -1, np.digitize(amounts, edges))
    for position, low in enumerate((0, *edges)):
        yield form.format(f"{low:g}+"), step == position
