"""Find repeated work: reverts retract their targets, and copies of a change count once.

**Reverts** name their target in the message (`judging.categories.messages`). A commit is retracted while a revert of it
is in force; a revert that is itself reverted has no effect, to any depth. Reverting a merge retracts the commits in the
merge.

**Copies** come from rebased branches, cherry-picks and backports. Two commits are copies if one names the other (``git
cherry-pick -x``), if they make the same change by blob names, or if author, author date, subject and paths are equal,
which survive a rebase. No diff is read: see ``docs/decisions/0005-copies-without-patch-ids.md``.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import are_among, are_repeated, extract, replace
from achievement_pipeline.frames import DiffState, RawPullRequests
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.messages import RevertTarget
from achievement_pipeline.judging.links.by_contents import (
    all_of,
    digest_files,
    find_joint_restorations,
    find_restorations,
    find_squashed,
)
from achievement_pipeline.judging.links.commit_names import commit_names
from achievement_pipeline.judging.links.history import History

_WAYS = {way.value: rank for rank, way in enumerate(RevertTarget)}
_TYPE = r"^[\w-]+(?:\([^()]*\))?!?: +"
_BACKPORT = r"(?i)^\[[^\]]*(?:back-?port|cherry|\d\.(?:\d|x))[^\]]*\]\s*"
"""Prefix of the subject of a backport."""
_CHANGE_ID = r"(?:^|\n)Change-Id: (?P<change>I[0-9a-f]{8,40})\b"
_NUMBERS = r"(?:\s*\(#\d+\))+$"
_PORTED_NUMBER = r"\(#(?P<number>\d+)\) \(#\d+\)$"
_MERGED_COMMITS = 500
"""Reverting a merge with more commits than this undoes the merge of two long-lived branches, not a piece of work. This
is a guard, not a measured bound."""

_TAKES_BACK = 0.25
"""A revert with less than this share of its target's lines is partial: ansible edca4f42 names three commits and changes
five lines."""


class Retraction(StrEnum):
    """Why a commit does not count."""

    REVERTED = "reverted"
    """Another commit reverted it."""
    DUPLICATE = "duplicate"
    """It is a copy of another commit."""


def find_reverts(history: History, amounts: pd.DataFrame, files: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find reverts and their targets.

    A commit is a revert if its subject has a known form. If only its body mentions a revert, it must be the exact
    opposite of its target by line counts: squash messages list reverts on their branch that were undone since.

    Args:
        history: Commits of any number of repositories.
        amounts: ``insertions`` and ``deletions`` of each.
        files: Changed files (``position``, ``path``, ``old_blob``, ``new_blob``), where known: a commit that exactly
            undoes another one reverts it, whatever its message.

    Returns:
        ``revert`` and ``target``: pairs of positions of commits. The target is -1 if it is not among them.
    """
    commits = history.commits
    worded = _worded_reverts(commits, amounts)
    if files is None or files.empty:
        return worded
    shown = find_restorations(history, files)
    shown = shown[~shown["revert"].isin(worded.loc[worded["target"] >= 0, "revert"])]
    worded = worded[~worded["revert"].isin(shown["revert"])]
    of_nothing = messages.mention_revert(commits["subject"]) & ~commits.index.isin(
        [*worded.loc[worded["target"] >= 0, "revert"], *shown["revert"]]
    )
    jointly = find_joint_restorations(commits, files, of_nothing)
    worded = worded[~worded["revert"].isin(jointly["revert"])]
    return pd.concat([worded, shown, jointly], ignore_index=True)


def _worded_reverts(commits: pd.DataFrame, amounts: pd.DataFrame) -> pd.DataFrame:
    """Find reverts by their messages."""
    mentions = messages.revert_targets(commits["subject"], commits["body"])
    mentions = mentions.reset_index(names="revert").drop_duplicates()
    if mentions.empty:
        return pd.DataFrame({"revert": [], "target": []}, dtype="int64")
    mentions["repository"] = commits["repository"][mentions["revert"]].array
    found = pd.concat(
        [_by_object_name(mentions, commits), _by_number(mentions, commits), _by_subject(mentions, commits)]
    )
    found = found[found["revert"] != found["target"]]
    mentions = mentions[(mentions["way"] != RevertTarget.WORDS) | mentions["revert"].isin(found["revert"])]
    # keep the most reliable way that finds a target
    rank = found["way"].map(_WAYS)
    found = found[rank == rank.groupby(found["revert"]).transform("min")]
    pairs = mentions[["revert"]].drop_duplicates().merge(found[["revert", "target"]], on="revert", how="left")
    pairs = pairs.fillna({"target": -1}).astype("int64").drop_duplicates(ignore_index=True)
    says = messages.mention_revert(commits["subject"][pairs["revert"]]).to_numpy()
    pairs = pairs[says | _are_opposites(pairs, amounts)]
    return pairs.assign(target=pairs["target"].mask(_are_partial(pairs, commits, amounts), -1)).drop_duplicates()


