"""The gate: accept a sentence only if the facts it cites support each of its words.

It needs no model, fails closed, and names the word that failed. It knows little English and refuses what it does not
know; the template's sentence is then used unless the user decides otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.wording.meanings import (
    EFFECTS,
    groups_of,
    is_light,
    is_neutral,
    meanings_of,
    states,
    stems,
    texts,
    tier_of,
)
from achievement_pipeline.publishing.wording.relations import BOUNDS, FactNodes, same, untied
from achievement_pipeline.publishing.wording.words import Word, read_words, stem_of, vocabulary

LONGEST = 500
"""Maximum length of a sentence, in characters."""
_MOST_WORDS = 1_000
"""Maximum number of words of the cited facts: a sentence that rests on more rests on nothing in particular."""
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
    bound: str
    """``<`` or ``>`` if it is a bound, ``+`` if it counts others, or empty."""
    named: str
    """Stem of the nearest word before it."""
    near: tuple[str, ...]
    """Stems of the three nearest words before it."""


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
    if why := _quoted(sentence, facts):
        return why
    read = [read_words(fact) for fact in facts]
    words = _as_replaced(_without_implied(read_words(sentence), read), read)
    if why := _not_whole(words):
        return why
    if sum(map(len, read)) > _MOST_WORDS:
        return f"The cited facts have more than {_MOST_WORDS} words."
    known = [_Fact(fact) for fact in read]
    checks = (_words, _allowed, _done, _quantities, _tiers, _negations, _strong, _joins, _relations)
    return next((found for check in checks if (found := check(words, known))), None)


_QUOTED = compile_pattern(r"[\"\u201c\u201d\u00ab]([^\"\u201c\u201d\u00bb]{1,200})[\"\u201c\u201d\u00bb]")


def _quoted(sentence: str, facts: Sequence[str]) -> str | None:
    """Quoted text must appear in a fact, word for word."""
    known = " ".join(facts).casefold()
    return next(
        (
            f"“{each[1]}” is in none of the cited facts."
            for each in _QUOTED.finditer(sentence)
            if each[1].strip(".,").casefold() not in known
        ),
        None,
    )


def _without_implied(words: list[Word], facts: list[list[Word]]) -> list[Word]:
    """Leave out what a name says itself: the option `--sort`, the script `plot.py`."""
    known = {word.stem for fact in facts for word in fact}
    kept = []
    for position, word in enumerate(words):
        beside = [each.stem for each in words[max(0, position - 4) : position + 5] if each.kind == "code"]
        named = vocabulary()["implied"].get(word.text.lower())
        is_implied = named and any(
            ("=" in stem or stem.startswith("-")) if named == "-" else "." in stem[1:] for stem in beside
        )
        if not is_implied or word.stem in known:
            kept.append(word)
    return kept


def _as_replaced(words: list[Word], facts: list[list[Word]]) -> list[Word]:
    """Read "moved from a list to a set" as "replaced a list with a set", if that is what the facts say."""
    if len(words) < _LEAST_MOVED or words[1].text.lower() != "from" or "move" not in groups_of(words[0].stem):
        return words
    meanings = set().union(*map(meanings_of, facts))
    if "replace" not in meanings or meanings & {"move"} or [word.text for word in words].count("to") != 1:
        return words
    replaced, means = read_words("replaced")[0], read_words("with")[0]
    return [replaced, *(means if word.text == "to" else word for word in words[2:])]


_LEAST_MOVED = 5


class _Fact:
    """A fact, prepared for the checks."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.stems = {word.stem for word in words}
        self.texts = {word.text for word in words}
        self.quantities = [*quantities(words), *_totals(words)]
        self.nodes = FactNodes(words)
        self.meanings = meanings_of(words) | _directions(words)

    def supports(self, word: Word) -> bool:
        """Return whether the fact contains this word or a synonym."""
        return any(same(word, other) for other in self.words) or bool(groups_of(word.stem) & self.meanings)


