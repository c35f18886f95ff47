"""Extract the author's title from a message, without what hosts, tools and conventions add.

`peel` applies the table in ``peel.toml``, in which each entry names its source. A merge line is replaced by the title
in its body. Numbers, tickets, emoji, types and issue references are removed from both ends until nothing changes. The
result is idempotent, and never empty for a message that is not.

Only known types are removed: ``tcp: fix leak`` keeps its subsystem in ``title`` and loses it in ``description``, which
is used to categorise.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files as resources

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from achievement_pipeline.columns.text import contains, count, extract, replace
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.parsing.patterns import MULTILINE, compile_pattern
from achievement_pipeline.parsing.strict_model import StrictModel

_LONGEST = 256
"""Maximum length of a title in characters; GitHub's limit."""
_SECOND_SENTENCE = r"^(.{20,}?\p{L}{4}\.)\s+\p{Lu}.*$"
"""Behind a word that is no abbreviation."""
_LOOKED_AT = 500
"""Maximum length of a subject to parse, in characters."""
_BORS = r"^\d+: (.+?) r=\S+(?: a=\S+)?$"
"""The first line of what bors-ng merges: ``12: Say hello r=ann a=bob``."""
_WORD = r"[0-9A-Za-z\x{80}-\x{10FFFF}]"
"""A readable character. Unicode classes would be more precise, but RE2 takes 2 ms to compile each."""
_REST = rf"(?P<rest>.*?{_WORD}.*?)"
_REST_BEHIND = rf"(?P<rest>.*{_WORD}.*)$"
_TICKET = r"#\d+|[A-Z][A-Z0-9]{0,9}-\d{1,9}"
_REFERENCE = (
    r"(?:(?:[\w.-]+/[\w.-]+)?#\d+|!\d+|GH-\d+|https?://\S+/(?:issues|pull|merge_requests)/\d+|[A-Z][A-Z0-9]+-\d+)"
)
_OF_TICKETS = frozenset({"ticket", "closes", "reference"})
"""Forms that must not match the names in ``no_ticket``."""
_ORDINARY_WORD = r"^(?:(?:re|auto|pre|un|non|de|co|multi|sub|self|cross|post)-)?\p{Ll}+(?:[\s,;]|\.\s|\.?$)"
_SUBSYSTEM = r"^(?:[^\W\d_][\w./-]*(?:\([^()]*\))?!?: +)+"
_EMOJI = (
    r"(?:[\p{So}\x{1F000}-\x{1FAFF}\x{2600}-\x{27BF}\x{2B00}-\x{2BFF}\x{2190}-\x{21FF}]"
    r"[\x{FE0F}\x{200D}\x{1F3FB}-\x{1F3FF}\p{So}]*|:[a-z][a-z0-9_+-]+:)"
)
_EMOJI_FRONT = rf"^(?P<emoji>{_EMOJI})(?:[:\x{{FF1A}}]\s+|\s*)"
_PERHAPS = r"[:\x{FF1A}#\[\x{3010}\](\x{FF08}|!\x{FF01}]|-\d|^[^A-Za-z]|\d$|^\*"
"""A cheap test: titles without a match have no form to remove."""
_LISTED = compile_pattern(r"^[ \t]*[*+-][ \t]+(\S.*)$", MULTILINE)
_DUMPED = compile_pattern(r"^commit [0-9a-f]{7,64}\n(?:[A-Z][\w-]*:.*\n)*\n[ \t]+(\S.*)$", MULTILINE)
_LISTS_SOMETHING = r"(?m)^(?:[ \t]*[*+-][ \t]+\S|commit [0-9a-f]{7})"
_MOST_LISTED = 100
"""Maximum number of entries to read in the list of a squash."""
_OWNER_OF_BRANCH = r"^.*[/:]"
_TICKET_OF_BRANCH = r"^(?:[A-Za-z]+-)?\d+[-_]"
_THREE_LETTERS = r"\pL{3}"
_BETWEEN_WORDS = r"[-_]+"
_TRUNKS = frozenset({"main", "master", "develop", "dev", "development", "trunk", "head", "staging", "next", "upstream"})
_STRENGTH = ("feat", "fix", "perf", "security", "refactor")
_FIRST_LINE = (
    r"^(?:\s*\* commit '[0-9a-f]+':\n|\s*\* [^\n]*:(?: \(\d+ commits\))?\n)?\s*(?:\*\s+)?(?P<title>[^\s-][^\n]*)"
)
"""The first line of a merge's body, without the heading that git and Bitbucket put above a list of commits."""
_NO_TITLE = (
    r"^(?i:See merge request|Approved-by:|Closes |Related work items|# Conflicts|Conflicts:|[\w-]+-by:|Change-Id:|"
    r"Merge branch|\* )"
)
_TRAILERS = (
    r"(?i:(?:[a-z]+-)+by|change-id|reviewed-on|bug|test|fixes|closes|resolves|refs|see|cc|link|issue|pr-url|depends-on|"
    r"related work items|commit-queue|auto-submit|tbr|no-(?:tree-checks|presubmit|try)|git-[\w-]+|x-[\w-]+|cr-[\w-]+|"
    r"differential revision|reviewers|subscribers|tags|tasks|relnotes|[\w-]+-revid|original-commit|skip-checks)"
)
_FOOTER = (
    rf"(?:^|\n)[ \t]*(?:{_TRAILERS}(?::[ \t]|[ \t]#)[^\n]*(?:\n[ \t]+\S[^\n]*)*|\(cherry picked from [^\n]*"
    r"|See merge request [^\n]*|[^\w\n]*Generated with \[[^\n]*|-{3,})\s*$"
)
_NOISE_OF_LISTS = (
    r"(?m)^[ \t]*[*+-][ \t]+(?i:wip|(?:fixup|squash)![^\n]*|(?:address|apply|more|from)?[^\n]{0,20}\breview[^\n]{0,20}"
    r"|(?:fix |more )?(?:typos?|lint(?:ing)?|tests?|nits?|ci|format(?:ting)?)|update \S+|merge (?:branch|remote)[^\n]*)"
    r"[ \t]*$\n*"
)


