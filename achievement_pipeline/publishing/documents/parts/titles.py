"""A title as what was done: whole, in the past tense, without what refers to issues at its ends."""

from __future__ import annotations

from achievement_pipeline.parsing.patterns import IGNORECASE, Match, compile_pattern
from achievement_pipeline.publishing.documents.parts.issue_mentions import CLOSES, REFERENCE, TAIL
from achievement_pipeline.publishing.documents.parts.past_tense import is_past, past_tense
from achievement_pipeline.publishing.gate.redaction import Mark

BLANK_LINES = compile_pattern(r"\n(?>(?:[^\S\n]*+\n)+)")
_NUMBER = r"\d{1,2}(?:\.\d{1,2}){0,2}\u3001\s*"
BULLET = compile_pattern(rf"^\s*(?:(?:[-*+]|\d+[.)])\s+(?:{_NUMBER})?|{_NUMBER})")
"""A mark or number before an item; Chinese lists have no blank behind it."""
COMMIT_TYPE = compile_pattern(r"^[a-z]+(?:\([^()]*\))?!?: (?=\S)")
"""How the subjects of other commits begin, which squashed ones list."""
_ROLE = compile_pattern(r":[a-z]{1,20}(?::[a-z]{1,20})?:`~?\.?([^`<>\n]{1,200})`")
_DOUBLED = compile_pattern(r"``([^`\n]{1,200})``")
"""Code as reStructuredText has it."""
_ESCAPED = compile_pattern(r"`\\ `|(?<=`)!(?=\w[^`\n]{0,200}`)")
ISSUES = compile_pattern(
    rf"^(?:(?:{CLOSES}|bug|chore|docs|feat|issue|perf|pr)(?: for| (?:bug|issue))? ?{REFERENCE}"
    rf"(?:(?:,|,? and| &) (?:{CLOSES} )?{REFERENCE}){{0,20}}(?: ?:|\.| [-\u2013\u2014]) "
    rf"|(?:issue|bug|pr) ?#\d{{1,7}} |{CLOSES} \d{{1,7}}(?::| [-\u2013\u2014]) )(?=\S)",
    IGNORECASE,
)
"""The issues that a title begins with: ``fix #12, fix #13: more cases``, ``Feat #12: more``, ``Issue#12 Add more``."""
_BREAKING = compile_pattern(r"^(?:\[BREAKING(?: CHANGE)?\]|BREAKING(?: CHANGE)?:) ?(?=\S)", IGNORECASE)
LABEL = compile_pattern(
    r"^(?:BREAKING(?: CHANGE)?|BUG ?FIX|CHANGED?|DEPRECAT(?:ED|ION)|ENHANCEMENT|FEAT(?:URE)?|FIX(?:ED)?|IMPROVEMENT"
    r"|NEW(?: FEATURE)?|PERF|REMOVED|SECURITY)(?:: ?| )(?=[A-Z`])"
)
"""What the entries of some release notes are headed by: ``[FEATURE] Add a cache``."""
_KIND = compile_pattern(
    r"^(?:bug ?fix|change|enhancement|feat(?:ure)?|fix|improvement|new|perf): (?=[A-Z`])", IGNORECASE
)
"""The kind of an entry, which a verb behind it makes needless: ``Fix: Update the parser``."""
_THIS = compile_pattern(r"^This (?:branch|change|commit|patch|pr|pull request) (?=[a-z]+s )", IGNORECASE)
_BRANCH = compile_pattern(r"^(?:bug|bugfix|chore|docs|feat|feature|fix|hotfix|refactor|release)/(?=\w+ \w)", IGNORECASE)
"""What GitHub calls a pull request of one commit less: ``Feature/add a cache``, after its branch."""
_QUOTED = compile_pattern(rf"^{CLOSES} {REFERENCE}[,:]? [\"\u201c](.{{10,}})[\"\u201d]\.?$", IGNORECASE)
"""A title that quotes that of the issue: ``Fix #12, "Wrong order of tiles"``."""
_PROBLEM = compile_pattern(
    r"^(?!(?:[^\s:]{1,40}: ){0,3}\W{0,3}"
    r"(?:don't|do not|does not|doesn't|no|not|never|always|only|work ?around|better|more|new|support|fix\w*"
    r"|ensur\w+|tests?|allow|when|if|make|check|some|now|\w+ed)\b)"
    r"(?:(?! (?:when|if|where|that|which|because|so|but|instead)\b)[^,;]){2,80}? "
    r"(?:can(?:'t|not)|crash(?:es)?|does ?(?:n't| not)|fails|hangs|is ?(?:n't| not)|are ?(?:n't| not)|leaks(?= \w)"
    r"|throws|(?:gives|returns) (?:wrong|incorrect|invalid)"
    r"|(?:is|are) (?:wrong|incorrect|missing|broken|ignored|lost))\b"
    r"|^(?:crash(?:es)?|deadlocks?|false (?:negative|positive)s?|memory leaks?|race conditions?|regressions?)"
    r" (?:after|at|for|if|in|of|on|when|while|with)\b",
    IGNORECASE,
)
"""A title that is the problem and not what was done about it: ``The parser fails on tabs``."""
_ONLY_IN_BRACKETS = compile_pattern(
    rf"^(fix(?:es|ed)?)(?: for)?(?: bug| issue)? (?:{REFERENCE}|\d{{1,7}}) \((.{{10,}})\)$", IGNORECASE
)
"""A title that says in brackets what was fixed: ``Fix #12 (wrong order)``."""
_SENTENCE_OF_ISSUES = compile_pattern(
    rf"(?<=[\w`)])\. (?:{CLOSES}|see|refs?|based on) (?:the )?(?:pr |issue )?{REFERENCE}.*$", IGNORECASE
)
KIND_IN_HAN = compile_pattern(r"^\u3010[^\u3010\u3011]{1,30}\u3011\s*(?=\S)")
"""The kind of work in the brackets of Chinese."""
_AREA = compile_pattern(r"^\[([^\[\]]{1,30})\]:?\s+(?=[^\W\d_a-z]|`)")
_SOLVED = compile_pattern(r"^(?:problem|issue|bug): ?(?=\S)", IGNORECASE)
"""A title that is labelled as the problem that was solved."""
_TYPE = compile_pattern(r"^(?:feat|fix|perf|refactor)!\([^()]{1,40}\): (?=\S)", IGNORECASE)
"""A type whose mark of a breaking change stands before its scope."""
_PREFIXES = (_TYPE, _BREAKING, LABEL, _THIS, ISSUES, _AREA, KIND_IN_HAN, _BRANCH)
_LAST_EMOJI = compile_pattern(
    r"(?<=\S)(?:\s*(?::[a-z][a-z0-9_+-]{1,30}:(?!\S)|[\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?)){1,5}$"
)
_LONGEST_TITLE = 120
_REFERENCE_FIRST = compile_pattern(rf"(?:for |{CLOSES} )?{REFERENCE}", IGNORECASE)
_BEGINS_NO_SENTENCE = compile_pattern(r"[a-z(]")
_ENDS_INSIDE = compile_pattern(r"[\w`),]$")
DOTS = ".\u2026"
CUT = ("\u2026", "...")
"""What GitHub puts behind a title that it cuts, and before its end in the next line."""
_UNFINISHED = compile_pattern(
    r" (?:a|an|and|as|at|because|by|from|in|into|its|of|on|or|that|the|their|to|via|when|which|with)$"
)
_LAST_CLAUSE = compile_pattern(
    r"(?<=[\w`)]),(?: (?:and|as|because|but|if|otherwise|rather|since|so|unless|when|where|which|while)\b[^,;]*)?$"
)
"""A comma that a title ends in, or the clause behind its last one that says why or when."""
_ORDINARY_WORD = compile_pattern(r"^[a-z]{1,30}(?:n't)?(?=[ ,:]|$)")
_WIDTH = 68
"""Characters of a line that was full: one that had room for the next word was not folded there."""


