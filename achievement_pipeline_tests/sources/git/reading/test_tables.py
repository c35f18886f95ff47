"""A stream of git's output as blocks of complete records, and its bytes as text."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.sources.git.reading.tables import Blocks, decode_paths, decode_text, split_fields


def through_last_line(buffer: bytes) -> int:
    return buffer.rfind(b"\n") + 1


@given(st.lists(st.binary(max_size=400_000), max_size=8))
def test_blocks_are_complete_and_together_the_stream(chunks: list[bytes]) -> None:
    blocks = Blocks(through_last_line)
    found = [blocks.add(chunk) for chunk in chunks]
    assert all(block.endswith(b"\n") for block in found if block)
    assert b"".join([*found, blocks.rest()]) == b"".join(chunks)


def test_fields_end_with_a_null_byte() -> None:
    assert split_fields(b"a\0\0b c\0").to_pylist() == [b"a", b"", b"b c"]


def test_text_that_is_not_utf_8_is_latin_1() -> None:
    assert decode_text(pa.array(["é".encode(), "é".encode("latin-1")], pa.large_binary())).to_pylist() == ["é", "é"]


def test_bytes_of_paths_that_are_not_utf_8_are_written_out() -> None:
    values = pa.array(["é.py".encode(), b"\xe9.py", None], pa.large_binary())
    assert decode_paths(values).to_pylist() == ["é.py", "\\xe9.py", None]
