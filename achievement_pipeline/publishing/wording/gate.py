"""The gate: accept a sentence only if the facts it cites support each of its words.

It needs no model, fails closed, and names the word that failed. It knows little English and refuses what it does not
know; the template's sentence is then used unless the user decides otherwise.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from achievement_pipeline.publishing.wording.words import Word, read_words, stem_of, vocabulary

LONGEST = 500
"""Maximum length of a sentence, in characters."""
_FAR = 4
"""Number of words on either side in which to look for a counted noun, or for the scope of a negation."""
_ENDS = frozenset({".", ";", "\n", "!", "?"})


class Quantity(NamedTuple):
    """A number and what it counts."""

    value: str
    unit: str | None
    before: frozenset[str]
    """Stems of the nearest words before it."""
    after: tuple[str, ...]
    """Stems of the words after it, nearest first."""


def refusal(sentence: str, facts: Sequence[str]) -> str | None:
    """Return why a sentence is refused, or None if it is accepted.

    Args:
        sentence: As written by a model.
        facts: The facts that it cites.
    """
    if not facts:
        return "The sentence cites no fact."
    if len(sentence) > LONGEST:
        return f"The sentence is longer than {LONGEST} characters."
    words = read_words(sentence)
    if why := _not_whole(words):
        return why
    known = [_Fact(read_words(fact)) for fact in facts]
    checks = (_words, _done, _quantities, _tiers, _objects, _people, _negations, _strong, _joins)
    return next((found for check in checks if (found := check(words, known))), None)


class _Fact:
    """A fact, prepared for the checks."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.stems = {word.stem for word in words}
        self.texts = {word.text for word in words}
        self.quantities = list(quantities(words))
        self.meanings = _meanings(words) | _directions(words)
        self.clauses = [
            (_meanings(clause) | _directions(clause), {word.stem for word in clause}) for clause in _clauses(words)
        ]

    def supports(self, word: Word) -> bool:
        """Return whether the fact contains this word or a synonym."""
        if word.kind == "code":
            return word.stem in self.stems or any(
                stem.endswith(("/" + word.stem, "." + word.stem)) for stem in self.stems
            )
        return word.stem in self.stems or bool(_groups_of(word.stem) & self.meanings)


@functools.cache
def _groups_by_stem() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for group, members in vocabulary()["groups"].items():
        for member in members:
            groups.setdefault(stem_of(member), set()).add(group)
    return {stem: frozenset(names) for stem, names in groups.items()}


@functools.cache
def _stems(part: str) -> frozenset[str]:
    return frozenset(map(stem_of, vocabulary()[part]["words"]))


@functools.cache
def _texts(part: str) -> frozenset[str]:
    return frozenset(vocabulary()[part]["words"])


@functools.cache
def _tier_by_name() -> dict[str, int]:
    """Return tiers by group name, or by stem for verbs without a group."""
    names = {name: int(tier) for tier, listed in vocabulary()["tiers"].items() for name in listed}
    return names | {stem_of(name): tier for name, tier in names.items() if name not in vocabulary()["groups"]}


def _groups_of(stem: str) -> frozenset[str]:
    return _groups_by_stem().get(stem, frozenset())


def _meanings(words: Sequence[Word]) -> set[str]:
    found = {group for word in words for group in _groups_of(word.stem)}
    return found | {"param" for word in words if word.text.startswith("--")}


def _tier(word: Word) -> int:
    names = {word.stem, *_groups_of(word.stem)} if word.kind == "word" else set()
    return max((_tier_by_name().get(name, 0) for name in names), default=0)


def _is_neutral(word: Word) -> bool:
    return word.kind == "mark" or (word.kind == "word" and word.text.lower() in _texts("neutral"))


def _states(word: Word) -> bool:
    return word.kind != "mark" and not _is_neutral(word)


def _not_whole(words: list[Word]) -> str | None:
    """A sentence must state two things or more, not only that something was done, and must not be cut off."""
    stated = [word for word in words if _states(word) and word.stem not in _negators()]
    specific = [word for word in stated if "doing" not in _groups_of(word.stem) and word.kind in {"word", "code"}]
    if not specific or len({word.stem for word in stated}) < _LEAST_STATED:
        return "The sentence states nothing."
    last = next(word for word in reversed(words) if word.text not in _ENDS)
    if last.text in {":", ","} or last.text.lower() in _texts("unfinished"):
        return f"The sentence is cut off after “{last.text}”."
    return None


