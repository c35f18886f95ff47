"""Take what reveals where, for whom and with whom work was done out of texts, and find words that may not be safe.

Lists find what is known: names of repositories, organisations, people, code names. Forms find what looks like itself:
addresses, links, issue keys, paths, code. Neither can be complete, so what is left is read word by word, and safe is
only what many unrelated projects write: the list is ``common_words.txt``, made by ``benchmarks/common_words.py``.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from achievement_pipeline.parsing.patterns import DOTALL, VERBOSE, Match, Pattern, compile_pattern, escape
from achievement_pipeline.publishing.gate.listed_names import ListedNames


class Mark(StrEnum):
    """The replacements of what was taken out of a text."""

    SECRET = "[secret]"  # noqa: S105 - a placeholder
    REPOSITORY = "[repository]"
    ORGANISATION = "[organisation]"
    PERSON = "[person]"
    NAME = "[name]"
    ISSUE = "[issue]"
    LINK = "[link]"
    PATH = "[path]"
    CODE = "[code]"
    ID = "[id]"


@dataclass(frozen=True, kw_only=True)
class Names:
    """What is known by name."""

    repositories: Set[str] = frozenset()
    """Private repositories, ``host/owner/name`` or a folder, and servers."""
    people: Set[str] = frozenset()
    """Names and addresses of others. An address names an organisation too."""
    own_addresses: Set[str] = frozenset()
    """The user's: they name organisations."""
    code_names: Set[str] = frozenset()
    listed_people: Set[str] = frozenset()
    """Names and addresses that the user wants out of every text."""
    safe: Set[str] = frozenset()
    """Words and phrases that reveal nothing."""


