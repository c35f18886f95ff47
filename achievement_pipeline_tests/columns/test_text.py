"""Columns of text, worked on in bulk."""

import pandas as pd

from achievement_pipeline.columns.text import (
    are_among,
    are_repeated,
    contains,
    extract,
    extract_all,
    extract_all_groups,
    extract_groups,
    join_by_key,
    replace,
    rows_among,
)


def test_the_texts_of_a_key_are_joined_in_their_order() -> None:
    joined = join_by_key(_texts(["b", "a", "c"]), pd.Series([7, 7, 9]), ", ")
    assert joined.to_dict() == {7: "b, a", 9: "c"}


def test_no_texts_make_no_keys() -> None:
    assert join_by_key(_texts([]), pd.Series([], dtype="int64"), ",").empty


def test_what_lies_in_several_pieces_is_joined_as_well() -> None:
    pieces = pd.concat([_texts(["a"]), _texts(["b"])], ignore_index=True)
    assert join_by_key(pieces, pd.Series([1, 1]), "+").to_list() == ["a+b"]


def test_texts_are_found_among_others() -> None:
    assert are_among(_texts(["a", "b", "a"]), _texts(["a", "c"])).tolist() == [True, False, True]


def test_repeated_texts_are_found() -> None:
    assert are_repeated(_texts(["a", "b", "a"])).tolist() == [True, False, True]
    assert are_repeated(pd.Series([None, "b", None], dtype="str")).tolist() == [True, False, True]


def test_rows_are_found_among_others_by_all_columns_together() -> None:
    others = pd.DataFrame({"a": ["x", "y", "x", "x"], "b": ["1", "1", "2", "1"]}, dtype="str")
    rows = pd.DataFrame(
        {"b": ["1", "2", "2", "3", "1"], "a": ["x", "x", "y", "x", "z"]}, index=[9, 8, 7, 6, 5], dtype="str"
    )
    assert rows_among(rows, others, ["a", "b"]).tolist() == [0, 2, -1, -1, -1]
    assert rows_among(rows, others, ["b"]).tolist() == [0, 2, 2, -1, 0]


def test_no_row_is_among_none() -> None:
    rows = pd.DataFrame({"a": ["x"], "b": ["1"]}, dtype="str")
    assert rows_among(rows, rows.iloc[:0], ["a", "b"]).tolist() == [-1]
    assert rows_among(rows.iloc[:0], rows, ["a", "b"]).tolist() == []


def test_what_is_not_found_is_missing() -> None:
    found = extract(pd.Series(["see #12", "see all"], index=[3, 5], dtype="str"), r"#(?P<number>\d+)")
    assert found[3] == "12"
    assert found.isna().to_dict() == {3: False, 5: True}


def test_all_that_is_found_is_replaced() -> None:
    assert replace(_texts(["a-b-c", "d"]), "-", "").to_list() == ["abc", "d"]


def _texts(texts: list[str]) -> pd.Series:
    return pd.Series(texts, dtype="str")


def test_every_find_is_a_row() -> None:
    texts = pd.Series(["a1 b2", "x", None, "c\x003\x01"], index=[5, 6, 7, 8], dtype="str")

    found = extract_all_groups(texts, r"([a-z])[ ]?(\d)", ["letter", "digit"])

    assert found.index.tolist() == [5, 5, 8]
    assert found.to_numpy().tolist() == [["a", "1"], ["b", "2"], ["c", "3"]]
    assert extract_all(_texts([]), "(a)").empty


def test_a_group_that_has_no_part_is_empty() -> None:
    found = extract_groups(_texts(["a1", "b", "1"]), r"(?P<letter>[a-z])(?P<digit>\d)?")
    assert found.fillna("-").to_numpy().tolist() == [["a", "1"], ["b", ""], ["-", "-"]]


def test_missing_texts_contain_nothing() -> None:
    texts = pd.Series(["a", None, "b"], index=[2, 3, 4], dtype="str")
    assert contains(texts, "a").to_dict() == {2: True, 3: False, 4: False}
