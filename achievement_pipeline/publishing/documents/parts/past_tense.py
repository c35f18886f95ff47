"""Titles of commits and pull requests are imperative: "Add a cache". A resume uses the past tense: "Added a cache"."""

from __future__ import annotations

from achievement_pipeline.parsing.patterns import IGNORECASE, Match, compile_pattern

_IRREGULAR = {
    "begin": "began", "bind": "bound", "break": "broke", "bring": "brought", "catch": "caught",
    "choose": "chose", "cleanup": "cleaned up", "cut": "cut", "deal": "dealt", "fall": "fell",
    "fixup": "fixed up", "forbid": "forbade", "freeze": "froze", "get": "got", "give": "gave", "hide": "hid",
    "keep": "kept", "leave": "left", "let": "let", "make": "made", "override": "overrode", "put": "put",
    "rebuild": "rebuilt", "redo": "redid", "reset": "reset", "rethink": "rethought", "rewrite": "rewrote",
    "run": "ran", "say": "said", "send": "sent", "set": "set", "shrink": "shrank", "speed": "sped",
    "speed-up": "sped up", "speedup": "sped up", "split": "split", "support": "added support for",
    "take": "took", "teach": "taught", "tell": "told", "throw": "threw", "unbreak": "unbroke",
    "understand": "understood", "undo": "undid", "unset": "unset", "write": "wrote",
}  # fmt: skip
_REGULAR = frozenset(
    (  # noqa: SIM905 - a list of words
        "abort absorb accelerate accept accommodate account activate adapt add adhere adjust adopt advertise align"
        " allocate allow alter amend annotate announce append apply assert assign assume attach automate avoid"
        " backport bump calculate cancel canonicalize capitalize centralize change clamp clarify clean cleanse clear"
        " close coalesce coerce collapse collect combine compose compute configure consider consolidate constrain"
        " construct consume continue convert correct create declare decode decompose decouple decrease dedup dedupe"
        " deduplicate defer define delegate delete demonstrate deny deploy deprecate derive describe destroy detach"
        " detect determine differentiate disable disallow disambiguate discard display distinguish document downgrade"
        " download drop elaborate eliminate emit emulate enable encapsulate encode enforce enhance ensure"
        " escalate escape evaluate exclude execute expand explain export expose extend extract factor finalize"
        " finish fix flatten flush follow force forward generalize generate guarantee handle hardcode harden"
        " harmonize highlight hoist honor honour ignore implement import improve include incorporate increase"
        " increment indicate infer inform inherit initialize inject inline insert install instruct integrate"
        " introduce invalidate invert invoke isolate iterate load loosen maintain manage mark memoize mention"
        " merge migrate minify minimize modernize modify move narrow normalize notify obtain omit optimise"
        " optimize organise organize overhaul parallelize parameterise parameterize parametrize parse patch"
        " perform permit persist pin populate port postpone predict prefer prepare prepend preserve prevent"
        " prioritize promote propagate protect provide prune publish raise reapply rearrange recognize recommend"
        " recover recreate redact redesign reduce reenable refactor refer refine reflect reformat refuse"
        " regenerate register rehash reimplement reinstate reintroduce reject relax relicense reload relocate rely"
        " remember remove rename render reorder reorganise reorganize repair rephrase replace represent repurpose"
        " requeue require reserve resolve respect respond restore restrict restructure retain retire retrieve retry"
        " return reuse revert revise reword rework rotate sanitise sanitize separate serialise serialize shorten"
        " show shuffle silence simplify skip solve sort specialize specify spruce stabilize standardize start"
        " stop store streamline strip suggest suppress swap switch synchronize tidy tighten tokenize tolerate"
        " track transform translate transpile treat trim truncate turn tweak unblock unify unlock unpin"
        " unregister unsubscribe unwrap update upgrade use utilise utilize validate verify visualize warn widen"
        " wrap"
    ).split()
)
"""Verbs that titles begin with, and that hardly any noun phrase does."""
_ALSO_NOUNS_REGULAR = frozenset(
    (  # noqa: SIM905 - a list of words
        "address attempt back batch bound cache call cap capture cascade check compare compile complete copy count"
        " cover default delay embed error exit fetch fill filter fold format free gate group guard hook index issue key"
        " label limit link lint list lock log lower mask match name note open order pass pick point polish print"
        " process pull push query quote record reference refresh release report request reverse route save scope"
        " select share stream surface sync tag target test trigger try upload wait wire"
    ).split()
)
_ALSO_NOUNS_IRREGULAR = {
    "build": "built", "cast": "cast", "find": "found", "hold": "held", "read": "read",
    "rollback": "rolled back", "setup": "set up", "workaround": "worked around",
}  # fmt: skip
"""Words that begin a noun phrase as often: ``Test client``, but ``Test the client``."""
_DETERMINERS = frozenset("the a an all each every any both its our out their this these those whether missing".split())  # noqa: SIM905
"""After these words, a word that could be a noun is a verb; "out" is a part of one."""
_AFTER_GERUNDS = (_DETERMINERS | {"another", "more", "new", "some", "to"}) - {"out"}
"""After these words, one that ends with "-ing" is a verb: ``Extending the parser``, but ``Caching layer``."""
_DOUBLED = frozenset(
    (  # noqa: SIM905 - a list of words
        "cap dedup defer drop embed emit format infer log omit permit pin prefer refer reformat skip stop strip"
        " swap tag trim unpin unwrap wrap"
    ).split()
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
        "rewrite": "rewriting", "support": "supports supporting", "switch": "switching", "update": "updating",
        "use": "using",
    }.items()
    for form in forms.split()
} | {f"{verb}s": verb for verb in _REGULAR if verb.endswith(("ise", "ize"))}  # fmt: skip
"""Other forms that titles begin with, of which none is a noun: ``fixes`` and ``uses`` are no part."""
_NO_OBJECT = frozenset({"for", "of", "is", "are", "was"})
"""After these words what looks like a verb is a noun: ``Support for TLS``, ``Display of dates``."""
_PHRASAL = frozenset({"account", "allow", "adjust", "implement", "optimise", "optimize", "prefer"})
"""Verbs all the same before "for"."""
_PREDICATES = frozenset({"can", "is", "are", "was", "were", "has", "have", "will", "now", "should"})
"""Before these words stands a noun: ``Include tags are now able``, but ``Fix what is broken``."""
_THIRD_PERSON = frozenset(
    (  # noqa: SIM905 - a list of words
        "accepts adds allows becomes contains does emits expects fails gives ignores includes keeps makes needs"
        " prevents provides raises receives rejects requires respects supports takes throws uses"
    ).split()
)
"""Before these words stands a name: ``emit throws StateError``. Few of them are nouns in the plural."""
_QUESTIONS = frozenset({"what", "which", "that", "when", "where", "how", "it"})
_SCOPE = compile_pattern(
    r"^(?:[^\W\d_][\w./*,-]{0,40}(?: [\w./*-]{1,20})?(?:\([^()]{0,40}\))?!?: +)*"
    r"(?:(?:actually|also,?|automatically|better|conditionally|consistently|correctly|directly|dynamically|eagerly|explicitly|fully"
    r"|gracefully|lazily|manually|optionally|partially|properly|really|safely|silently|temporarily) )?",
    IGNORECASE,
)
"""Parts of the project that the title begins with, and how it was done: ``net/http: add``, ``Properly add``."""
_CLAUSE = compile_pattern(r"(?<=[,;] )([A-Za-z]+)(?= ([^ ,;]+))")
_WORDS_BEFORE_A_CLAUSE = 3
_NO_ITEMS = frozenset("add fix improve refactor remove rename simplify update".split())  # noqa: SIM905
"""Verbs that are hardly an item of a list: ``Clean up docs, add examples``."""
_SECOND = compile_pattern(r"(?:(?<=\band )|(?<= & ))([a-z]+)(?= ([^ ]+))")
_INFINITIVE = compile_pattern(r"\bto ([a-z]+)(?: ([a-z]+))?")
_PERMITS = frozenset({"allowed", "enabled", "let", "permitted"})
"""Before "to", what follows them is what others may do: ``Allow users to name a column and refer to it``."""
_TO_DO = compile_pattern(r" to (?!be )")
_ADJECTIVES = frozenset("clean clear close correct export import install narrow present separate".split())  # noqa: SIM905
"""Verbs only before a determiner: ``Avoid decoding messages and close reasons``."""
_LIST = compile_pattern("[,;]")
_ASIDE = compile_pattern(r"\([^()]*\)")