_LEAST_STATED = 2


def _done(words: list[Word], facts: list[_Fact]) -> str | None:
    """What is a plan, in progress or a question in the sentence must be so in a fact: "to be done", "is being done"."""
    for first, second in itertools.pairwise(words):
        pair = (first.text.lower(), second.text.lower())
        open_end = pair == ("to", "be") or (pair[1] == "being" and pair[0] in {"is", "are", "was", "were"})
        if (open_end or second.text == "?") and not any(second.text.lower() in fact.texts for fact in facts):
            return f"“{first.text} {second.text}” is in none of the cited facts."
    return None


def _words(words: list[Word], facts: list[_Fact]) -> str | None:
    """Each word must occur in a fact, or be neutral."""
    for number, word in enumerate(words):
        if word.kind == "mark" or any(fact.supports(word) for fact in facts):
            continue
        if _is_neutral(word) and not _is_name(word, first=number == 0):
            continue
        if word.kind == "word" and word.stem in _negators() and any(fact.stems & _negators() for fact in facts):
            continue
        if "doing" in _groups_of(word.stem) and _may_have_done(facts):
            continue
        return f"“{word.text}” is in none of the cited facts."
    return None


def _is_name(word: Word, *, first: bool) -> bool:
    """Return whether a neutral word is used as a name: Go, Make, Express."""
    return word.text[:1].isupper() and not first and word.text != "I"


def _may_have_done(facts: list[_Fact]) -> bool:
    """Return whether the facts allow generic verbs: they do not if the author only helped or reviewed."""
    tiers = [_tier(word) for fact in facts for word in fact.words]
    return max(tiers, default=0) != 1


def _quantities(words: list[Word], facts: list[_Fact]) -> str | None:
    """Each number must count the same thing as in a fact, and changes must have the same direction."""
    there = [quantity for fact in facts for quantity in fact.quantities]
    stated = list(quantities(words))
    for quantity in stated:
        if not any(_is_same(quantity, other) for other in there):
            return f"“{quantity.value}” does not count the same thing in the cited facts."
    for first, second in _pairs(words):
        if not any((first, second) in _orders(fact) for fact in facts):
            return f"“{first}” to “{second}” is in none of the cited facts."
    return None


def quantities(words: list[Word]) -> Iterator[Quantity]:
    """Yield the numbers of a text with their units and surrounding words. A range states its unit once."""
    for position, word in enumerate(words):
        if word.kind != "number":
            continue
        ahead = words[position + 1 :]
        unit = next(iter(ahead[:1]), None)
        if unit is not None and unit.kind != "unit" and unit.text.lower() in _RANGES and len(ahead) > 2:  # noqa: PLR2004
            unit = ahead[2] if ahead[1].kind == "number" else None
        before = [each.stem for each in words[max(0, position - 2 * _FAR) : position] if _states(each)]
        after = []
        for each in ahead:
            if each.kind in {"mark", "number"} or (_is_neutral(each) and each.text.lower() not in _OF_COUNTED):
                break
            if _states(each) and each.kind != "unit":
                after.append(each.stem)
        named = unit.stem if unit is not None and unit.kind == "unit" else None
        yield Quantity(word.stem, named, frozenset(before[-_FAR:]), tuple(after[:_FAR]))


_OF_COUNTED = frozenset({"of", "the", "a", "an", "per"})
_RANGES = frozenset({"to", "→", "->", "and", "or", "-"})


def _is_same(stated: Quantity, fact: Quantity) -> bool:
    if stated.value != fact.value:
        return False
    if stated.unit is not None:
        return stated.unit == fact.unit
    counted = stated.after[:1]
    around = {*fact.before, *fact.after, *({fact.unit} if fact.unit else ())}
    meanings = {group for stem in around for group in _groups_of(stem)}
    return fact.unit is None and all(
        stem in around or bool(_groups_of(stem) & (meanings | {"doing"})) for stem in counted
    )


