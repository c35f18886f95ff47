"""What words mean to the gate: groups of synonyms, strength of claims, words that state nothing."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from achievement_pipeline.publishing.wording.words import Word, is_irregular_past, stem_of, vocabulary

EFFECTS = frozenset({"reduce", "increase", "improve", "speed", "prevent", "allow", "ensure", "cause", "fix", "quick"})
"""Groups of words that state an effect: reduced, fixed, sped up."""


@functools.cache
def _groups_by_stem() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for group, members in vocabulary()["groups"].items():
        for member in members:
            groups.setdefault(stem_of(member), set()).add(group)
    return {stem: frozenset(names) for stem, names in groups.items()}


@functools.cache
def stems(part: str) -> frozenset[str]:
    """Return the stems of a list of words."""
    return frozenset(map(stem_of, vocabulary()[part]["words"]))


@functools.cache
def texts(part: str) -> frozenset[str]:
    """Return a list of words as they are written."""
    return frozenset(vocabulary()[part]["words"])


@functools.cache
def _tier_by_name() -> dict[str, int]:
    """Return tiers by group name, or by stem for verbs without a group."""
    names = {name: int(tier) for tier, listed in vocabulary()["tiers"].items() for name in listed}
    return names | {stem_of(name): tier for name, tier in names.items() if name not in vocabulary()["groups"]}


def groups_of(stem: str) -> frozenset[str]:
    """Return the groups of synonyms that a stem is in."""
    return _groups_by_stem().get(stem, frozenset())


def meanings_of(words: Sequence[Word]) -> set[str]:
    """Return the groups of synonyms that occur."""
    found = {group for word in words for group in groups_of(word.stem)}
    return found | {"param" for word in words if word.text.startswith("--")}


def tier_of(word: Word) -> int:
    """Return how much a verb claims, or 0 if it is no verb that is known."""
    names = {word.stem, *groups_of(word.stem)} if word.kind == "word" else set()
    return max((_tier_by_name().get(name, 0) for name in names), default=0)


def is_neutral(word: Word) -> bool:
    """Return whether a word states nothing."""
    return word.kind == "mark" or (word.kind == "word" and word.text.lower() in texts("neutral"))


def states(word: Word) -> bool:
    """Return whether a word states something."""
    return word.kind != "mark" and not is_neutral(word)


@functools.cache
def _labels() -> dict[str, str]:
    return {word: label for label, words in vocabulary()["labels"].items() for word in words}


def label_of(word: Word) -> str:
    """Return how a preposition or conjunction ties what follows, or nothing for other words."""
    return _labels().get(word.text.lower(), "") if word.kind == "word" else ""


def is_light(word: Word) -> bool:
    """Return whether a word says only that something was made or is there."""
    groups = groups_of(word.stem)
    return (
        word.kind == "word"
        and bool(groups & {"doing", "having", "allow", "ensure", "newness"})
        and "enable" not in groups
    )


def is_past(text: str) -> bool:
    """Return whether a word has the form of a past or a participle."""
    return (text.endswith("ed") and not text.endswith("eed")) or is_irregular_past(text)


def names_action(word: Word) -> bool:
    """Return whether a word is known as a verb, or may be one."""
    return word.kind == "word" and bool(tier_of(word) or groups_of(word.stem) - texts("nouns"))
