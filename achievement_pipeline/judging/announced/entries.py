"""Parse release notes into entries with versions and sections.

Supported are Markdown, reStructuredText, AsciiDoc, keep-a-changelog, GNU-style plain text, ``.. change::`` and
``:release:`` directives, fragments of towncrier, changesets and similar tools, and messages of annotated tags. Each
line is read once and up to a maximum length, so the time is linear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from achievement_pipeline.judging.announced.references import Reference, find_references
from achievement_pipeline.judging.announced.sentences import DASHES, as_sentence
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

PARSER_VERSION: Final = "16"
"""Increase by hand when the same text gives other entries."""

_LONGEST_TEXT: Final = 8 << 20
_LONGEST_LINE: Final = 2_000
_LONGEST_ENTRY: Final = 60
"""Maximum number of lines of an entry."""
_MOST_ENTRIES: Final = 50_000
_OF_BOLD: Final = 50
_OF_LABEL: Final = 60
_IN_BULLET: Final = 70
"""Levels of headings without markup: bold text, labels, and labels in bullets without indentation."""


class Prominence(StrEnum):
    """How prominent an entry is."""

    HIGHLIGHT = "highlight"
    """In a section for features, additions, highlights, major or breaking changes."""
    ENTRY = "entry"
    MINOR = "minor"
    """In a section for chores, internals, dependencies and the like, or in a generated list of everything."""


class Entry(NamedTuple):
    """One entry in release notes."""

    version: str | None
    """The release, as named in the notes, or several packages' with slashes between; None if it is unreleased."""
    day: dt.date | None
    """Date of the release, if the notes have one."""
    section: str
    """The headings above it, below that of the version."""
    prominence: Prominence
    sentence: str
    """Its text without markup, and without references at its ends."""
    references: tuple[Reference, ...]


class _Heading(NamedTuple):
    level: int
    title: str
    lines: int


class _Version(NamedTuple):
    name: str | None
    day: dt.date | None


