"""Split texts into words, numbers and dates, normalised for comparison by the gate."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from importlib.resources import files
from typing import Any, NamedTuple

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_TOKEN = compile_pattern(
    r"(?P<number>(?<![\w.#])"
    r"[$€£]?\d{1,20}+(?:[,.\u00a0\u202f_' ](?=\d{3}(?!\d))\d{3}){0,6}(?:\.\d{1,20}+)?(?![\w.]*\w))"
    r"|(?P<word>(?:(?<![\w-])--)?[^\W_](?>(?:[^\W]|['\u2019._/:@#+=\\-](?=[\w])|=(?=-)|::(?=\w)|/(?=--?\w)|-(?=-?\w)|\+){0,200}))"
    r"|(?P<word2>#\d{1,9}+)|(?P<mark>[%$€£→+&]|->|[<>]=?|[.;:!?,()\n])"
)
_GROUPING = compile_pattern(r"[,\u00a0\u202f_' ](?=\d{3})")
_AMOUNT = compile_pattern(r"\d{1,20}(?:[.,]\d{1,20})*")
_WITH_UNIT = compile_pattern(r"\A([$€£]?)(\d{1,20}(?:[.,]\d{1,20})*)(?:-?)([^\W\d_]{1,12}|%)", IGNORECASE)
_DATE = compile_pattern(r"(?<![\d-])(\d{4})-(\d{2})(?:-(\d{2}))?(?![\d-])")
_CODE = compile_pattern(r"[\d_/:@#+=\\]|\.(?=\w)|[a-z][A-Z]|\A[A-Z]{2,}s?\Z")
_NO_LONGER = compile_pattern(r"\bno longer\b|\bnot any ?more\b", IGNORECASE)
_LEADING_DOT = compile_pattern(r"(?<!\w)[.?!](?=\w)")
_PAIR = compile_pattern(r"\A[a-z]{2,}(?:/[a-z]{2,})+\Z")
_PLURAL = compile_pattern(r"\A[A-Z][A-Z]+s\Z|\A[A-Z][a-z]+[A-Z]\w*[a-z]s\Z")
_VERSION = compile_pattern(r"\Av(?=\d)")
_MINUS = compile_pattern(r"(?<!\S)-(?=\d[\d,]{0,20} [a-z]{4})")
_PLUS = compile_pattern(r"(?<!\S)\+(?=\d[\d,]{0,20} [a-z]{4})")
_TURNED_OFF = compile_pattern(r"\b(?:turn|switch)(?:ed|es|s|ing)? ((?:the )?(?:[\w-]{1,40} )?)off\b", IGNORECASE)
_TURNED_ON = compile_pattern(r"\b(?:turn|switch)(?:ed|es|s|ing)? ((?:the )?(?:[\w-]{1,40} )?)on\b", IGNORECASE)
_BELOW = compile_pattern(
    r"\b(?:below|before|older than|prior to|earlier than|lower than|less than|fewer than|under) (?=v?\d)", IGNORECASE
)
_ABOVE = compile_pattern(
    r"\b(?:above|newer than|later than|higher than|greater than|more than|over) (?=v?\d)", IGNORECASE
)
_NO_SUPPORT = compile_pattern(
    r"\b(?:drop|remove|end|discontinue|dropp|remov|discontinu)(?:s|ed|d|ing)?(?: the)? support\b", IGNORECASE
)
_SUPPORT_ENDED = compile_pattern(
    r"\b(support (?:for|of) [^;:\n]{1,200}?) (?:is|was|are|were|has been) (?:dropped|removed|ended|discontinued)\b",
    IGNORECASE,
)
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)


class Word(NamedTuple):
    """One token of a text."""

    text: str
    """As written."""
    stem: str
    """The normalised form for comparison: a stem, a number's value, or the punctuation mark."""
    kind: str
    """``word``, ``code`` (identifiers, paths, versions, acronyms), ``number`` or ``mark``."""


@functools.cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """Load the words that the gate knows, ``words.toml``."""
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


@functools.cache
def _irregular() -> dict[str, str]:
    return {form: verb for verb, forms in vocabulary()["irregular"].items() for form in forms}


@functools.cache
def _apart() -> dict[str, str]:
    return {form: word for word, forms in vocabulary()["apart"].items() for form in forms}


@functools.cache
def _units() -> dict[str, str]:
    return {form: unit for unit, forms in vocabulary()["units"].items() for form in (unit, *forms)}


@functools.cache
def _number_words() -> dict[str, str]:
    return {word: value for value, words in vocabulary()["numbers"].items() for word in words}


@functools.cache
def _short_forms() -> dict[str, str]:
    return {form: word for word, forms in vocabulary()["short"].items() for form in forms}


@functools.cache
def _pasts() -> frozenset[str]:
    return frozenset(form for form in _irregular() if not form.endswith(("s", "ing", "ion", "al", "ment", "ed")))


def is_irregular_past(text: str) -> bool:
    """Return whether a word is the past of an irregular verb: built, kept, wrote."""
    return text in _pasts()