def past_tense(title: str) -> str:
    """Return a title with the verb that it begins with, if it does, in the past tense.

    The part of the project may stand before it: ``s2: Added a cache``. A verb that follows with "and" is put into the
    past too: ``Renamed a and updated b``. In a list, only verbs that begin a clause of their own are: ``Added a cache
    to b, dropped c``, but ``Added copy, move and delete``.
    """
    found = _SCOPE.match(title)
    scope = found[0] if found and not _past(title.partition(" ")[0].lower(), "") else ""
    first, blank, rest = title.removeprefix(scope).partition(" ")
    second, third = [*rest.split(maxsplit=2)[:2], "", ""][:2]
    past = _past(_FORMS.get(first.lower(), first.lower()), second) or _past_of_gerund(first.lower(), second)
    is_noun = (
        (second in _NO_OBJECT and first.lower() not in _PHRASAL)
        or (third in _PREDICATES and second not in _QUESTIONS)
        or second in _THIRD_PERSON
    )
    if not past or not rest or is_noun:
        return title
    is_list = _LIST.search(_ASIDE.sub("", title).replace(", and ", " and "))
    if past not in _PERMITS or not _TO_DO.search(rest):
        head = _LIST.split(rest)[0] if is_list else rest
        rest = f"{_SECOND.sub(_second, head)}{rest.removeprefix(head)}"
    before = _LIST.split(title)[0].split()
    if is_list and len(before) >= _WORDS_BEFORE_A_CLAUSE:
        rest = _CLAUSE.sub(_clause, rest)
    elif is_list and not _past(before[-1].lower(), "the"):
        rest = _CLAUSE.sub(lambda found: _clause(found) if found[1] in _NO_ITEMS else found[0], rest)
    return f"{scope}{past.capitalize() if first[:1].isupper() else past}{blank}{rest}"


