"""Titles of commits and pull requests are imperative: "Add a cache". A resume uses the past tense: "Added a cache"."""

from __future__ import annotations

from achievement_pipeline.parsing.patterns import Match, compile_pattern

_IRREGULAR = {
    "bring": "brought", "keep": "kept", "make": "made", "rebuild": "rebuilt", "rethink": "rethought",
    "rewrite": "rewrote", "catch": "caught", "give": "gave", "hide": "hid", "let": "let", "send": "sent",
    "say": "said", "set": "set", "shrink": "shrank", "tell": "told",
    "take": "took", "throw": "threw", "run": "ran", "get": "got", "break": "broke", "forbid": "forbade", "put": "put",
    "override": "overrode", "understand": "understood", "speed": "sped", "split": "split", "write": "wrote",
}  # fmt: skip
_REGULAR = frozenset(
    (  # noqa: SIM905 - a list of words
        "abort accept account adapt add adjust adopt align allow alter amend annotate announce append apply"
        " assert avoid bump centralize change clarify clean clear close collapse collect combine compute configure"
        " consolidate convert correct create deal declare decode decouple deduplicate defer define delegate delete"
        " deploy deprecate derive describe detach detect determine differentiate disable disallow discard display"
        " distinguish document download drop eliminate emit enable encode enforce enhance ensure escalate escape"
        " evaluate exclude expand explain export expose extend extract finish fix follow force forward generate"
        " handle harden highlight honor honour ignore implement import improve include increase initialize inject"
        " inline install integrate introduce invalidate invoke isolate load mark mention merge migrate modernize"
        " modify move normalize notify omit optimise optimize parallelize parse patch perform permit persist pin"
        " populate port postpone predict prefer preserve prevent promote propagate provide publish raise recognize"
        " recreate redesign reduce refactor refine reflect reformat refuse regenerate register reject relax rely"
        " remove rename render reorder reorganise reorganize rephrase replace require resolve respect restore"
        " restrict restructure retrieve retry return reuse revert reword rework sanitize separate serialize"
        " shorten show silence simplify skip sort specify standardize start stop store streamline strip suggest"
        " support suppress switch tidy tighten track transform translate treat trim truncate turn tweak unify"
        " update upgrade use validate verify warn widen wrap"
    ).split()
)
"""Verbs that titles begin with, and that hardly any noun phrase does: ``build``, ``test`` and ``cache`` are no part."""
_DOUBLED = frozenset(
    {"defer", "drop", "emit", "omit", "permit", "pin", "prefer", "skip", "stop", "strip", "trim", "wrap"}
)
_VOWELS = "aeiou"
_FORMS = {
    form: verb
    for verb, forms in {
        "add": "adds adding", "allow": "allows allowing", "change": "changing", "deprecate": "deprecates deprecating",
        "document": "documenting", "enable": "enables enabling", "fix": "fixing", "handle": "handles handling",
        "implement": "implements implementing", "improve": "improves improving", "introduce": "introduces introducing",
        "make": "makes making", "move": "moves moving", "prevent": "prevents preventing", "refactor": "refactors",
        "remove": "removes removing", "rename": "renames renaming", "replace": "replaces replacing",
        "rewrite": "rewriting", "switch": "switching", "update": "updating", "use": "using",
    }.items()
    for form in forms.split()
} | {f"{verb}s": verb for verb in _REGULAR if verb.endswith(("ise", "ize"))}  # fmt: skip
"""Other forms that titles begin with, of which none is a noun: ``fixes`` and ``uses`` are no part."""
_NO_OBJECT = frozenset({"for", "of", "is", "are", "was"})
"""After these words what looks like a verb is a noun: ``Support for TLS``, ``Display of dates``."""
_PHRASAL = frozenset({"account", "allow", "adjust"})
"""Verbs all the same before "for"."""
_PREDICATES = frozenset({"can", "is", "are", "was", "were", "has", "have", "will", "now", "should"})
"""Before these words stands a noun: ``Include tags are now able``, but ``Fix what is broken``."""
_QUESTIONS = frozenset({"what", "which", "that", "when", "where", "how", "it"})
_CLAUSE = compile_pattern(r"(?<=[,;] )([A-Za-z]+)(?= ([^ ,;]+))")
_WORDS_BEFORE_A_CLAUSE = 3
_SECOND = compile_pattern(r"(?:(?<=\band )|(?<= & ))([a-z]+)(?= ([^ ]+))")
_LIST = compile_pattern("[,;]")
_ASIDE = compile_pattern(r"\([^()]*\)")


def past_tense(title: str) -> str:
    """Return a title with the verb that it begins with, if it does, in the past tense.

    So is a verb that follows with "and": ``Renamed a and updated b``. In a list, only verbs that begin a clause of
    their own are: ``Added a cache to b, dropped c``, but ``Added copy, move and delete``.
    """
    first, blank, rest = title.partition(" ")
    past = _past(_FORMS.get(first.lower(), first.lower()))
    second, third = [*rest.split(maxsplit=2)[:2], "", ""][:2]
    is_noun = (second in _NO_OBJECT and first.lower() not in _PHRASAL) or (
        third in _PREDICATES and second not in _QUESTIONS
    )
    if not past or not rest or is_noun:
        return title
    if not _LIST.search(_ASIDE.sub("", title)):
        rest = _SECOND.sub(_clause, rest)
    elif len(_LIST.split(title)[0].split()) >= _WORDS_BEFORE_A_CLAUSE:
        rest = _CLAUSE.sub(_clause, rest)
    return f"{past.capitalize() if first[:1].isupper() else past}{blank}{rest}"


def _clause(found: Match[str]) -> str:
    return found[0] if found[2] in _NO_OBJECT else _past(found[1]) or found[0]


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
