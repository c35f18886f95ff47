"""The public names, options and environment variables that a piece of work added, as documents name them."""

from __future__ import annotations

from achievement_pipeline.codes import PUBLIC_NAMES
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_MOST = 3
"""Names that are shown: a sentence has no room for more."""
_OF_ONE_KIND = compile_pattern(r"(?:[^,`]|`[^`\n]*`)+")
"""What a ledger line has between commas: ``classes `Session` and `Pool```, `` `load` and 2 other functions``."""
_NAME = compile_pattern(r"`([^`\n]+)`")
_OF_ERRORS = ("error", "exception", "warning")
_FOR_USERS = ("environment", "option")
"""Kinds that users of a program meet, too: they are shown before others."""


def ledger_words(achievement: PublicAchievement) -> str:
    """Return all that the ledger has of the names that were added: ``adds class `Session```; empty if none."""
    return next((line.evidence for line in achievement.ledger if line.rule == PUBLIC_NAMES), "")


def added_names(achievement: PublicAchievement, told: str) -> str:
    """Return at most three names that were added, with what they are: ``class `Session`, option `--jobs```.

    Args:
        achievement: The piece of work.
        told: What its readers have read of it: kinds with no name but those in it are left out.
    """
    kinds = [found.strip() for found in _OF_ONE_KIND.findall(ledger_words(achievement).removeprefix("adds "))]
    read = told.casefold()
    new = [words for words in kinds if any(_says_more(_own(name), read) for name in _NAME.findall(words))]
    chosen: list[str] = []
    for words in sorted(new, key=lambda words: not words.startswith(_FOR_USERS)):
        if len(_NAME.findall(" ".join([*chosen, words]))) <= _MOST:
            chosen.append(words)
    return ", ".join(words for words in new if words in chosen)


def _says_more(name: str, read: str) -> bool:
    """Whether readers learn something by a name: an error comes with what may fail."""
    return name not in read and not name.endswith(_OF_ERRORS)


def _own(name: str) -> str:
    """Return a name without its owner, in lower case: ``weave`` of ``Loom.weave``."""
    return name.casefold().replace("::", ".").rpartition(".")[2]
