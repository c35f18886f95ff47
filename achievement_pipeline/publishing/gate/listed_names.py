"""Finds the names that users list, however they are written.

``blue-whale``, ``Blue Whale``, ``BlueWhale``, ``**blue** **whale**``, ``Blue%20Whale``, ``blue whales`` and the name
over two lines are one name; so are letters of other scripts that look the same, entities, and invisible characters
between them. The gate takes out what is found here, and the last check of a finished text asks here again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from achievement_pipeline.parsing.patterns import Pattern, compile_pattern
from achievement_pipeline.publishing.gate.decoding import Decoded, decode, decode_base64, rewrite

INSIDE_WORDS_FROM: Final = 5
"""A name of at least so many letters is found inside of words too: shorter ones are part of too many."""
_INSIDE_COMMON: Final = 4
"""A name of so many letters is found at an end of a word, where the rest is a word that everybody writes."""
_DISGUISED_FROM: Final = 6
"""A name of at least so many letters is found with digits for letters too."""

_TAG = compile_pattern(r"<(?:!--[^<>]{0,200}--|/?[A-Za-z][^<>]{0,200})>")
_BASE64 = compile_pattern(r"(?<![\w+/=-])(?=[^\W_]{0,100}[A-Z])(?=[^\W_]{0,100}[a-z])[\w+/-]{10,2000}(?:(?<=\w)|(?==))")
_BETWEEN = compile_pattern(r"[\W_]")
_HUMP = compile_pattern(r"[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])|[^\W\d_](?=[0-9])|[0-9](?=[^\W\d_])")
_SEPARATORS = r" {0,8}"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W_])"
_LOOKALIKES = str.maketrans("i!|1034578$@", "lllloeastbsa")
"""Digits and signs that are read as letters; i and l are one."""


class Found(NamedTuple):
    """A listed name in a text."""

    start: int
    end: int
    name: str


class ListedNames:
    """Names to be found in texts.

    Args:
        names: As the user wrote them.
        is_ordinary: Whether everybody writes a word.
    """

    def __init__(self, names: Iterable[str], is_ordinary: Callable[[str], bool]) -> None:
        self._is_ordinary = is_ordinary
        self._by_letters = {
            "".join(words): name for name in names for form in _spellings(name) if (words := _words_of(form))
        }
        spelled = (form for name in self._by_letters.values() for form in _spellings(name))
        parts = sorted(map(_words_of, dict.fromkeys(spelled)), key=len, reverse=True)
        long = [words for words in parts if len("".join(words)) >= INSIDE_WORDS_FROM]
        short = [words for words in parts if len("".join(words)) < INSIDE_WORDS_FROM]
        disguised = [words for words in long if len("".join(words)) >= _DISGUISED_FROM]
        self._long = _any_of(map(_inside_words, long))
        self._spelled = _any_of(_BEGIN + " {1,3}".join("".join(words)) + _END for words in long)
        self._short = _any_of(rf"{_BEGIN}{_SEPARATORS.join(words)}(?:e?s)?{_END}" for words in short)
        self._at_an_end = _any_of(
            rf"{_BEGIN}(?:{word}[a-z]{{3,20}}|[a-z]{{3,20}}{word}){_END}"
            for (word, *more) in short
            if not more and len(word) == _INSIDE_COMMON
        )
        self._disguised = _any_of(_inside_words([word.translate(_LOOKALIKES) for word in words]) for words in disguised)
        self._by_lookalike = {letters.translate(_LOOKALIKES): name for letters, name in self._by_letters.items()}

    def find(self, text: str) -> list[Found]:
        """Return where a text has which of the names, from left to right; the ends are those of whole words."""
        if not self._by_letters:
            return []
        found = sorted(set(self._find(decode(text), text)), key=lambda one: (one.start, -one.end))
        return [one for place, one in enumerate(found) if not place or one.start >= max(f.end for f in found[:place])]

    def replace(self, text: str, mark: str) -> str:
        """Put a mark for every name."""
        for one in reversed(self.find(text)):
            text = text[: one.start] + mark + text[one.end :]
        return text

    def _find(self, read: Decoded, text: str) -> Iterator[Found]:
        # a tag within a word shows no gap, and between two words it does
        shown = rewrite(read.text, _TAG, lambda _: "", before=read) if "<" in read.text else read
        flat = _letters(shown)
        for pattern in (self._long, self._spelled):
            yield from self._matches(pattern, flat, text)
        lookalike = shown._replace(text=_BETWEEN.sub(" ", _lower(shown.text).translate(_LOOKALIKES)))
        yield from self._matches(self._disguised, lookalike, text)
        for token in _BASE64.finditer(text):
            if inner := self._find_decoded(token.group()):
                yield Found(*token.span(), inner)
        if self._short:
            apart = rewrite(read.text, _TAG, lambda _: " ", before=read) if "<" in read.text else read
            humped = _letters(_at_humps(apart))
            yield from self._matches(self._short, humped, text, whole=False)
            yield from (
                one for one in self._matches(self._at_an_end, humped, text) if self._rest_is_ordinary(one, text)
            )

    def _find_decoded(self, token: str) -> str | None:
        """Return the name that a token in Base64 holds."""
        flat = _letters(decode(decode_base64(token).decode(errors="replace")))
        match = self._long.search(flat.text) if self._long else None
        return self._name_of(match.group()) if match else None

    def _matches(
        self, pattern: Pattern[str] | None, flat: Decoded, text: str, *, whole: bool = True
    ) -> Iterator[Found]:
        for match in pattern.finditer(flat.text) if pattern else ():
            start, end = flat.origin(*match.span())
            if whole:
                while start and _is_inside(text[start - 1]):
                    start -= 1
                while end < len(text) and _is_inside(text[end]):
                    end += 1
            yield Found(start, end, self._name_of(match.group()))

    def _name_of(self, found: str) -> str:
        letters = found.replace(" ", "")
        for known in (letters, letters.removesuffix("s"), letters.removesuffix("es")):
            if name := self._by_letters.get(known) or self._by_lookalike.get(known.translate(_LOOKALIKES)):
                return name
        ends = (
            name for known, name in self._by_letters.items() if letters.startswith(known) or letters.endswith(known)
        )
        return next(ends)

    def _rest_is_ordinary(self, one: Found, text: str) -> bool:
        word = text[one.start : one.end].casefold()
        name = "".join(_words_of(one.name))
        return self._is_ordinary(word.removeprefix(name) if word.startswith(name) else word.removesuffix(name))


def _spellings(name: str) -> Iterator[str]:
    """Yield a name as it is, and with its umlauts written as two letters."""
    yield name
    if (spelled := name.translate(_UMLAUTS)) != name:
        yield spelled


def _inside_words(words: list[str]) -> str:
    """Find a name within a word as well; a letter at its end begins none: ``Project X`` is not in "project xyz"."""
    begin = r"(?<![^\W\d_])" if len(words[0]) == 1 else ""
    end = r"(?![^\W\d_])" if len(words[-1]) == 1 else ""
    return begin + _SEPARATORS.join(words) + end


def _any_of(alternatives: Iterable[str]) -> Pattern[str] | None:
    joined = "|".join(alternatives)
    return compile_pattern(joined) if joined else None


def _words_of(name: str) -> list[str]:
    return _letters(_at_humps(decode(name))).text.split()


def _letters(shown: Decoded) -> Decoded:
    """Return letters and digits in lower case, and a blank for every other character."""
    return shown._replace(text=_BETWEEN.sub(" ", _lower(shown.text)))


def _lower(text: str) -> str:
    """Return a text in lower case, every character in its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(low if len(low := one.lower()) == 1 else one for one in text)


def _at_humps(shown: Decoded) -> Decoded:
    return rewrite(shown.text, _HUMP, lambda one: f"{one} ", before=shown)


def _is_inside(character: str) -> bool:
    return character.isalnum()
