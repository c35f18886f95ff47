"""What is written is read as a person would read it."""

from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.publishing.gate.decoding import decode
from achievement_pipeline_tests.publishing.gate.names import NAMES


@given(st.text())
def test_what_was_decoded_leads_back_to_what_was_written(text: str) -> None:
    found = decode(text)
    for start in range(len(found.text)):
        first, last = found.origin(start, start + 1)
        assert 0 <= first < last <= len(text)


@given(st.text(alphabet="abc &;#%12\\u", max_size=200))
def test_every_text_can_be_read(text: str) -> None:
    NAMES.find(text)
