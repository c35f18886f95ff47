"""Find the signs that maintainers announce a change: its files, its title, the issues it closes, breaking changes.

A sign is true or false, so that it can be shown to people; a size has one sign per step. Only the likeness to a type is
graded, since a change may look much or little like a feature. Weights are learnt from public
histories with hand-written release notes (``weights.csv``). Changelogs are ignored here: a changelog entry is direct
evidence for a user, but for training it would leak the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.columns.text import count
from achievement_pipeline.judging.announced.paths import are_notes
from achievement_pipeline.judging.categories.categorise import Category
from achievement_pipeline.judging.categories.clues import file_kinds, kinds_of_files
from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.paths import matches

Flags = npt.NDArray[np.bool_]
Signs = Mapping[str, npt.NDArray[Any]]
"""By sign, one flag per piece of work, or one amount (float64) where the sign is graded."""

_LINES: Final = {"5-19": (5, 19), "20-79": (20, 79), "80-299": (80, 299), "300+": (300, np.inf)}
"""Ranges of source lines, both ends included."""

_SHORT_TITLE: Final = 3
"""Maximum number of words in a short title."""
_MANY_COMMITS: Final = 3
_TINY: Final = 2
"""Maximum number of lines in a tiny change."""
_GROWS: Final = (2, 5)
"""A file grows if it gains this many times the lines that it loses, and so many more."""
_GROWS_MUCH: Final = (4, 15)

_PURPOSES: Final = {
    "source": ("code", "schema", "stylesheet"),
    "tests": ("test",),
    "docs": ("docs",),
    "checks": ("ci", "github", "linter", "git setting"),
    "build": ("build", "manifest", "lock file", "script"),
    "examples": ("example", "benchmark"),
}
"""Purposes of file kinds. All other kinds are data and settings that may ship with the product."""
_SOURCE, _TESTS, _DOCS = (list(_PURPOSES).index(name) for name in ("source", "tests", "docs"))
_OTHER: Final = len(_PURPOSES)

_USER_DOCS: Final = (
    r"(?i)(?:^|/)(?:docs?|documentation|man|manual|guides?|website|site|book|doc-site)/.*"
    r"\.(?:mdx?|rst|adoc|txt|html|tex|1|asciidoc|ipynb|mld|haml|erb|rdoc)$|(?:^|/)readme[^/]*$"
)
_OTHERS_DOCS: Final = (
    r"(?i)contribut|develop|/internal|maintain|/adr|design|proposal|blog|code_of|governance|security|release|/dev/"
    r"|community|licen[cs]e|roadmap"
)
"""Documents for contributors rather than users."""

_LEAST_LIKENESS: Final = -5.0
"""The logarithm of a probability of a thousandth relative to chance: what is less likely is not more telling."""

_CLOSES: Final = r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+(?:issues?\s+)?(?:(?:[\w.-]+/[\w.-]+)?#\d+|https?://\S+/issues/\d+)"
_SAYS_BREAKING: Final = r"(?i)\bbreaking\b|\bbackwards?[- ]incompatib"


class Work(NamedTuple):
    """The inputs for finding signs. All series have the same index."""

    titles: pd.Series[str]
    """Titles without type, scope and number."""
    bodies: pd.Series[str]
    categories: pd.Series[str]
    likeness: pd.DataFrame
    """How much each change looks like each Conventional Commits type, one column per type, as returned by
    `achievement_pipeline.judging.categories.categorise.categorise`."""
    breaking: pd.Series[bool]
    """Marked as breaking by ``!``, a footer or a label."""
    commits: pd.Series[int]
    """Number of commits on the branch; 1 for a commit."""
    files: pd.DataFrame
    """Files that are work: ``position`` (row of the piece of work), ``path``, ``status``, ``insertions``,
    ``deletions``."""


def find_signs(work: Work) -> dict[str, npt.NDArray[Any]]:
    """Return which pieces of work show each sign, as `Signs` in row order."""
    flags = _of_files(work) | _of_titles(work) | _of_messages(work) | _of_categories(work)
    pairs = {sign.sign: flags[sign.both[0]] & flags[sign.both[1]] for sign in known_signs() if sign.both}
    return flags | pairs | _of_likeness(work)


def _of_titles(work: Work) -> dict[str, Flags]:
    return {sign.sign: matches(work.titles, f"(?i){sign.pattern}") for sign in known_signs() if sign.pattern} | {
        "short title": (count(work.titles, r"[\pL\pN_'`-]+") <= _SHORT_TITLE).to_numpy(),
    }


def _of_messages(work: Work) -> dict[str, Flags]:
    says_breaking = matches(work.titles, _SAYS_BREAKING) | matches(work.bodies, r"(?i)\bbreaking[ -]change")
    return {
        "closes an issue": matches(work.titles, _CLOSES) | matches(work.bodies, _CLOSES),
        "breaking": work.breaking.to_numpy(dtype=bool) | says_breaking,
        "3+ commits": (work.commits >= _MANY_COMMITS).to_numpy(),
    }


def _of_categories(work: Work) -> dict[str, Flags]:
    groups: dict[str, tuple[str, ...]] = {
        category.value: (category.value,)
        for category in (
            Category.FEATURE, Category.BUGFIX, Category.DOCUMENTATION, Category.TESTING, Category.INFRASTRUCTURE,
            Category.REFACTORING, Category.DEPENDENCY,
        )
    }  # fmt: skip
    groups["performance or security"] = (Category.PERFORMANCE.value, Category.SECURITY.value)
    return {f"is {name}": work.categories.isin(values).to_numpy() for name, values in groups.items()}


def _of_likeness(work: Work) -> dict[str, npt.NDArray[np.float64]]:
    return {
        sign.sign: np.maximum(work.likeness[sign.likeness].to_numpy(dtype="float64"), _LEAST_LIKENESS).round(1)
        for sign in known_signs()
        if sign.likeness
    }


def _of_files(work: Work) -> dict[str, Flags]:
    total = len(work.titles)
    number, distinct = pd.factorize(work.files["path"])
    paths = pd.Series(distinct, dtype="str")
    is_user_doc = matches(paths, _USER_DOCS) & ~matches(paths, _OTHERS_DOCS)
    own = ~are_notes(paths)[number]
    files, number = work.files[own], number[own]
    positions = files["position"].to_numpy()
    purposes = _purposes(paths)[number]
    touched = np.zeros((total, _OTHER + 1), dtype=bool)
    touched[positions, purposes] = True

    def touching(rows: Flags) -> Flags:
        return np.bincount(positions[rows], minlength=total) > 0

    is_source = purposes == _SOURCE
    user_docs = touching(is_user_doc[number] & ~is_source)
    gone = (files["status"] == "D").to_numpy()
    added, removed = (files[name].fillna(0).to_numpy(dtype="float64") for name in ("insertions", "deletions"))
    lines = added + np.where(gone, 0, removed)
    source_lines = np.bincount(positions[is_source], weights=lines[is_source], minlength=total)
    work_lines = np.bincount(positions, weights=lines, minlength=total)
    # one file that grows is enough: otherwise a change could score less for what it also removes elsewhere
    grows, grows_much = (added >= times * removed + more for times, more in (_GROWS, _GROWS_MUCH))
    much_code = touching(is_source & grows_much)
    return {
        **_of_purposes(touched, user_docs),
        "deleted source file": touching(is_source & gone),
        "new document": touching((purposes == _DOCS) & (files["status"] == "A").to_numpy()),
        **{f"{step} lines of source": _between(source_lines, *ends) for step, ends in _LINES.items()},
        "2 lines at most": work_lines <= _TINY,
        "code grows": touching(is_source & grows) & ~much_code,
        "code grows much": much_code,
        "tests grow": touching((purposes == _TESTS) & grows),
        "docs grow": touching((purposes == _DOCS) & grows),
    }


def _of_purposes(touched: Flags, user_docs: Flags) -> dict[str, Flags]:
    """Return the signs of the kinds of files that changes touch.

    Args:
        touched: One row per change, one column per purpose.
        user_docs: Whether each change touches documentation for users.
    """
    source, tests, docs, checks, build, examples, other = touched.T
    product = source | other
    return {
        "touches source": source,
        "touches source and tests": source & tests,
        "touches source and docs": source & docs,
        "touches user docs": user_docs,
        "touches source and user docs": source & user_docs,
        "touches docs only": docs & ~(product | tests | checks | build | examples),
        "touches tests only": tests & ~(product | docs | checks | build | examples),
        "touches build only": build & ~(product | docs | tests | examples | checks),
        "touches no product": ~product & ~build,
        "touches examples only": examples & ~(product | docs | tests | checks | build),
        "touches checks": checks,
        "touches build": build,
        "touches tests": tests,
    }


def _between(amounts: npt.NDArray[Any], low: float, high: float) -> Flags:
    found: Flags = (amounts >= low) & (amounts <= high)
    return found


def _purposes(paths: pd.Series[str]) -> npt.NDArray[np.intp]:
    """Return the index in `_PURPOSES` of each path, or `_OTHER`."""
    of_kind = {kind: position for position, kinds in enumerate(_PURPOSES.values()) for kind in kinds}
    known = np.array([*(of_kind.get(kind.name, _OTHER) for kind in file_kinds()), _OTHER])
    found: npt.NDArray[np.intp] = known[kinds_of_files(paths)]
    return found
