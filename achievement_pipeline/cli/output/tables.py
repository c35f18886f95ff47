"""What fits the terminal: tables with one line a row, long texts cut and a pager; lines broken between words."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
from rich.cells import cell_len, set_cell_size

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.system.terminal import escape_controls, show_styles, styled, without_styles

_UNLIMITED = 10_000
_LEAST = 40
_NUMBER = compile_pattern(r"(\d) (?=\w)")
_GAP = 2
_WIDE_SIGN = 1
"""How much wider than a letter the sign is that a line may begin with."""
_CONTINUED = "     "
"""Before the rest of a line that was broken."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    to_the_right: bool = False
    flexible: bool = False
    """It takes the room that is left, and is cut where there is too little; one column of a table has to be."""
    needs: int = 0
    """Width of the terminal from which on it is shown."""


def terminal_width() -> int:
    """Return how many characters a line has; piped output is not cut, unless COLUMNS is set."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal():
        return max(_LEAST, shutil.get_terminal_size().columns)
    return _UNLIMITED


def print_wrapped(text: str, *, err: bool = False) -> None:
    """Print lines, broken where they are longer than the terminal, never behind a number; what follows is indented."""
    width = terminal_width() - _WIDE_SIGN
    for line in text.split("\n"):
        click.echo("\n".join(_wrapped(line, width)), err=err)


def _wrapped(line: str, width: int) -> Iterator[str]:
    """Break a line between words. Styles take no room."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    words = _NUMBER.sub("\\1\u00a0", line.lstrip(" ")).split(" ")
    current = indent + words[0]
    for word in words[1:]:
        if cell_len(without_styles(f"{current} {word}")) > width:
            yield current.rstrip().replace("\u00a0", " ")
            current = _CONTINUED + word
        else:
            current = f"{current} {word}"
    yield current.replace("\u00a0", " ")


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, through a pager where it is longer than the terminal."""
    if not rows:
        return
    lines = format_table(columns, rows, terminal_width())
    lines[0] = styled(lines[0], "bold")
    print_paged(lines)


def print_paged(lines: Sequence[str]) -> None:
    """Print lines, through a pager where they are longer than the terminal. They may hold styles and foreign text."""
    is_long = sys.stdout.isatty() and len(lines) >= shutil.get_terminal_size().lines
    if is_long and os.environ.get("TERM", "dumb") != "dumb":
        os.environ.setdefault("LESS", "-FRX")
        click.echo_via_pager(show_styles(escape_controls("\n".join(lines)) + "\n", sys.stdout))
        return
    for line in lines:
        click.echo(line)


def format_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the lines of a table, its header first, none wider than `width`."""
    shown = [place for place, column in enumerate(columns) if column.needs <= width]
    chosen = [columns[place] for place in shown]
    cells = [[_one_line(row[place]) for place in shown] for row in rows]
    widths = [
        max(cell_len(text) for text in (column.title, *(row[place] for row in cells)))
        for place, column in enumerate(chosen)
    ]
    excess = sum(widths) + _GAP * (len(widths) - 1) - width
    if excess > 0:
        flexible = next(place for place, column in enumerate(chosen) if column.flexible)
        widths[flexible] = max(len(chosen[flexible].title), widths[flexible] - excess)
    titles = [column.title for column in chosen]
    return [_line(chosen, widths, row) for row in (titles, *cells)]


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    fitted = (
        _fit(text, width, to_the_right=column.to_the_right)
        for column, width, text in zip(columns, widths, row, strict=True)
    )
    return (" " * _GAP).join(fitted).rstrip()


def _fit(text: str, width: int, *, to_the_right: bool) -> str:
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return " " * (width - length) + text if to_the_right else text + " " * (width - length)


def _one_line(text: str) -> str:
    """Return a text without what would end the line or move the cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
