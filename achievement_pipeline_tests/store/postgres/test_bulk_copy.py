import datetime as dt
import json
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import JSONB

from achievement_pipeline.store.postgres.bulk_copy import (
    array_of_json,
    array_of_words,
    fetch_frame,
    staged,
    storable_json,
)
from achievement_pipeline_tests.examples import examples

AWKWARD = ["\t", "\n", "\r", "\\", "\\.", "\\N", '"', "'", ",", "{", "}", "NULL", " ", "\x01", "\0", "\\u0000"]
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.sampled_from(AWKWARD)).map("".join)
many_times = settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def through_the_database(engine: sa.Engine, values: pd.Series, type_: sa.types.TypeEngine[Any]) -> list[object]:
    frame = values.to_frame("value").assign(number=range(len(values)))
    columns: list[sa.Column[Any]] = [sa.Column("number", sa.BigInteger()), sa.Column("value", type_)]
    with engine.connect() as connection, staged(connection, "trial", columns, frame) as table:
        return list(connection.scalars(sa.select(table.c.value).order_by(table.c.number)))


def with_nul_replaced(text: str) -> str:
    return text.replace("\0", "\ufffd")


def clean(value: object) -> object:
    return with_nul_replaced(value) if isinstance(value, str) else value


@pytest.mark.e2e
@many_times
@given(values=st.lists(st.one_of(st.none(), texts), min_size=1))
def test_any_text_comes_back_as_it_was_but_for_nul(engine: sa.Engine, values: list[str | None]) -> None:
    stored = through_the_database(engine, pd.Series(values, dtype="str"), sa.Text())

    assert stored == [value if value is None else with_nul_replaced(value) for value in values]


@pytest.mark.e2e
@many_times
@given(value=st.lists(st.dictionaries(texts, st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans()))))
@pytest.mark.parametrize("ascii_only", [True, False])
def test_any_json_comes_back_as_it_was_but_for_nul(
    engine: sa.Engine, value: list[dict[str, object]], ascii_only: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    stored = through_the_database(engine, storable_json(pd.Series([text], dtype="str")), JSONB())

    assert stored == [[{with_nul_replaced(name): clean(found) for name, found in pairs.items()} for pairs in value]]


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"\ud800"', "\ufffd"),
        (r'"\udc00\ud800"', "\ufffd\ufffd"),
        (r'"\ud83d\ude00"', "\N{GRINNING FACE}"),
        (r'"\ud83d\\ude00"', "\ufffd\\ude00"),
        (r'"\\u0000"', "\\u0000"),
        (r'"\\\u0000"', "\\\ufffd"),
        (r'"\\ud800"', "\\ud800"),
    ],
)
def test_an_unpaired_surrogate_in_json_is_replaced(engine: sa.Engine, written: str, read: str) -> None:
    assert through_the_database(engine, storable_json(pd.Series([written], dtype="str")), JSONB()) == [read]


@pytest.mark.e2e
@many_times
@given(lists=st.lists(st.lists(texts), min_size=1))
@pytest.mark.parametrize("ascii_only", [True, False])
def test_any_list_of_texts_becomes_an_array(engine: sa.Engine, lists: list[list[str]], ascii_only: bool) -> None:
    written = pd.Series([json.dumps(words, ensure_ascii=ascii_only) for words in lists], dtype="str")

    stored = through_the_database(engine, array_of_json(written), sa.ARRAY(sa.Text()))

    assert stored == [[with_nul_replaced(word) for word in words] for words in lists]


@pytest.mark.e2e
@many_times
@given(lists=st.lists(st.lists(texts.filter(lambda text: text and "," not in text)), min_size=1))
def test_words_with_commas_between_become_an_array(engine: sa.Engine, lists: list[list[str]]) -> None:
    written = pd.Series([",".join(words) for words in lists], dtype="str")

    stored = through_the_database(engine, array_of_words(written), sa.ARRAY(sa.Text()))

    assert stored == [[with_nul_replaced(word) for word in words] for words in lists]


@pytest.mark.e2e
@many_times
@given(
    moments=st.lists(
        st.one_of(st.none(), st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=5.5))])))
    )
)
def test_any_timestamp_is_read_back_to_the_microsecond(engine: sa.Engine, moments: list[dt.datetime | None]) -> None:
    written = pd.Series(pd.to_datetime(pd.Series(moments, dtype="object"), utc=True)).astype("datetime64[us, UTC]")

    assert through_the_database(engine, written, sa.DateTime(timezone=True)) == list(moments)


@pytest.mark.e2e
def test_a_timestamp_that_python_cannot_represent_becomes_null(engine: sa.Engine) -> None:
    year_10000 = pd.Series([253_402_300_800_000_000]).astype("datetime64[us, UTC]")

    assert through_the_database(engine, year_10000, sa.DateTime(timezone=True)) == [None]


@pytest.mark.e2e
@many_times
@given(
    rows=st.lists(
        st.tuples(st.one_of(st.none(), texts.map(with_nul_replaced)), st.floats(allow_nan=False), st.booleans()),
    )
)
def test_a_frame_that_is_fetched_is_the_frame_that_was_staged(
    engine: sa.Engine, rows: list[tuple[str | None, float, bool]]
) -> None:
    types = {"text": "str", "number": "float64", "flag": "bool", "at": "datetime64[us, UTC]"}
    at = [pd.Timestamp(2024, 5, 1, tz="UTC") + pd.Timedelta(microseconds=number) for number in range(len(rows))]
    frame = pd.DataFrame([(*row, moment) for row, moment in zip(rows, at, strict=True)], columns=list(types))
    frame = frame.astype(types)
    columns: list[sa.Column[Any]] = [
        sa.Column("text", sa.Text()),
        sa.Column("number", sa.Double()),
        sa.Column("flag", sa.Boolean()),
        sa.Column("at", sa.DateTime(timezone=True)),
    ]

    with engine.connect() as connection, staged(connection, "trial", columns, frame) as table:
        fetched = fetch_frame(connection, sa.select(table).order_by(table.c.at))

    pd.testing.assert_frame_equal(fetched, frame)
