"""Which Linear issues a text names, read as Linear's own integrations read it.

Their rules (https://linear.app/docs/github, as of September 2026): an identifier in a title or in the name of a branch
links; in a description, or a commit's message, it needs a magic word before it, which may stand before several
(``Fixes ENG-123, DES-5, and ENG-256``) and before an issue's address. ``Relates to`` lists the issue without making the
work a part of it; ``Skip ENG-12`` and ``Ignore ENG-12`` keep an issue from being linked at all. Case does not matter.

Whether there is such an issue is not asked here. HTML comments are left out: templates give their examples in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from achievement_pipeline.columns.text import contains
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.patterns import DOTALL, IGNORECASE, MULTILINE, Pattern, compile_pattern

_IDENTIFIER = r"[a-z][a-z0-9]{0,9}-[1-9][0-9]{0,8}"
_ADDRESS = rf"https?://linear\.app/[\w-]+/issue/({_IDENTIFIER})(?:/[\w%.~-]*)*"
_IN_TITLE = compile_pattern(rf"(?i)(?<![a-z0-9])({_IDENTIFIER})(?!\w|-\d|\.\d)")
"""``CVE-2024-1`` is none."""
_IN_BRANCH = compile_pattern(rf"(?i)(?<![a-z0-9])({_IDENTIFIER})(?![a-z0-9]|\.\d)")
_REVERTS = r"(?i)^\W*(?:[\w-]+(?:\([^()]*\))?!?: +)?\W*(?:revert|roll ?back|back(?:s|ed)? out|undo)(?:s|ed|ing)?\b"
"""What takes work back is no work for the issue that it quotes."""
_DUMP = compile_pattern(r"^Squashed commit of the following:", MULTILINE)
"""What follows are the messages of other commits: they are listed, as in a squash of a branch upon another."""
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
    """What texts say of Linear issues with magic words: identifiers by row, in the order of the text."""

    belongs: pd.Series[str]
    """The work is for these issues."""
    related: pd.Series[str]
    """These are only related."""
    ignored: pd.Series[str]
    """These shall not be linked."""

    def without(self, named: pd.Series[str]) -> pd.Series[str]:
        """Leave out what a title or a branch names of that which shall not be linked, or which is only related."""
        excluded = pd.concat([self.ignored, self.related])
        rows = pd.MultiIndex.from_arrays([named.index, named.str.lower()])
        return named[~rows.isin(pd.MultiIndex.from_arrays([excluded.index, excluded.str.lower()]))]


def read_titles(titles: pd.Series[str]) -> pd.Series[str]:
    """Return the identifiers in titles; with one row an occurrence, the index repeated."""
    candidates = titles[matches(titles, "[0-9A-Za-z]-[1-9]") & ~matches(titles, _REVERTS)]
    return _find_all(candidates, _IN_TITLE)


def read_branches(branches: pd.Series[str]) -> pd.Series[str]:
    """Return the identifiers in names of branches; with one row an occurrence, the index repeated."""
    return _find_all(branches[~contains(branches, r"^revert-\d+-")], _IN_BRANCH)


def read_texts(texts: pd.Series[str]) -> IssueReferences:
    """Read the magic words of descriptions and messages, with the issues that follow them."""
    candidates = texts[contains(texts, _PERHAPS) & ~contains(texts, _REVERTS)]
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
    """Yield what a text says of each issue that follows a magic word: a field of `Told`, and the identifier."""
    plain = _LINKED.sub(lambda match: match[1] or match[2], _COMMENT.sub(" ", text))
    dump = _DUMP.search(plain)
    for match in _MAGIC.finditer(plain):
        kind = next(name for name in ("belongs", "related", "ignored") if match[name])
        if dump and match.start() > dump.start() and kind == "belongs":
            kind = "related"
        for identifier in _EACH.findall(match["issues"]):
            yield kind, identifier