class Form(StrictModel):
    """One form of text that is added around a title."""

    name: str = Field(description="Name of the form; for merge lines, the host")
    pattern: str = Field(description="RE2 expression; the values of its groups are kept")
    source: str = Field(min_length=1, description="Where it is documented or was observed")


class Weak(StrictModel):
    """Titles that are too vague to describe a change."""

    adjectives: str
    nouns: str
    patterns: tuple[str, ...]


class Table(StrictModel):
    """The contents of ``peel.toml``."""

    types: Mapping[str, tuple[str, ...]]
    emoji: Mapping[str, tuple[str, ...]]
    merge: tuple[Form, ...]
    front: tuple[Form, ...]
    tail: tuple[Form, ...]
    no_ticket: tuple[str, ...]
    weak: Weak


@functools.cache
def table() -> Table:
    """Load ``peel.toml``."""
    return Table.model_validate(tomllib.loads(resources(__package__).joinpath("peel.toml").read_text(encoding="utf-8")))


@functools.cache
def type_words() -> Mapping[str, str]:
    """Map words to types: ``feature`` is ``feat``."""
    return {word: name for name, words in table().types.items() for word in words}


def peel(subjects: pd.Series[str], bodies: pd.Series[str]) -> pd.DataFrame:
    """Split messages into title, type, scope, number and other parts.

    Args:
        subjects: First lines of messages, or titles of pull requests and issues.
        bodies: The rest of each message; may be empty.

    Returns:
        With the index of ``subjects``: ``title``; ``description`` (the title without subsystem); ``type`` and
        ``scope``, missing if unknown; ``marked`` (``!`` marks a breaking change); ``host``, ``number`` and ``branch``
        of a pull request, missing if unknown; ``merged`` (the subject is a merge line); ``weak`` (the title is too
        vague); ``written`` (the title in the subject, where the body has a better one).
    """
    parts = _Parts(subjects)
    parts.open_merges(bodies)
    parts.strip()
    parts.columns["written"] = parts.columns["title"]
    parts.find_stronger(bodies)
    peeled = parts.columns
    peeled["title"] = _cut(peeled["title"])
    peeled["description"] = replace(peeled["title"], _SUBSYSTEM, "")
    peeled["weak"] |= are_weak(peeled["description"])
    return peeled.set_axis(subjects.index)