def read_words(text: str) -> list[Word]:
    """Split a text into words. Invisible characters are removed, and ISO dates are spelled out."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in {"Cf", "Mn"})
    plain = plain.replace("\u2019", "'").replace("`", " ").replace("()", "")
    plain = _LEADING_DOT.sub("", plain).replace("\u2013", " - ").replace("\u2014", " - ")
    plain = _PLUS.sub("added ", _MINUS.sub("removed ", plain))
    plain = _TURNED_ON.sub(r"enabled \1", _TURNED_OFF.sub(r"disabled \1", plain))
    plain = _ABOVE.sub("> ", _BELOW.sub("< ", plain))
    plain = _SUPPORT_ENDED.sub(r"not \1", _NO_SUPPORT.sub("not support", _NO_LONGER.sub("not", plain)))
    words: list[Word] = []
    for match in _TOKEN.finditer(_DATE.sub(_spelled_date, plain)):
        words += _read(match[0], match.lastgroup or "")
    return [_as_word(word, words[:position][-1:]) for position, word in enumerate(words)]


def _as_word(word: Word, before: list[Word]) -> Word:
    """Read a unit without a number as a word: support for microseconds."""
    if (
        word.kind == "unit"
        and word.text.isalpha()
        and not (before and (before[0].kind in {"number", "unit"} or before[0].text.lower() in {"a", "an", "per"}))
    ):
        return Word(word.text, word.stem, "word")
    return word


def _spelled_date(match: object) -> str:
    year, month, day = match.groups()  # type: ignore[attr-defined]
    if not 1 <= int(month) <= len(_MONTHS):
        return str(match[0])  # type: ignore[index]
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}" if day else f"{_MONTHS[int(month) - 1]} {year}"


def _read(text: str, kind: str) -> list[Word]:  # noqa: PLR0911 - one return a kind
    if kind == "number":
        sign = text[0] if text[0] in "$€£" else ""
        return [Word(text, _value(text.lstrip("$€£")), "number"), *([Word(sign, sign, "unit")] if sign else [])]
    if kind == "mark":
        return [Word(text, "%" if text == "%" else text, "unit" if text in "%$€£" else "mark")]
    lower = text.lower()
    if lower in _number_words():
        return [Word(text, _number_words()[lower], "number")]
    if (with_unit := _WITH_UNIT.fullmatch(text)) and with_unit[3].lower() in _units():
        unit = _units()[with_unit[3].lower()]
        return [Word(text, _value(with_unit[2]), "number"), Word(with_unit[3], unit, "unit")]
    if lower in _units():
        return [Word(text, _units()[lower], "unit")]
    if _PAIR.search(text):
        return _read_pair(text)
    if _CODE.search(text.removesuffix("'s")) or text.startswith("--"):
        plain = text[:-1] if _PLURAL.search(text) else text
        return [Word(text, _VERSION.sub("", plain.lower().removesuffix("'s").rstrip(".")), "code")]
    if "-" in text or "'" in text:
        return _read_compound(text)
    return [Word(text, stem_of(lower), "word")]


def _read_compound(text: str) -> list[Word]:
    lower = text.lower()
    if lower.endswith("n't"):
        return [Word(text, stem_of(lower[:-3]), "word"), Word("not", "not", "word")]
    parts = [part for part in lower.removesuffix("'s").replace("'", "-").split("-") if part]
    if all(part in _number_words() for part in parts):
        return [Word(text, lower, "number")]
    words = [word for part in parts for word in _read(part, "word")]
    return [word._replace(stem=word.text) if is_irregular_past(word.text) else word for word in words]  # hand-written


def _read_pair(text: str) -> list[Word]:
    """Read ``read/write`` as "read and write"."""
    first, *others = (_read(part, "word") for part in text.split("/"))
    return [*first, *(each for other in others for each in (Word("and", "and", "word"), *other))]


def _value(number: str) -> str:
    plain = _GROUPING.sub("", number)
    return plain.lstrip("0") or "0" if "." not in plain else plain


def stem_of(word: str) -> str:
    """Return the common stem of a word's forms: ``migrated``, ``migration`` and ``migrates`` have the same stem."""
    if word in _apart():
        return _apart()[word]
    word = _short_forms().get(word, word)
    word = _irregular().get(word, word)
    word = _without_ending(word)
    if word.endswith("ment"):  # implemented
        word = _without_ending(word)
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    if word.endswith("y") and len(word) > _SHORTEST_STEM:
        word = word[:-1] + "i"
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word


def _without_ending(word: str) -> str:
    for ending, by in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)] + by
    return word


_SHORTEST_STEM = 3
_ENDINGS = (
    ("ications", "ic"), ("ication", "ic"), ("ifying", "ifi"), ("ified", "ifi"), ("ifies", "ifi"),
    ("izations", "iz"), ("ization", "iz"), ("isations", "iz"), ("isation", "iz"),
    ("ising", "iz"), ("ised", "iz"), ("ises", "iz"), ("ise", "iz"),
    ("ations", "at"), ("ation", "at"), ("ating", "at"), ("ated", "at"), ("ates", "at"), ("ate", "at"),
    ("itions", "it"), ("ition", "it"), ("utions", "ut"), ("ution", "ut"),
    ("ctions", "ct"), ("ction", "ct"), ("ptions", "pt"), ("ption", "pt"), ("ssions", "ss"), ("ssion", "ss"),
    ("ements", "e"), ("ement", "e"), ("ments", ""), ("ment", ""),
    ("ically", "ic"), ("ies", "i"), ("ied", "i"), ("ying", "i"),
    ("ings", ""), ("ing", ""), ("ed", ""), ("ally", "al"), ("ly", ""),
    ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("ses", "s"), ("es", "e"),
    ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", ""),
)  # fmt: skip
