"""How authors refer to issues and pull requests, in titles and messages: expressions that ignore case."""

from __future__ import annotations

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

ON_GITHUB = r"github (?:issue|pr|pull request)s? #?\d+"
REFERENCE = rf"(?:[\w./-]{{0,80}}#\d+|gh-\d+|https?://\S{{1,300}}|{ON_GITHUB})"
"""``#19``, ``owner/name#19``, an address."""
CLOSES = "(?:fix|clos|resolv)(?:e?s|ed?)?"
REFERS = (
    rf"(?:{CLOSES}|refs?|bug|see|issue|part of|related to):? {{0,3}}{REFERENCE}"
    rf"(?:,? (?:and )?(?:{CLOSES} )?{REFERENCE}){{0,20}}\W{{0,5}}"
)
"""``Fixes #19, closes #20``."""
_NOT_BARE = "".join(
    rf"(?<!\b{word} )"
    for word in (
        *(
            "addressed",
            "addresses",
            "bug",
            "close",
            "closed",
            "closes",
            "fix",
            "fixed",
            "fixes",
            "implement",
            "implements",
        ),
        *("issue", "issues", "pr", "prs", "pull", "request", "resolve", "resolved", "resolves", "revert", "reverts"),
        *(
            "after",
            "and",
            "as",
            "by",
            "for",
            "from",
            "in",
            "into",
            "of",
            "on",
            "per",
            "see",
            "since",
            "than",
            "to",
            "with",
        ),
    )
)
"""After these words a number belongs to the sentence: ``introduced in #12``."""
TAIL = compile_pattern(
    rf"(?<=\w|[`)'\"])[,;.]?\s\(?(?:(?:see|re|for|per)\s{REFERENCE}|{REFERS}|{ON_GITHUB}|https?://\S{{1,300}}"
    rf"|{_NOT_BARE}#\d{{1,7}}(?:,? (?:and )?[\w./-]{{0,80}}#\d{{1,7}}){{0,9}})\)?\.?$"
    r"|\s?\uff08[^\uff08\uff09]{0,60}#[^\uff08\uff09]{1,60}\uff09$",
    IGNORECASE,
)
"""A reference behind a title: ``, see #19``, or ``#19`` alone."""
_REFERRING = compile_pattern(
    rf"{CLOSES}|{REFERENCE}|\d{{1,7}}|refs?|see|and|for|github|bugs?|issues?|prs?|pull|requests?|tickets?", IGNORECASE
)
_REFERRED = rf"(?:(?:{CLOSES}|refs?|see|issue|pr) )?(?:{REFERENCE}|@[\w-]{{1,40}})"
ASIDE = compile_pattern(rf"\s?[(\[]{_REFERRED}(?:[,;]? (?:and )?{_REFERRED}){{0,20}}[)\]]", IGNORECASE)
"""References in brackets inside a text: `` (#12, #13)``, `` (@ann, #12)``."""


def only_refers(text: str) -> bool:
    """Whether a text has nothing but references and the words that lead to them: ``Fixed #12. Close #13``."""
    return all(_REFERRING.fullmatch(word.strip("()[].,;:!&")) for word in text.split() if word.strip("()[].,;:!&"))
