"""Which files are release notes, and which are fragments for the next release."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.judging.paths import matches

_NOTES = (
    r"(?i)(?:^|/)(?:change[-_ ]?logs?|changes|history|news|release[-_ ]?notes?|releases|whats?[-_ ]?new|relnotes)"
    r"(?:[-_. ]?v?[\d._x-]*|(?:[-_. ](?:old|older|archived?|previous|pre|next|release|legacy|prereleases?|en|en-us"
    r"|v?\d[\w.]{0,20})){1,3})(?:\.(?:md|markdown|mdx|rst|txt|adoc|asciidoc|rdoc|textile))?$"
    r"|(?:^|/)v?\d[\d._-]{0,20}[-_]release[-_]notes\.(?:md|rst|txt|adoc)$"
)
_PAGES = (
    r"(?i)(?:^|/)(?:relnotes|release[-_ ]?notes?|releasenotes|releases|whats?[-_]?new)/[^/]*"
    r"\.(?:md|markdown|mdx|rst|txt|adoc)$"
    r"|(?:^|/)change[-_]?logs?/v?\d+(?:\.(?:\d+|x))+[^/]*\.(?:md|markdown|mdx|rst|txt|adoc)$"
    r"|(?:^|/)(?:changes|releases?)/(?:version|release|v)?[-_]?\d+(?:\.(?:\d+|x))+(?:[-_]notes)?\.(?:md|mdx|rst|txt|adoc)$"
)
_FRAGMENT = (
    r"(?i)(?:^|/)(?:change[-_]?logs?|changelog\.d|changes|upcoming[-_]changes|news|_?newsfragments|\.changes|\.changelog|\.changeset|\.chloggen"
    r"|fragments|changelog_unreleased|unreleased|towncrier)/(?:[^/]+/){0,2}[^/]+$"
)
_ANY_NOTES = (
    r"(?i)(?:^|/)(?:change[-_]?logs?|changelog\.d|changes|upcoming[-_]changes|_?newsfragments|\.changes|\.changelog|\.changeset|\.chloggen"
    r"|changelog_unreleased|release[-_ ]?notes?|relnotes|whats?[-_]?new|towncrier)/"
)
"""Folders that hold notes, templates for them and their settings."""
_NO_NOTES = (
    r"(?i)(?:^|/)(?:(?:readme|[._]?template|config|example|contributing)(?:\.[^/]*)?|\.git[^/]*)$"
    r"|\.(?:py|sh|rb|js|go|rs|json|html|css|tmpl|toml|j2|png|svg|jpg)$"
)
_INDEX = r"(?i)(?:^|/)index[^/]*$"
"""All releases on one page, or a list of pages: release notes, and no fragment."""
_NOT_OWN = (
    r"(?i)(?:^|/)(?:node_modules|vendor|vendored|_vendor|third[-_]?party|external|deps|tests?|specs?|fixtures?|testdata"
    r"|examples?|codemods|__tests__)/"
)


def are_release_notes(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which paths are release notes: a changelog, or a page for one release."""
    found = matches(paths, _NOTES) | matches(paths, _PAGES)
    found[found] = _are_own(paths[found])
    return found


def are_fragments(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which paths are single entries, of towncrier, changesets or similar tools."""
    found = matches(paths, _FRAGMENT)
    found[found] = _are_own(paths[found])
    found[found] = ~matches(paths[found], _INDEX) & ~are_release_notes(paths[found])
    return found


def are_notes(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which paths have to do with release notes, whether or not entries are read from them."""
    return matches(paths, _ANY_NOTES) | matches(paths, _NOTES) | matches(paths, _PAGES) | are_fragments(paths)


def _are_own(paths: pd.Series[str]) -> npt.NDArray[np.bool_]:
    """Return which of the paths of notes are the project's own, and no template or program."""
    return ~matches(paths, _NOT_OWN) & ~matches(paths, _NO_NOTES)


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