def as_done(title: str, description: str) -> str:
    """Return the title of a piece of work as what was done: ``Added a cache``.

    A sentence that was folded into the next line of its message, as old commits have it, is made whole. The area that
    some projects put before a title comes off, and so do issues: ``[api-minor] Add a cache``, ``Fix #1: add a cache``.
    """
    whole = _without_prefix(_made_whole(title, description)[0])
    if (kind := _KIND.match(whole)) and (past_tense(rest := whole[kind.end() :]) != rest):
        whole = rest
    if problem := _SOLVED.match(whole):
        return f"Fixed: {capitalised(TAIL.sub('', as_code(whole[problem.end() :])))}"
    if quoted := _QUOTED.match(whole):
        done = past_tense(quoted[1])
        return done if done != quoted[1] else f"Fixed: {done}"
    whole = _SENTENCE_OF_ISSUES.sub("", _ONLY_IN_BRACKETS.sub(_fixed, as_code(whole)))
    return past_tense(_LAST_EMOJI.sub("", TAIL.sub("", whole))) or title


def _fixed(found: Match[str]) -> str:
    """Return what was fixed: ``Fix wrong order``, but ``Fixed: Tiles are lost``."""
    return f"{found[1]} {found[2]}" if found[2][0].islower() else f"Fixed: {found[2]}"


