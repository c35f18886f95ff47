"""Paths of release notes and of fragments."""

from __future__ import annotations

import pandas as pd

from achievement_pipeline.judging.announced.paths import are_fragments, are_release_notes


def test_paths_of_release_notes_and_fragments() -> None:
    notes = ["CHANGELOG.md", "docs/CHANGES.rst", "NEWS", "HISTORY.txt", "doc/whats-new.rst", "docs/releases/1.2.md"]
    notes += ["pkg/core/CHANGELOG.md", "changelog/v1.2.md", "docs/src/release-notes/v2.adoc"]
    notes += [
        "CHANGELOG-old.md",
        "CHANGELOG_PRE_v30.md",
        ".github/CHANGELOG-v7.0.0-v7.14.9.md",
        "guides/3_1_release_notes.md",
    ]
    notes += ["doc/changes/3.3.rst", "docs/release/version0.10.rst", "docs/release/0.58.1-notes.rst"]
    notes += ["docs/release-notes/index.md"]
    fragments = ["changes/12.fix.rst", "newsfragments/+a.misc.rst", ".changeset/a-b.md", "changelog/fix_a_thing.md"]
    fragments += ["docs/_newsfragments/2667.bugfix.rst", "doc/release/upcoming_changes/28574.new_feature.rst"]
    fragments += [".changeset/config-of-a-thing.md", "changes/12.feature.1.rst"]
    none = ["src/changes.py", "vendor/x/CHANGELOG.md", "README.md", "changes/README.rst", "tests/data/CHANGELOG.md"]
    none += ["changelog.d/index.md", ".changeset/config.json", "docs/release-process.md", "changelog/_template.rst"]
    paths = pd.Series([*notes, *fragments, *none])
    assert paths[are_release_notes(paths)].to_list() == notes
    assert paths[are_fragments(paths)].to_list() == fragments
