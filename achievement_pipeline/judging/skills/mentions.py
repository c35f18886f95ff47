"""Find skills mentioned in labels, or as whole words in titles and descriptions.

This is weak evidence, because mentioning a technology is not using it. Names that are also ordinary words, names of
people, or one or two letters count only as labels. Texts are case-sensitive: ``Java`` is the language, while
``fastapi`` is at most a package.
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
from achievement_pipeline.parsing.patterns import compile_pattern

LABELLED = 0.5
"""Weight of a skill in a label: someone filed the work under it."""
NAMED = 0.2
"""Weight of a skill mentioned only in the title or description."""

_WORD = compile_pattern(r"(?<![\w.+#@/-])[^\W_](?:[\w.+#-]*[\w+#])?")
_PREFIXES = compile_pattern(r"[/:]")
_GOES_ON = compile_pattern(r"[\w+#]")
_SHORTEST = 3
_SIZES = frozenset(("xs", "s", "m", "l", "xl", "xxl"))
"""T-shirt sizes of effort. XS is also a language of Perl."""
_NAME_SKILLS = frozenset(
    ("a", "area", "component", "ecosystem", "lang", "language", "languages", "pkg", "package", "platform", "scope",
     "skill", "stack", "tech", "technology", "topic", "t")
)  # fmt: skip
"""Namespaces of labels for technologies."""


@functools.cache
def _ordinary_names() -> frozenset[str]:
    data = tomllib.loads(files(__package__).joinpath("mentions.toml").read_text(encoding="utf-8"))
    return frozenset(data["ordinary"])


def find_mentions(texts: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Find the skills mentioned in labels, titles and descriptions.

    Args:
        texts: ``key``, ``labels`` (a JSON list), ``title``, ``description``.
        vocabulary: All skills.

    Returns:
        ``key``, ``skill``, ``weight`` and ``evidence``: one row per mention.
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
    """Return the skill in a label.

    Labels with a namespace that is not for skills, such as ``size/XS`` and ``priority: C``, have none.
    """
    *above, _ = _PREFIXES.split(label.casefold())
    plain = plain_label(label)
    if plain in _SIZES or not {word.strip(" -_") for word in above} <= _NAME_SKILLS:
        return None
    return vocabulary.named(label.strip()) or vocabulary.named(plain)


def _by_first_word(skills: Iterable[Skill]) -> dict[str, list[tuple[str, str]]]:
    """Return names and skills by the first word of the name, longest name first."""
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
