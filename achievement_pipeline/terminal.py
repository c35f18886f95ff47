"""Text on its way to a terminal: messages, titles, paths and errors are other people's, and may control it.

A control sequence writes the clipboard, moves the cursor or hides what was printed; characters that change the
direction of writing, or have no width, make a text look like another. All of them are shown by their number, as JSON
writes them: so JSON that is printed stays the same JSON.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from achievement_pipeline.patterns import Match, compile_pattern

_CONTROLS = compile_pattern(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad"
    "\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""Unicode's controls, formats, separators of lines and paragraphs, and halves of pairs; not the newline."""


def escape_controls(text: str) -> str:
    """Return the text with every control character shown by its number; tabs become spaces, newlines stay."""
    return _CONTROLS.sub(_show, text.expandtabs(4) if "\t" in text else text)


class EscapingStream:
    """Stands before a text stream, and lets no control character through."""

    def __init__(self, stream: TextIO) -> None:
        """Take the stream."""
        self.unescaped = stream

    def write(self, text: str) -> int:
        """Write a text."""
        self.unescaped.write(escape_controls(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        """Be the stream in everything else."""
        return getattr(self.unescaped, name)


@contextmanager
def escaped_output() -> Iterator[None]:
    """Escape all that this process prints, its warnings and errors too."""
    before = sys.stdout, sys.stderr
    escape_output()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def escape_output() -> None:
    """Escape all that this process prints from now on."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, EscapingStream):
            setattr(sys, name, EscapingStream(stream))


def unescaped_errors() -> TextIO:
    """Return standard error for what draws on the terminal; whoever uses it escapes other people's text itself."""
    stream: Any = sys.stderr
    unescaped: TextIO = stream.unescaped if isinstance(stream, EscapingStream) else stream
    return unescaped


def _show(found: Match[str]) -> str:
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