def _pairs(words: list[Word]) -> Iterator[tuple[str, str]]:
    """Yield the two numbers of each range or change."""
    numbers = [(position, word.stem) for position, word in enumerate(words) if word.kind == "number"]
    for (position, first), (other, second) in itertools.pairwise(numbers):
        between = [word.text.lower() for word in words[position + 1 : other] if word.kind != "unit"]
        if len(between) == 1 and between[0] in {"to", "→", "->", "-"}:
            yield first, second


def _orders(fact: _Fact) -> set[tuple[str, str]]:
    values = [word.stem for word in fact.words if word.kind == "number"]
    return {(first, second) for position, first in enumerate(values) for second in values[position + 1 :]}


def _directions(words: list[Word]) -> set[str]:
    """Return the directions of numeric changes without a verb: ``420 → 130 ms`` is a reduction."""
    found = list(quantities(words))
    changes = set(_pairs(words))
    sizes = [
        (_size(first), _size(second))
        for first, second in itertools.pairwise(found)
        if (first.value, second.value) in changes
    ]
    return {
        "reduce" if after < before else "increase"
        for before, after in sizes
        if before is not None and after is not None
    }


def _size(quantity: Quantity) -> float | None:
    """Return a quantity in the smallest unit of its kind."""
    if not quantity.value.replace(".", "", 1).isdigit():
        return None
    return float(quantity.value) * float(vocabulary()["scales"].get(quantity.unit or "", 1))


def _tiers(words: list[Word], facts: list[_Fact]) -> str | None:
    """No verb may claim more than the verbs of the facts."""
    highest = max((_tier(word) for fact in facts for word in fact.words), default=0) or 2
    for word in words:
        if _tier(word) > highest and not _is_neutral(word):
            return f"“{word.text}” claims more than the cited facts."
    return None


def _objects(words: list[Word], facts: list[_Fact]) -> str | None:
    """A verb must have the same object as in a fact."""
    clauses = [clause for fact in facts for clause in fact.clauses]
    for position, word in enumerate(words):
        groups = {group for group in _groups_of(word.stem) if _tier_by_name().get(group)}
        if word.kind != "word" or not groups or not any(groups & meanings for meanings, _ in clauses):
            continue
        named = _next_stated(words[position + 1 :])
        if named and not any(
            groups & meanings and any(_is_among(each, stems, meanings) for each in named) for meanings, stems in clauses
        ):
            return f"“{word.text} … {named[0].text}” is in none of the cited facts."
    return None


def _next_stated(words: list[Word]) -> list[Word]:
    found: list[Word] = []
    for word in words:
        if word.text in _ENDS or (word.text.lower() in {"and", ",", ":"} and not found) or len(found) == 2:  # noqa: PLR2004 - an adjective and a noun
            break
        if _states(word) and word.kind in {"word", "code"}:
            found.append(word)
    return found


def _is_among(word: Word, stems: set[str], meanings: set[str]) -> bool:
    return word.stem in stems or bool(_groups_of(word.stem) & meanings)


def _people(words: list[Word], facts: list[_Fact]) -> str | None:
    """A person or organisation must have the same role as in a fact."""
    for position, word in enumerate(words[1:], start=1):
        link = words[position - 1].text.lower()
        is_named = word.text[:1].isupper() and word.kind == "word"
        if link in {"at", "by", "with"} and is_named and not any(_follows(fact.words, link, word) for fact in facts):
            return f"“{link} {word.text}” is in none of the cited facts."
    return None


def _follows(words: list[Word], link: str, word: Word) -> bool:
    positions = [position for position, each in enumerate(words) if each.stem == word.stem]
    return any(
        link in {each.text.lower() for each in words[max(0, position - _FAR) : position]} for position in positions
    )


def _negators() -> frozenset[str]:
    return _stems("negation")


def _negations(words: list[Word], facts: list[_Fact]) -> str | None:
    """Negated words must be negated in the facts, and vice versa."""
    if any(first.stem in _negators() and second.stem in _negators() for first, second in itertools.pairwise(words)):
        return "The sentence has a double negation."
    negated = _negated(words)
    in_facts = [(fact, _negated(fact.words)) for fact in facts]
    for word in words:
        if not _states(word) or word.kind in {"unit", "number"} or word.stem in _negators():
            continue
        polarities = {is_negated for fact, there in in_facts for is_negated in _polarities(word, fact, there)}
        elsewhere = any(negated & there for _, there in in_facts)  # tokens are not logged: do not log tokens
        if polarities and (word.stem in negated) not in polarities and not (elsewhere and word.stem not in negated):
            return f"“{word.text}” is negated either in the cited facts or in the sentence, but not in both."
    return None


