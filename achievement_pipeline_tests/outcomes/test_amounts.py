"""Numbers and units as texts write them."""

import pytest

from achievement_pipeline.outcomes.amounts import UNIT, number, scale
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_UNIT = compile_pattern(rf"(?P<number>\d{{1,9}})\s?(?P<unit>{UNIT})", IGNORECASE)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("3 ms", "ms"),
        ("3 msgs/s", "msgs/s"),
        ("3M words", "M words"),
        ("3M of RAM", "M"),
        ("3m", None),
        ("3 percent", "percent"),
    ],
)
def test_a_unit_is_the_longest_that_is_known(text: str, unit: str | None) -> None:
    found = _UNIT.match(text)
    assert (found and found["unit"]) == unit


def test_units_of_one_measure_compare() -> None:
    assert scale("ms") == ("time", 0.001)
    assert scale("minutes") == ("time", 60)
    assert scale("MB/s") == ("size/s", 1_000_000)
    assert scale("%") is None


def test_a_number_may_be_grouped() -> None:
    assert number("1,234,567.5") == 1_234_567.5
