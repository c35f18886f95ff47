"""Net lines: a line that was there before, however it looked, is not written again."""

from __future__ import annotations

from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.noise.changed_lines import changed_lines
from achievement_pipeline.judging.noise.contents import ReadFile, copies, examine_commit
from achievement_pipeline.judging.noise.examine import ContentVerdict
from achievement_pipeline.judging.noise.net_lines import net_change, without_repeated
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.file_rows import changed, name, written

TESTS = b"".join(b"def test_%d():\n    assert f(%d) == %d\n" % (number, number, number * 3) for number in range(100))


def net(path: str, before: bytes, after: bytes) -> tuple[int, int, Noise | None]:
    lines, reason = net_change(path, before, after)
    return lines.added.total(), lines.removed.total(), reason


def verdict(path: str, before: bytes, after: bytes) -> ContentVerdict:
    [(_, found)] = examine_commit([ReadFile(path, before, after)])
    return found


@pytest.mark.parametrize(
    ("path", "mark"), [("test_a.py", b"# "), ("a.go", b"// "), ("a.sql", b"-- "), ("a.lisp", b";; "), ("a.tex", b"% ")]
)
def test_to_comment_out_and_in_is_no_work(path: str, mark: bytes) -> None:
    out = b"".join(mark + line for line in TESTS.splitlines(keepends=True))

    assert net(path, TESTS, out) == (0, 0, Noise.COMMENTED)
    assert net(path, out, TESTS) == (0, 0, Noise.COMMENTED)
    assert verdict(path, TESTS, out).noise in {Noise.COMMENTED, Noise.REFORMAT}


def test_line_ends_with_one_changed_word_are_one_line() -> None:
    before = TESTS.replace(b"\n", b"\r\n")
    after = TESTS.replace(b"test_7()", b"test_seven()")

    assert net("a.py", before, after) == (1, 1, Noise.WHITESPACE)
    assert verdict("a.py", before, after)[:4] == (None, 1, 1, Noise.WHITESPACE)


def test_lines_that_only_moved_to_the_right_are_not_written() -> None:
    before = TESTS.replace(b"    assert", b"assert")
    after = before.replace(b"def", b"  def").replace(b"f(99)", b"g(99)") + b"new = 1\n"

    assert net("a.c", before, after) == (2, 1, Noise.WHITESPACE)


def test_prose_that_was_wrapped_otherwise_counts_its_new_words() -> None:
    words = [f"word{number}" for number in range(400)]
    before, after = (
        "\n".join(" ".join(words[start : start + width]) for start in range(0, 400, width)) for width in (9, 13)
    )

    assert net("README.md", before.encode(), after.encode() + b" and this is new\n") == (1, 0, Noise.REFORMAT)


def test_order_means_nothing() -> None:
    lines = TESTS.splitlines(keepends=True)
    Random(1).shuffle(lines)

    assert net("a.py", TESTS, b"".join(lines))[:2] == (0, 0)


def test_one_substitution_counts_once_in_all_files() -> None:
    def text(name: str, file: int) -> bytes:
        return "".join(f"{name} = compute({file}, {number})\n" for number in range(40)).encode()

    files = [ReadFile(f"{file}.rb", text("foo_value", file), text("fooValue", file)) for file in range(4)]

    judged = [found for _, found in examine_commit(files)]

    assert [(one.noise, one.insertions) for one in judged] == [(None, 1), *[(Noise.SWEPT, 0)] * 3]


def test_different_changes_stay() -> None:
    files = [changed_lines(b"a(%d)\n" % number, b"b(%d, c%d)\n" % (number, number)) for number in range(60)]

    assert without_repeated(files) == files


def test_a_copy_of_what_was_there_before_is_found_by_its_content() -> None:
    def added(number: int, path: str, blob: str, lines: int = 900) -> dict[str, object]:
        return {"sha": name(number), "path": path, "status": "A", "new_blob": blob * 40, "insertions": lines}

    files = changed(
        added(2, "db_test.go", "b"),
        added(2, "b/__init__.py", "d", 1),
        added(1, "copy_test.go", "b"),
        added(1, "new.go", "c"),
        added(0, "db_test.go", "b"),
        added(0, "a/__init__.py", "d", 1),
    )
    at = pd.Timestamp("2024-01-01", tz="UTC")
    one_moment = written({"committed_at": at}, {"committed_at": at}, {"committed_at": at}).iloc[::-1]

    for commits in (written({}, {}, {}), one_moment):
        assert copies(commits, files)["path"].tolist() == ["copy_test.go"]


texts = st.lists(
    st.sampled_from([b"a = 1", b"  a = 1", b"# a = 1", b"", b"b()", b"// b()", b"#", b"\xff"]), max_size=12
)


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(["a.py", "a.md", "a.js"]), texts, texts)
def test_net_lines_are_at_most_the_changed_ones_and_the_same_both_ways(
    path: str, before: list[bytes], after: list[bytes]
) -> None:
    old, new = b"\n".join(before), b"\n".join(after)

    lines, _ = net_change(path, old, new)

    seen = changed_lines(old, new)
    back, _ = net_change(path, new, old)
    assert lines.added.total() + lines.removed.total() <= seen.added.total() + seen.removed.total()
    assert (back.added.total(), back.removed.total()) == (lines.removed.total(), lines.added.total())


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(["a.py", "a.md"]), texts, texts, texts)
def test_lines_on_both_sides_change_nothing(
    path: str, common: list[bytes], before: list[bytes], after: list[bytes]
) -> None:
    own, _ = net_change(path, b"\n".join(before), b"\n".join(after))

    with_others, _ = net_change(path, b"\n".join([*common, *before]), b"\n".join([*common, *after]))

    assert (with_others.added.total(), with_others.removed.total()) == (own.added.total(), own.removed.total())
