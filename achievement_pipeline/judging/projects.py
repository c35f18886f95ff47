"""Find projects in a history: larger efforts that several achievements of one person belong to.

Three signs are strong enough to find one:

* **branch**: a merged branch of many commits, most of them by its author, on which they worked for weeks; with their
  other work since then that the same release contained first: all of it, if the branch is named like a release, else
  what shares a word with its title;
* **release**: much work of one person that a major release contained first;
* **topic**: a word, issue or new folder of several achievements (`project_signs`), without long pauses, that hardly
  anybody had before and that others have less in this time; or a milestone of one person.

A project keeps its key as it grows. It depends on what was done until its end only, so later work changes no project
but those that it continues. An achievement belongs to at most one branch or release, and to at most one topic.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import ProjectPieces, Projects, typed
from achievement_pipeline.judging.authors.people import person_digest
from achievement_pipeline.judging.project_signs import STRONG, Sign, SignKind, find_signs, rows_by_word
from achievement_pipeline.keys import PROJECT
from achievement_pipeline.lanes import parse_key
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_BRANCH_ACTIVITIES: Final = 20
"""A branch of fewer commits is an ordinary pull request."""
_BRANCH_TIME: Final = pd.Timedelta(days=14)
_OWN_SHARE: Final = 0.5
_RELEASE_PIECES: Final = 10
_TOPIC_PIECES: Final = 4
_STRONG_PIECES: Final = 2
"""Of a topic; a branch is one."""
_PAUSE: Final = pd.Timedelta(days=45)
"""After a longer one, a topic is another project."""
_KNOWN_SHARE: Final = 0.02
"""A word that more of the earlier titles have is ordinary in its repository; ..."""
_MOST_BEFORE: Final = {SignKind.WORD: 2, SignKind.ISSUE: 2, SignKind.FOLDER: 0}
"""... unless only so many have it. Who begins a folder is the person whose project it is."""
_TOPIC_SHARE: Final = 0.5
"""Of the work with the sign, while it lasts."""
_FOLDER_SHARE: Final = 0.5
"""Of all work in the repository, while a new folder is worked on."""
_MAJOR: Final = compile_pattern(r"^v?[1-9]\d*\.0(?:\.0)?")
_NO_TITLE: Final = compile_pattern(r"\S*+|(?:version\b|release\b)?(?<!\s)\s*+v?[\d.]++(?:\s*+release)?\W*+", IGNORECASE)
"""Titles of branches that name a version, or a branch only."""
_DIGEST: Final = 12


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
        & (pieces["impact"] >= STRONG)
    )
    name = str(pieces["repository"].iloc[0]).rpartition("/")[2]
    by_word = rows_by_word(pieces, name)
    yield from _branches_and_releases(pieces, is_branch, by_word, name)
    yield from _topics(pieces, set(pieces.index[is_branch]), find_signs(pieces, by_word))


def _branches_and_releases(
    pieces: pd.DataFrame, is_branch: pd.Series[bool], rows_of: Mapping[str, Sequence[int]], name: str
) -> Iterator[_Effort]:
    """Yield the efforts of each person and release; what is not released yet has branches only."""
    groups = pieces["first_release"].fillna(pieces["key"].where(is_branch))
    together = is_branch.groupby([pieces["author"], groups])
    enough = (together.transform("size") >= _RELEASE_PIECES) | together.transform("sum").gt(0)
    for (author, release), own in pieces[enough].groupby(["author", groups]):
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


def _topics(pieces: pd.DataFrame, branches: Collection[int], signs: Iterable[Sign]) -> Iterator[_Effort]:
    """Yield the topics of each person. An achievement belongs to the one that was enough first.

    So a topic keeps what it has, whatever comes later.
    """
    authors, times = pieces["author"].to_list(), pieces["completed_at"].to_list()
    work = list(zip(pieces["title"], pieces["impact"] >= STRONG, strict=True))
    waiting: list[tuple[int, str, Sequence[int], Sign]] = []
    for sign in signs:
        by_author: dict[str, list[int]] = defaultdict(list)
        for row in sign.members:
            if row not in branches:
                by_author[authors[row]].append(row)
        for own in by_author.values():
            runs = [own] if sign.kind is SignKind.MILESTONE else _runs(own, times)
            parts = (own if sign.kind is SignKind.MILESTONE else _own_part(run, sign) for run in runs)
            waiting += [(end, sign.anchor, part, sign) for part in parts if (end := _enough(part, work)) is not None]
    heapify(waiting)
    taken = set(branches)
    while waiting:
        end, anchor, part, sign = heappop(waiting)
        left = [row for row in part if row not in taken]
        later = _enough(left, work)
        if later == end:
            taken.update(left)
            reason = f"{len(left)} achievements {sign.about}"
            yield _Effort(f"{anchor}-{_name(pieces['key'][left[0]])}", sign.title, reason, left)
        elif later is not None:
            heappush(waiting, (later, anchor, left, sign))


def _enough(rows: Sequence[int], work: Sequence[tuple[str, bool]]) -> int | None:
    """Return the row at which rows are enough different work, and enough of it strong; None if they never are.

    Args:
        rows: Rows, in order of time.
        work: The title of each row, and whether it is strong.
    """
    titles, strong = set[str](), 0
    for row in rows:
        title, is_strong = work[row]
        titles.add(title)
        strong += is_strong
        if len(titles) >= _TOPIC_PIECES and strong >= _STRONG_PIECES:
            return row
    return None


def _runs(rows: Sequence[int], times: Sequence[pd.Timestamp]) -> Iterator[list[int]]:
    """Split rows, in the order of their times, at long pauses."""
    run: list[int] = []
    for row in rows:
        if run and times[row] - times[run[-1]] > _PAUSE:
            yield run
            run = []
        run.append(row)
    yield run


def _own_part(run: Sequence[int], sign: Sign) -> Sequence[int]:
    """Return the part of a run of one person's work in which a sign was new, and mostly theirs; empty if there is none.

    It ends where others have it more, so what comes later never changes what is found until then. A new folder in which
    most of the work of that time is, is the old one by another name.

    Args:
        run: The rows of the person; the number of a row is that of the earlier ones in the repository.
        sign: What they have in common.
    """
    before = bisect_left(sign.rows, run[0])
    if before > _MOST_BEFORE[sign.kind] + (_KNOWN_SHARE * run[0] if sign.kind is SignKind.WORD else 0):
        return ()
    end = 0
    for number, row in enumerate(run[_TOPIC_PIECES - 1 :], _TOPIC_PIECES):
        having = bisect_right(sign.rows, row) - before
        moved = sign.kind is SignKind.FOLDER and having > _FOLDER_SHARE * (row - run[0] + 1)
        if number < _TOPIC_SHARE * having or moved:
            break
        end = number
    return run[:end]


def _name(key: str) -> str:
    """Return the name of an activity in its repository: a number, or the beginning of an object name."""
    parsed = parse_key(key)
    return (parsed.name if parsed else key)[:_DIGEST]