def canonical_types(types: Iterable[str]) -> set[str]:
    """Map words to types. Unknown words are their own type, in lower case."""
    return {type_words().get(word.lower(), word.lower()) for word in types}


def are_weak(titles: pd.Series[str]) -> pd.Series[bool]:
    """Return which titles are too vague to describe a change: ``Stuff``, ``wip``, ``More fixes``, ``Update a.py``."""
    return pd.Series(matches(replace(titles, rf"\s*{_REFERENCE}", ""), _weak_titles()), index=titles.index)


def as_titles(titles: pd.Series[str], projects: pd.Series[str] | None = None) -> pd.Series[str]:
    """Capitalise titles for display, unless the first word is a name or code.

    Args:
        titles: As returned by `peel`.
        projects: Project names; a project name is not capitalised.
    """
    ordinary = matches(titles, _ORDINARY_WORD)
    if projects is not None:
        ordinary &= (extract(titles, r"^(?P<word>[^\s,;:.]+)").fillna("") != projects.str.lower()).to_numpy()
    return titles.where(~ordinary, titles.str[:1].str.upper() + titles.str[1:])


def plain_bodies(bodies: pd.Series[str]) -> pd.Series[str]:
    """Remove footers from bodies, and vague entries from the lists of squash merges."""
    texts = replace(bodies[bodies.str.strip() != ""], _NOISE_OF_LISTS, "")
    changed = texts.index[matches(texts, _FOOTER)]
    while len(changed):
        texts[changed] = replace(texts[changed], _FOOTER, "")
        changed = changed[matches(texts[changed], _FOOTER)]
    return texts.str.strip().reindex(bodies.index, fill_value="")