_SPACES: Final = " \t"
_BULLET: Final = compile_pattern(r"^([ \t]{0,40})(?:[-*+•‣○]|\d{1,3}[.)]|\.\. change::)(?:[ \t]+|$)")
_UNDERLINE: Final = compile_pattern(r"^([=\-~^`\"'+*#.:_])\1{2,}[ \t]*$")
_MARKDOWN: Final = compile_pattern(r"^ {0,3}(#{1,6})[ \t]+(\S.*)$")
_ASCIIDOC: Final = compile_pattern(r"^(={1,6})[ \t]+(\S.*)$")
_BOLD: Final = compile_pattern(
    r"^[ \t]{0,8}(?:[-*][ \t])?[ \t]?(?:\*\*|__|\*|_)([^*_\n]{2,80})(?:\*\*|__|\*|_):?[ \t]*$"
)
_LABEL: Final = compile_pattern(r"^ {0,3}([A-Z][\w &/,'-]{2,50}):[ \t]*$")
_FENCE: Final = compile_pattern(
    r"^[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]{1,9}){0,3}(?:```|~~~)[ \t]*(?P<language>[\w{.]?)"
)
_CODE_SPAN: Final = compile_pattern(r"^[ \t]*```[^`]+`")
"""Code within a line that happens to begin it: a fence has no backtick behind its own."""
_KEY: Final = compile_pattern(r"^([a-z][a-z_]{2,40}):[ \t]*$")
_RELEASE_ROLE: Final = compile_pattern(r"^[ \t]*[-*][ \t]+:release:`([^<`\n]{1,60})<([^>`\n]{1,40})>`")
_VERSION: Final = compile_pattern(
    r"(?<![\w.-])v?\.?(\d{1,8}(?:\.(?:\d{1,8}|x{1,2}))+(?:[-.+~ ]{0,2}(?:a|b|c|rc|alpha|beta|dev|pre|preview|post|m|ga"
    r"|final|snapshot|next|canary|nightly|patch|sp|p)(?![a-z])[-.]?\d{0,8}(?:\.\d{1,8})?)?)(?![^\W_])",
    IGNORECASE,
)
_ALSO: Final = compile_pattern(r"(?: ?/ ?v?)" + _VERSION.pattern.removeprefix(r"(?<![\w.-])v?\.?"), IGNORECASE)
"""A further version in the heading of several packages: ``v1.60.0/v0.154.0``."""
_WHOLE_VERSION: Final = compile_pattern(r"^\W{0,4}(?:version |release |v)(\d{1,8})\b", IGNORECASE)
_NUMBER_AND_DAY: Final = compile_pattern(r"^\W{0,4}(\d{1,3})(?= ?[(\[,\u2013-])")
"""A release that is called by a whole number, in a heading that has its day too: ``32 (Mar 28, 2022)``."""
_OF_PACKAGE: Final = compile_pattern(
    r"^\W{0,4}[@`]?[a-z][\w.+-]{0,60}(?:/[\w.+-]{1,60})?[-@]v?(?=\d{1,8}\.\d)", IGNORECASE
)
"""A package before its version: ``engine-0.15.2``, ``@acme/engine@0.15.2``."""
_BEFORE_VERSION: Final = compile_pattern(r"^[^\d]{1,40}[-_](?=v?\d)", IGNORECASE)
"""The name of a page before its version: ``CHANGELOG-v1.19.0.md``."""
_ISO_DAY: Final = compile_pattern(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_AS_VERSION: Final = compile_pattern(
    r"^\W{0,6}(?:version |release |v)?"
    r"((?:19|20)\d\d[-.][01]\d[-.][0-3]\d(?:[-.T]\d{1,8}(?:\.\d{1,8}){0,3})?)(?![\w.-])",
    IGNORECASE,
)
"""A release that is called by its day, and perhaps the time: ``2022.08.01-15.27.31``."""
_DAY_FIRST: Final = compile_pattern(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d.])")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_MONTH_FIRST: Final = compile_pattern(rf"\b{_MONTH}\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", IGNORECASE)
_MONTH_SECOND: Final = compile_pattern(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}\.?,?[ -](\d{{4}})\b", IGNORECASE)
_UNRELEASED: Final = compile_pattern(
    r"^\W*(?:unreleased|upcoming|next(?: release| version)?|in development|development version|head|master|main|trunk"
    r"|not (?:yet )?released|tbd|pending)(?: changes| release| version)?\W*$",
    IGNORECASE,
)
_NOT_A_VERSION: Final = compile_pattern(
    r"\b(?:since|from|upgrad\w{0,8}|migrat\w{0,8}|update to|compatib\w{0,8}|support\w{0,4}"
    r"|requires?|breaking|deprecat\w{0,8}"
    r"|drop\w{0,4}|known|contributors)\b",
    IGNORECASE,
)
_WORD: Final = compile_pattern(r"[^\W\d_]{2,}")
_NAME_OF_RELEASE: Final = 6
"""Maximum number of words behind the version in a heading without markup."""
_SENTENCE: Final = compile_pattern(r"(?<!\S)(?:\S+ ){3}\S+\.$")
_FILLERS: Final = frozenset({
    "version", "versions", "release", "released", "releases", "changes", "change", "in", "notes", "note", "for", "the",
    "of", "changelog", "series", "update", "what", "new", "on", "at", "is", "are", "to", "and", "date", "unreleased",
    "not", "yet", "final", "beta", "alpha", "stable", "lts", "rc", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday",
})  # fmt: skip
_SECTION_WORDS: Final = compile_pattern(
    r"\b(?:features?|add(?:ed|itions?)|highlights?|major|breaking|incompat\w{0,8}|bug ?fix\w{0,3}|fix(?:es|ed)?|bugs?"
    r"|chang(?:es|ed)|deprecat\w{0,6}|remov(?:ed|als?)|security|enhancements?|improvements?|improved|new|performance"
    r"|document\w{0,6}|docs?|internals?|chores?|misc\w{0,9}|dependenc\w{0,4}|packaging|tests?|refactor\w{0,4}|other"
    r"|contrib(?:utors)?|thanks|minor|trivial|notable|api|build|ci|maintenance|updates?|general|known issues"
    r"|pull[- ]requests?)\b",
    IGNORECASE,
)
_HEADLINE: Final = compile_pattern(
    r"\b(?:(?<!and )(?<!deprecated )features?|added(?! to this release)|additions?|highlights?|major|significant"
    r"|breaking|backwards?[- ]incompat\w{0,8}"
    r"|new[ -](?!contributors|deprecations?\b|in\b)\w{1,20}|minor changes?|enhancements? and new)\b"
    r"|^\W{0,8}(?:what.?s )?new\W{0,8}$|^feat$",
    IGNORECASE,
)
_MINOR: Final = compile_pattern(
    r"\b(?:chores?|internals?|under the hood|dependenc(?:y|ies)|deps|maint|(?<!-)contrib|contributors?|contributions?"
    r"|thanks|authors|maintenance|misc(?:ellaneous)?|house-?keeping|trivial|ci|build system|infrastructure|developers?"
    r"|packaging|packagers|tests?|testing|acknowledge?ments?|reviewers|pull[- ]requests?|(?:full|complete) list)\b",
    IGNORECASE,
)
_OTHER_KIND: Final = compile_pattern(
    r"\b(?:bug ?fix\w{0,3}|fix(?:es|ed)?|bugs?|improvements?|improved|enhancements?|performance|perf|optimi[sz]\w{0,8}"
    r"|document\w{0,6}|docs?|deprecat\w{0,6}|remov(?:ed|als?)|security|refactor\w{0,4}|clean-?ups?)\b",
    IGNORECASE,
)
_BREAKING: Final = compile_pattern(r"\b(?:breaking|incompat\w{0,8})\b", IGNORECASE)
_TAG: Final = compile_pattern(
    r"^(?:\W{0,3}\[(?P<square>[\w /,-]{2,30})\]|\*\*(?P<bold>[\w ]{3,30}):?\*\*:?|:(?P<role>feature|bug|support):"
    r"|(?P<word>New|Feat|Feature|Breaking|Enh|Bug|Chg|Chore|Internal|Enhancement|Bugfix|Fix|Change|Security|Improvement"
    r"|Perf|Docs?|CI|Tests?|Maint|Deps)\b"
    r"(?=(?:\([^()\n]{1,40}\))?!?(?: ?#|:| \())|(?P<kind>change_type|kind|type): ?(?P<value>\w{2,20}))",
    IGNORECASE,
)
_REFERENCES_BEFORE: Final = compile_pattern(r"^(?:\[?#\d{1,8}\]?(?:\([^()\s]{1,200}\))?[\s/,:-]{1,4}){1,9}")
"""As in ``- [#12](https://…) / [#13](https://…) [FEATURE] Turbo``."""
_TAG_MEANS: Final = {
    "enh": "Enhancements", "bug": "Bug fixes", "chg": "Changes", "new": "New", "bugfix": "Bug fixes",
    "feat": "Features", "fix": "Bug fixes", "perf": "Performance", "doc": "Documentation", "docs": "Documentation",
    "maint": "Maintenance",
}  # fmt: skip
_GENERATED: Final = compile_pattern(
    r"\(\[?[0-9a-f]{7,40}\]?\(https?://[^()\s]{1,200}/commits?/"  # conventional-changelog, release-please
    r"|\bby @[\w-]{1,40}(?:\[bot\])? in https?://\S{1,200}/pull/\d{1,8}\s{0,4}$"  # GitHub's own generator
    r"|made their first contribution|^\s{0,8}[-*] [0-9a-f]{7,40}:? "
)
_DIRECTIVE: Final = compile_pattern(
    r"^\s{0,12}(?:\.\. (?!change::)|\[[^\]\n]{1,80}\]:|<!--|:(?:tags|versions|date|released):)"
)
_TICKETS: Final = compile_pattern(r"^\s{1,12}:tickets?:[ \t]*(.*)$")
_FOLDER: Final = compile_pattern(r"^\.?(?:change|news|release|unreleased|fragment|towncrier|chloggen|v?\d)", IGNORECASE)
"""Folders with names that do not describe their contents."""
_KEY_AND_VALUE: Final = compile_pattern(r"^[a-z][a-z_-]{2,30}:(?: |$)")
_IN_NAME: Final = compile_pattern(
    r"^\+?(?:(?P<kind>issue|pr|pull|gh)[-_]?)?#?(?P<number>\d{1,7})(?=[-_.]|$)|[-_](?P<last>\d{2,7})(?=\.[a-z]{2,4}$)",
    IGNORECASE,
)
_LABEL_OF_FRAGMENT: Final = compile_pattern(r"^\W{0,4}(\w{2,20}(?: \w{2,20}){0,2}):")
"""As in ``Enhancement: Count pistons``."""
_KIND_IN_NAME: Final = compile_pattern(
    r"^(new|features?|added|chang(?:e|es|ed)|fix(?:es|ed)?|bug ?fix|breaking|deprecated|removed|security)[-_]",
    IGNORECASE,
)
"""``new_add_a_horn.md``, of RuboCop."""