def find_retractions(
    history: History, work: pd.DataFrame, reverts: pd.DataFrame, *, count: pd.Series[bool]
) -> pd.DataFrame:
    """Find the commits that no longer count.

    Args:
        history: Commits of any number of repositories.
        work: The files that are work: ``position`` of their commit, ``path``, ``old_blob``, ``new_blob``.
        reverts: The result of `find_reverts`.
        count: Which commits would count.

    Returns:
        One row per reverted commit or copy, indexed by its position: ``by``, the position of the revert
        or the original, and ``reason``, a value of `Retraction`. Reverted merges and small commits are included,
        because their pull request is retracted with them.
    """
    commits = history.commits
    reverted = _reverted(_with_merged(reverts, history), commits)
    counting = count.reset_index(drop=True).copy()
    counting[reverted.index] = False
    repeats = _repeats(commits, work[counting.to_numpy()[work["position"]]], counting)
    return pd.concat(
        [
            reverted.to_frame("by").assign(reason=Retraction.REVERTED.value),
            repeats.to_frame("by").assign(reason=Retraction.DUPLICATE.value),
        ]
    )


def find_reverted_pull_requests(pull_requests: DataFrame[RawPullRequests], keys: pd.Series[str]) -> pd.DataFrame:
    """Find reverts among pull requests, by their messages.

    Pull requests are read as squash commits, because the forms are the same. GitHub's button writes ``Reverts
    owner/name#12``.

    Args:
        pull_requests: Pull requests of any number of repositories.
        keys: Their keys, with the same index.

    Returns:
        ``is_revert``, and ``retracted_by``, the key of the revert in force, with the same index.
    """
    is_read = pull_requests["additions"].notna()
    squashes = pd.DataFrame(
        {
            "repository": pull_requests["repository"],
            "sha": pull_requests["merge_commit"].fillna(""),
            "subject": pull_requests["title"] + " (#" + pull_requests["number"].astype("str") + ")",
            "body": pull_requests["body"],
            "committed_at": pull_requests["merged_at"],
            "diff": is_read.map({True: DiffState.READ.value, False: DiffState.PENDING.value}).astype("str"),
        }
    ).reset_index(drop=True)
    amounts = pull_requests[["additions", "deletions"]].fillna(0).astype("int64").reset_index(drop=True)
    reverts = find_reverts(History(DataFrame(squashes)), amounts.rename(columns={"additions": "insertions"}))
    reverted = _reverted(reverts[reverts["target"] >= 0], squashes)
    names = keys.reset_index(drop=True)
    by = reverted.map(names).reindex(squashes.index).astype("str")
    found = pd.DataFrame({"is_revert": squashes.index.isin(reverts["revert"]), "retracted_by": by})
    return found.set_axis(pull_requests.index)


