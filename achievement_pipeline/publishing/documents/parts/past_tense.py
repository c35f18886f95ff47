"""Titles of commits and pull requests tell what to do: "Add a cache". A resume tells what was done: "Added a cache"."""

from __future__ import annotations

from achievement_pipeline.parsing.patterns import compile_pattern

_IRREGULAR = {
    "bring": "brought", "keep": "kept", "make": "made", "rebuild": "rebuilt", "rethink": "rethought",
    "rewrite": "rewrote", "catch": "caught", "give": "gave", "hide": "hid", "let": "let", "send": "sent",
    "set": "set", "shrink": "shrank",
    "take": "took", "throw": "threw", "run": "ran", "speed": "sped", "split": "split", "write": "wrote",
}  # fmt: skip
_REGULAR = frozenset(
    (  # noqa: SIM905 - a list of words
        "accept add adjust adopt allow announce apply assert avoid centralize clarify clean clear collect combine"
        " configure consolidate convert correct create declare decode decouple deduplicate define delegate delete"
        " deploy deprecate derive describe detach detect disable drop eliminate emit enable encode enforce ensure"
        " escalate escape evaluate expand explain expose extend extract finish fix follow generate handle harden ignore"
        " implement import improve include increase initialize inject inline install integrate introduce invalidate"
        " invoke isolate merge migrate modernize move normalize optimise optimize parallelize parse persist"
        " populate postpone preserve prevent promote propagate provide publish raise reduce refactor refine"
        " reformat regenerate register reject relax remove rename render reorganize rephrase replace require"
        " resolve respect restore restructure retrieve retry return reuse revert reword rework sanitize separate"
        " serialize shorten show silence simplify skip specify standardize start stop streamline suppress switch tidy"
        " track translate truncate unify update upgrade use validate verify warn widen wrap"
    ).split()
)
"""Verbs that titles begin with, and that hardly any noun phrase does: ``build``, ``test`` and ``cache`` are no part."""
_DOUBLED = frozenset({"drop", "emit", "skip", "stop", "wrap"})
_VOWELS = "aeiou"
_SECOND = compile_pattern(r"(?:(?<=\band )|(?<= & ))[a-z]+(?= )")
_LIST = compile_pattern("[,;]")
_ASIDE = compile_pattern(r"\([^()]*\)")


def past_tense(title: str) -> str:
    """Return a title with the verb that it begins with, if it does, in the past tense; a list stays as it is.

    So is a verb that follows with "and": ``Renamed a and updated b``.
    """
    if _LIST.search(_ASIDE.sub("", title)):
        return title
    first, blank, rest = title.partition(" ")
    past = _past(first.lower())
    if not past or not rest:
        return title
    rest = _SECOND.sub(lambda found: _past(found[0]) or found[0], rest)
    return f"{past.capitalize() if first[:1].isupper() else past}{blank}{rest}"


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
