"""Amounts in words and durations in parts become digits; whatever the style, an outcome reads the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.outcomes.find import Direction, find_outcomes
from achievement_pipeline.outcomes.spelled_amounts import in_digits

WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
SHARES = {50: "half", 33.3: "a third", 25: "a quarter", 20: "a fifth", 66.7: "two thirds", 75: "three quarters"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("from 3m36s to 1h 5min", "from 216 s to 3900 s"),
        ("from 1sec 8ms to 236ms", "from 1.008 s to 236ms"),
        ("from 2h15 to 1h35", "from 8100 s to 5700 s"),
        ("10m to 20m", "10 min to 20 min"),
        ("20m 10m", "20m 10m"),
        ("went from 9:40 minutes", "went from 580 s"),
        ("1.441s ± 61ms to 620.0ms ± 39.8ms", "1.441s to 620.0ms"),
        ("15+% in 7+ minutes", "15% in 7 minutes"),
        ("to .2 seconds", "to 0.2 seconds"),
        ("**5s** and `43 997` bytes", "5s and 43997 bytes"),
        ("`f(1; 2)`", "`code`"),
        ("to under a second", "to under 1 second"),
        ("two orders of magnitude", "100x"),
        ("a threefold and a 3-fold speedup", "a 3x and a 3x speedup"),
        ("failing half the time", "failing half the time"),
        ("tooltips that are cut in half when", "tooltips that are cut in half when"),
        ("two halves of the list", "two halves of the list"),
    ],
)
def test_amounts_become_digits(text: str, plain: str) -> None:
    assert in_digits(text) == plain


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(["faster", "less memory"]))
def test_a_multiple_reads_the_same_in_every_style(value: int, what: str) -> None:
    styles = [f"{value}x", f"{value} times", f"{WORDS[value]} times", f"**{value}x**", f"`{value}x`"]
    found = [find_outcomes(f"It is {style} {what}.") for style in styles]
    assert [(each.amount, each.direction) for (each,) in found] == [
        (value, Direction.UP if what == "faster" else Direction.DOWN)
    ] * len(styles)


@given(st.sampled_from(sorted(SHARES)))
def test_a_share_reads_the_same_in_words(share: float) -> None:
    texts = [f"This reduces the build time by {share}%.", f"This reduces the build time by {SHARES[share]}."]
    assert [(each.amount, each.unit, each.direction) for text in texts for each in find_outcomes(text)] == [
        (share, "%", Direction.DOWN)
    ] * 2


@given(st.integers(61, 20_000), st.integers(1, 59))
def test_a_duration_reads_the_same_in_every_style(before: int, after: int) -> None:
    minutes, seconds = divmod(before, 60)
    hours, rest = divmod(minutes, 60)
    styles = [f"{before}s", f"{before} seconds", f"{minutes}m{seconds}s", f"{minutes} min {seconds} s"]
    styles += [f"{hours}h {rest}m {seconds}s"] if hours else []
    for style in styles:
        (found,) = find_outcomes(f"The build went from {style} to {after}s.")
        assert (found.before, found.after, found.direction) == (before, after, Direction.DOWN)
        assert style in found.sentence


@given(st.text())
def test_what_is_in_digits_stays(text: str) -> None:
    assert in_digits(in_digits(text)) == in_digits(text)
