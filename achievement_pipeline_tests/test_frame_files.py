"""A frame comes back as it was written, or not at all."""

import io

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from achievement_pipeline.frame_files import DamagedFrameError, decode, encode

FRAME = pd.DataFrame(
    {
        "name": pd.Series(["achievements.digest", None, "ü"], dtype="str"),
        "lines": pd.array([1, None, 3], dtype="Int32"),
        "at": pd.to_datetime(pd.Series(["2026-01-01", None, "1969-12-31"]), utc=True),
    }
)
FRAME.attrs["read"] = "whole"
CONTENT = encode(FRAME)
positions = st.integers(0, len(CONTENT) - 1)


def _is_whole_or_refused(content: bytes) -> bool:
    try:
        frame = decode(content)
    except DamagedFrameError:
        return True
    pd.testing.assert_frame_equal(frame, FRAME)
    return frame.attrs == FRAME.attrs


def test_a_frame_comes_back_as_it_was_written() -> None:
    assert _is_whole_or_refused(CONTENT)
    pd.testing.assert_frame_equal(decode(encode(FRAME.head(0))), FRAME.head(0))


def test_any_program_reads_it() -> None:
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(CONTENT)), FRAME)


def test_files_of_other_programs_are_read() -> None:
    file = io.BytesIO()
    FRAME.to_parquet(file)
    pd.testing.assert_frame_equal(decode(file.getvalue()), FRAME)


@pytest.mark.parametrize("name", [b"achievements.digest", b"achievements.frame"])
def test_a_file_whose_digest_lost_its_name_is_not_one_of_another_program(name: bytes) -> None:
    begin = CONTENT.rindex(name)
    damaged = CONTENT[:begin] + b"A" + CONTENT[begin + 1 :]

    with pytest.raises(DamagedFrameError):
        decode(damaged)


@given(st.lists(st.tuples(positions, st.integers(1, 255)), min_size=1, max_size=5))
def test_no_flipped_bits_pass_for_other_values(flips: list[tuple[int, int]]) -> None:
    content = bytearray(CONTENT)
    for position, bits in flips:
        content[position] ^= bits
    assert _is_whole_or_refused(bytes(content))


@given(positions)
@example(0)
def test_a_file_that_was_cut_is_refused(length: int) -> None:
    with pytest.raises(DamagedFrameError):
        decode(CONTENT[:length])


@given(positions, st.integers(1, 4096))
def test_zeros_of_a_power_loss_are_refused(begin: int, length: int) -> None:
    content = CONTENT[:begin] + bytes(min(length, len(CONTENT) - begin)) + CONTENT[begin + length :]
    assert content == CONTENT or _is_whole_or_refused(content)
