"""Who was meant by an author without commits."""

import pytest

from achievement_pipeline.app.collect.author_hints import suggest_author
from achievement_pipeline_tests.judging.file_rows import written


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("ADA LOVELACE", " To collect, it takes an address: ada@example.org."),
        ("ada@exmple.org", " Did you mean ada@example.org?"),
        ("nobody", ""),
    ],
)
def test_a_name_is_answered_by_its_address_and_a_typo_by_what_is_close(given: str, hint: str) -> None:
    assert suggest_author(written({}), given) == hint