def _by_object_name(mentions: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the reverts that name an object name, if it is unambiguous."""
    named = mentions[mentions["way"] == RevertTarget.SHA]
    positions = _positions_of_prefixes(named["repository"], named["target"], commits)
    return named.assign(target=positions).dropna(subset="target")


def _positions_of_prefixes(
    repositories: pd.Series[str], beginnings: pd.Series[str], commits: pd.DataFrame
) -> pd.Series[float]:
    """Return the position of the only commit with each object name prefix; missing if there are none or several."""
    if beginnings.empty:
        return pd.Series(dtype="float64", index=beginnings.index)
    # few commits are named; sorting all of them would be slow
    shortest = int(beginnings.str.len().min())
    perhaps = commits[are_among(commits["sha"].str[:shortest], beginnings.str[:shortest])]
    names = commit_names(perhaps["repository"], perhaps["sha"]).sort_values()
    positions, ordered = names.index, names.to_list()

    def position(prefix: str) -> float:
        at = bisect_left(ordered, prefix)
        alike = [name for name in ordered[at : at + 2] if name.startswith(prefix)]
        return float(positions[at]) if len(alike) == 1 else np.nan

    return commit_names(repositories, beginnings).map(position).astype("float64")


def _by_number(mentions: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the reverts that name a pull request: their target is the last commit before them that merged it."""
    named = mentions[mentions["way"] == RevertTarget.NUMBER]
    return named if named.empty else _last_before(named, messages.merged_numbers(commits["subject"]), commits)


def _by_subject(mentions: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the reverts that name a subject.

    Their target is the last commit before them with that subject, else with that subject and another type.
    """
    named = mentions[mentions["way"].isin([RevertTarget.SUBJECT, RevertTarget.WORDS])]
    if named.empty:
        return named
    exact = _last_before(
        named.assign(target=_plain(named["target"].astype("str"))), _plain(commits["subject"]), commits
    )
    left = named[~named["revert"].isin(exact["revert"])]
    if left.empty:
        return exact
    alike = left.assign(target=_without_type(left["target"].astype("str")))
    return pd.concat([exact, _last_before(alike, _without_type(commits["subject"]), commits)])


def _without_type(subjects: pd.Series[str]) -> pd.Series[str]:
    return replace(_plain(subjects), _TYPE, "").str.lower()


def _plain(subjects: pd.Series[str]) -> pd.Series[str]:
    return replace(messages.without_squash_number(subjects), _BACKPORT, "").str.strip()


def _last_before(mentions: pd.DataFrame, names: pd.Series[str], commits: pd.DataFrame) -> pd.DataFrame:
    known = names[names.isin(mentions["target"])]
    candidates = pd.DataFrame(
        {
            "target": known.array,
            "repository": commits["repository"][known.index].array,
            "position": known.index,
            "at": commits["committed_at"][known.index].array,
            "sha": commits["sha"][known.index].array,
        }
    )
    pairs = mentions.merge(candidates, on=["repository", "target"])
    before = pairs["at"].array <= commits["committed_at"][pairs["revert"]].array
    pairs = pairs[before & (pairs["position"] != pairs["revert"])].sort_values(["at", "sha"])
    last: pd.DataFrame = pairs.drop_duplicates(["revert", "target"], keep="last")
    return last.assign(target=last["position"]).drop(columns=["position", "at", "sha"])


def _are_opposites(pairs: pd.DataFrame, amounts: pd.DataFrame) -> pd.Series[bool]:
    """Return which commits add as many lines as their target removed, and vice versa."""
    revert, target = (amounts.iloc[pairs[name]].reset_index(drop=True) for name in ("revert", "target"))
    opposite = (revert["insertions"] == target["deletions"]) & (revert["deletions"] == target["insertions"])
    return opposite.set_axis(pairs.index) & (pairs["target"] >= 0)


def _are_partial(pairs: pd.DataFrame, commits: pd.DataFrame, amounts: pd.DataFrame) -> pd.Series[bool]:
    """Return which commits change far fewer lines than their target."""
    lines = amounts["insertions"] + amounts["deletions"]
    revert, target = (lines.iloc[pairs[name]].set_axis(pairs.index) for name in ("revert", "target"))
    is_read = (commits["diff"].iloc[pairs["revert"]] == DiffState.READ).set_axis(pairs.index)
    return (pairs["target"] >= 0) & is_read & (revert < _TAKES_BACK * target)


def _with_merged(reverts: pd.DataFrame, history: History) -> pd.DataFrame:
    """Return the pairs with a known target. A reverted merge adds a pair for each commit in it."""
    pairs = reverts[reverts["target"] >= 0]
    if pairs.empty:
        return pairs
    merges = pairs[history.commits["parents"].iloc[pairs["target"]].str.contains(" ", regex=False).to_numpy()]
    if merges.empty:
        return pairs
    introduced = [
        (revert, position)
        for revert, merge in merges.itertuples(index=False)
        for position in _introduced_by(merge, history)
    ]
    return pd.concat([pairs, pd.DataFrame(introduced, columns=["revert", "target"], dtype="int64")], ignore_index=True)


def _introduced_by(merge: int, history: History) -> list[int]:
    """Return the commits that a merge added to its first parent; none if they are too many for a piece of work.

    The newest commits are visited first, so all descendants of a commit are visited before it.
    """
    parents, place = history.parents, history.place
    if len(parents[merge]) < 2:  # noqa: PLR2004 - a merge that is cut off by the end of a shallow clone
        return []
    was_there = dict.fromkeys(parents[merge], False)
    was_there[parents[merge][0]] = True
    queue = [(-place[position], position) for position in was_there]
    heapq.heapify(queue)
    introduced: list[int] = []
    undecided = sum(not there for there in was_there.values())
    while undecided:
        _, position = heapq.heappop(queue)
        there = was_there[position]
        if not there:
            undecided -= 1
            introduced.append(position)
            if len(introduced) > _MERGED_COMMITS:
                return []
        for parent in parents[position]:
            if parent not in was_there:
                heapq.heappush(queue, (-place[parent], parent))
                undecided += not there
            elif there and not was_there[parent]:
                undecided -= 1
            was_there[parent] = there or was_there.get(parent, False)
    return introduced


def _reverted(pairs: pd.DataFrame, commits: pd.DataFrame) -> pd.Series[int]:
    """Return the earliest revert in force of each reverted commit: positions, indexed by position."""
    if pairs.empty:
        return pd.Series(dtype="int64", index=pd.Index([], dtype="int64"))
    in_force = _in_force(pairs)
    chosen = pairs[pairs["revert"].map(in_force).astype(bool)]
    when = commits.loc[chosen["revert"], ["committed_at", "sha"]].set_axis(chosen.index)
    earliest = chosen.loc[when.sort_values(["committed_at", "sha"]).index].drop_duplicates("target")
    return earliest.set_index("target")["revert"]


def _in_force(pairs: pd.DataFrame) -> Mapping[int, bool]:
    """Return whether each revert is in force.

    A revert is in force if no other revert in force reverts it. Reverts that revert each other are not.
    """
    targets = pairs.groupby("revert")["target"].agg(list)
    waiting = Counter(pairs["target"])
    taken_back: set[int] = set()
    in_force = dict.fromkeys(targets.index, False)
    ready = deque(revert for revert in targets.index if revert not in waiting)
    while ready:
        revert = ready.popleft()
        in_force[revert] = revert not in taken_back
        for target in targets[revert]:
            if in_force[revert]:
                taken_back.add(target)
            waiting[target] -= 1
            if not waiting[target] and target in in_force:
                ready.append(target)
    return in_force


def _repeats(commits: pd.DataFrame, work: pd.DataFrame, counting: pd.Series[bool]) -> pd.Series[int]:
    """Return the original of each copy: positions, indexed by position.

    The original is the copy that does not declare itself one; the first one committed wins.
    """
    picks = _picks(commits, counting)
    positions = np.arange(len(commits))
    joined = _joined(positions, [*picks.items(), *_alike(commits, work, counting), *_named_alike(commits, counting)])
    members = np.flatnonzero(np.bincount(joined, minlength=len(commits))[joined] > 1)
    repeats = _copies(commits.loc[members], joined[members], picks)
    own = work[~work["position"].isin(repeats.index)]
    squashed = pd.Series(dict(find_squashed(commits, own)), dtype="int64")
    found: pd.Series[int] = pd.concat([repeats, squashed[~squashed.index.isin(squashed.array)]])
    return found


def _copies(members: pd.DataFrame, pieces: npt.NDArray[np.int64], picks: Collection[int]) -> pd.Series[int]:
    """Return the original of each copy, of commits that are in a piece with others."""
    if members.empty:
        return pd.Series(dtype="int64", index=members.index)
    order = members[["committed_at", "sha"]].assign(piece=pieces, is_pick=members.index.isin(picks))
    order = order.sort_values(["piece", "is_pick", "committed_at", "sha"])
    first = order.assign(first=order.index).groupby("piece")["first"].transform("first")
    copies: pd.Series[int] = first[first != first.index]
    return copies


def _picks(commits: pd.DataFrame, counting: pd.Series[bool]) -> dict[int, int]:
    """Map each commit with ``-x`` lines to its original.

    The original is the first commit they name that counts, else an earlier pick of the same commit.
    """
    named = messages.cherry_picked_from(commits.loc[counting, "body"])
    if named.empty:
        return {}
    repositories = commits["repository"][named.index]
    names = commit_names(repositories, named)
    originals = _positions_of_prefixes(repositories, named, commits).to_numpy()
    picks: dict[int, int] = {}
    copies: dict[str, int] = {}
    for pick, name, original in zip(named.index, names, originals, strict=True):
        if pick in picks:
            continue
        if not np.isnan(original):
            if counting[int(original)] and int(original) != pick:
                picks[pick] = int(original)
        elif (copy := copies.setdefault(name, pick)) != pick:
            picks[pick] = copy
    return picks


def _alike(commits: pd.DataFrame, work: pd.DataFrame, counting: pd.Series[bool]) -> Iterator[tuple[int, int]]:
    """Yield pairs of commits that change the same contents, or that a rebase made of one another."""
    # a commit with a blob that no other commit has cannot be a copy; nearly all commits have one
    shared = work[all_of(work["position"], are_repeated(work["new_blob"]))]
    if not shared.empty:
        digests = digest_files(shared, ["path", "old_blob", "new_blob"])
        yield from _pairs(pd.DataFrame({"contents": digests, "repository": commits["repository"][digests.index]}))
    written = commits.loc[counting, ["repository", "author_email", "authored_at"]].assign(
        subject=_plain(commits.loc[counting, "subject"])
    )
    written = written[written["authored_at"].notna() & written.duplicated(keep=False)]
    if written.empty:
        return
    paths = digest_files(work[work["position"].isin(written.index)], ["path"])
    yield from _pairs(written.assign(paths=paths).dropna(subset="paths"))


def digest_contents(work: pd.DataFrame) -> pd.Series[str]:
    """Return a digest of each commit's changed contents, by position. Rewording a commit keeps it.

    Args:
        work: As in `find_retractions`.
    """
    return digest_files(work, ["path", "old_blob", "new_blob"]).map("{:016x}".format).astype("str")


def digest_work(commits: pd.DataFrame, work: pd.DataFrame) -> pd.Series[str]:
    """Return a digest of author, author date, subject, and names and contents of files, by position.

    It stays the same in another repository, under other folders: the number of a pull request at the end of the
    subject does not count.

    Args:
        commits: Commits of any number of repositories.
        work: As in `find_retractions`.
    """
    kept = work[work["new_blob"] != ""]
    contents = digest_files(kept.assign(file=replace(kept["path"], ".*/", "")), ["file", "old_blob", "new_blob"])
    written = commits.loc[contents.index, ["author_email", "authored_at"]].assign(contents=contents)
    written["subject"] = replace(commits["subject"][contents.index], r"\s*\([^()]*#\d+\)$", "")
    written = written.dropna(subset=["authored_at"])
    digests = pd.Series(pd.util.hash_pandas_object(written, index=False), written.index)
    return digests.map("{:016x}".format).astype("str")


def _named_alike(commits: pd.DataFrame, counting: pd.Series[bool]) -> Iterator[tuple[int, int]]:
    """Yield pairs of commits with the same ``Change-Id``, or with the other's number before their own."""
    own = commits[counting]
    changes = extract(own["body"], _CHANGE_ID).dropna()
    if not changes.empty:
        yield from _pairs(pd.DataFrame({"change": changes, "repository": own["repository"][changes.index]}))
    ported = extract(own["subject"], _PORTED_NUMBER).dropna()
    if ported.empty:
        return
    numbers = messages.squash_numbers(own["subject"]).drop(ported.index).dropna()
    numbers = pd.concat([ported, numbers])
    named = pd.DataFrame({"number": numbers, "repository": own["repository"][numbers.index]})
    yield from _pairs(named.assign(words=_without_type(replace(own["subject"][numbers.index], _NUMBERS, ""))))


def _pairs(keys: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield each row that equals an earlier one, with the first of them, by index."""
    again = keys[keys.duplicated(keep=False)]
    if again.empty:
        return
    first = again.assign(first=again.index).groupby(list(again.columns), sort=False)["first"].transform("first")
    yield from zip(again.index, first, strict=True)


def _joined(positions: np.ndarray, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Join pairs into groups (union-find), each named by its smallest position."""
    names = positions.copy()

    def name(position: int) -> int:
        while names[position] != position:
            names[position] = names[names[position]]
            position = names[position]
        return position

    for one, other in pairs:
        low, high = sorted((name(one), name(other)))
        names[high] = low
    return np.array([name(position) for position in positions], dtype="int64")