def read_entries(path: str, text: str, owns: Sequence[str] = ()) -> list[Entry]:
    """Parse release notes.

    Args:
        path: Their path. A page for one release is named after its version.
        text: Any text.
        owns: Names of the repository itself, ``owner/name``. References to others are ignored.
    """
    lines = [line[:_LONGEST_LINE].rstrip() for line in text[:_LONGEST_TEXT].splitlines()]
    reader = _Reader(lines, _version_of_page(path), tuple(name.lower() for name in owns))
    entries: list[Entry] = []
    for entry in reader.entries():
        entries.append(entry)
        if len(entries) == _MOST_ENTRIES:
            break
    return entries


def read_fragment(path: str, text: str, owns: Sequence[str] = ()) -> list[Entry]:
    """Parse a fragment: one entry, with its number and kind in its name, its folder or its first lines."""
    name = PurePosixPath(path)
    lines = _without_front_matter([line[:_LONGEST_LINE] for line in text[: _LONGEST_LINE * 50].splitlines()[:200]])
    number = _IN_NAME.search(name.name)
    numbered = [Reference("number", number["number"] or number["last"])] if number else []
    references = tuple(dict.fromkeys([*numbered, *find_references("\n".join(lines), [own.lower() for own in owns])]))
    sentence = as_sentence(_BULLET.sub("", _first_paragraph(lines), count=1))
    if not (sentence or references):
        return []
    folder = "" if _FOLDER.match(name.parent.name) else name.parent.name
    stated = [match["value"] for line in lines[:12] if (match := _TAG.match(line)) and match["value"]]
    first_word = match[1] if (match := _KIND_IN_NAME.match(name.name)) else ""
    label = _LABEL_OF_FRAGMENT.match(lines[0]) if lines else None
    kinds = " ".join([*stated, *name.name.split(".")[1:], folder, label[1] if label else "", first_word])
    section = _kind_of_fragment(kinds.replace("_", " ").replace("-", " "))
    version = next((found for part in name.parts[:-1] if (found := _VERSION.search(part))), None)
    return [Entry(version[1] if version else None, None, section, _prominence(section, ""), sentence, references)]


