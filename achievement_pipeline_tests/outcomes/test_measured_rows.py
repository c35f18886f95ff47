"""Rows that show a change by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.outcomes.measured_rows import Row, find_arrows, find_rows


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("| small file | 0.233 ms | 0.215 ms | 1.08x faster, -7.7% |", "0.233", "0.215"),
        ("| tests, whole job | 5:26 | 2:31 | 54% faster |", "326", "151"),
        ("| cold cache | `1.677 s ± 0.090` | `1.686 s ± 0.070` | ~0.5% faster |", "1.686", "1.677"),
        ("| +10,000 | 12.4 ms | 132 µs | **94x** |", "12.4", "132"),
        ("read      10 MB/s      12 MB/s      +20%", "10", "12"),
    ],
)
def test_the_difference_beside_two_amounts_proves_which_is_before(line: str, before: str, after: str) -> None:
    (row,) = find_rows(line)
    assert (row.before[0], row.after[0]) == (before, after)


@pytest.mark.parametrize(
    "line",
    [
        "| encode | 15 ms | 9 ms | 3 runs |",
        "| encode | 15 ms | 9 ms | -90% |",
        "| encode | 15 ms | 9 MB | -40% |",
        "old   2.708M (± 1.3%) i/s",
        "It took 15 ms, and 9 ms later -40%",
    ],
)
def test_other_rows_prove_nothing(line: str) -> None:
    assert list(find_rows(line)) == []


@given(st.integers(2, 10_000), st.integers(2, 10_000))
def test_any_two_amounts_with_their_difference_are_a_change(before: int, after: int) -> None:
    line = f"| name | {before} ms | {after} ms | {(after - before) / before * 100:+.2f}% |"
    assert list(find_rows(line)) == [Row("name", (str(before), "ms"), (str(after), "ms"))]


def test_names_that_differ_by_a_word_are_a_pair() -> None:
    text = "BenchmarkWordsOld-4   30000   46751 ns/op   6400 B/op\nBenchmarkWords-4   100000   18795 ns/op   0 B/op"
    assert list(find_rows(text)) == [Row("BenchmarkWords-4", ("46751", "ns/op"), ("18795", "ns/op"))]
    assert list(find_rows("BenchmarkWords   5 ns/op\nBenchmarkLines   3 ns/op")) == []


def test_arrows_between_amounts_with_units() -> None:
    block = "```\nSpanStarted: ~1.77 ns/op -> ~0.48 ns/op (~3.7x)\nversion 1.2 -> 1.3\n```"
    assert list(find_arrows(block)) == [Row("SpanStarted", ("1.77", "ns/op"), ("0.48", "ns/op"))]


def test_no_pair_of_names_takes_the_middle_of_a_number() -> None:
    assert list(find_rows("WordsOld   took 9,5 ms\nWords   took 8,4 ms")) == []
