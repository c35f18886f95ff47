"""Texts as their readers see them, with the position of each character in the original.

A browser shows ``Blue&#32;Whale`` and ``Blue%20Whale`` as "Blue Whale", and an eye reads Cyrillic letters as Latin
ones. What looks for names and secrets looks at that, and takes out what was written.
"""

from __future__ import annotations

import functools
import html
import unicodedata
from base64 import b64decode
from binascii import Error as NotBase64
from bisect import bisect_right
from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import unquote

from achievement_pipeline.parsing.patterns import Pattern, compile_pattern

_ENCODED = compile_pattern(
    r"&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    r"|(?:%[0-9A-Fa-f]{2}){1,64}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[0-3][0-7]{2}|[^\x00-\x7f]"
    r"|\x1b\[[0-9;?]{0,30}[@-~]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)"
)
"""Entities of HTML, percent-encoding of URLs, escapes of JSON, of programs and of terminals; and what is no ASCII."""
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters by their class, that show nothing."""
_LETTERS_ENCLOSED = (0x1F150, 0x1F170, 0x1F1E6)
"""Code points of A in a dark circle, in a dark square, and of flags."""
_LETTERS = 26
NOTHING = b"\xff"
"""What is no text in any encoding."""
_ROUNDS = 3
"""``&amp;#66;`` is encoded twice."""


class Decoded(NamedTuple):
    """A text in another form, and where each of its parts was in the form before."""

    text: str
    starts: list[int]
    """Where parts begin in `text`, rising from 0."""
    spans: list[tuple[int, int, bool]]
    """Where each part was: its start, its end, and whether it is the same to the letter."""
    before: Decoded | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the original of a part of the text; all of an encoded part."""
        first, last = self._part(start), self._part(end - 1)
        found = (
            self.spans[first][0] + (start - self.starts[first] if self.spans[first][2] else 0),
            self.spans[last][0] + end - self.starts[last] if self.spans[last][2] else self.spans[last][1],
        )
        return self.before.origin(*found) if self.before else found

    def _part(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1


def decode(text: str) -> Decoded:
    """Return a text with its encodings undone, characters in their compatible form, and no invisible ones."""
    found = rewrite(text, _ENCODED, _decode_one)
    for _ in range(_ROUNDS - 1):
        if "&" not in found.text and "%" not in found.text and "\\" not in found.text:
            break
        again = rewrite(found.text, _ENCODED, _decode_one, before=found)
        if again.text == found.text:
            break
        found = again
    return found


def decode_base64(token: str) -> bytes:
    """Decode a token in Base64, of either alphabet and with or without padding; ÿ where it is none."""
    try:
        return b64decode(padded(token, 4), altchars=b"-_" if set("-_") & set(token) else None)
    except (NotBase64, ValueError):
        return NOTHING


def padded(token: str, block: int) -> str:
    """Return a token with the padding that its length wants."""
    bare = token.rstrip("=")
    return bare + "=" * (-len(bare) % block)


def rewrite(
    text: str, pattern: Pattern[str], change: Callable[[str], str], *, before: Decoded | None = None
) -> Decoded:
    """Change what matches, and remember where it was."""
    pieces: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int, bool]] = []
    length = 0

    def add(piece: str, start: int, end: int, *, is_same: bool) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            starts.append(length)
            spans.append((start, end, is_same))
            length += len(piece)

    reached = 0
    for match in pattern.finditer(text):
        written = match.group()
        changed = change(written)
        if changed != written:  # most of what is no ASCII stays as it is
            start, end = match.span()
            add(text[reached:start], reached, start, is_same=True)
            add(changed, start, end, is_same=False)
            reached = end
    add(text[reached:], reached, len(text), is_same=True)
    return Decoded("".join(pieces), starts or [0], spans or [(0, 0, True)], before)


def _decode_one(written: str) -> str:
    if len(written) == 1:
        return fold_character(written)
    if written[0] == "&":
        return html.unescape(written)
    if written[0] == "%":
        return unquote(written, errors="replace")
    if written[0] == "\\":
        digits, base = (written[2:], 16) if written[1] in "ux" else (written[1:], 8)
        return chr(int(digits, base))
    return ""


@functools.cache
def _confusable() -> dict[str, str]:
    """Return what letters of other scripts are read as."""
    lines = files(__package__).joinpath("confusable.txt").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    return {
        one: read
        for ones, reads in zip(rows[::2], rows[1::2], strict=True)
        for one, read in zip(ones, reads, strict=True)
    }


def _enclosed(character: str) -> str:
    """Return the letter in a dark circle or square, or of a flag: Unicode has no compatible form of them."""
    for first in _LETTERS_ENCLOSED:
        if 0 <= ord(character) - first < _LETTERS:
            return chr(ord("A") + ord(character) - first)
    return character


@functools.lru_cache(maxsize=4096)
def fold_character(character: str) -> str:
    """Return the Latin letters that a character is read as: none for marks and what is invisible."""
    plain = unicodedata.normalize("NFKD", _enclosed(character))
    seen = (one for one in plain if unicodedata.category(one) not in ("Mn", "Me", "Cf") and one not in _FILLERS)
    return "".join(_confusable().get(one, one) for one in seen)