class _Parts:
    """Messages while they are peeled; the index is the position."""

    def __init__(self, subjects: pd.Series[str]) -> None:
        texts = subjects.reset_index(drop=True).str.slice(0, _LOOKED_AT).str.strip()
        self.columns = pd.DataFrame({"title": texts, "merged": False, "marked": False, "weak": False})
        for name in ("type", "scope", "host", "number", "branch"):
            self.columns[name] = pd.Series(pd.NA, index=texts.index, dtype="str")

    def open_merges(self, bodies: pd.Series[str]) -> None:
        """Replace merge lines with the titles in their bodies."""
        bodies = bodies.reset_index(drop=True)
        left = self._rows(self.columns.index, r"^(?:Merge|Auto merge|Merged in)\b")
        for form in table().merge if len(left) else ():
            found = _groups(self.columns["title"][left], form.pattern)
            if not len(found):
                continue
            left = left.difference(found.index)
            self._keep(found, host=form.name)
            titles = (
                found.get("title", pd.Series(dtype="str"))
                .reindex(found.index)
                .fillna(_first_lines(bodies[found.index]))
            )
            self.columns.loc[found.index, "merged"] = True
            self.columns.loc[found.index, "weak"] = titles.isna()
            branches = _branch_words(found.get("branch", pd.Series(dtype="str")))
            self.columns.loc[found.index, "weak"] |= _are_branches(titles, branches)
            titles = titles.fillna(branches).dropna()
            self.columns.loc[titles.index, "title"] = titles
        gitlab = bodies[matches(bodies, r"(?:^|\n)See merge request ")]
        found = _groups(gitlab, r"(?s)^(?:.*\n)?See merge request (?P<path>[\w./-]*)!(?P<number>\d+)")
        if len(found):
            self.columns.loc[found.index, ["host", "number"]] = found.assign(host="gitlab")[["host", "number"]]

    def strip(self) -> None:
        """Remove known forms from both ends until nothing changes."""
        emoji = pd.Series(pd.NA, index=self.columns.index, dtype="str")
        left = self._rows(self.columns.index, _PERHAPS)
        while len(left):
            texts = before = pa.array(self.columns["title"][left], pa.large_string())
            for form, pattern in _forms():
                texts, found = _taken(texts, pattern, sure=form not in _OF_TICKETS)
                if found is not None:
                    self._keep(found.set_axis(left[found.index]))
                    if "emoji" in found:
                        meant = found["emoji"].str.replace("\ufe0f", "", regex=False).map(_emoji_types()).astype("str")
                        emoji = emoji.fillna(meant.set_axis(left[found.index]))
            changed = np.flatnonzero(pc.not_equal(texts, before))
            left, texts = left[changed], texts.take(pa.array(changed))
            self.columns.loc[left, "title"] = pd.array(texts, dtype="str")
            left = self._rows(left, _PERHAPS)
        self.columns["type"] = self.columns["type"].fillna(emoji)

    def find_stronger(self, bodies: pd.Series[str]) -> None:
        """Replace vague titles with the most important title listed in the body; the oldest wins ties."""
        bodies = bodies.reset_index(drop=True)
        weak = self.columns.index[are_weak(self.columns["title"]) & matches(bodies, _LISTS_SOMETHING)]
        listed = bodies[weak].map(_listed).explode().dropna().astype("str")
        if listed.empty:
            return
        peeled = peel(listed.reset_index(drop=True), pd.Series("", index=range(len(listed)), dtype="str"))
        peeled["position"] = listed.index
        peeled["strength"] = peeled["type"].map({name: position for position, name in enumerate(_STRENGTH)}).fillna(99)
        best = peeled[~peeled["weak"]].sort_values(["position", "strength"], kind="stable").drop_duplicates("position")
        best = best.set_index("position")
        self.columns.loc[best.index, "title"] = best["title"]
        for name in ("type", "scope"):
            self.columns[name] = self.columns[name].fillna(best[name])

    def _rows(self, rows: pd.Index, expression: str) -> pd.Index:
        return rows[matches(self.columns["title"][rows], expression)]

    def _keep(self, found: pd.DataFrame, **constants: str) -> None:
        """Store the groups of a match, without overwriting earlier ones."""
        for name in ("number", "branch", "scope"):
            if name in found:
                self.columns[name] = self.columns[name].fillna(found[name].str.strip())
        for name, value in constants.items():
            self.columns[name] = self.columns[name].fillna(pd.Series(value, index=found.index, dtype="str"))
        if "type" in found:
            known = found["type"].str.lower().map(type_words()).astype("str")
            self.columns["type"] = self.columns["type"].fillna(known)
        if "mark" in found:
            self.columns.loc[found.index[found["mark"].fillna("") != ""], "marked"] = True


def _groups(texts: pd.Series[str], pattern: str) -> pd.DataFrame:
    """Return the groups of an RE2 expression for the texts that match; empty groups are missing, no match no column."""
    found = pc.extract_regex(pa.array(texts, pa.large_string()), pattern)
    if found.null_count == len(found):
        return pd.DataFrame(index=texts.index[:0])
    fits = np.flatnonzero(found.is_valid())
    fields = found.take(pa.array(fits))
    held = {field.name: pd.array(pc.struct_field(fields, field.name), dtype="str") for field in found.type}
    return pd.DataFrame(held, index=texts.index[fits]).replace("", pd.NA)


