"""Trailers are no description."""

import pandas as pd
import pytest

from achievement_pipeline.judging.categories.peel import plain_bodies


def stripped(body: str) -> str:
    result: str = plain_bodies(pd.Series([body], dtype="str")).iloc[0]
    return result


@pytest.mark.parametrize(
    "body",
    [
        "Co-authored-by: Bob <1+bob@users.noreply.github.com>",
        "Co-authored-by: Bob <bob@example.org>\nCo-authored-by: Eve <eve@example.org>\n",
        "\n\nSigned-off-by: Ada <ada@example.org>",
        "Change-Id: I8f3c1d2e5a\nReviewed-on: https://review.example/c/1\nReviewed-by: Eve <eve@example.org>",
        "Signed-off-by: Ada <ada@example.org>\n\nCo-Authored-By: Eve <eve@example.org>",
        "PR-URL: https://github.com/nodejs/node/pull/1\nReviewed-By: Eve <eve@example.org>",
        "Tested-by: Eve <eve@example.org>\r\nAcked-by: Bob <bob@example.org>\r\n",
        "git-svn-id: https://svn.example/trunk@1 0410c0ed",
        "Cc: Eve <eve@example.org>\n  continued\n",
        "",
    ],
)
def test_nothing_but_trailers_is_nothing(body: str) -> None:
    assert stripped(body).strip() == ""


@pytest.mark.parametrize("text", ["Why it was slow.", "First.\n\nSecond: a list\n- one\n- two", "Note: this is prose"])
def test_what_was_written_stays(text: str) -> None:
    assert stripped(text) == text
    assert stripped(f"{text}\n\nSigned-off-by: Ada <ada@example.org>\n") == text


def test_trailers_in_the_middle_stay_where_they_are() -> None:
    body = "* one\n\nCo-authored-by: Bob <bob@example.org>\n\n* two"
    assert stripped(body) == body


def test_the_index_is_kept() -> None:
    bodies = pd.Series(["Cc: a", "text"], index=[7, 3], dtype="str")
    assert plain_bodies(bodies).to_dict() == {7: "", 3: "text"}