def is_past(title: str) -> bool:
    """Whether a title begins with an irregular verb in the past tense: ``Threw away``."""
    return title.partition(" ")[0].lower() in _IRREGULAR.values()


def _clause(found: Match[str]) -> str:
    verb, following = found.groups()
    is_other = (following in _NO_OBJECT and verb not in _PHRASAL) or (
        verb in _ADJECTIVES and following not in _DETERMINERS
    )
    return found[0] if is_other else _past(verb, following) or found[0]


def _second(found: Match[str]) -> str:
    """Return a verb behind "and" in the past, unless it follows an infinitive: ``Allow to read a and write b``."""
    before = found.string[: found.start()].split()
    # "Add create and delete commands"
    is_pair = len(before) > 1 and _past(before[-2], "the") is not None
    after_to = _INFINITIVE.findall(found.string, 0, found.start())
    is_infinitive = any(following in _DETERMINERS or _past(word, "the") for word, following in after_to)
    return found[0] if is_pair or is_infinitive else _clause(found)


def _past(verb: str, following: str) -> str | None:
    if following.startswith("`") or following.endswith(("'s", "\u2019s")):
        following = "the"  # code, and what belongs to something, are objects
    if verb.startswith("re-"):
        past = _past(verb.removeprefix("re-"), following)
        return past and f"re-{past}"
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb in _REGULAR or (verb in _ALSO_NOUNS_REGULAR and following in _DETERMINERS):
        return _regular_past(verb)
    return _ALSO_NOUNS_IRREGULAR.get(verb) if following in _DETERMINERS else None


def _past_of_gerund(word: str, following: str) -> str | None:
    """Return the past of a verb in its form with "-ing", only before what makes clear that it is one."""
    stem = word.removesuffix("ing")
    if stem == word or following not in _AFTER_GERUNDS:
        return None
    verbs = (stem, f"{stem}e", stem[:-1])
    # "Logging to a file" is no verb
    return next(filter(None, (_past(verb, "") for verb in verbs if verb)), None)


def _regular_past(verb: str) -> str:
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{verb}ed"
