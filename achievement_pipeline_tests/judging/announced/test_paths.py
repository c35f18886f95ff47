"""Paths of release notes and of fragments."""

from __future__ import annotations

import pandas as pd

from achievement_pipeline.judging.announced.paths import are_fragments, are_release_notes


def test_paths_of_release_notes_and_fragments() -> None:
    notes = ["CHANGELOG.md", "docs/CHANGES.rst", "NEWS", "HISTORY.txt", "doc/whats-new.rst", "docs/releases/1.2.md"]
    notes += ["pkg/core/CHANGELOG.md", "changelog/v1.2.md", "docs/src/release-notes/v2.adoc"]
    fragments = ["changes/12.fix.rst", "newsfragments/+a.misc.rst", ".changeset/a-b.md", "changelog/fix_a_thing.md"]
    none = ["src/changes.py", "vendor/x/CHANGELOG.md", "README.md", "changes/README.rst", "tests/data/CHANGELOG.md"]
    paths = pd.Series([*notes, *fragments, *none])
    assert paths[are_release_notes(paths)].to_list() == notes
    assert paths[are_fragments(paths)].to_list() == fragments
