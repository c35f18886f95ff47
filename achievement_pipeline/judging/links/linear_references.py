"""Find the issues that texts reference, following the rules of Linear's integrations.

The rules (https://linear.app/docs/github, September 2026): an identifier in a title or branch name links the issue. In
a description or commit message it needs a magic word in front, which may apply to several identifiers (``Fixes ENG-123,
DES-5, and ENG-256``) or to an issue URL. ``Relates to`` only lists the issue. ``Skip ENG-12`` and ``Ignore ENG-12``
prevent a link. Case is ignored.

Whether an issue exists is not checked here. HTML comments are ignored, because templates contain examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from achievement_pipeline.columns.text import contains
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.parsing.patterns import DOTALL, IGNORECASE, MULTILINE, Pattern, compile_pattern

_IDENTIFIER = r"[a-z][a-z0-9]{0,9}-[1-9][0-9]{0,8}"
_ADDRESS = rf"https?://linear\.app/[\w-]+/issue/({_IDENTIFIER})(?:/[\w%.~-]*)*"
_IN_TITLE = compile_pattern(rf"(?i)(?<![a-z0-9])({_IDENTIFIER})(?!\w|-\d|\.\d)")
"""Does not match ``CVE-2024-1``."""
_IN_BRANCH = compile_pattern(rf"(?i)(?<![a-z0-9])({_IDENTIFIER})(?![a-z0-9]|\.\d)")
_REVERTS = r"(?i)^\W*(?:[\w-]+(?:\([^()]*\))?!?: +)?\W*(?:revert|roll ?back|back(?:s|ed)? out|undo)(?:s|ed|ing)?\b"
"""A revert does not work on the issue that it quotes."""
_DUMP = compile_pattern(r"^Squashed commit of the following:", MULTILINE)
"""The messages of other commits follow. Their issues are only listed, like those of commits on a squashed branch."""
_BELONGS = (
    r"clos(?:e|es|ed|ing)|fix(?:es|ed|ing)?|resolv(?:e|es|ed|ing)|complet(?:e|es|ed|ing)|implement(?:s|ed|ing)?|"
    r"linear issue|refs?|references|part of|contributes to|towards?"
)
"""Words that close an issue, then words that contribute to it."""
_RELATED = r"relate[sd] to"
_IGNORED = r"skip|ignore"
_ONE = rf"[\[(*_]*{_IDENTIFIER}[\])*_]*"
_MAGIC = compile_pattern(
    rf"(?<![\w-])(?:(?P<belongs>{_BELONGS})|(?P<related>{_RELATED})|(?P<ignored>{_IGNORED}))"
    rf"(?:[ \t]*:[ \t]*|[ \t]+)"
    rf"(?P<issues>{_ONE}(?:(?:[ \t]*,[ \t]*(?:and[ \t]+)?|[ \t]+(?:and|&)[ \t]+){_ONE})*)(?![a-z0-9])",
    IGNORECASE,
)
_EACH = compile_pattern(_IDENTIFIER, IGNORECASE)
_COMMENT = compile_pattern(r"<!--.*?(?:-->|\Z)", DOTALL)
_LINKED = compile_pattern(rf"\[[^\[\]\n]*+\]\(<?{_ADDRESS}>?\)|<?{_ADDRESS}(?:[?#][^\s>)]*)?>?", IGNORECASE)
_PERHAPS = rf"(?i)\b(?:{_BELONGS}|{_RELATED}|{_IGNORED})[ \t:].*[a-z0-9]-[1-9]"


@dataclass(frozen=True)
class IssueReferences:
    """Issues that texts reference with magic words: identifiers indexed by row, in text order."""

    belongs: pd.Series[str]
    """The work belongs to these issues."""
    related: pd.Series[str]
    """The work is only related to these issues."""
    ignored: pd.Series[str]
    """These issues must not be linked."""

    def without(self, named: pd.Series[str]) -> pd.Series[str]:
        """Remove identifiers found in titles or branches that the text ignores or only relates to."""
        excluded = pd.concat([self.ignored, self.related])
        if named.empty or excluded.empty:
            return named
        rows = pd.MultiIndex.from_arrays([named.index, named.str.lower()])
        return named[~rows.isin(pd.MultiIndex.from_arrays([excluded.index, excluded.str.lower()]))]


def read_titles(titles: pd.Series[str]) -> pd.Series[str]:
    """Return the identifiers in titles, one row per occurrence; the index may repeat."""
    candidates = titles[matches(titles, "[0-9A-Za-z]-[1-9]") & ~matches(titles, _REVERTS)]
    return _find_all(candidates, _IN_TITLE)


def read_branches(branches: pd.Series[str]) -> pd.Series[str]:
    """Return the identifiers in branch names, one row per occurrence; the index may repeat."""
    return _find_all(branches[~contains(branches, r"^revert-\d+-")], _IN_BRANCH)


def read_texts(texts: pd.Series[str]) -> IssueReferences:
    """Find the magic words in descriptions and messages, with the issues that follow them."""
    candidates = texts[contains(texts, _PERHAPS)]
    candidates = candidates[~contains(candidates, _REVERTS)]
    if candidates.empty:
        return IssueReferences(candidates, candidates, candidates)
    found = [(row, *references) for row, text in candidates.items() for references in _read(text)]
    frame = pd.DataFrame(found, columns=["row", "kind", "identifier"]).set_index("row")
    references = {kind: frame.loc[frame["kind"] == kind, "identifier"].astype("str") for kind in _MAGIC.groupindex}
    ignored = set(zip(references["ignored"].index, references["ignored"].str.lower(), strict=True))
    for kind in ("belongs", "related"):
        keep = [pair not in ignored for pair in zip(references[kind].index, references[kind].str.lower(), strict=True)]
        references[kind] = references[kind][keep]
    return IssueReferences(references["belongs"], references["related"], references["ignored"])


def _find_all(texts: pd.Series[str], pattern: Pattern[str]) -> pd.Series[str]:
    return texts.map(pattern.findall).explode().dropna().astype("str")


def _read(text: str) -> Iterator[tuple[str, str]]:
    """Yield each reference in a text: a field of `IssueReferences`, and the identifier."""
    plain = _LINKED.sub(lambda match: match[1] or match[2], _COMMENT.sub(" ", text))
    dump = _DUMP.search(plain)
    for match in _MAGIC.finditer(plain):
        kind = next(name for name in ("belongs", "related", "ignored") if match[name])
        if dump and match.start() > dump.start() and kind == "belongs":
            kind = "related"
        for identifier in _EACH.findall(match["issues"]):
            yield kind, identifier
