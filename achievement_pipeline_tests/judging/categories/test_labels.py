"""Labels of trackers and hosts."""

import pytest

from achievement_pipeline.judging.categories.labels import plain_label


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("Bug", "bug"),
        ("kind/bug", "bug"),
        ("Type: New_Feature", "new feature"),
        ("C-bug", "bug"),
        ("🐛 bug", "bug"),
        ("ci", "ci"),
    ],
)
def test_a_label_means_the_same_however_it_is_written(label: str, plain: str) -> None:
    assert plain_label(label) == plain
