"""A heading stands for features, or does not, by the other headings of the same notes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from achievement_pipeline.frames import RawTags
from achievement_pipeline.judging.announced.features import with_features
from achievement_pipeline.judging.announced.lane import entries_of

FIVE = "\n".join(f"* Turn {number}" for number in range(5))


def prominence(**notes: str) -> dict[str, set[str]]:
    """The prominence of entries by their heading, in notes of a file each."""
    files = [SimpleNamespace(path=f"{name}/CHANGELOG.md", object=name, text=text) for name, text in notes.items()]
    found = with_features(entries_of("github.com/acme/engine", files, RawTags.empty()))
    return {str(section): set(rows) for section, rows in found.groupby("section")["prominence"]}


@pytest.mark.parametrize(
    ("others", "expected"), [("Breaking", "highlight"), ("Features", "entry"), ("Bug Fixes", "highlight")]
)
def test_enhancements_are_features_where_nothing_else_is(others: str, expected: str) -> None:
    text = f"# 1.0\n## Enhancements\n{FIVE}\n## {others}\n* Other\n"
    assert prominence(engine=text)["Enhancements"] == {expected}


@pytest.mark.parametrize("lesser", ["Patch Changes", "Other Changes"])
def test_minor_changes_are_features_beside_lesser_ones(lesser: str) -> None:
    minor = f"# 1.0\n## Major Changes\n* Turns\n## Minor Changes\n{FIVE}\n"
    assert prominence(engine=minor)["Minor Changes"] == {"entry"}
    assert prominence(engine=minor, pump=f"# 1.0\n## {lesser}\n* Stops\n")["Minor Changes"] == {"highlight"}


def test_other_kinds_stay_as_they_are() -> None:
    text = "# 1.0\n## Bugfixes & enhancements\n* Turns\n## Internal\n* Stops\n## Minor breaking changes\n* Goes\n"
    assert prominence(engine=text) == {
        "Bugfixes & enhancements": {"entry"},
        "Internal": {"minor"},
        "Minor breaking changes": {"highlight"},
    }
    assert with_features(entries_of("github.com/acme/engine", [], RawTags.empty())).empty
