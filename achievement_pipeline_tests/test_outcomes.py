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
        ("reads 634k → 1.2M ops/sec", 634, 1.2, None, "M ops/sec", UP),
        ("Speed-up +29% relative to 2.0", None, None, 29, "%", UP),
        ("The speedup ranges from 6x to 131x", None, None, 6, "x", UP),
        ("speed up PrepareRequest up to 4 times", None, None, 4, "times", UP),
        ("idct can use 3 less instructions", None, None, 3, "instructions", DOWN),
        (
            "Timing for old:\nbin/test: 3860 seconds\nTimings for new:\nbin/test: 3800 seconds",
            3860,
            3800,
            None,
            "seconds",
            DOWN,
        ),
        ("```\n a ran\n  1.26 ± 0.11 times faster than b\n```", None, None, 1.26, "times", UP),
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
        ("`Response` is now 96 bytes (down from 104).", 104, 96, None, "bytes", DOWN),
        ("A null build took 17 s. Now it takes 5 s.", 17, 5, None, "s", DOWN),
        ("Lookup takes 1.9 % of the time; this reduces it to 0.7 %.", 1.9, 0.7, None, "%", DOWN),
        ("It drops from 254 loaded modules to 44", 254, 44, None, "modules", DOWN),
        ("went from 35sec. (before this PR) to 2.5sec (with this PR).", 35, 2.5, None, "sec", DOWN),
        ("One match: 12 us to 1.5 us per match.", 12, 1.5, None, "us", DOWN),
        ("This reduced allocation by about 2.9M words", None, None, 2.9, "M words", DOWN),
        ("This seems to speed it up by about 10x.", None, None, 10, "x", UP),
        ("perf(python): speed up `in series` 10x (#9794)", None, None, 10, "x", UP),
        ("improved lz4opt speed (~4%)", None, None, 4, "%", UP),
        ("A noticeable improvement (of the order of 10%), here", None, None, 10, "%", UP),
        ("The cop will be faster around 11%.", None, None, 11, "%", UP),
        ("Makes parsing about 0.3 seconds faster.", None, None, 0.3, "seconds", DOWN),
        ("The binary becomes about 7KiB smaller", None, None, 7, "KiB", DOWN),
        ("Bundling cuts ~200kB.", None, None, 200, "kB", DOWN),
        ("stats: -13.7% latency", None, None, 13.7, "%", DOWN),
        ("| case | before | after |\n|---|---|---|\n| encode | 15 ms | 9 ms |", 15, 9, None, "ms", DOWN),
        ("benchmark   old   new\nencode   15ms   9ms", 15, 9, None, "ms", DOWN),
        ("Old: 40s, new: 200ms", 40, 200, None, "ms", DOWN),
        ("Throughput is nearly 3x as fast.", None, None, 3, "x", UP),
        ("Add a cache to improve 10% http tps", None, None, 10, "%", UP),
        ("makes it run in ~1s vs. ~4s before", 4, 1, None, "s", DOWN),
        ("- 8000 us before this commit\n- 120 us with this commit", 8000, 120, None, "us", DOWN),
        ("| | Main (ms) | This PR (ms) |\n|--|--|--|\n| foxes | 3.515 | 3.227 |", 3.515, 3.227, None, "ms", DOWN),
        ("It is 170 ops/sec faster than before", None, None, 170, "ops/sec", UP),
        ("NewIter/10   1309.0n ± ∞ ¹   810.2n ± ∞ ¹  -38.10% (n=4)", 1309, 810.2, None, "ns", DOWN),
        ("| spawn gevent | 117 ms    | 3.05 ms: 38.27x faster (-97%) |", 117, 3.05, None, "ms", DOWN),
        ("This allows us to speed up compilation by 5%", None, None, 5, "%", UP),
        ("This speeds up the build another 20% or so", None, None, 20, "%", UP),
        ("perf(iterator): scans -25% (lockless, KeyOnly)", None, None, 25, "%", DOWN),
        ("Measured -0.62% composite ns/op across the subset.", None, None, 0.62, "%", DOWN),
        ("A ticket key size of 80 bytes instead of previously used 48", 48, 80, None, "bytes", UP),
        ("evaluations (~2700 -> ~1750 cheap isinstance calls here)", 2700, 1750, None, "calls", DOWN),
        ("This cut out 89% of the total time", None, None, 89, "%", DOWN),
        ("Serve from memory by default (30%+ improvement)", None, None, 30, "%", UP),
        ("This reduces a 70mb rbx executable to 16mb on Ubuntu.", 70, 16, None, "mb", DOWN),
        ("Improves bm_bignum.rb by a factor of 1.5 - 2x", None, None, 1.5, "x", UP),
        ("Performance gain anywhere from 40x to infinite.", None, None, 40, "x", UP),
        ("strip an underscore with no user code from 2137 -> 100 bytes", 2137, 100, None, "bytes", DOWN),
        (
            "- before this patch: 59,249 ops/sec\n- after this patch: 54,504 ops/sec",
            59249,
            54504,
            None,
            "ops/sec",
            DOWN,
        ),
        ("a mean improvement in throughput (i.e. bytes per second) of nearly 40%", None, None, 40, "%", UP),
        ("tighten the allowance for undershoot from 20% to 10%", 20, 10, None, "%", DOWN),
        ("A 10x cython.inline speed improvement.", None, None, 10, "x", UP),
        ("This is only a 2.5% or so speedup", None, None, 2.5, "%", UP),
        ("This cuts some 90% runtime off the test.", None, None, 90, "%", DOWN),
        ("5.6s with this patch, 9.1s without this patch", 9.1, 5.6, None, "s", DOWN),
        ("saves a bit over 1 MB of memory", None, None, 1, "MB", DOWN),
        ("cut an 18-second link time down to about 3 seconds", 18, 3, None, "seconds", DOWN),
        ("the change here adds about _~24%_ improvement", None, None, 24, "%", UP),
        ("reduced the header by an additional 4 bytes to 16 bytes", None, None, 4, "bytes", DOWN),
        ("This brings `cargo update` down from 53 to 6 seconds", 53, 6, None, "seconds", DOWN),
        ("A cold build takes 5-6 seconds instead of 10-11 seconds.", 10, 5, None, "seconds", DOWN),
        ("Golf setting value (-4 B)", None, None, 4, "B", DOWN),
        ('<img width="9"\n/>\nA 7.5% reduction in time', None, None, 7.5, "%", DOWN),
        ("main: 4.6s, this PR: 1.1s", 4.6, 1.1, None, "s", DOWN),
        ("Gives a boost. Before:\n  async1: 11.95 sec\n\nAfter:\n  async1: 11.08 sec", 11.95, 11.08, None, "sec", DOWN),
        ("old   2.708M (± 1.3%) i/s\nnew   6.052M (± 0.5%) i/s", 2.708, 6.052, None, "M i/s", UP),
        ("       int    505±0ms   37.1±0ms", 505, 37.1, None, "ms", DOWN),
        ("Encode-16     2518.04       4181.41       1.66x", 2518.04, 4181.41, None, "", UP),
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
        "It fixes a regression of about 25% longer frame times",
        "Up to 256 reallocations resizing from 4KB to 16KB",
        "Fall back to copying it 109 times, for older versions",
        "latency 1 s -> 300 calls",
        "Hash inputs differently for inputs from 9 to 16 bytes",
        "Not all of the implementations are at least 2x faster",
        "It slows down by 16-27% with -O2",
        "| swap | **+12%** (was -27%) |",
        "Increase coverage up to 92%",
        "Intent: decrease the time by at least 50%",
        "Increase delay to a minimum of 500 ms",
        "Fix the rate (was 8 times larger than the real value)",
        "This led to dropping frames 2 times, because of a delay",
        "After the patch, this drops to about 1.9% for one and 0.1% for the other",
        "It never succeeds in realloc'ing from 16 to 32 bytes",
        "a/b  time: [33.8 ns 33.9 ns 34.0 ns]\n change: [-0.4% -0.1% +0.3%] (p = 0.78 > 0.05)",
        "Discard a list when its new size is more than 25% smaller than the cached one",
        "It is the same as the other test but 20X bigger",
        "Still 50% slower than Java",
        "The benchmark recorded a 20x slowdown",
        "Warn if this increases chunks by 10x",
        "Free chunks that are over 50% larger than this",
        "We saw reductions from 20% to 50% for both",
        "Expand the buffer from 0 to 32k",
        "simdjson vs serde: 1.5x faster",
        "Bump mypy from 2.0.0 to 2.1.0\n\nIt is 3x faster",
        'Revert "Cache titles"\n\nIt is 3x faster',
        "name   2.7M (± 1.3%) i/s   and   3.1M (± 0.5%) i/s",
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
