"""Find projects in a history: larger efforts that several achievements of one person belong to.

Three signs are strong enough to find one without any planning tool:

* **branch**: a merged branch of many commits, most of them by its author, on which they worked for weeks; with their
  other work since then that the same release contained first: all of it, if the branch is named like a release, else
  what shares a word with its title;
* **release**: much work of one person that a major release contained first;
* **topic**: one word in the titles of several achievements, without long pauses, that hardly anybody used before and
  that others use less in this time.

A project keeps its key as it grows. It depends on what was done until its end only, so later work changes no project
but those that it continues. An achievement belongs to at most one branch or release, and to at most one topic.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import extract_all_groups, replace
from achievement_pipeline.frames import ProjectPieces, Projects, typed
from achievement_pipeline.judging.authors.people import person_digest
from achievement_pipeline.judging.categories.peel import are_weak
from achievement_pipeline.judging.project_words import ORDINARY_WORDS
from achievement_pipeline.keys import PROJECT
from achievement_pipeline.lanes import parse_key
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_BRANCH_ACTIVITIES: Final = 20
"""A branch of fewer commits is an ordinary pull request."""
_BRANCH_TIME: Final = pd.Timedelta(days=14)
_OWN_SHARE: Final = 0.5
_RELEASE_PIECES: Final = 10
_TOPIC_PIECES: Final = 4
_STRONG: Final = 70.0
"""Impact of what is worth showing by itself; a topic needs two such pieces, a branch is one."""
_STRONG_PIECES: Final = 2
_PAUSE: Final = pd.Timedelta(days=45)
"""After a longer one, a topic is another project."""
_KNOWN_SHARE: Final = 0.02
"""A word that more of the earlier titles have is ordinary in its repository; ..."""
_KNOWN_TIMES: Final = 2
"""... unless only so many have it."""
_TOPIC_SHARE: Final = 0.5
"""Of the titles with the word, while it lasts."""
_MAJOR: Final = compile_pattern(r"v?[1-9]\d*\.0(?:\.0)?")
_NO_TITLE: Final = compile_pattern(r"\S*+|(?:version\b|release\b)?(?<!\s)\s*+v?[\d.]++(?:\s*+release)?\W*+", IGNORECASE)
"""Titles of branches that name a version, or a branch only."""
_DIGEST: Final = 12
_SHORTEST: Final = 4
_LONG_WORD: Final = "([A-Za-z][A-Za-z0-9]{3,})"
_CAPITAL: Final = "([a-z])([A-Z])"
_PLURAL: Final = "([^s])s$"
_OTHER: Final = compile_pattern(r"[^a-z0-9]")


class _Effort(NamedTuple):
    """Rows that are one project."""

    anchor: str
    title: str
    reason: str
    rows: Sequence[int]


def find_projects(pieces: DataFrame[ProjectPieces]) -> DataFrame[Projects]:
    """Find the projects of any number of people and repositories.

    Args:
        pieces: All achievements of the repositories that changed code or text, in any order.

    Returns:
        One row per project, by repository, then from the newest to the oldest.
    """
    known = pieces.dropna(subset="completed_at").sort_values(["completed_at", "key"], ignore_index=True)
    of_repositories = (own.reset_index(drop=True) for _, own in known.groupby("repository"))
    rows = [_project(own, effort) for own in of_repositories for effort in _efforts(own)]
    columns = list(Projects.to_schema().columns)
    frame = pd.DataFrame(rows, columns=columns).astype(Projects.empty().dtypes.to_dict())
    order = frame.sort_values(["repository", "ended_at", "key"], ascending=[True, False, True], ignore_index=True)
    return typed(Projects, order)


def _project(pieces: pd.DataFrame, effort: _Effort) -> dict[str, object]:
    repository = str(pieces["repository"].iloc[0])
    members = pieces.loc[list(effort.rows)].sort_values(
        ["impact", "completed_at", "key"], ascending=[False, True, True]
    )
    began = members[["began_at", "completed_at"]].min(axis="columns").min()
    return {
        "key": str(PROJECT.make(repository, effort.anchor)),
        "title": effort.title or members["title"].iloc[0],
        "repository": repository,
        "author": members["author"].iloc[0],
        "reason": effort.reason,
        "began_at": began,
        "ended_at": members["completed_at"].max(),
        "members": json.dumps(members["key"].to_list(), ensure_ascii=False),
        "impact": members["impact"].max(),
    }


def _efforts(pieces: pd.DataFrame) -> Iterator[_Effort]:
    """Yield the efforts in one repository.

    Args:
        pieces: Its pieces, with positions as index, the earliest first.
    """
    is_branch = (
        (pieces["activities"] >= _BRANCH_ACTIVITIES)
        & (pieces["completed_at"] - pieces["began_at"] >= _BRANCH_TIME)
        & (pieces["own_share"] >= _OWN_SHARE)
        & (pieces["impact"] >= _STRONG)
    )
    name = str(pieces["repository"].iloc[0]).rpartition("/")[2]
    rows_of = _rows_by_word(pieces["title"], name)
    yield from _branches_and_releases(pieces, is_branch, rows_of, name)
    yield from _topics(pieces, is_branch, rows_of)


def _branches_and_releases(
    pieces: pd.DataFrame, is_branch: pd.Series[bool], rows_of: Mapping[str, Sequence[int]], name: str
) -> Iterator[_Effort]:
    """Yield the efforts of each person and release; what is not released yet has branches only."""
    groups = pieces["first_release"].fillna(pieces["key"].where(is_branch))
    for (author, release), own in pieces.groupby(["author", groups]):
        version = f"{name} {str(release).removeprefix('v')}"
        branches = own[is_branch[own.index]]
        for row, branch in zip(branches.index.to_list(), branches.to_dict("records"), strict=True):
            is_version = bool(_NO_TITLE.fullmatch(branch["title"]))
            since = own.index[own["completed_at"] >= branch["began_at"]].difference(branches.index)
            same_words = {other for rows in rows_of.values() if row in rows for other in rows}
            others = since if is_version else since.intersection(list(same_words))
            title = version if is_version and isinstance(branch["first_release"], str) else branch["title"]
            reason = f"a branch of {branch['activities'] - 1} commits"
            yield _Effort(f"branch-{_name(branch['key'])}", title, reason, [row, *others])
        if branches.empty and len(own) >= _RELEASE_PIECES and _MAJOR.fullmatch(str(release)):
            reason = f"{len(own)} achievements in the major release {release}"
            yield _Effort(f"release-{release}-{person_digest(str(author))}", version, reason, own.index.to_list())


def _topics(
    pieces: pd.DataFrame, is_branch: pd.Series[bool], rows_of: Mapping[str, Sequence[int]]
) -> Iterator[_Effort]:
    """Yield the topics of each person, the earliest first; a piece belongs to the first that it fits."""
    authors, times = pieces["author"].to_list(), pieces["completed_at"].to_list()
    found = []
    branches = set(pieces.index[is_branch])
    for word, rows in rows_of.items():
        by_author: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if row not in branches:
                by_author[authors[row]].append(row)
        for own in by_author.values():
            found += [(run[0], -len(run), word, run) for run in _runs(own, times) if _is_topic(run, rows)]
    taken: set[int] = set()
    for _, _, word, run in sorted(found):
        left = [row for row in run if row not in taken]
        if _is_effort(pieces.loc[left]):
            taken.update(left)
            reason = f"{len(left)} achievements about “{word}”"
            yield _Effort(f"{word}-{_name(pieces['key'][left[0]])}", "", reason, left)


def _rows_by_word(titles: pd.Series[str], repository: str) -> dict[str, list[int]]:
    """Return the rows, in order, whose title has each word that names something, in the singular.

    Vague titles are left out, and so is the name of the repository.
    """
    clear = titles[~are_weak(titles)]
    words = extract_all_groups(replace(clear, _CAPITAL, r"\1 \2"), _LONG_WORD, ["word"])
    plain = replace(words["word"].str.lower(), _PLURAL, r"\1")
    own = {repository.lower().removesuffix("s"), *_OTHER.split(repository.lower())}
    rows: dict[str, list[int]] = defaultdict(list)
    for row, word in dict.fromkeys(zip(plain.index, plain, strict=True)):
        if len(word) >= _SHORTEST and word not in ORDINARY_WORDS and word not in own:
            rows[word].append(row)
    return rows


def _runs(rows: Sequence[int], times: Sequence[pd.Timestamp]) -> Iterator[list[int]]:
    """Split rows, in the order of their times, at long pauses."""
    run: list[int] = []
    for row in rows:
        if run and times[row] - times[run[-1]] > _PAUSE:
            yield run
            run = []
        run.append(row)
    yield run


def _is_topic(run: Sequence[int], rows: Sequence[int]) -> bool:
    """Whether a word was rare before a run of one person's work, and mostly theirs while it lasted.

    Args:
        run: The rows of the person; the number of a row is that of the earlier ones in the repository.
        rows: All rows with the word, in order.
    """
    if len(run) < _TOPIC_PIECES:
        return False
    before = bisect_left(rows, run[0])
    during = bisect_right(rows, run[-1]) - before
    return before <= _KNOWN_TIMES + _KNOWN_SHARE * run[0] and len(run) >= _TOPIC_SHARE * during


def _is_effort(members: pd.DataFrame) -> bool:
    """Whether enough different work is among the members, and enough of it is strong."""
    return members["title"].nunique() >= _TOPIC_PIECES and (members["impact"] >= _STRONG).sum() >= _STRONG_PIECES


def _name(key: str) -> str:
    """Return the name of an activity in its repository: a number, or the beginning of an object name."""
    parsed = parse_key(key)
    return (parsed.name if parsed else key)[:_DIGEST]