def _taken(texts: pa.Array, pattern: str, *, sure: bool) -> tuple[pa.Array, pd.DataFrame | None]:
    """Remove a form from texts, and return its groups by position; None if no text matches."""
    fields = pc.extract_regex(texts, pattern)
    if fields.null_count == len(texts):
        return texts, None
    positions = np.flatnonzero(fields.is_valid())
    if not sure:
        whole = texts.take(pa.array(positions))
        positions = positions[~pc.match_substring_regex(whole, _no_tickets()).to_numpy(zero_copy_only=False)]
    fields = fields.take(pa.array(positions))
    mask = np.zeros(len(texts), dtype="bool")
    mask[positions] = True
    rest = pc.utf8_trim_whitespace(pc.struct_field(fields, "rest"))
    held = {field.name: pd.array(pc.struct_field(fields, field.name), dtype="str") for field in fields.type}
    found = pd.DataFrame(held, index=positions).drop(columns="rest").replace("", pd.NA)
    return pc.replace_with_mask(texts, pa.array(mask), rest), found


def _first_lines(bodies: pd.Series[str]) -> pd.Series[str]:
    """Return the first line of each body, missing if it is not a title."""
    lines = replace(_groups(bodies, _FIRST_LINE).get("title", pd.Series(dtype="str")), _BORS, r"\1")
    return lines[~matches(lines, _NO_TITLE)].str.slice(0, _LOOKED_AT).str.strip()


def _branch_words(branches: pd.Series[str]) -> pd.Series[str]:
    """Turn branch names into words, without owner and ticket; missing if no word is left."""
    names = replace(branches.dropna().str.strip("'"), _OWNER_OF_BRANCH, "")
    names = replace(names, _TICKET_OF_BRANCH, "")
    names = names[~names.str.lower().isin(_TRUNKS) & contains(names, _THREE_LETTERS)]
    return replace(names, _BETWEEN_WORDS, " ").str.strip()


def _are_branches(titles: pd.Series[str], branches: pd.Series[str]) -> pd.Series[bool]:
    """Return which titles are made of a branch of one or two words, as GitHub does if there are several commits."""
    own = branches.reindex(titles.index).fillna("").str.lower()
    return (titles.fillna("").str.lower() == own) & (count(own, " ") <= 1) & (own != "")


def _listed(body: str) -> list[str]:
    """Return the subjects listed in a squash message, oldest first. git lists the newest first, GitHub the oldest."""
    dumped = _DUMPED.findall(body)
    return [line.strip()[:_LOOKED_AT] for line in (dumped[::-1] or _LISTED.findall(body))[:_MOST_LISTED]]


def _cut(titles: pd.Series[str]) -> pd.Series[str]:
    """Cut titles after their first sentence, where a line break fell into the second one, and to a bounded length."""
    several = titles.index[matches(titles, r"\.\s")]
    titles = titles.copy()
    titles[several] = replace(titles[several], _SECOND_SENTENCE, r"\1")
    long = titles.str.len() > _LONGEST
    return titles.where(~long, titles.str.slice(0, _LONGEST - 1).str.rstrip() + "…")


def _written_out(pattern: str) -> str:
    """Expand the placeholders TYPES, TICKET and REFERENCE in a pattern."""
    types = "|".join(sorted(type_words(), key=len, reverse=True))
    return pattern.replace("TYPES", types).replace("TICKET", _TICKET).replace("REFERENCE", _REFERENCE)


@functools.cache
def _forms() -> tuple[tuple[str, str], ...]:
    """Return the name and expression of each form at either end. The group ``rest`` is what remains."""
    fronts = ((form.name, _written_out(form.pattern) + _REST_BEHIND) for form in table().front)
    tails = ((form.name, f"^{_REST}{_written_out(form.pattern)}") for form in table().tail)
    return (("emoji", _EMOJI_FRONT + _REST_BEHIND), *fronts, *tails)


@functools.cache
def _emoji_types() -> Mapping[str, str]:
    return {sign: name for name, signs in table().emoji.items() for sign in signs}


@functools.cache
def _no_tickets() -> str:
    return rf"\b(?:{'|'.join(table().no_ticket)})-\d"


@functools.cache
def _weak_titles() -> str:
    weak = table().weak
    words = rf"^(?:(?:{weak.adjectives})\s+)*(?:{weak.nouns})(?:\s+(?:{weak.nouns}|and|&|\+))*\W*$"
    return f"(?i){'|'.join((words, *weak.patterns))}"
