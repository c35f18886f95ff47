"""Credits at the end of a title or an announced sentence: they name people, not what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_THANKS = (
    r"(?:(?:(?:many|special) )?thank(?:s|[ -]you)(?:,? to| for)?"
    r"|contributed by|courtesy of|credits? to|kudos to|props to)"
)
_HANDLE = r"@[\w-]{1,40}(?:\[bot\])?"
_REFERENCE = r"(?:#\d{1,7}|https?://\S{1,300})"
_MORE = rf"(?:,? (?:and |& )?(?:{_HANDLE}|{_REFERENCE})){{0,9}}"
_HANDLES = compile_pattern(
    rf"(?: [(\[](?:(?:{_THANKS}|by|from|via) )?{_HANDLE}{_MORE}[)\]]"
    rf"|(?:[,;.]| ?[\u2013\u2014-])? {_THANKS} {_HANDLE}{_MORE}"
    rf"|(?:[,;.]| ?[\u2013\u2014-]) by {_HANDLE}{_MORE}"
    rf"| by {_HANDLE} in {_REFERENCE}|(?: {_REFERENCE}){{1,3}},? {_HANDLE}{_MORE}| {_REFERENCE}, [\w-]{{2,39}})"
    r"[ .!]{0,3}$",
    IGNORECASE,
)
"""``by @ann in #12``, ``(@ann, @bob)``, ``, thanks @ann!``, ``#12 @ann``, ``#12, ann``."""
_CAPITALS = r"[^\W\d_a-z][\w.'\u2019-]{0,30}"
_NAME = rf"{_CAPITALS}(?: (?:[a-z]{{2,3}} )?{_CAPITALS}){{1,3}}"
_NAMES = rf"{_NAME}(?:(?:,| and| &) {_NAME}){{0,4}}"
_NAMED = compile_pattern(
    rf"(?: [(\[](?:(?i:{_THANKS}|by|from|via|patch by) )?(?P<bracketed>{_NAMES})!?[)\]]"
    rf"|(?:[,;.]| ?[\u2013\u2014-])? (?i:{_THANKS}|patch by) (?P<thanked>{_NAMES}))[ .!]{{0,3}}$"
)
_THANKED = compile_pattern(rf" [(\[](?i:thanks|thank you),? {_CAPITALS}(?: {_CAPITALS}){{0,3}}!?[)\]][ .!]{{0,3}}$")
_BETWEEN_NAMES = compile_pattern(r"(?:,| and| &) ")
_MOST = 3
"""Credits behind each other: ``(Ann Lee) by @bob in #12``."""


@dataclass(frozen=True)
class Credited:
    """A text without its credits."""

    text: str
    names: tuple[str, ...]
    """The people that it gave credit to under their full names."""


def without_credits(text: str, is_person: Callable[[str], bool]) -> Credited:
    """Take the credits off the end of a text.

    Args:
        text: A title or sentence, on one line.
        is_person: Whether a full name is that of a person; others are of things: ``(Internet Explorer)``.
    """
    names: tuple[str, ...] = ()
    for _ in range(_MOST):
        shorter, found = _without_last(text, is_person)
        if shorter == text:
            break
        text, names = shorter, (*found, *names)
    return Credited(text, names)


def _without_last(text: str, is_person: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    if credit := _HANDLES.search(text) or _THANKED.search(text):
        return text[: credit.start()], ()
    credit = _NAMED.search(text)
    names = _BETWEEN_NAMES.split(credit["bracketed"] or credit["thanked"]) if credit else ()
    return (text[: credit.start()], tuple(names)) if credit and all(map(is_person, names)) else (text, ())