def _not_whole(words: list[Word]) -> str | None:
    """A sentence must state two things or more, not only that something was done, and must not be cut off."""
    stated = [word for word in words if states(word) and word.stem not in _negators()]
    specific = [word for word in stated if not is_light(word) and word.kind in {"word", "code"}]
    if not specific or len({word.stem for word in stated}) < _LEAST_STATED:
        return "The sentence states nothing."
    last = next(word for word in reversed(words) if word.text not in _ENDS)
    if last.text in {":", ","} or last.text.lower() in texts("unfinished"):
        return f"The sentence is cut off after “{last.text}”."
    return None


_LEAST_STATED = 2


def _done(words: list[Word], facts: list[_Fact]) -> str | None:
    """What is a plan, in progress or a question in the sentence must be so in a fact: "to be done", "is being done"."""
    allows = {"allow"} & meanings_of(words)
    for first, second in itertools.pairwise(words):
        if allows and second.text.lower() == "be":
            continue
        pair = (first.text.lower(), second.text.lower())
        open_end = pair == ("to", "be") or (pair[1] == "being" and pair[0] in {"is", "are", "was", "were"})
        if (open_end or second.text == "?") and not any(second.text.lower() in fact.texts for fact in facts):
            return f"“{first.text} {second.text}” is in none of the cited facts."
    return None


def _words(words: list[Word], facts: list[_Fact]) -> str | None:
    """Each word must occur in a fact, or be neutral."""
    for number, word in enumerate(words):
        if word.kind in {"mark", "number"} or (_occurs(word, facts) and _is_adverb_of(word, facts)):
            continue
        if word.kind == "unit" and number and words[number - 1].kind == "number":
            continue  # part of a quantity
        if is_neutral(word) and not _is_name(word, first=number == 0):
            continue
        if _is_implied(word, facts):
            continue
        return f"“{word.text}” is in none of the cited facts."
    return None


def _allowed(words: list[Word], facts: list[_Fact]) -> str | None:
    """What a fact allows was there before: "Allow large batches" added support for them, and no batches."""
    said = [next(filter(states, fact.words), None) for fact in facts if not fact.nodes.is_about_work]
    if not said or not all(first is not None and "allow" in groups_of(first.stem) for first in said):
        return None
    if any("allow" in groups_of(word.stem) or word.stem == stem_of("support") for word in words):
        return None
    return next(
        (f"“{word.text}” claims more than the cited facts." for word in words if "doing" in groups_of(word.stem)), None
    )


def _occurs(word: Word, facts: list[_Fact]) -> bool:
    return any(fact.supports(word) for fact in facts)


def _is_adverb_of(word: Word, facts: list[_Fact]) -> bool:
    """An adverb must occur itself: "quickly" says something else than "fast outliers"."""
    return not word.text.endswith("ly") or any(word.stem in fact.stems for fact in facts)


def _is_implied(word: Word, facts: list[_Fact]) -> bool:
    """Return whether a word says no more than another one of the facts."""
    groups = groups_of(word.stem)
    if word.kind == "word" and word.stem in stems("negation"):
        return any(_denies(fact, word) for fact in facts)
    meanings = set().union(*(fact.meanings for fact in facts))
    return (
        (bool(groups & {"doing", "having"}) and _may_have_done(facts) and not _only_used(word, facts))
        or ("use" in groups and _may_use(facts))
        or ("ensure" in groups and "make" in meanings)
        or ("extend" in groups and bool(meanings & {"doing", "having"}))
        or ("allow" in groups and bool(meanings & {"doing", "having", "allow"}))
    )


def _only_used(word: Word, facts: list[_Fact]) -> bool:
    """What was used was not made: neither written nor built."""
    said = [fact for fact in facts if not fact.nodes.is_about_work]
    return word.stem in stems("making") and bool(said) and all(fact.nodes.says_use for fact in said)


def _denies(fact: _Fact, word: Word) -> bool:
    """Return whether a fact has a negation that can be worded so: "stopped" and "prevented" are what is "not" now."""
    as_verb = "prevent" in groups_of(word.stem) or word.stem in {stem_of("cease"), stem_of("refrain")}
    return "not" in fact.stems if as_verb else bool(fact.stems & _negators())


def _is_name(word: Word, *, first: bool) -> bool:
    """Return whether a neutral word is used as a name: Go, Make, Express."""
    return word.text[:1].isupper() and not first and word.text != "I"


