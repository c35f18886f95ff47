"""Numbers with unit and direction, as messages state them; and those that are no outcome."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.outcomes import Direction, find_outcomes

UP, DOWN = Direction.UP, Direction.DOWN


@pytest.mark.parametrize(
    ("text", "before", "after", "amount", "unit", "direction"),
    [
        ("p95 420 → 130 ms", 420, 130, None, "ms", DOWN),
        ("Startup goes from 3.2 s to 0.8 s.", 3.2, 0.8, None, "s", DOWN),
        ("Coverage: 71 % -> 94 %", 71, 94, None, "%", UP),
        ("Memory dropped from 1,200 MB to 300 MB on the test set", 1200, 300, None, "MB", DOWN),
        ("Parsing is 40% faster.", None, None, 40, "%", UP),
        ("It uses 3x less memory", None, None, 3, "x", DOWN),
        ("Reduces the number of queries by 80 percent", None, None, 80, "percent", DOWN),
        ("This improves throughput by about 12%.", None, None, 12, "%", UP),
        ("- 1.5x speedup on large files\n- nothing else", None, None, 1.5, "x", UP),
        ("latency 1 s -> 300 ms", 1, 300, None, "ms", None),
    ],
)
def test_a_stated_change_is_found(  # noqa: PLR0913, PLR0917 - the fields of an outcome
    text: str, before: float | None, after: float | None, amount: float | None, unit: str, direction: Direction | None
) -> None:
    (found,) = find_outcomes(text)
    assert (found.before, found.after, found.amount) == (before, after, amount)
    assert (found.unit, found.direction) == (unit, direction)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bump requests from 2.1 to 2.2",
        "Upgrade node from 18 to 20 and move 3 files",
        "Update python from 3.8 s to 3.9",
        "Takes 10 to 20 seconds",
        "Fix #12 -> #13",
        "Version 1.2.3 -> 1.2.4",
        "Accept 5 to 10 items",
        "2026-03-04 to 2026-03-05",
        "sha 1234567 -> 7654321",
        "Make it faster",
        "Cut by hand",
    ],
)
def test_other_numbers_are_no_outcome(text: str) -> None:
    assert find_outcomes(text) == []


def test_each_sentence_states_one_and_is_kept_whole() -> None:
    text = "The cache was slow.\nNow lookups are 2x faster. Misses fell from 30% to\n5%."
    assert [each.sentence for each in find_outcomes(text)] == [
        "Now lookups are 2x faster.",
        "Misses fell from 30% to 5%.",
    ]


@given(st.text())
def test_every_number_of_an_outcome_is_in_its_sentence_and_every_sentence_in_the_text(text: str) -> None:
    words = " ".join(text.split())
    for found in find_outcomes(text):
        assert found.sentence in words
        for number in (found.before, found.after, found.amount):
            assert number is None or f"{number:g}" in found.sentence.replace(",", "") or str(number) in found.sentence
