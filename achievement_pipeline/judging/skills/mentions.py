"""Skills that people name: as a label, or as a whole word of a title or description.

Weak evidence, as who names a thing need not have worked with it, and only where the word can mean nothing else: names
that are ordinary words, names of people, or a letter or two are heeded as labels alone. Case counts in texts: ``Java``
is written so, and ``fastapi`` names a package at most.
"""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files

import pandas as pd

from achievement_pipeline.judging.categories.labels import plain_label
from achievement_pipeline.judging.skills.vocabulary import Skill, Vocabulary
from achievement_pipeline.patterns import compile_pattern

LABELLED = 0.5
"""Weight of a skill that a label names: somebody filed the work under it."""
NAMED = 0.2
"""Weight of a skill that only the title or description names."""

_WORD = compile_pattern(r"(?<![\w.+#@/-])[^\W_](?:[\w.+#-]*[\w+#])?")
_PREFIXES = compile_pattern(r"[/:]")
_GOES_ON = compile_pattern(r"[\w+#]")
_SHORTEST = 3
_SIZES = frozenset(("xs", "s", "m", "l", "xl", "xxl"))
"""Sizes of shirts, by which effort is estimated: XS is a language of Perl's too."""
_NAME_SKILLS = frozenset(
    ("a", "area", "component", "ecosystem", "lang", "language", "languages", "pkg", "package", "platform", "scope",
     "skill", "stack", "tech", "technology", "topic", "t")
)  # fmt: skip
"""What labels that name a technology are filed under."""


@functools.cache
def _ordinary_names() -> frozenset[str]:
    data = tomllib.loads(files(__package__).joinpath("mentions.toml").read_text(encoding="utf-8"))
    return frozenset(data["ordinary"])


def find_mentions(texts: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Find the skills that labels, titles and descriptions name.

    Args:
        texts: ``key``, ``labels`` (a JSON list), ``title``, ``description``.
        vocabulary: All skills.

    Returns:
        ``key``, ``skill``, ``weight``, ``evidence``: one row for each place where a skill is named.
    """
    names = _by_first_word((*vocabulary.language, *vocabulary.technology))
    found: list[tuple[str, str, float, str]] = []
    for key, labels, title, description in texts[["key", "labels", "title", "description"]].itertuples(index=False):
        for label in json.loads(labels):
            skill = _named_by(label, vocabulary)
            if skill:
                found.append((key, skill.name, LABELLED, f"label {label}"))
        for field, text in (("title", title), ("description", description)):
            found += [(key, name, NAMED, f"named in the {field}") for name in sorted(set(_read_names(text, names)))]
    return pd.DataFrame(found, columns=["key", "skill", "weight", "evidence"]).astype(
        {"key": "str", "skill": "str", "weight": "float64", "evidence": "str"}
    )


def _named_by(label: str, vocabulary: Vocabulary) -> Skill | None:
    """Return the skill that a label names: ``size/XS`` and ``priority: C`` are filed under what names none."""
    *above, _ = _PREFIXES.split(label.casefold())
    plain = plain_label(label)
    if plain in _SIZES or not {word.strip(" -_") for word in above} <= _NAME_SKILLS:
        return None
    return vocabulary.named(label.strip()) or vocabulary.named(plain)


def _by_first_word(skills: Iterable[Skill]) -> dict[str, list[tuple[str, str]]]:
    """Return, by the first word of each name that stands for a skill in a text, the names and skills, longest first."""
    names: dict[str, list[tuple[str, str]]] = {}
    for skill in skills:
        for name in (skill.name, *skill.aliases):
            first = _WORD.match(name)
            if first and len(name) >= _SHORTEST and name not in _ordinary_names():
                names.setdefault(first[0], []).append((name, skill.name))
    return {word: sorted(named, key=lambda pair: -len(pair[0])) for word, named in names.items()}


def _read_names(text: str, names: dict[str, list[tuple[str, str]]]) -> Iterator[str]:
    for word in _WORD.finditer(text):
        for name, skill in names.get(word[0], ()):
            end = word.start() + len(name)
            if text.startswith(name, word.start()) and not _GOES_ON.match(text, end):
                yield skill
                break
