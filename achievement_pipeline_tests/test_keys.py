"""Keys: what is made is parsed back, one at a time and by the column, and tells where it is from."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.keys import GIT, GITHUB, LINEAR, MAINTENANCE, MANUAL, MLFLOW, PROJECT, ActivityKey, KeyForm
from achievement_pipeline.lanes import parse_key

_WORD = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,8}", fullmatch=True)
_PORT = st.sampled_from(["", ":80", ":8443"])
_HOST = st.one_of(
    st.sampled_from(["github.com", "GitHub.com", "github.com.evil.example", "localhost", "ghe", "[::1]"]),
    st.from_regex(r"[a-z0-9]{1,5}(\.[a-z]{2,4}){1,2}", fullmatch=True),
)
_ON_HOST = st.builds(lambda host, port: host + port, _HOST, _PORT)
_REPOSITORY = st.builds(lambda host, words: "/".join([host, *words]), _ON_HOST, st.lists(_WORD, min_size=2, max_size=5))
_FOLDER = st.builds(lambda word: f"local/{word}-0a1b2c3d", _WORD)
_SHA = st.from_regex(r"[0-9a-f]{40}", fullmatch=True)
_NUMBER = st.builds(
    lambda number, rest: f"{number}{rest}", st.integers(1, 10**6), st.sampled_from(["", "/review/ann", "/review/b-c"])
)
_SERVER = st.builds(lambda host, words: "/".join([host, *words]), _ON_HOST, st.lists(_WORD, max_size=2))
_ID = st.uuids().map(str)
_ANY_TEXT = st.text(min_size=1, max_size=20)

_PARTS: dict[KeyForm, tuple[st.SearchStrategy[str], st.SearchStrategy[str]]] = {
    GIT: (_REPOSITORY | _FOLDER, _SHA),
    GITHUB: (_REPOSITORY, _NUMBER),
    LINEAR: (st.just(""), _ID),
    MLFLOW: (_SERVER, _WORD),
    PROJECT: (_REPOSITORY | _FOLDER, _ANY_TEXT),
    MAINTENANCE: (_REPOSITORY | _FOLDER, st.from_regex(r"(merged|released)-\d{4}-[0-9a-f]{12}", fullmatch=True)),
    MANUAL: (st.just(""), _ANY_TEXT),
}
_KEYS = st.one_of(*(st.builds(ActivityKey, st.just(form), where, name) for form, (where, name) in _PARTS.items()))


@given(_KEYS)
def test_what_is_made_is_parsed_back(key: ActivityKey) -> None:
    assert parse_key(str(key)) == key
    assert str(key) == f"{key.form.prefix}:{key.source_id}"


@given(st.lists(_KEYS, min_size=1))
def test_a_column_is_made_and_parsed_as_each_of_its_keys(keys: list[ActivityKey]) -> None:
    for form in _PARTS:
        own = [key for key in keys if key.form == form]
        where = pd.Series([key.where for key in own], dtype="str")
        names = pd.Series([key.name for key in own], dtype="str")
        made = form.keys(form.source_ids(where, names))
        assert made.to_list() == [str(key) for key in own]
        assert form.parse_column(made).to_dict("list") == {"where": where.to_list(), "name": names.to_list()}


@given(_KEYS, _KEYS)
def test_different_work_has_different_keys(one: ActivityKey, other: ActivityKey) -> None:
    assert (str(one) == str(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "origin", "name"),
    [
        ("git:github.com/acme/engine@8f3c1d2", "github.com/acme/engine", "8f3c1d2"),
        ("git:/home/ann/en@gine@8f3c1d2", "/home/ann/en@gine", "8f3c1d2"),
        ("github:acme/engine#12", "github.com/acme/engine", "12"),
        ("github:acme/engine#12/review/ann", "github.com/acme/engine", "12/review/ann"),
        ("github:ghe.acme.example/acme/engine#12", "ghe.acme.example/acme/engine", "12"),
        ("github:ghe/acme/engine#12", "ghe/acme/engine", "12"),
        ("github:ghe.acme.example:8443/acme/engine#12", "ghe.acme.example:8443/acme/engine", "12"),
        ("linear:123e4567", "linear", "123e4567"),
        ("mlflow:track.acme.example:5000/path/run1", "mlflow:track.acme.example:5000/path", "run1"),
        ("project:github.com/acme/engine/v1%2F2", "github.com/acme/engine", "v1/2"),
        ("manual:talk:1", "manual", "talk:1"),
    ],
)
def test_a_key_tells_where_an_activity_is_from(text: str, origin: str, name: str) -> None:
    key = parse_key(text)
    assert key is not None
    assert (key.origin, key.name, str(key)) == (origin, name, text)


@pytest.mark.parametrize(
    "text", ["", ":", "talk:1", "Git:github.com/a/b@1", "git", "git:", "git:github.com/a/b", "github:#1", "mlflow:run"]
)
def test_what_no_lane_makes_is_no_key(text: str) -> None:
    assert parse_key(text) is None
