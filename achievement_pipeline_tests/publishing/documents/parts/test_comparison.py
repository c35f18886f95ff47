"""A period beside the period before."""

from achievement_pipeline.publishing.documents.parts.comparison import Compared, announced, compare


def test_what_is_zero_in_both_periods_is_left_out() -> None:
    assert list(compare({"announced": announced}, [], [])) == []
    assert list(compare({"first": lambda _: 2, "second": lambda _: 0}, [], [])) == [Compared("first", 2, 2)]
