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
        ("latency 1 s -> 300 ms", 1, 300, None, "ms", DOWN),
        ("latency 1 s -> 300 calls", 1, 300, None, "calls", None),
        ("Increase the buffer from 16384 to 2 MiB", 16384, 2, None, "MiB", UP),
        ("Reduce number of 'stat' syscalls from 3 to 1, see #36", 3, 1, None, "syscalls", DOWN),
        ("Wait longer: to 4 seconds from 2 seconds", 2, 4, None, "seconds", UP),
        ("Improves `a.b` by 17-20%.", None, None, 17, "%", UP),
        ("This improves compile time by about 20%", None, None, 20, "%", DOWN),
        ("Searches are 10% to 50% faster", None, None, 10, "%", UP),
        ("It was 1.23 ± 0.03 times faster", None, None, 1.23, "times", UP),
        ("Improved speed by a factor > x8", None, None, 8, "x", UP),
        ("We save 32 bytes per series", None, None, 32, "bytes", DOWN),
        ("perf: -1 alloc", None, None, 1, "alloc", DOWN),
        ("lookup_serial: -2.8%", None, None, 2.8, "%", DOWN),
        ("Encode-8  89.10µ ± 1%   33.38µ ± 3%  -62.54% (p=0.000 n=10)", 89.1, 33.38, None, "µs", DOWN),
        ("poisson/100   time: [45.5 cycles]\n  change: [-86.5% -86.2% -86.1%] (p = 0.00)", None, None, 86.2, "%", DOWN),
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
        "It would save 8 bytes to ask the backend",
        "Encode-8  44.7ms ± 5%    44.9ms ± 5%     ~     (p=0.631 n=10+10)",
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