def _may_have_done(facts: list[_Fact]) -> bool:
    """Return whether the facts allow generic verbs: they do not if the author only helped or reviewed."""
    firsts = [next(filter(states, fact.words), None) for fact in facts]
    return not any(first is not None and tier_of(first) == 1 for first in firsts)


def _quantities(words: list[Word], facts: list[_Fact]) -> str | None:
    """Each number must count the same thing as in a fact, and changes must have the same direction."""
    stated = list(quantities(words))
    for quantity in stated:
        if not any(
            _is_same(quantity, other) and _measures_same(quantity, other, fact)
            for fact in facts
            for other in fact.quantities
        ):
            written = next((word.text for word in words if word.stem == quantity.value), quantity.value)
            return f"“{written}” does not count the same thing in the cited facts."
    bounds = {(sign.text, bound.stem) for fact in facts for sign, bound in itertools.pairwise(fact.words)}
    for sign, bound in itertools.pairwise(words):
        if sign.text[0] in "<>" and (sign.text, bound.stem) not in bounds:
            return f"“{sign.text} {bound.text}” is in none of the cited facts."
    for first, second in _pairs(words):
        if not any((first, second) in _orders(fact) for fact in facts):
            return f"“{first}” to “{second}” is in none of the cited facts."
    return None


def _totals(words: list[Word]) -> Iterator[Quantity]:
    """Count what is named with the others: `Lexer` and 2 other classes are three."""
    for quantity, position in zip(
        quantities(words), (at for at, each in enumerate(words) if each.kind == "number"), strict=True
    ):
        around = [each.text.lower() for each in words[max(0, position - 1) : position + 2]]
        if around[0] == "and" and around[-1] == "other" and quantity.value.isdigit():
            yield quantity._replace(value=str(int(quantity.value) + 1), bound="")


def quantities(words: list[Word]) -> Iterator[Quantity]:
    """Yield the numbers of a text with their units and surrounding words. A range states its unit once."""
    for position, word in enumerate(words):
        if word.kind != "number":
            continue
        ahead = words[position + 1 :]
        unit = next(iter(ahead[:1]), None)
        if unit is not None and unit.kind != "unit" and unit.text.lower() in _RANGES and len(ahead) > 2:  # noqa: PLR2004
            unit = ahead[2] if ahead[1].kind == "number" else None
        before = [each.stem for each in words[max(0, position - 2 * _FAR) : position] if states(each)]
        after = []
        for each in ahead:
            if each.kind in {"mark", "number"} or (is_neutral(each) and each.text.lower() not in _OF_COUNTED):
                break
            if states(each) and each.kind != "unit":
                after.append(each.stem)
        named = unit.stem if unit is not None and unit.kind == "unit" else None
        yield Quantity(
            word.stem,
            named,
            frozenset(before[-_FAR:]),
            tuple(after[:_FAR]),
            _bound(words[:position], ahead),
            *_names(words[:position]),
        )


def _names(before: list[Word]) -> tuple[str, tuple[str, ...]]:
    stated = [each.stem for each in before if states(each) and each.kind in {"word", "code"}]
    return (stated or [""])[-1], tuple(stated[-3:])


def _measures_same(stated: Quantity, known: Quantity, fact: _Fact) -> bool:
    """What a number with a unit measures must stand near it in a fact too."""
    if stated.unit is None or not known.near or stated.named not in fact.stems:
        return True
    return stated.named in {*known.near, *known.after}


def _bound(before: list[Word], ahead: list[Word]) -> str:
    if ahead and ahead[0].text.lower() in {"other", "more", "further", "additional"}:
        return "+"
    return before[-1].text if before and before[-1].text[0] in "<>" else ""


_OF_COUNTED = frozenset({"other", "more", "further", "additional", "of", "the", "a", "an", "per"})
_RANGES = frozenset({"to", "→", "->", "and", "or", "-"})


