"""What a project's own hand-written release notes name: the truth that impact is learnt from and measured by.

Notes are read as entries below sections, in Markdown, reStructuredText and AsciiDoc. An entry names numbers of pull
requests and issues; its section says whether it is a headline (features, added, highlights, major, breaking), or does
not count (chores, internals, dependencies, contributors). Entries that a tool wrote are left out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

_NOTES = re.compile(
    r"(?i)(?:^|/)(?:change[-_ ]?logs?|changes|history|news|release[-_ ]?notes?|releases|whats?[-_ ]?new|relnotes)"
    r"(?:[-_. ]?v?[\d._x-]*)(?:\.(?:md|markdown|rst|txt|adoc|asciidoc|rdoc|textile))?$"
)
_NOTES_FOLDER = re.compile(
    r"(?i)(?:^|/)(?:change[-_]?logs?|relnotes|release[-_ ]?notes?|whats?[-_]?new)/[^/]*\.(?:md|markdown|rst|txt|adoc)$"
)
_FRAGMENT = re.compile(
    r"(?i)(?:^|/)(?:change[-_]?logs?|changelog\.d|changes|news|newsfragments|\.changes|\.changelog|\.changeset|\.chloggen"
    r"|fragments|changelog_unreleased|towncrier)/(?:[^/]+/){0,2}[^/]+$"
)
_NO_FRAGMENT = re.compile(
    r"(?i)(?:^|/)(?:readme|template|_template|index|config|\.gitkeep|\.gitignore)[^/]*$|\.(?:py|sh|rb|js|go|rs|json)$"
)
_NOT_OWN = re.compile(
    r"(?i)(?:^|/)(?:node_modules|vendor|third_party|tests?|specs?|fixtures?|testdata|examples?|codemods)/"
)

_HEADLINE = re.compile(
    r"(?i)\b(?:(?<!and )features?|added|additions?|highlights?|major|breaking|backwards?[- ]incompat\w*"
    r"|new (?!contributors|in\b)\w+)\b"
    r"|^\W*new\W*$"
)
_UNCOUNTED = re.compile(
    r"(?i)\b(?:chores?|internals?|under the hood|dependenc(?:y|ies)|deps|contributors?|contributions?|thanks|authors"
    r"|maintenance|misc(?:ellaneous)?|house-?keeping|trivial|ci|build system|infrastructure|developers?|packaging"
    r"|packagers|tests?|testing|acknowledge?ments?)\b"
)
_VERSION = re.compile(r"(?i)(?<![\w.])v?\d+\.\d+(?:\.\d+|\.x)?(?![\w])|\bversion \d|\d{4}-\d\d-\d\d")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)]|\.\. change::)\s+\S")
_UNDERLINE = re.compile(r"^([=\-~^`\"'+*#.:_])\1{2,}\s*$")
_MARKDOWN_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ASCIIDOC_HEADING = re.compile(r"^(={1,6})\s+(\S.*)$")
_BOLD_HEADING = re.compile(
    r"^\s*(?:[-*]\s+)?(?:\*\*|__)([^*_]{3,60}?):?(?:\*\*|__):?\s*$|^([A-Z][\w &/,'-]{2,50}):\s*$"
)
_TAG = re.compile(
    r"^\s*[-*+•]\s*(?:\W{0,3}\[(?P<square>[\w /,-]{2,30})\]|\*\*(?P<bold>[\w ]{3,30}):?\*\*:?"
    r"|:(?P<role>feature|bug|support):"
    r"|(?P<word>New|Feature|Breaking|BREAKING|Enh|Bug|Chg|Chore|Internal)\b(?=\s*(?:#|:)))"
)
_NUMBER = re.compile(
    r"(?<![\w/.&-])(?:#|GH[- ]?|gh[-:]|PR ?#?|!|pr/|pull/|issues?/)(\d{1,6})\b(?![.]\d)"
    r"|:(?:pr|pull|issue|gh|ghissue|ghpr|ghpull|bug|feature|support|pull-request|user-issue)(?:_num)?:`#?(\d{1,6})`"
    r"|\{(?:pr|pull|issue|gh)\}`#?(\d{1,6})`"
    r"|:(?:bug|feature|support):`(\d{1,6})"
)
_SELF_URL = re.compile(r"https?://[^/\s]+/([\w.-]+/[\w.-]+)/(?:-/)?(?:pull|issues|merge_requests|pulls)/(\d{1,6})\b")
_GENERATED = re.compile(
    r"\(\[?[0-9a-f]{7,40}\]?\(https?://[^)]*/commits?/"  # conventional-changelog, release-please, semantic-release
    r"|\bby @[\w-]+(?:\[bot\])? in https?://\S+/pull/\d+\s*$"  # GitHub's own generator
    r"|made their first contribution|^\s*[-*] [0-9a-f]{7,40}:? "
)
MOST_BULLETS = 8
"""So many entries one piece of work may add to the notes: more are a release."""


class Told(NamedTuple):
    """What notes tell."""

    numbers: frozenset[int]
    headlines: frozenset[int]


class Added(NamedTuple):
    """What one piece of work added to the notes."""

    told: bool
    headline: bool


def are_notes(path: str) -> bool:
    """Whether a path is that of release notes."""
    return bool((_NOTES.search(path) or _NOTES_FOLDER.search(path)) and not _NOT_OWN.search(path))


def are_fragment(path: str) -> bool:
    """Whether a path is that of one entry, which a tool puts into the notes when they are released."""
    return bool(
        _FRAGMENT.search(path)
        and not _NO_FRAGMENT.search(path)
        and not _NOT_OWN.search(path)
        and not _NOTES.search(path)
    )


def read_told(texts: Sequence[str], name: str) -> Told:
    """Return the numbers that notes name, and those of headlines.

    Args:
        texts: All files of notes.
        name: Of the project, to tell its own addresses from others'.
    """
    owners = Counter(owner.lower() for text in texts for owner, _ in _SELF_URL.findall(text))
    own = {owner for owner, _ in owners.most_common(1)} | {
        owner for owner in owners if owner.split("/")[1] == name.lower()
    }
    numbers, headlines = set(), set()
    for text in texts:
        for section, entry in _entries(text.splitlines()):
            if _counts(section, entry):
                found = set(_numbers(entry, own))
                numbers |= found
                if _is_headline(section, entry):
                    headlines |= found
    return Told(frozenset(numbers), frozenset(headlines))


def read_added(before: str, after: str) -> Added:
    """Tell what a change of the notes adds: up to eight entries, and no version."""
    old, new = before.splitlines(), after.splitlines()
    same = next(
        (place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
    left = min(len(old), len(new)) - same
    ends = next((place for place in range(left) if old[-1 - place] != new[-1 - place]), left)
    removed = Counter(line.strip() for line in old[same : len(old) - ends])
    stretch = range(same, len(new) - ends)
    fresh = []
    for place in stretch:
        line = new[place].strip()
        if removed[line] > 0:
            removed[line] -= 1
        elif line:
            fresh.append(place)
    if any(_version_heading(new, place) for place in fresh):
        return Added(False, False)
    gone = sum(count for line, count in removed.items() if _BULLET.match(line))
    bullets = [place for place in fresh if _BULLET.match(new[place]) and not _GENERATED.search(new[place])]
    entries = [(_section_above(new, place), new[place]) for place in bullets]
    entries = [entry for entry in entries if _counts(*entry)]
    told = len(bullets) - gone >= 1 and len(bullets) <= MOST_BULLETS and bool(entries)
    return Added(told, told and any(_is_headline(*entry) for entry in entries))


def read_fragment(path: str, text: str) -> Added:
    """Tell what a new fragment says: its kind is in its name, its folder or its first lines."""
    words = " ".join(re.split(r"[^A-Za-z]+", " ".join(PurePosixPath(path).parts[-2:])))
    words = re.sub(
        r"(?i)\b(?:change|changes|changelog|changelogs|news|newsfragments|fragments|unreleased|md|rst|txt|yml|yaml)\b",
        " ",
        words,
    )
    head = "\n".join(text.splitlines()[:12])
    if re.search(r"(?i)\b(?:misc|trivial|internal|chore|contrib|contributor|deps|dependencies|packaging)\b", words):
        return Added(False, False)
    kind = re.search(r"(?im)^(?:change_type|kind|type|release-note)?\W*(\w+)", head)
    said = f"{words} {kind.group(0) if kind else ''}"
    headline = re.search(
        r"(?i)\b(?:feat|features?|added|add|new|new_\w+|breaking|major|highlights?|minor_changes|new_component)\b",
        said.replace("_", " "),
    )
    return Added(True, bool(headline))


def _entries(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each entry with the sections that it is in, up to the version."""
    sections: list[tuple[int, str]] = []
    styles: list[str] = []
    entry: list[str] = []

    def section() -> str:
        return " / ".join(title for _, title in sections)

    place = 0
    while place < len(lines):
        line = lines[place]
        heading = _heading(lines, place, styles)
        if heading:
            if entry:
                yield section(), "\n".join(entry)
                entry = []
            level, title, skip = heading
            sections = [kept for kept in sections if kept[0] < level]
            sections = [] if _VERSION.search(title) else sections
            sections.append((level, title if not _VERSION.search(title) else ""))
            place += skip
            continue
        if _BULLET.match(line) or not line.strip():
            if entry:
                yield section(), "\n".join(entry)
            entry = []
        if line.strip():
            entry.append(line)
        place += 1
    if entry:
        yield section(), "\n".join(entry)


