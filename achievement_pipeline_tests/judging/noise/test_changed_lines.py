"""Lines that moved between the files of a commit, and those that were swept over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.judging.noise.changed_lines import changed_lines, without_moved, without_swept


def text(*numbers: int, indent: str = "") -> bytes:
    return b"".join(f"{indent}statement number {number}\n".encode() for number in numbers)


def left(*versions: tuple[bytes, bytes]) -> list[tuple[int, int]]:
    """Return how many lines each file got and lost by writing and deleting."""
    rest = without_moved([changed_lines(*pair) for pair in versions])
    return [(lines.added.total(), lines.removed.total()) for lines in rest]


def test_lines_that_left_one_file_and_reached_another_were_not_written() -> None:
    stay, go, new = text(1, 2), text(*range(10, 40)), text(90)

    assert left((stay + go, stay), (b"", new + go)) == [(0, 0), (1, 0)]


def test_white_space_around_lines_and_blank_ones_mean_nothing() -> None:
    assert left((text(*range(30), indent="    "), b""), (b"", b"\n" + text(*range(30)))) == [(0, 0), (0, 0)]


def test_a_line_that_moved_within_its_file_did_not_change() -> None:
    assert left((text(1, 2, 3), text(3, 1, 2))) == [(0, 0)]


@given(*[st.lists(st.sampled_from([b"a\n", b"b\n", b" b \n", b"c\r\n", b"d\r", b"\n", b"e"])).map(b"".join)] * 2)
def test_common_ends_are_left_uncounted_without_a_trace(before: bytes, after: bytes) -> None:
    old, new = (Counter(filter(None, map(bytes.strip, content.splitlines()))) for content in (before, after))

    changed = changed_lines(before, after)

    assert [list(side.items()) for side in changed] == [list((new - old).items()), list((old - new).items())]


def test_a_few_lines_or_short_ones_are_alike_by_chance() -> None:
    assert left((text(*range(19)), b""), (b"", text(*range(19)))) == [(0, 19), (19, 0)]
    assert left((b"}\n" * 60, b""), (b"", b"}\n" * 60)) == [(0, 60), (60, 0)]
    assert left((text(1) * 60, b""), (b"", text(1) * 60)) == [(0, 60), (60, 0)]


def test_what_is_copied_is_written_and_what_is_copied_and_taken_away_is_moved_once() -> None:
    go = text(*range(30))

    assert left((go, go), (b"", go)) == [(0, 0), (30, 0)]
    assert left((go, b""), (b"", go), (b"", go)) == [(0, 0), (0, 0), (30, 0)]


def test_short_lines_move_with_significant_ones() -> None:
    go = text(*range(30)) + b"}\n" * 5

    assert left((go, b""), (b"", go)) == [(0, 0), (0, 0)]


def test_the_same_line_in_many_files_was_written_once() -> None:
    swept = [changed_lines(text(number), text(number) + b"    t.Parallel()\n") for number in range(20)]

    assert [lines.added.total() for lines in without_swept(swept)] == [1] + [0] * 19
    assert without_swept(swept[:19]) == swept[:19]


def test_what_was_written_beside_a_sweep_and_short_lines_stay() -> None:
    swept = [changed_lines(b"the old name\n", text(number) + b"}\n") for number in range(30)]

    rest = [(lines.added.total(), lines.removed.total()) for lines in without_swept(swept)]

    assert rest == [(2, 1)] + [(2, 0)] * 29


def test_no_files_have_nothing() -> None:
    assert without_moved([]) == without_swept([]) == []


_lines = st.lists(st.integers(0, 40), max_size=60).map(lambda numbers: text(*numbers))
_files = st.lists(st.tuples(_lines, _lines), max_size=4)


@given(_files)
def test_never_more_is_left_than_changed_and_as_much_leaves_as_arrives_at_most(
    files: list[tuple[bytes, bytes]],
) -> None:
    changed = [changed_lines(*pair) for pair in files]
    rest = without_moved(changed)

    assert all(
        less.added <= all_.added and less.removed <= all_.removed for less, all_ in zip(rest, changed, strict=True)
    )
    arrived, gone = Counter[bytes](), Counter[bytes]()
    for less, all_ in zip(rest, changed, strict=True):
        arrived.update(all_.added - less.added)
        gone.update(all_.removed - less.removed)
    assert arrived <= _together(lines.removed for lines in changed)
    assert gone <= _together(lines.added for lines in changed)


def _together(parts: Iterable[Counter[bytes]]) -> Counter[bytes]:
    return sum(parts, Counter[bytes]())
