"""Which files are release notes, and which are fragments for the next release."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.judging.paths import matches

_NOTES = (
    r"(?i)(?:^|/)(?:change[-_ ]?logs?|changes|history|news|release[-_ ]?notes?|releases|whats?[-_ ]?new|relnotes)"
    r"(?:[-_. ]?v?[\d._x-]*)(?:\.(?:md|markdown|mdx|rst|txt|adoc|asciidoc|rdoc|textile))?$"
)
_PAGES = (
    r"(?i)(?:^|/)(?:relnotes|release[-_ ]?notes?|releasenotes|releases|whats?[-_]?new)/[^/]*"
    r"\.(?:md|markdown|mdx|rst|txt|adoc)$"
    r"|(?:^|/)change[-_]?logs?/v?\d+(?:\.(?:\d+|x))+[^/]*\.(?:md|markdown|mdx|rst|txt|adoc)$"
)
_FRAGMENT = (
    r"(?i)(?:^|/)(?:change[-_]?logs?|changelog\.d|changes|news|newsfragments|\.changes|\.changelog|\.changeset|\.chloggen"
    r"|fragments|changelog_unreleased|unreleased|towncrier)/(?:[^/]+/){0,2}[^/]+$"
)
_ANY_NOTES = (
    r"(?i)(?:^|/)(?:change[-_]?logs?|changelog\.d|changes|newsfragments|\.changes|\.changelog|\.changeset|\.chloggen"
    r"|changelog_unreleased|release[-_ ]?notes?|relnotes|whats?[-_]?new|towncrier)/"
)
"""Folders that hold notes, templates for them and their settings."""
_NO_FRAGMENT = (
    r"(?i)(?:^|/)(?:readme|[._]?template|index|config|\.git|example|contributing)[^/]*$"
    r"|\.(?:py|sh|rb|js|go|rs|json|html|css|tmpl|toml|j2|png|svg|jpg)$"
)
_NOT_OWN = (
    r"(?i)(?:^|/)(?:node_modules|vendor|vendored|_vendor|third[-_]?party|external|deps|tests?|specs?|fixtures?|testdata"
    r"|examples?|codemods|__tests__)/"
)


def are_release_notes(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which paths are release notes: a changelog, or a page for one release."""
    return (matches(paths, _NOTES) | matches(paths, _PAGES)) & ~matches(paths, _NOT_OWN) & ~matches(paths, _NO_FRAGMENT)


def are_fragments(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which paths are single entries, of towncrier, changesets or similar tools."""
    candidates = matches(paths, _FRAGMENT) & ~matches(paths, _NO_FRAGMENT) & ~matches(paths, _NOT_OWN)
    return candidates & ~are_release_notes(paths)


def are_notes(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which paths have to do with release notes, whether or not entries are read from them."""
    return matches(paths, _ANY_NOTES) | matches(paths, _NOTES) | matches(paths, _PAGES) | are_fragments(paths)


def without_notes(files: pd.DataFrame) -> pd.DataFrame:
    """Leave out the release notes of work that changes anything else: an entry says nothing about the kind of work.

    Args:
        files: Changed files: ``position`` of their piece of work, ``path``, and any other columns.
    """
    number, distinct = pd.factorize(files["path"])
    notes = are_notes(pd.Series(distinct, dtype="str"))[number]
    positions = files["position"].to_numpy()
    others = np.bincount(positions[~notes], minlength=positions.max(initial=0) + 1)
    kept: pd.DataFrame = files[~(notes & (others[positions] > 0))]
    return kept