def _is_same(stated: Quantity, fact: Quantity) -> bool:
    if stated.value != fact.value or stated.bound != fact.bound:
        return False
    if stated.bound in BOUNDS and stated.named != fact.named:
        return False
    if stated.unit is not None:
        return stated.unit == fact.unit
    counted = stated.after[:1]
    around = {*(fact.after or fact.before), *({fact.unit} if fact.unit else ())}
    meanings = {group for stem in around for group in groups_of(stem)}
    return fact.unit is None and all(
        stem in around or bool(groups_of(stem) & (meanings | {"doing"})) for stem in counted
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
    """Return the directions of numeric changes without a verb: ``420 → 130 ms`` is a reduction.

    It is an improvement too if what was measured is better when there is less of it, as a latency is.
    """
    changes = set(_pairs(words))
    found = set()
    for first, second in itertools.pairwise(quantities(words)):
        before, after = _size(first), _size(second)
        if (first.value, second.value) not in changes or before is None or after is None:
            continue
        found.add("reduce" if after < before else "increase")
        if set(first.near) & stems("better_when_less" if after < before else "better_when_more"):
            found.add("improve")
    return found


def _size(quantity: Quantity) -> float | None:
    """Return a quantity in the smallest unit of its kind."""
    if not quantity.value.replace(".", "", 1).isdigit():
        return None
    return float(quantity.value) * float(vocabulary()["scales"].get(quantity.unit or "", 1))


def _tiers(words: list[Word], facts: list[_Fact]) -> str | None:
    """No verb may claim more than the verbs of the facts."""
    highest = max((tier_of(word) for fact in facts for word in fact.words), default=0) or 2
    for word in words:
        if tier_of(word) > highest and not is_neutral(word):
            return f"“{word.text}” claims more than the cited facts."
    return None


def _relations(words: list[Word], facts: list[_Fact]) -> str | None:
    """Words must belong together as they do in a fact."""
    found = untied(words, [fact.nodes for fact in facts], _transparent(facts))
    return f"“{found}” belongs to something else in the cited facts." if found else None


def _transparent(facts: list[_Fact]) -> set[str]:
    """Return the groups of verbs that say no more than the facts: "reduced" of 420 → 130 ms, "shipped" of a release."""
    meanings = set().union(*(fact.meanings for fact in facts))
    groups = set().union(*(_directions(fact.words) for fact in facts))
    groups |= {"extend"} - meanings if "increase" not in meanings else set()
    groups |= {"enable"} - meanings if "allow" in meanings else set()
    groups |= {"use"} if _may_use(facts) else set()
    for fact in facts:
        groups |= {"release", "complete"} & fact.meanings if fact.nodes.is_about_work else set()
    return groups


def _may_use(facts: list[_Fact]) -> bool:
    return any(fact.nodes.says_use or fact.nodes.is_skills or "allow" in fact.meanings for fact in facts)


def _next_stated(words: list[Word]) -> list[Word]:
    found: list[Word] = []
    for word in words:
        if word.text in _ENDS or (word.text.lower() in {"and", ",", ":"} and not found) or len(found) == 2:  # noqa: PLR2004 - an adjective and a noun
            break
        if states(word) and word.kind in {"word", "code"}:
            found.append(word)
    return found


def _negators() -> frozenset[str]:
    return stems("negation")


def _negations(words: list[Word], facts: list[_Fact]) -> str | None:
    """Negated words must be negated in the facts, and vice versa."""
    if any(first.stem in _negators() and second.stem in _negators() for first, second in itertools.pairwise(words)):
        return "The sentence has a double negation."
    stated = _polarity(words, lists=True)
    in_facts = [(fact, _polarity(fact.words)) for fact in facts]
    for word in words:
        if not states(word) or word.kind in {"unit", "number"} or word.stem in _negators() or word.text.startswith("#"):
            continue
        known = set().union(*(_polarities(word, fact, there) for fact, there in in_facts))
        here = stated.get(word.stem, {False})
        if known and not known & here:
            return f"“{word.text}” is negated either in the cited facts or in the sentence, but not in both."
    return None


def _polarities(word: Word, fact: _Fact, there: dict[str, set[bool]]) -> set[bool]:
    """Return whether a fact negates a word, or its synonyms if it does not contain the word."""
    if word.stem in fact.stems:
        return there.get(word.stem, set())
    return set().union(*(there.get(each.stem, set()) for each in fact.words if same(word, each)))


_END_NEGATION = frozenset(
    {",", "+", "&", "(", ")", ":", "but", "and", "is", "are", "was", "were", "when", "if", "because", "while", "after",
     "before", "unless", "since"}
)  # fmt: skip


_WITHIN_CLAUSE = frozenset({"is", "are", "was", "were"})


def _polarity(words: list[Word], *, lists: bool = False) -> dict[str, set[bool]]:
    """Return whether each stem is in the scope of a negation. What is before one in its clause may be both."""
    found: dict[str, set[bool]] = {}
    clause: list[str] = []
    left = 0
    for word in words:
        text = word.text.lower()
        if word.text in _ENDS or text in _END_NEGATION:
            left = 0
            clause = clause if text in _WITHIN_CLAUSE or (lists and text in {"and", ","}) else []
        elif word.stem in _negators() and word.kind == "word":
            left = 1 if word.stem == "non" else _FAR
            for stem in clause if word.stem != "non" else ():
                found[stem] = found[stem] | {True}
        elif states(word):
            found[word.stem] = found.get(word.stem, set()) | {left > 0}
            clause.append(word.stem)
            left = max(0, left - 1)
    return found


def _strong(words: list[Word], facts: list[_Fact]) -> str | None:
    """Words of praise or generalisation must precede the same word in a fact."""
    for position, word in enumerate(words):
        text = word.text.lower()
        following = words[position + 1 : position + 2]
        if text not in texts("strong") or (text in _NOUNS and not any(map(states, following))):
            continue
        named = _next_stated(words[position + 1 :])[:1]
        if not any(_praises(fact, text, named) for fact in facts):
            return f"“{word.text}” does not describe the same thing in the cited facts."
    return None


_NOUNS = frozenset({"key", "core", "top"})
"""Words that are praise only in front of another word."""


def _praises(fact: _Fact, text: str, named: list[Word]) -> bool:
    for position, word in enumerate(fact.words):
        if word.text.lower() == text or groups_of(word.stem) & {"quantity", "several"} & groups_of(stem_of(text)):
            following = _next_stated(fact.words[position + 1 :])
            if not named or any(each.stem == named[0].stem for each in following):
                return True
    return False


def _joins(words: list[Word], facts: list[_Fact]) -> str | None:
    """A cause, purpose or order in time must occur in one fact, with both sides."""
    positions = [position for position in range(1, len(words)) if _is_join(words, position)]
    for position, end in zip(positions, [*positions, len(words)][1:], strict=True):
        begin = max((each for each in range(position) if words[each].text in _ENDS | {":"}), default=-1) + 1
        cause = [word for word in words[begin:position] if states(word)]
        result = [
            word
            for word in _until_end(words[position:end])
            if states(word) and word.stem not in stems("joins") | _negators()
        ]
        joined = " ".join(each.text.lower() for each in words[position - 1 : position + 1])
        if not result or _describes_work(joined, result, facts):
            continue
        if not any(_holds_both(fact, cause, result) for fact in facts):
            return (
                f"“{words[position].text} … {result[-1].text}” states a connection that is in none of the cited facts."
            )
    return None


def _describes_work(join: str, result: list[Word], facts: list[_Fact]) -> bool:
    """Return whether a clause says of the work what one fact says of it: ", which closes 3 issues"."""
    plain = join.endswith((" which", " that")) and join != "so that" and not groups_of(result[0].stem) & EFFECTS
    return any(
        all(fact.supports(word) or word.kind == "number" for word in result)
        and (fact.nodes.is_about_work or fact.nodes.says_this or (plain and fact.nodes.begins_with(result[0])))
        for fact in facts
    )


def _is_join(words: list[Word], position: int) -> bool:
    word, before = words[position], words[position - 1].text.lower()
    if word.kind != "word":
        return False
    if word.text.lower() in texts("joins"):
        return True
    is_verb = bool(groups_of(word.stem) or tier_of(word))
    gerund = word.text.lower().endswith("ing") and word.text.lower() not in texts("neutral")
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