def _first_paragraph(lines: Sequence[str]) -> str:
    """Return the first paragraph that is neither a heading nor a field."""
    paragraph: list[str] = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#") or _KEY_AND_VALUE.match(line):
            if paragraph:
                break
            continue
        paragraph.append(line)
    return "\n".join(paragraph)


def _without_front_matter(lines: list[str]) -> list[str]:
    """Remove the front matter of changesets, which lists packages and release types between lines of dashes."""
    if lines and lines[0].strip() == "---" and "---" in lines[1:20]:
        return lines[lines.index("---", 1) + 1 :]
    return lines


def _kind_of_fragment(words: str) -> str:
    match = _SECTION_WORDS.search(words)
    return match[0].capitalize() if match else ""


class _Reader:
    """Reads lines and tracks the current headings."""

    def __init__(self, lines: Sequence[str], page: _Version, owns: tuple[str, ...]) -> None:
        self._lines = lines
        self._owns = owns
        self._releases: list[tuple[int, _Version]] = [(0, page)]
        """The releases whose headings are open, with their levels; the page itself may be called by the first."""
        self._sections: list[tuple[int, str]] = []
        self._styles: list[str] = []
        self._open: list[str] = []
        self._references: list[str] = []
        """Nested bullets that only name where the open entry was made: ``- #12 PR by @ann.``"""
        self._above = ""
        """A line of nothing but references directly above the list that is open: they are those of its entries."""
        self._indent = -1
        """Of the bullet that is open; -1 for a paragraph."""

    def entries(self) -> Iterator[Entry]:
        position, blank, fenced = 0, True, False
        while position < len(self._lines):
            line = self._lines[position]
            fence = _FENCE.match(line)
            if fence and (fenced or not _CODE_SPAN.match(line)):
                # one with a language opens a block, even if an earlier one was not closed
                fenced = bool(fence["language"]) or not fenced
            heading = self._heading(position) if line and not (fenced and not self._is_release(line)) else None
            if heading:
                fenced = False
                yield from self._close()
                yield from self._entry_of(heading)
                self._enter(heading)
                self._above = ""
                position += heading.lines
                blank = True
                continue
            yield from self._take(line, after_blank=blank)
            blank = not line
            position += 1
        yield from self._close()

    def _is_release(self, line: str) -> bool:
        """Return whether a line is a heading like that of the current release: a block of code was not closed."""
        match = _MARKDOWN.match(line)
        version = _version_in(match[2]) if match and len(match[1]) == self._releases[-1][0] else None
        return version is not None and version.day is not None

    def _take(self, line: str, *, after_blank: bool) -> Iterator[Entry]:
        if not line:
            return
        bullet = _BULLET.match(line)
        indent = len(line) - len(line.lstrip(_SPACES))
        if bullet and len(bullet[1]) > self._indent >= 0 and _only_refers(line[bullet.end() :]):
            self._references.append(line)
        elif bullet:
            above = "" if after_blank else self._above
            if not after_blank and self._open and self._indent < 0 and _only_refers("\n".join(self._open)):
                above, self._open = "\n".join(self._open), []
            yield from self._close()
            self._above = above
            self._indent = len(bullet[1])
            self._open = [line]
            # a label in a bullet ends with its nested bullets
            self._sections = [kept for kept in self._sections if kept[0] < _IN_BULLET + self._indent]
        elif after_blank and indent <= max(self._indent, 0):
            yield from self._close()
            self._indent, self._above = -1, ""
            self._open = [line]
        elif len(self._open) < _LONGEST_ENTRY:
            self._open += ["", line] if after_blank else [line]

    def _close(self) -> Iterator[Entry]:
        lines, self._open = self._open, []
        nested, self._references = self._references, []
        is_bullet, self._indent = self._indent >= 0, -1
        if not lines or (not is_bullet and _DIRECTIVE.match(lines[0])):
            return
        text = "\n".join(
            "#" + match[1].replace(",", " #") if (match := _TICKETS.match(line)) else line
            for line in lines
            if not _DIRECTIVE.match(line)
        )
        above = [self._above] if is_bullet else []
        references = find_references("\n".join([text, *nested, *above]), self._owns)
        sentence = as_sentence(_BULLET.sub("", text, count=1) if is_bullet else text)
        if not (sentence or references) or not (is_bullet or references):
            return
        titles = list(dict.fromkeys(title for _, title in self._sections if title))
        section = " / ".join(titles)
        tag = _tag(_BULLET.sub("", lines[0], count=1))
        generated = bool(_GENERATED.search(text))
        prominence = Prominence.MINOR if generated else _prominence(section, tag)
        if (
            not sentence and titles and " " in titles[-1] and not _is_label(titles[-1])
        ):  # the heading says what the numbers below it are for
            sentence, section = titles[-1], " / ".join(titles[:-1])
        yield Entry(
            *self._releases[-1][1], section or _TAG_MEANS.get(tag.lower(), tag), prominence, sentence, references
        )

    def _entry_of(self, heading: _Heading) -> Iterator[Entry]:
        """Read a heading that names the work below it: ``### Turbo (#12)``."""
        references = find_references(heading.title, self._owns) if heading.level < _OF_BOLD else ()
        sentence = as_sentence(heading.title.strip("#= "))
        if references and not _is_label(sentence) and _version_in(heading.title) is None:
            section = " / ".join(title for level, title in self._sections if level < heading.level and title)
            yield Entry(*self._releases[-1][1], section, _prominence(section, ""), sentence, references)

    def _enter(self, heading: _Heading) -> None:
        version = _version_in(heading.title)
        if version is not None and heading.level < _OF_BOLD:  # bold text and labels are no versions
            level, outer = self._releases[-1]
            if outer.name and heading.level > level and _is_day(version):
                self._releases[-1] = level, outer._replace(day=version.day)  # below ``## v1.2`` it is the day of that
                return
            self._releases = [open_ for open_ in self._releases if open_[0] < heading.level]
            self._releases.append((heading.level, version))
            self._sections = []
            return
        if heading.level <= self._releases[-1][0] and self._is_patch():
            self._releases.pop()  # the page of 3.0 has 3.0.1 first, and its own sections at the same level
        self._sections = [kept for kept in self._sections if kept[0] < heading.level]
        self._sections.append((heading.level, _title(heading.title)))

    def _is_patch(self) -> bool:
        """Return whether the heading of the current release is below that of the one that it mends."""
        *_, (_, outer), (_, inner) = [(0, _Version(None, None)), *self._releases]
        return bool(outer.name and outer.day and inner.name and inner.name.startswith(f"{outer.name}."))

    def _heading(self, position: int) -> _Heading | None:
        line = self._lines[position]
        if match := _MARKDOWN.match(line) or _ASCIIDOC.match(line):
            return _Heading(len(match[1]), match[2], 1)
        if match := _RELEASE_ROLE.match(line):
            return _Heading(2, f"{match[1].strip()} ({match[2]})", 1)
        return self._underlined(position) or self._label(position)

    def _label(self, position: int) -> _Heading | None:
        """Return a heading that has no markup of its own, by its words."""
        line = self._lines[position]
        bold = _BOLD.match(line)
        if bold and (_is_label(bold[1]) or self._is_sibling(position, _OF_BOLD)):
            return _Heading(_OF_BOLD, bold[1], 1)
        label = _LABEL.match(line) or _KEY.match(line)
        if label and (_is_label(label[1].replace("_", " ")) or self._is_sibling(position, _OF_LABEL)):
            return _Heading(_OF_LABEL, label[1].replace("_", " "), 1)
        bullet = _BULLET.match(line)
        if bullet and _is_label(line[bullet.end() :]) and self._has_inner(position, len(bullet[1])):
            return _Heading(_IN_BULLET + len(bullet[1]), line[bullet.end() :], 1)
        if line[0].isalpha() and _is_label(line) and self._has_inner(position, 0):
            return _Heading(_OF_LABEL, line, 1)
        in_paragraph = bool(self._open) and self._indent < 0
        plain = line[0] not in " \t-*+" and len(line) <= 80 and _plain_version(line, in_paragraph=in_paragraph)  # noqa: PLR2004
        if plain or (bullet and not bullet[1] and _is_dated_version(line[bullet.end() :])):
            return _Heading(9, line if plain or not bullet else line[bullet.end() :], 1)
        return None

    def _is_sibling(self, position: int, level: int) -> bool:
        """Return whether a paragraph before a list looks like the label above the list before it."""
        if all(own != level for own, _ in self._sections) or _BULLET.match(self._lines[position]):
            return False
        around = self._lines[position - 1], *self._lines[position + 1 : position + 3]
        return not around[0] and any(_BULLET.match(line) for line in around[1:])

    def _underlined(self, position: int) -> _Heading | None:
        line = self._lines[position]
        if position + 1 == len(self._lines) or not (under := _UNDERLINE.match(self._lines[position + 1])):
            if _UNDERLINE.match(line) and position + 2 < len(self._lines) and self._lines[position + 2] == line:
                return _Heading(self._level(line[0] * 2), self._lines[position + 1].strip(), 3)
            return None
        if _BULLET.match(line) or _UNDERLINE.match(line) or len(self._lines[position + 1]) < min(len(line), 3):
            return None
        return _Heading(self._level(under[1]), line.strip(), 2)

    def _level(self, style: str) -> int:
        if style not in self._styles:
            self._styles.append(style)
        return 10 + self._styles.index(style)

    def _has_inner(self, position: int, indent: int) -> bool:
        """Return whether a label is followed by bullets of a larger indent."""
        following = next((line for line in self._lines[position + 1 : position + 3] if line), "")
        match = _BULLET.match(following)
        return match is not None and len(match[1]) > indent