def _heading(lines: Sequence[str], place: int, styles: list[str]) -> tuple[int, str, int] | None:
    line = lines[place]
    if match := _MARKDOWN_HEADING.match(line):
        return len(match[1]), match[2], 1
    if match := _ASCIIDOC_HEADING.match(line):
        return len(match[1]), match[2], 1
    if (
        place + 1 < len(lines)
        and line.strip()
        and not _BULLET.match(line)
        and (under := _UNDERLINE.match(lines[place + 1]))
    ):
        style = under[1]
        if style not in styles:
            styles.append(style)
        return 10 + styles.index(style), line.strip(), 2
    if match := _BOLD_HEADING.match(line):
        return 50, match[1] or match[2], 1
    return None


def _section_above(lines: Sequence[str], place: int) -> str:
    """The nearest headings above a line, up to the version's."""
    found = []
    for above in range(place - 1, max(-1, place - 400), -1):
        heading = _heading(lines, above, [])
        if heading:
            if _VERSION.search(heading[1]):
                break
            found.append(heading[1])
            if len(found) == 3:
                break
    return " / ".join(reversed(found[:1])) if found else ""


def _version_heading(lines: Sequence[str], place: int) -> bool:
    heading = _heading(lines, place, [])
    return bool(heading and heading[0] < 50 and _VERSION.search(heading[1]))


def _tag(entry: str) -> str:
    match = _TAG.match(entry)
    return next((group for group in match.groups() if group), "") if match else ""


def _counts(section: str, entry: str) -> bool:
    inner = section.rpartition(" / ")[2]
    return (
        not (_UNCOUNTED.search(inner) and not _HEADLINE.search(inner))
        and not _UNCOUNTED.search(_tag(entry))
        and not _GENERATED.search(entry)
    )


def _is_headline(section: str, entry: str) -> bool:
    return bool(_HEADLINE.search(section) or _HEADLINE.search(_tag(entry)))


def _numbers(entry: str, own: set[str]) -> Iterator[int]:
    for owner, number in _SELF_URL.findall(entry):
        if owner.lower() in own:
            yield int(number)
    plain = re.sub(r"https?://\S+", " ", re.sub(r"\]\(https?://[^)]*\)", "] ", entry))
    for groups in _NUMBER.findall(plain):
        yield int(next(group for group in groups if group))
