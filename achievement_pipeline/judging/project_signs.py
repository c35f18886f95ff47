"""What achievements of a repository have in common, by which `achievement_pipeline.judging.projects` finds projects.

* a **word** of titles, or a scope, that names something: no verb, part of any program, or the repository's own name;
* an **issue** that titles or descriptions name, and that is no pull request;
* a **milestone** of GitHub that is called by more than a version or a time;
* a **folder** that is new in a repository which has work already, by a name that it did not have anywhere: what is only
  moved is not new, and strong work that names it has to begin it. Folders of tests, documentation and examples, and
  those with ordinary names, are none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from pathlib import PurePosixPath
from typing import Final, NamedTuple

import pandas as pd

from achievement_pipeline.columns.text import extract_all_groups, replace
from achievement_pipeline.judging.categories.peel import are_weak
from achievement_pipeline.judging.project_words import ORDINARY_WORDS, WORDS_OF_PLANS
from achievement_pipeline.lanes import parse_key
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_SHORTEST: Final = 4
_LONG_WORD: Final = "([A-Za-z][A-Za-z0-9]{3,})"
_CAPITAL: Final = "([a-z])([A-Z])"
_PLURAL: Final = "([^s])s$"
_OTHER: Final = compile_pattern(r"[^a-z0-9]")
_WORD: Final = compile_pattern(r"[a-z]{4,}")
STRONG: Final = 70.0
"""Impact of what is worth showing by itself."""
_EARLIER: Final = 20
"""Achievements of a repository before a folder can be new; before, everything is."""
_MOSTLY: Final = 0.5
"""Share of the folders of an achievement that are in the new one, for it to belong there."""
_BESIDE: Final = compile_pattern(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing|testdata|fixtures?|docs?|documentation|examples?|samples?|demos?|bench\w*"
    r"|vendor\w*|third[-_]?party|node_modules|locales?|translations|\.[^/]*)/",
    IGNORECASE,
)
"""Folders of what goes with the work, or comes from others."""


class SignKind(Enum):
    """What achievements have in common."""

    WORD = auto()
    ISSUE = auto()
    FOLDER = auto()
    MILESTONE = auto()


class Sign(NamedTuple):
    """What several achievements have in common."""

    kind: SignKind
    anchor: str
    """Start of the key of a project."""
    about: str
    """Words for it, behind a number of achievements."""
    rows: Sequence[int]
    """Those that have it, in order of time."""
    members: Sequence[int]
    """Those of them that may belong to a project."""
    title: str = ""
    """Of a project; empty for that of its strongest achievement."""


def find_signs(pieces: pd.DataFrame, by_word: Mapping[str, list[int]]) -> Iterator[Sign]:
    """Find the signs of the achievements of one repository.

    Args:
        pieces: `ProjectPieces` with positions as index, the earliest first.
        by_word: As returned by `rows_by_word`.
    """
    for word, rows in by_word.items():
        yield Sign(SignKind.WORD, word, f"about “{word}”", rows, rows)
    for issue, rows in _rows_by_issue(pieces).items():
        yield Sign(SignKind.ISSUE, f"issue-{issue}", f"that name issue #{issue}", rows, rows)
    plain = [_OTHER.sub("", title) for title in pieces["title"].str.lower()]
    for folder, rows, members in _new_folders(pieces["folders"].to_list()):
        name = _dashed(PurePosixPath(folder).name)
        # a folder that is only called or placed otherwise is begun by nothing strong
        if name.replace("-", "") in plain[rows[0]] and pieces["impact"][rows[0]] >= STRONG:
            yield Sign(SignKind.FOLDER, f"folder-{name}", f"in the new folder {folder}", rows, members)
    for milestone, own in pieces.groupby("milestone"):
        if _names_something(str(milestone)):
            rows, about = own.index.to_list(), f"in the milestone “{milestone}”"
            anchor = f"milestone-{_dashed(str(milestone))}"
            yield Sign(SignKind.MILESTONE, anchor, about, rows, rows, str(milestone))


def rows_by_word(pieces: pd.DataFrame, repository: str) -> dict[str, list[int]]:
    """Return the rows, in order, whose title or scope has each word that names something, in the singular.

    Vague titles are left out, and so is the name of the repository.
    """
    texts = pieces["title"] + " " + pieces["scope"].fillna("")
    clear = texts[~are_weak(pieces["title"])]
    words = extract_all_groups(replace(clear, _CAPITAL, r"\1 \2"), _LONG_WORD, ["word"])
    plain = replace(words["word"].str.lower(), _PLURAL, r"\1")
    own = {repository.lower().removesuffix("s"), *_OTHER.split(repository.lower())}
    rows: dict[str, list[int]] = defaultdict(list)
    for row, word in dict.fromkeys(zip(plain.index, plain, strict=True)):
        if len(word) >= _SHORTEST and word not in ORDINARY_WORDS and word not in own:
            rows[word].append(row)
    return rows


def _dashed(name: str) -> str:
    return "-".join(filter(None, _OTHER.split(name.lower())))


def _names_something(milestone: str) -> bool:
    words = {word.removesuffix("s") for word in _WORD.findall(milestone.lower())}
    return bool(words - WORDS_OF_PLANS - ORDINARY_WORDS)


def _rows_by_issue(pieces: pd.DataFrame) -> Mapping[str, list[int]]:
    pulls = {parsed.name for key in pieces["key"] if (parsed := parse_key(key))}
    rows: dict[str, list[int]] = defaultdict(list)
    for row, numbers in enumerate(pieces["issues"]):
        for number in dict.fromkeys(numbers.split()):
            if number not in pulls:
                rows[number].append(row)
    return rows


def _new_folders(folders: Sequence[str]) -> Iterator[tuple[str, list[int], list[int]]]:
    """Yield each new folder with the rows that touch it, and those that are mostly about it.

    Args:
        folders: The folders of each achievement, one a line, each with a slash at its end; the earliest first.
    """
    names = set[str]()
    found: dict[str, tuple[list[int], list[int]]] = {}
    for row, lines in enumerate(folders):
        own = [line for line in lines.splitlines() if not _BESIDE.search(line)]
        within: dict[str, int] = defaultdict(int)
        for folder in own:
            parts = PurePosixPath(folder).parts
            tops = ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]
            if row >= _EARLIER and not any(top in found for top in tops):
                new = next((top for top, name in zip(tops, parts, strict=True) if _is_new(name, names)), None)
                if new is not None:
                    found[new] = ([], [])
            for top in tops:
                within[top] += 1
        names.update(part.lower() for folder in own for part in PurePosixPath(folder).parts)
        for folder in within.keys() & found.keys():
            rows, members = found[folder]
            rows.append(row)
            if within[folder] >= _MOSTLY * len(own):
                members.append(row)
    for folder, (rows, members) in found.items():
        yield folder, rows, members


def _is_new(name: str, names: set[str]) -> bool:
    plain = _OTHER.sub("", name.lower())
    return name.lower() not in names and len(plain) >= _SHORTEST and plain.removesuffix("s") not in ORDINARY_WORDS