def _is_dated_version(text: str) -> bool:
    """Return whether a bullet is the heading of a release, as in GNU-style notes: ``* 5.3.0 (May 6, 2022)``."""
    version = _version_in(text) if _plain_version(text, in_paragraph=True) else None
    return version is not None and version.day is not None


def _only_refers(text: str) -> bool:
    return bool(find_references(text)) and len(_WORD.findall(as_sentence(text))) <= 1


def _is_label(text: str) -> bool:
    plain = text.strip("*_: ")
    return 0 < len(plain) <= 40 and len(plain.split()) <= 4 and bool(_SECTION_WORDS.search(plain))  # noqa: PLR2004


def _plain_version(line: str, *, in_paragraph: bool) -> bool:
    """Return whether a line without markup is the heading of a version, and no line of text that begins with one."""
    match = _VERSION.search(line)
    if match is None or match.start() > 40:  # noqa: PLR2004
        return False
    before = line[: match.start()].lower()
    if not all(word in _FILLERS for word in _WORD.findall(before)) or _version_in(line) is None:
        return False
    behind = _without_fillers(_day_in(line[match.end() :])[1]).split()
    return len(behind) <= (0 if in_paragraph else _NAME_OF_RELEASE)


def _version_in(title: str) -> _Version | None:
    """Return the version in a heading; None for other headings."""
    if _UNRELEASED.match(title):
        return _Version(None, None)
    day, rest = _day_in(title)
    by_day = _DAY_AS_VERSION.match(title)
    rest = _OF_PACKAGE.sub(" ", rest, count=1)
    match = _VERSION.search(rest) or _WHOLE_VERSION.search(rest) or (_NUMBER_AND_DAY.search(rest) if day else None)
    if by_day and day and not _WORD.search(_without_fillers(title[by_day.end() :])):
        return _Version(by_day[1], day)
    if match is None or _NOT_A_VERSION.search(rest) or _SENTENCE.search(title.strip()):
        return None
    left = rest[: match.start()] + " " + rest[match.end() :]
    if _SECTION_WORDS.search(_without_fillers(left)):
        return None
    if len(_WORD.findall(_without_fillers(rest[: match.start()]))) > 3:  # noqa: PLR2004 - a project's name
        return None
    versions, end = [match[1].strip()], match.end()
    while also := _ALSO.match(rest, end):
        versions.append(also[1].strip())
        end = also.end()
    return _Version("/".join(versions), day)


