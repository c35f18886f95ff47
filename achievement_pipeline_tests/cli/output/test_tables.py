"""Tables: whatever stands in them, no line is wider than the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from achievement_pipeline.cli.output.tables import Column, format_table, print_wrapped
from achievement_pipeline.system.terminal import styled

COLUMNS = (Column("IMPACT", to_the_right=True), Column("DATE", needs=60), Column("TITLE", flexible=True), Column("ID"))


@given(
    titles=st.lists(st.text(max_size=200), min_size=1, max_size=5),
    width=st.integers(min_value=40, max_value=200),
)
def test_no_line_is_wider_than_the_terminal(titles: list[str], width: int) -> None:
    lines = format_table(COLUMNS, [("90", "2026-01-31", title, "c2705ffd") for title in titles], width)
    assert len(lines) == len(titles) + 1
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)
    assert all(line.endswith("c2705ffd") for line in lines[1:])


def test_a_long_line_is_broken_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_wrapped("\n✅ github.com/pallets/flask-two  5,531 commits, 5,531 new\n  bugfix 3")
    assert capsys.readouterr().out.splitlines() == [
        "",
        "✅ github.com/pallets/flask-two",
        "     5,531 commits, 5,531 new",
        "  bugfix 3",
    ]


def test_styles_take_no_room_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_wrapped(f"  {styled('github.com/ada/engine', 'bold')}  7 commits")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_table_has_a_header_and_cuts_what_is_too_long() -> None:
    assert format_table(COLUMNS, [("90", "2026-01-31", "Merge app and request context", "c2705ffd")], 40) == [
        "IMPACT  TITLE                   ID",
        "    90  Merge app and request…  c2705ffd",
    ]


def test_a_wide_terminal_shows_more() -> None:
    assert format_table(COLUMNS, [("9", "2026-01-31", "日本語 text", "c2")], 80) == [
        "IMPACT  DATE        TITLE        ID",
        "     9  2026-01-31  日本語 text  c2",
    ]
