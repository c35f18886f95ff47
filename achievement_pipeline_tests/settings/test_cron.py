"""Cron expressions are checked where they are read."""

import pytest
from pydantic import TypeAdapter, ValidationError

from achievement_pipeline.settings.cron import Cron

_CRON: TypeAdapter[str] = TypeAdapter(Cron)


@pytest.mark.parametrize(
    "text", ["0 3 * * *", "*/15 8-18 * * mon-fri", "0 0 29 feb *", "0 0 31 * 7", "5 4 1,15 jan-mar *"]
)
def test_what_cron_knows_is_taken(text: str) -> None:
    assert _CRON.validate_python(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 3 * *", "five parts"),
        ("99 3 * * *", "'99' is no minute"),
        ("0 24 * * *", "no hour"),
        ("0 3 0 * *", "no day of the month"),
        ("0 3 * someday *", "no month"),
        ("0 3 * * fri-mon", "no day of the week"),
        ("*/0 3 * * *", "no minute"),
        ("0 0 31 feb,apr *", "no day 31"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        _CRON.validate_python(text)