def _is_day(version: _Version) -> bool:
    return version.day is not None and version.name is not None and bool(_ISO_DAY.fullmatch(version.name))


def _without_fillers(text: str) -> str:
    return " ".join(word for word in _WORD.findall(text) if word.lower() not in _FILLERS)


def _day_in(title: str) -> tuple[dt.date | None, str]:
    """Return the date in a heading, and the heading without it."""
    for pattern, order in (
        (_ISO_DAY, (1, 2, 3)),
        (_DAY_FIRST, (3, 2, 1)),
        (_MONTH_FIRST, (3, 1, 2)),
        (_MONTH_SECOND, (3, 2, 1)),
    ):
        for match in pattern.finditer(title):
            year, month, day = (match[group] for group in order)
            number = _MONTHS.index(month.lower()[:3]) + 1 if not month.isdigit() else int(month)
            try:
                found = dt.date(int(year), number, int(day))
            except ValueError:
                continue
            return found, title[: match.start()] + " " + title[match.end() :]
    return None, title


def _title(title: str) -> str:
    """Return a heading without markup, links and the version."""
    plain = as_sentence(_VERSION.sub(" ", title).strip("#= "))
    return plain.strip(" *_:()[]" + DASHES)[:80]


def _version_of_page(path: str) -> _Version:
    name = _BEFORE_VERSION.sub("", PurePosixPath(path).name.removesuffix(".md").removesuffix(".rst"), count=1)
    match = _VERSION.search(name.replace("_", "."))
    return _Version(match[1] if match else None, None)


def _tag(entry: str) -> str:
    """Return the kind that an entry states itself: ``[Feature]``, ``**Breaking**:``, ``Bug #12:``."""
    match = _TAG.match(_REFERENCES_BEFORE.sub("", entry.lstrip(), count=1))
    return next((group for group in match.groups() if group), "") if match else ""


def _prominence(section: str, tag: str) -> Prominence:
    """Return the prominence of the innermost heading that names a kind; what breaks is prominent below any."""
    headings = [*section.split(" / "), tag]
    inner = headings[-2]
    if _MINOR.search(tag) or (_MINOR.search(inner) and not _HEADLINE.search(inner)):
        return Prominence.MINOR
    if any(_BREAKING.search(heading) for heading in headings):
        return Prominence.HIGHLIGHT
    for heading in reversed(headings):
        if _HEADLINE.search(heading):
            return Prominence.HIGHLIGHT
        if _OTHER_KIND.search(heading):
            return Prominence.ENTRY
    return Prominence.ENTRY