def names_problem(title: str) -> bool:
    """Whether the title of a fix names what was wrong, as those of issues do, rather than what was done."""
    return past_tense(title) == title and not is_past(title) and bool(_PROBLEM.match(title))


def without_folded(title: str, description: str) -> str:
    """Return a description without the words that end the title, or the clause that was left out of it."""
    for word in _made_whole(title, description)[1].split():
        description = description.lstrip().removeprefix(word)
    return description.lstrip(". ")


def as_code(text: str) -> str:
    """Return a text with code marked by single backticks, as Markdown has it.

    What reStructuredText escapes inside and behind them goes.
    """
    return _ESCAPED.sub("", _DOUBLED.sub(r"`\1`", _ROLE.sub(r"`\1`", text)))


def capitalised(text: str) -> str:
    """Return a text with a capital at its beginning, unless that is a name or code: ``setup_suite``."""
    return text[:1].upper() + text[1:] if _ORDINARY_WORD.match(text) else text


def letters(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return "".join(filter(str.isalnum, text.casefold()))


def _without_prefix(title: str) -> str:
    first = BULLET.match(title)
    item = capitalised(title[first.end() :]) if first else title
    prefix = next(filter(None, (each.match(item) for each in _PREFIXES)), None)
    if not prefix or prefix[0].rstrip(": ") in set(Mark):
        return item
    return capitalised(item[prefix.end() :])


def _made_whole(title: str, description: str) -> tuple[str, str]:
    """Return a title as a whole sentence, and the words of the description that were the end of it.

    If all of it would be too long, the clause that the title ends in is left out.
    """
    if title.endswith(CUT) and description.lstrip().startswith(CUT):
        end = description.lstrip().partition("\n")[0].rstrip()
        return title.rstrip(DOTS) + end.lstrip(DOTS), end
    end = _folded(title, description)
    if len(title) + len(end) < _LONGEST_TITLE:
        return f"{title} {end}".strip(), end
    shorter = _LAST_CLAUSE.sub("", title)
    return (shorter, end) if shorter != title else (title, "")


def _folded(title: str, description: str) -> str:
    """Return the end of a sentence that began in the title and goes on in the description; else nothing."""
    first = " ".join(BLANK_LINES.split(description, 1)[0].split())
    is_cut = bool(_UNFINISHED.search(title))
    goes_on = is_cut or (_BEGINS_NO_SENTENCE.match(first) and _ENDS_INSIDE.search(title))
    is_full = is_cut or len(title) + len(first.partition(" ")[0]) >= _WIDTH
    is_new = not (COMMIT_TYPE.match(first) or _REFERENCE_FIRST.match(first) or letters(first) in letters(title))
    if not (goes_on and is_full and is_new):
        return ""
    return first.partition(". ")[0].removesuffix(".")