def _polarities(word: Word, fact: _Fact, negated: set[str]) -> set[bool]:
    """Return whether a fact negates a word, or its synonyms if it does not contain the word."""
    if word.stem in fact.stems:
        return {word.stem in negated}
    groups = _groups_of(word.stem)
    return {each.stem in negated for each in fact.words if groups & _groups_of(each.stem)}


_END_NEGATION = frozenset({",", "(", ")", ":", "but", "and", "is", "are", "was", "were", "has", "have", "had"})


def _negated(words: list[Word]) -> set[str]:
    """Return the stems in the scope of a negation."""
    found: set[str] = set()
    left = 0
    for word in words:
        if word.text in _ENDS or word.text.lower() in _END_NEGATION:
            left = 0
        elif word.stem in _negators() and word.kind == "word":
            left = _FAR
        elif left and _states(word):
            found.add(word.stem)
            left -= 1
    return found


def _strong(words: list[Word], facts: list[_Fact]) -> str | None:
    """Words of praise or generalisation must precede the same word in a fact."""
    for position, word in enumerate(words):
        text = word.text.lower()
        following = words[position + 1 : position + 2]
        if text not in _texts("strong") or (text in _NOUNS and not any(map(_states, following))):
            continue
        named = _next_stated(words[position + 1 :])[:1]
        if not any(_praises(fact, text, named) for fact in facts):
            return f"“{word.text}” does not describe the same thing in the cited facts."
    return None


_NOUNS = frozenset({"key", "core", "top"})
"""Words that are praise only in front of another word."""


def _praises(fact: _Fact, text: str, named: list[Word]) -> bool:
    for position, word in enumerate(fact.words):
        if word.text.lower() == text:
            following = _next_stated(fact.words[position + 1 :])
            if not named or any(each.stem == named[0].stem for each in following):
                return True
    return False


def _joins(words: list[Word], facts: list[_Fact]) -> str | None:
    """A cause, purpose or order in time must occur in one fact, with both sides."""
    positions = [position for position in range(1, len(words)) if _is_join(words, position)]
    for position, end in zip(positions, [*positions, len(words)][1:], strict=True):
        cause = [word for word in words[:position] if _states(word)]
        result = [
            word for word in _until_end(words[position:end]) if _states(word) and word.stem not in _stems("joins")
        ]
        if result and not any(_holds_both(fact, cause, result) for fact in facts):
            return (
                f"“{words[position].text} … {result[-1].text}” states a connection that is in none of the cited facts."
            )
    return None


def _is_join(words: list[Word], position: int) -> bool:
    word, before = words[position], words[position - 1].text.lower()
    if word.kind != "word":
        return False
    if word.text.lower() in _texts("joins"):
        return True
    is_verb = bool(_groups_of(word.stem) or _tier(word))
    gerund = word.text.lower().endswith("ing") and word.text.lower() not in _texts("neutral")
    return (gerund and before in {",", "by", "for", "and", "thereby", "with", "while"}) or (before == "to" and is_verb)


def _until_end(words: list[Word]) -> Iterator[Word]:
    for number, word in enumerate(words):
        if word.text in _ENDS or (word.text == "," and number > 1):
            return
        yield word


def _holds_both(fact: _Fact, cause: list[Word], result: list[Word]) -> bool:
    left = [word for word in cause if fact.supports(word)]
    right = [word for word in result if fact.supports(word) or word.kind == "unit"]
    return len(right) == len(result) and (not cause or 2 * len(left) >= len(cause))


def _clauses(words: list[Word]) -> Iterator[list[Word]]:
    """Split a fact into clauses, at full stops and at conjunctions before another verb."""
    clause: list[Word] = []
    for position, word in enumerate(words):
        follows = words[position + 1] if position + 1 < len(words) else None
        joins = word.text.lower() in {"and", ",", "but", "then"} and follows is not None and _tier(follows) > 0
        if word.text in _ENDS or joins:
            yield clause
            clause = []
        else:
            clause.append(word)
    yield clause
