r"""Escape text for the terminal: messages, titles, paths and errors are untrusted and may contain control characters.

A control sequence can write to the clipboard, move the cursor or hide output. Bidirectional and zero-width characters
make a text look like another one. All of them are printed as ``\uXXXX``, as in JSON, so that printed JSON keeps its
meaning.
"""

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO

from achievement_pipeline.parsing.patterns import Match, compile_pattern

_CONTROLS = compile_pattern(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad"
    "\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Unicode's control, format, line and paragraph separator and surrogate characters, except newline and tab."""


Style = Literal["bold", "dim", "red", "green"]
_NONCE = os.urandom(8).hex()
"""Text of others can't hold it, so it can't have a style."""
_STYLES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "red": "\x1b[31m", "green": "\x1b[32m", "plain": "\x1b[0m"}
_STYLE_MARK = compile_pattern(rf"\ufdd0{_NONCE}:({'|'.join(_STYLES)})\ufdd1")


def styled(text: str, style: Style) -> str:
    """Return a text that an `EscapingStream` prints in a style on a terminal that has styles, and else plainly."""
    return f"{_mark(style)}{escape_controls(text)}{_mark('plain')}"


def show_styles(text: str, stream: TextIO) -> str:
    """Return a text with its styles as the terminal behind a stream wants them; without them where it is none."""
    has_styles = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return _STYLE_MARK.sub(lambda mark: _STYLES[mark[1]] if has_styles else "", text)


def without_styles(text: str) -> str:
    """Return a text as it is read, to measure it."""
    return _STYLE_MARK.sub("", text)


def _mark(style: str) -> str:
    return f"\ufdd0{_NONCE}:{style}\ufdd1"


def escape_controls(text: str) -> str:
    r"""Return the text with control characters as ``\uXXXX`` and tabs as spaces. Newlines are kept."""
    return _CONTROLS.sub(_show, text.expandtabs(4) if "\t" in text else text)


class EscapingStream:
    """Wraps a text stream, and escapes control characters in everything written to it but our own styles."""

    def __init__(self, stream: TextIO) -> None:
        self.unescaped = stream

    def write(self, text: str) -> int:
        """Write an escaped text."""
        self.unescaped.write(show_styles(escape_controls(text), self.unescaped))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write escaped texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        """Delegate everything else to the stream, but for its bytes: click writes to them where a terminal is ASCII."""
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.unescaped, name)


_IN_ASCII = {
    "\u2026": "~",
    "\u00b7": "-",
    "\u2192": ">",
    "\u2013": "-",
    "\u2014": "-",
    "\u00d7": "x",
    "\u2265": ">",
    "\u2705": "OK",
    "\u274c": "X ",
    "\u26a0": "!",
    "\u2139": "i",
    "\U0001f50d": "..",
    "\ufe0f": "",
    **dict.fromkeys("\u2018\u2019", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
}
"""What our own signs become on a terminal without Unicode, as wide as they are so that tables stay in line."""


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Replace what a stream can't encode: our own signs by similar ones, everything else by question marks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_IN_ASCII.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


REPLACED = "achievement_pipeline.replaced"
"""The error handler of streams: a terminal without Unicode gets similar signs, not a traceback."""
codecs.register_error(REPLACED, _in_ascii)


def flush_output() -> None:
    """Flush standard output, and ignore a closed pipe, as in ``achievements list | head``."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end


@contextmanager
def escaped_output() -> Iterator[None]:
    """Escape everything that this process prints in the block, including warnings and errors."""
    before = sys.stdout, sys.stderr
    escape_output()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def escape_output() -> None:
    """Escape everything that this process prints from now on."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, EscapingStream):
            setattr(sys, name, EscapingStream(stream))


def unescaped_errors() -> TextIO:
    """Return unescaped standard error, for drawing on the terminal. The caller must escape untrusted text."""
    stream: Any = sys.stderr
    unescaped: TextIO = stream.unescaped if isinstance(stream, EscapingStream) else stream
    return unescaped


@contextmanager
def drawing_stream() -> Iterator[TextIO]:
    """Give a copy of `unescaped_errors` that stays the terminal where Dagster sends standard error to a file.

    While a step runs, that descriptor leads to the step's log, and who draws on it finds no terminal.
    """
    errors = unescaped_errors()
    try:
        descriptor = os.dup(errors.fileno())
    except OSError:  # no file, as in tests
        yield errors
        return
    with os.fdopen(descriptor, "w", encoding=errors.encoding, errors=errors.errors) as stream:
        yield stream


def _show(found: Match[str]) -> str:
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[start : start + 2].hex()}" for start in range(0, len(units), 2))
