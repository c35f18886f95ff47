"""What benchmarks print in messages."""

from achievement_pipeline.outcomes.benchmark_output import find_changes, without_rows

BENCHCMP = """
benchmark          old ns/op     new ns/op     delta
BenchmarkBatch-4   2552625       2485200       -2.64%
"""


def words(text: str) -> list[str]:
    return [change.words for change in find_changes(text)]


def test_a_row_has_the_unit_of_its_heading() -> None:
    assert words(BENCHCMP) == ["BenchmarkBatch-4: 2552625 ns/op → 2485200 ns/op (-2.64%)"]
    assert "2552625" not in without_rows(BENCHCMP)


def test_values_of_the_same_name_before_and_after_belong_together() -> None:
    assert words("Before:\nbuild: 4.91s\nheap: 3 MB\n\nAfter:\nheap: 2 MB\nbuild: 4.69s\nother: 7s") == [
        "heap: 3 MB → 2 MB",
        "build: 4.91 s → 4.69 s",
    ]
    assert words("before cargo build: 4.91s\nafter cargo build: 4.69s") == ["cargo build: 4.91 s → 4.69 s"]
    assert words("New: 5 MB/s\nPrevious: 4 MB/s") == ["4 MB/s → 5 MB/s"]


def test_without_a_before_nothing_changed() -> None:
    assert words("After:\nbuild: 4.69s\nrun: 3s") == []
    assert words("Before: 3 s\nAfter: 3 MB") == []


def test_a_name_of_criterion_may_have_spaces_and_its_minus_be_typographic() -> None:
    text = (
        "filter: 8192, nulls: 0\n  time: [59 ms 60 ms 61 ms]\n  change: [\u22123.0% \u22122.7% \u22122.4%] (p = 0.00)"
    )
    assert words(text) == ["filter: 8192, nulls: 0: time \u22122.7%"]
    assert [change.difference for change in find_changes(text)] == [-2.7]


def test_no_value_begins_in_the_middle_of_a_number() -> None:
    assert words("Before: 89,5 KB\nAfter: 87,4 KB") == []
    assert words("Before: 89,500 KB\nAfter: 87,400 KB") == ["89,500 KB → 87,400 KB"]