_MAILBOX = r"[^\s@<>()\[\],;:\"'`]{1,64}"
_EMAIL = rf"{_MAILBOX}@[\w-]+(?:\.[\w-]+)+"
_POSTAL = compile_pattern(rf"{_MAILBOX}@(?:[\w-]+\.)+[^\W\d_][\w-]+")
"""An address that mail can reach: its domain ends in letters. ``example.com/lint/v2@v2.11.3`` is a version."""
_IPV6 = (
    r"(?<![\w:])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    r"|(?=[0-9A-Fa-f:]{0,39}::)(?=[A-Fa-f:]{0,39}\d)(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::"
    r"(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?)(?![\w:])"
)
_TELEPHONE = (
    r"(?<![\w./-])(?:\(0?\d{2,5}\)[ ]?-?\d{3,4}[ ]?-?\d{2,5}|0\d{1,4}[ /-]\d{3,4}[ ]?-?\d{2,6}"
    r"|(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4})(?![\w/-])"
)
_NUMBERS = (
    r"(?:[0-9A-Fa-f]{1,4}|:):[0-9A-Fa-f:]{0,30}:(?:\d{1,3}\.){3}\d{1,3}"  # an IPv4 address within an IPv6 one
    r"|\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b|\bip-\d{1,3}(?:-\d{1,3}){3}\b"
    r"|\b[A-Z]{2}\d{2}(?:[ ]?[0-9A-Z]{4}){3,7}(?:[ ]?[0-9A-Z]{1,3})?\b"
    r"|\b\d{4}(?:[ -]\d{4}){2}[ -]\d{1,4}\b|\b\d{3}-\d{2}-\d{4}\b"
    r"|-?\b\d{1,3}\.\d{3,},[ ]?-?\d{1,3}\.\d{3,}\b|\barn:[\w:/.*+-]{4,200}"
    r"|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?:internal|intranet|intra|corp|lan|local)\b"
)
"""Of machines, accounts, cards, places; and hosts that only their own network knows."""
_FORMS = compile_pattern(
    rf"""
      (?P<CODE> ```.*?(?:```|\Z) | `[^`\n]*` )
    | (?P<LINK> (?i: \b[a-z][a-z0-9+.-]{{0,30}}://(?:[^\s<>()"'\]]|\([^\s<>()]*\))+ | \bwww\.[^\s<>()"'\]]+
        | \b[\w.-]{{1,64}}@[\w.-]{{1,255}}:[^\s<>()]+ ) )
    | (?P<PERSON> {_EMAIL} | (?<![\w@/.])@\w[\w./-]* )
    | (?P<ISSUE> \b[\w.-]{{1,100}}/[\w.-]{{1,100}}\#\d+ | (?<!\w)(?:GH-|[\#!])\d+\b
        | (?i: \b(?!(?:aes|cve|ecma|es|http|ip|iso|pep|rfc|rsa|sha|tls|utf)-) [a-z][a-z0-9]{{1,9}}-\d+\b ) )
    | (?P<ID> (?i: \b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b
        | \b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{{7,64}}\b )
        | {_NUMBERS} | \b\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+)?\b | {_IPV6}
        | \+\d[\d\s().-]{{6,20}}\d | {_TELEPHONE} | \b\d{{7,}}\b )
    | (?P<PATH> (?<![\w.@+-])(?:~|\.{{1,2}}|[A-Z]:)?[\\/]?(?:[\w.@+-]+[\\/])+[\w.@+-]* | (?<![\w/])/[\w.@+-]+ )
    | (?P<WORDS> \b\w+(?:(?:[_.]|::)\w+)+ | \b_+\w+ | \b[a-z]+[A-Z]\w* | \b(?:[A-Z][a-z0-9]+){{2,}}\w* )
    """,
    VERBOSE | DOTALL,
)
"""What looks like itself. The last two also fit ordinary words (``and/or``, ``e.g.``), which stay. Lengths are bounded
so that a long text without blanks takes no quadratic time."""

_LETTERS_OR_DIGITS = compile_pattern(r"[^\W\d_]+|\d+")
_HUMP = compile_pattern(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN_WORDS = compile_pattern(r"[\s._/'\u2019-]{0,2}")
_JOINTS = compile_pattern(r"[._/-]?")
_WORD = compile_pattern(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_MARKS = compile_pattern("|".join(escape(mark) for mark in Mark))
_LEADING_KEYS = compile_pattern(rf"^(?:{escape(Mark.ISSUE)}[\s:,|/-]*)+")
_NUMBER_OF_ACCOUNT = compile_pattern(r"^\d+\+")
_LONE_KEYS = compile_pattern(rf"(?<!\s)\s*+\((?:{escape(Mark.ISSUE)}|{escape(Mark.LINK)}|[\s,])+\)")
_BEGINS_SENTENCE = frozenset(".!?:;([{\"'-*•#>|")
_TELLING_MIN = 3
"""Shorter parts of names have too many other meanings."""
_SHORT_WORD = 3
"""Up to so many letters a word is lower case even in a title."""
_TITLE_MIN = 4
"""So many longer words make a title; fewer may just be names."""

_TELLS_NO_ORGANISATION = frozenset(
    (  # noqa: SIM905 - a list of words
        "aol bitbucket codeberg com fastmail github gitlab gmail gmx googlemail hotmail icloud msn net noreply org"
        " outlook proton protonmail qq sourceforge yahoo yandex"
    ).split()
)
"""Parts of addresses that anybody has."""


class Redactor:
    """Takes names out of texts."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._code_names = listed_names(tuple(names.code_names))
        self._people = listed_names((), tuple(names.listed_people))

    @functools.cached_property
    def _listed(self) -> _Phrases:
        return _Phrases(self._listed_phrases())

    @functools.cached_property
    def _known(self) -> _Phrases:
        """All people and private repositories: read where something is redacted, as thousands take a second."""
        names = self._names
        known = [phrase for key in names.repositories for phrase in _repository_phrases(key)]
        known += [phrase for person in names.people for phrase in _person_phrases(person)]
        known += [phrase for address in names.own_addresses for phrase in _organisation_phrases(address)]
        return _Phrases([*self._listed_phrases(), *known])

    @functools.cached_property
    def _safe(self) -> _Phrases:
        return _Phrases((tuple(_folded_words(name)), Mark.NAME) for name in self._names.safe)

    def _listed_phrases(self) -> list[_Phrase]:
        return [phrase for person in self._names.listed_people for phrase in _person_phrases(person, listed=True)]

    def outward(self, text: str) -> str:
        """Take out what no outward channel shows, of public work either: addresses, and what the user listed."""
        return self._listed.replace(self._without_listed(_POSTAL.sub(Mark.PERSON, text)))

    def private(self, text: str, repository: str | None = None) -> str:
        """Take out everything that is known to reveal where private work was done, for whom and with whom.

        Args:
            text: Any.
            repository: Key of the work's own one: its name goes, also where it is made of common words.
        """
        text = _joined_name(repository or "").replace(text)
        text = self._known.replace(self._without_listed(self._without_forms(text)))
        return _LEADING_KEYS.sub("", _LONE_KEYS.sub("", text)).strip()

    def unfamiliar(self, text: str) -> list[str]:
        """Return the words of a redacted text that may reveal something: few projects write them like this."""
        text = _MARKS.sub("0", text)
        safe = list(self._safe.find(text))
        capitals_tell = not _is_title_case(text)
        unfamiliar = (
            match.group()
            for match in _WORD.finditer(text)
            if not is_familiar(match.group()) or (capitals_tell and _is_name_like(match))
            if not _stands_in(safe, match)
        )
        return list(dict.fromkeys(unfamiliar))

    def _without_forms(self, text: str) -> str:
        safe = list(self._safe.find(text))

        def replace(match: Match[str]) -> str:
            form = match.lastgroup or ""
            if form in ("PATH", "WORDS") and (_stands_in(safe, match) or _are_familiar(match.group())):
                return match.group()
            return Mark.CODE if form == "WORDS" else Mark[form]

        return _FORMS.sub(replace, text)

    def _without_listed(self, text: str) -> str:
        return self._people.replace(self._code_names.replace(text, Mark.NAME), Mark.PERSON)


@functools.lru_cache(maxsize=64)
def listed_names(code_names: tuple[str, ...], people: tuple[str, ...] = ()) -> ListedNames:
    """Return what finds names that users listed: code names, and the full names of people.

    A person's single name is a word that others have too: it is looked for as it is written.
    """
    return ListedNames((*code_names, *(name for name in people if len(name.split()) > 1)), is_familiar)


_Phrase = tuple[tuple[str, ...], Mark]


class _Span(NamedTuple):
    start: int
    end: int
    mark: Mark


class _Phrases:
    """Finds phrases in texts, however their words are joined: ``Blue Whale``, ``blue-whale``, ``BlueWhale``.

    Args:
        phrases: Their words, and what is put for them.
        between: What may be between the words.
    """

    def __init__(self, phrases: Iterable[_Phrase], between: Pattern[str] | None = None) -> None:
        self._between = between or _BETWEEN_WORDS
        self._by_first: dict[str, list[_Phrase]] = defaultdict(list)
        for words, mark in sorted(set(phrases), key=lambda phrase: (-len(phrase[0]), phrase)):
            if words:
                self._by_first[words[0]].append((words, mark))

    def find(self, text: str) -> Iterator[_Span]:
        """Find them from left to right; where several begin, the longest."""
        if not self._by_first:
            return
        words = list(_words(text))
        reached = 0
        for position, first in enumerate(words):
            if first.start < reached:
                continue
            for phrase, mark in self._by_first.get(first.folded, ()):
                candidate = words[position : position + len(phrase)]
                if tuple(word.folded for word in candidate) == phrase and _are_joined(candidate, text, self._between):
                    reached = candidate[-1].end
                    yield _Span(first.start, reached, mark)
                    break

    def replace(self, text: str) -> str:
        """Put its mark for every phrase."""
        for span in reversed(list(self.find(text))):
            text = text[: span.start] + span.mark + text[span.end :]
        return text


def _stands_in(spans: Iterable[_Span], match: Match[str]) -> bool:
    return any(span.start <= match.start() and match.end() <= span.end for span in spans)


class _Word(NamedTuple):
    start: int
    end: int
    folded: str


def _words(text: str) -> Iterator[_Word]:
    """Split a text into words and numbers, and words at their humps."""
    for match in _LETTERS_OR_DIGITS.finditer(text):
        start = match.start()
        for part in _HUMP.split(match.group()):
            yield _Word(start, start + len(part), _fold(part))
            start += len(part)


def _folded_words(text: str) -> list[str]:
    return [word.folded for word in _words(text)]


def _are_joined(words: list[_Word], text: str, between: Pattern[str]) -> bool:
    return all(between.fullmatch(text, one.end, other.start) for one, other in itertools.pairwise(words))


def _fold(text: str) -> str:
    """Return a text in lower case without accents: Núñez is written Nunez, too."""
    return "".join(one for one in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(one))


def _repository_phrases(key: str) -> Iterator[_Phrase]:
    """Yield the names of a repository and its owner, as far as they reveal something."""
    *owners, name = key.removesuffix(".git").rstrip("/").split("/")
    if owners and "." in owners[0]:
        yield from _organisation_phrases(owners.pop(0))
    elif not owners and "." in name:
        yield from _organisation_phrases(name)
        return
    yield from _telling([(tuple(_folded_words(name)), Mark.REPOSITORY)])
    yield from _telling((tuple(_folded_words(owner)), Mark.ORGANISATION) for owner in owners)


@functools.lru_cache(maxsize=1024)
def _joined_name(key: str) -> _Phrases:
    """Return what finds the name of a repository that is made of several words, where they are written as one."""
    words = tuple(_folded_words(key.removesuffix(".git").rstrip("/").rpartition("/")[2]))
    return _Phrases([(words, Mark.REPOSITORY)] if len(words) > 1 else [], between=_JOINTS)


def _person_phrases(person: str, *, listed: bool = False) -> Iterator[_Phrase]:
    """Yield what names a person: the whole name, and the parts of it that reveal something."""
    name, at, _ = person.partition("@")
    if at:
        yield from _organisation_phrases(person)
        name = _NUMBER_OF_ACCOUNT.sub("", name).partition("+")[0]
    words = _folded_words(name)
    if len(words) > 1 or listed:
        yield tuple(words), Mark.PERSON
    if len(words) > 1 and not at:
        yield (f"{words[0][0]}{words[-1]}",), Mark.PERSON  # the usual name of an account
    yield from _telling(((word,), Mark.PERSON) for word in words)


def _organisation_phrases(address: str) -> Iterator[_Phrase]:
    """Yield the parts of an e-mail address or a server's name that name an organisation."""
    labels = address.rpartition("@")[2].partition(":")[0].casefold().split(".")[:-1]
    phrases = ((tuple(_folded_words(label)), Mark.ORGANISATION) for label in labels)
    yield from _telling(phrase for phrase in phrases if _TELLS_NO_ORGANISATION.isdisjoint(phrase[0]))


def _telling(phrases: Iterable[_Phrase]) -> Iterator[_Phrase]:
    """Yield phrases that aren't made of common words only: ``web-app`` is nobody's name."""
    for words, mark in phrases:
        if not all(is_familiar(word) for word in words) and len("".join(words)) >= _TELLING_MIN:
            yield words, mark


@functools.cache
def _common_words() -> frozenset[str]:
    words = files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    return frozenset(words.split()) | _technical_words()


@functools.cache
def _technical_words() -> frozenset[str]:
    """Words of programming languages, systems and formats, which reveal nothing even with a capital: ``None``."""
    return frozenset(files(__package__).joinpath("technical_words.txt").read_text(encoding="utf-8").split())


def is_familiar(word: str) -> bool:
    """Whether many projects write a word, or all parts of it: ``getUserName``."""
    return _is_common(word) or (len(parts := _HUMP.split(word)) > 1 and all(map(_is_common, parts)))


def _is_common(word: str) -> bool:
    folded = _fold(word).replace("\u2019", "'")
    common = _common_words()
    return len(word) == 1 or word.isdecimal() or any(form in common for form in _forms(folded))


def _forms(word: str) -> Iterator[str]:
    """Yield what a word may be a form of: ``caches``, ``cached`` and ``caching`` are of ``cache``."""
    yield word
    yield word.removesuffix("s").rstrip("'")
    for ending in ("ing", "ed", "es", "er", "ers"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _TELLING_MIN:
            yield from (stem, f"{stem}e", *((stem[:-1],) if stem[-1] == stem[-2] else ()))


def _are_familiar(text: str) -> bool:
    return all(is_familiar(word) for word in _folded_words(text))


def _is_name_like(match: Match[str]) -> bool:
    """Whether a word has a capital that its place in the sentence doesn't give it: names are made of common words."""
    word, before = match.group(), match.string[: match.start()][-3:].rstrip()
    inside = bool(before) and before[-1] not in _BEGINS_SENTENCE
    return word[0].isupper() and word[1:].islower() and inside and _fold(word) not in _technical_words()


def _is_title_case(text: str) -> bool:
    """Whether All Words of a Title Have Capitals."""
    words = [match.group() for match in _WORD.finditer(text) if len(match.group()) > _SHORT_WORD]
    return len(words) >= _TITLE_MIN and "\n" not in text and all(word[0].isupper() for word in words)
