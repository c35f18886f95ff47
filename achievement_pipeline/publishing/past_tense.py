"""Titles of commits and pull requests tell what to do: "Add a cache". A resume tells what was done: "Added a cache"."""

from __future__ import annotations

import re

_IRREGULAR = {
    "bring": "brought", "keep": "kept", "make": "made", "rebuild": "rebuilt", "rethink": "rethought",
    "rewrite": "rewrote", "run": "ran", "speed": "sped", "split": "split", "write": "wrote",
}  # fmt: skip
_REGULAR = frozenset(
    (  # noqa: SIM905 - a list of words
        "accept add adjust adopt allow apply avoid centralize clarify clean clear collect combine configure"
        " consolidate convert correct create decouple deduplicate define delete deprecate derive detect"
        " disable drop eliminate enable enforce ensure expand explain expose extend extract finish fix"
        " generate handle harden implement improve include increase inline integrate introduce isolate merge"
        " migrate modernize move normalize optimise optimize parse prevent preserve propagate provide raise"
        " reduce refactor refine reject remove rename reorganize replace rephrase resolve respect restore"
        " restructure reuse revert rework separate simplify skip standardize stop streamline switch tidy unify"
        " update upgrade use validate verify wrap"
    ).split()
)
"""Verbs that titles begin with, and that hardly any noun phrase does: ``build``, ``test`` and ``cache`` are no part."""
_DOUBLED = frozenset({"drop", "skip", "stop", "wrap"})
_VOWELS = "aeiou"
_ASIDE = re.compile(r"\([^()]*\)")


def past_tense(title: str) -> str:
    """Return a title with the verb that it begins with, if it does, in the past tense; a list stays as it is."""
    if re.search("[,;]", _ASIDE.sub("", title)):
        return title
    first, blank, rest = title.partition(" ")
    past = _past(first.lower())
    return f"{past.capitalize() if first[:1].isupper() else past}{blank}{rest}" if past and rest else title


def _past(verb: str) -> str | None:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb not in _REGULAR:
        return None
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{verb}ed"
