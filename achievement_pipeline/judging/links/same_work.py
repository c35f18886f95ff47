"""The same work twice: reverts take back what they revert, and copies of one change count once.

**Reverts** say in their message what they revert (`judging.categories.messages`). A reverted commit is
retracted as long as its revert stands; a revert that is itself reverted retracts nothing, to any depth. The revert of a
merge retracts the commits that the merge brought.

**Copies** come from rebased branches, cherry-picks and backports. Two commits are the same work when one names the
other (``git cherry-pick -x``), when they turn the same contents into the same contents (the names of the blobs are
equal, file by file), or when author, author date, subject and paths are equal, all of which a rebase keeps. No diff is
read again for it: why that is enough, with figures, says ``docs/decisions/0005-copies-without-patch-ids.md``.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from enum import StrEnum

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import are_among, are_repeated, extract, replace
from achievement_pipeline.frames import DiffState, RawCommits, RawPullRequests
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.messages import RevertTarget
from achievement_pipeline.judging.links.by_contents import find_restorations, find_squashed
from achievement_pipeline.judging.links.commit_names import commit_names, positions_of

_WAYS = {way.value: rank for rank, way in enumerate(RevertTarget)}
_TYPE = r"^[\w-]+(?:\([^()]*\))?!?: +"
_BACKPORT = r"(?i)^\[[^\]]*(?:back-?port|cherry|\d\.(?:\d|x))[^\]]*\]\s*"
"""What stands before the subject of a copy on another branch."""
_CHANGE_ID = r"(?:^|\n)Change-Id: (?P<change>I[0-9a-f]{8,40})\b"
_NUMBERS = r"(?:\s*\(#\d+\))+$"
_PORTED_NUMBER = r"\(#(?P<number>\d+)\) \(#\d+\)$"
_MERGED_COMMITS = 500
"""The revert of a merge that brought more commits takes back a whole branch's meeting with another, not a piece of
work. A guard, not a measured bound."""

_TAKES_BACK = 0.25
"""A revert with less than this part of its target's lines takes back a detail of it, or only says so: ansible edca4f42
names three commits and changes five lines."""


class Retraction(StrEnum):
    """Why a commit that would count does not."""

    REVERTED = "reverted"
    """Another commit took it back."""
    DUPLICATE = "duplicate"
    """It is another commit over again."""


def find_reverts(
    commits: DataFrame[RawCommits], amounts: pd.DataFrame, files: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Find the reverts among commits, and what they revert.

    A commit is a revert when its subject says so in one of the known forms; one that only its body calls so is a revert
    when it does exactly the opposite, line for line: squash merges list reverts on their branch that are long undone.

    Args:
        commits: Commits of any number of repositories.
        amounts: ``insertions`` and ``deletions`` of each.
        files: What they changed (``place``, ``path``, ``old_blob``, ``new_blob``), where it is known by contents: what
            undoes another commit exactly is its revert, whatever it says.

    Returns:
        Pairs of places among the commits: ``revert`` and ``target``; the target is -1 where it is not among them.
    """
    commits = commits.reset_index(drop=True)
    worded = _worded_reverts(commits, amounts)
    if files is None or files.empty:
        return worded
    shown = find_restorations(commits, files)
    shown = shown[~shown["revert"].isin(worded.loc[worded["target"] >= 0, "revert"])]
    worded = worded[~worded["revert"].isin(shown["revert"])]
    return pd.concat([worded, shown], ignore_index=True)


def _worded_reverts(commits: pd.DataFrame, amounts: pd.DataFrame) -> pd.DataFrame:
    """Find reverts by what they say."""
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
    # of the ways that lead somewhere the surest
    rank = found["way"].map(_WAYS)
    found = found[rank == rank.groupby(found["revert"]).transform("min")]
    pairs = mentions[["revert"]].drop_duplicates().merge(found[["revert", "target"]], on="revert", how="left")
    pairs = pairs.fillna({"target": -1}).astype("int64").drop_duplicates(ignore_index=True)
    says = messages.mention_revert(commits["subject"][pairs["revert"]]).to_numpy()
    pairs = pairs[says | _are_opposites(pairs, amounts)]
    return pairs.assign(target=pairs["target"].mask(_are_partial(pairs, commits, amounts), -1)).drop_duplicates()


def find_retractions(
    commits: DataFrame[RawCommits], work: pd.DataFrame, reverts: pd.DataFrame, *, count: pd.Series[bool]
) -> pd.DataFrame:
    """Find what no longer counts, and by what.

    Args:
        commits: Commits of any number of repositories.
        work: The files that are work: ``place`` of their commit, ``path``, ``old_blob``, ``new_blob``.
        reverts: What `find_reverts` found.
        count: Which commits would count.

    Returns:
        One row a commit that was reverted, or would count and repeats another one; the index is its place among the
        commits, ``by`` the place of the commit that reverted it or that it repeats, ``reason`` a value of `Retraction`.
        Reverted merges and small commits, which do not count themselves, are among them: their pull request goes with
        them.
    """
    commits = commits.reset_index(drop=True)
    reverted = _reverted(_with_merged(reverts, commits), commits)
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
    """Find the reverts among pull requests, by what they say, and what they take back.

    They are read as the squashes that they could have been merged by: the forms are the same, GitHub's button writes
    ``Reverts owner/name#12``.

    Args:
        pull_requests: Pull requests of any number of repositories.
        keys: Their keys, with the same index.

    Returns:
        With the same index: ``is_revert``, and ``retracted_by``, the key of the standing revert that took it back.
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
    reverts = find_reverts(DataFrame(squashes), amounts.rename(columns={"additions": "insertions"}))
    reverted = _reverted(reverts[reverts["target"] >= 0], squashes)
    names = keys.reset_index(drop=True)
    by = reverted.map(names).reindex(squashes.index).astype("str")
    found = pd.DataFrame({"is_revert": squashes.index.isin(reverts["revert"]), "retracted_by": by})
    return found.set_axis(pull_requests.index)


def _by_object_name(mentions: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Reverts that name the beginning of an object name, of one commit only."""
    named = mentions[mentions["way"] == RevertTarget.SHA]
    positions = _positions_of_prefixes(named["repository"], named["target"], commits)
    return named.assign(target=positions).dropna(subset="target")


def _positions_of_prefixes(
    repositories: pd.Series[str], beginnings: pd.Series[str], commits: pd.DataFrame
) -> pd.Series[float]:
    """The place of the one commit of a repository whose object name begins so; missing for none or several."""
    if beginnings.empty:
        return pd.Series(dtype="float64", index=beginnings.index)
    # few are named, and to sort all would take the longest
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
    """Reverts that name a pull request: the last commit before them that merged it."""
    return _last_before(
        mentions[mentions["way"] == RevertTarget.NUMBER], messages.merged_numbers(commits["subject"]), commits
    )


def _by_subject(mentions: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Reverts that name a subject: the last commit before them that has it, else one of another type that has."""
    named = mentions[mentions["way"].isin([RevertTarget.SUBJECT, RevertTarget.WORDS])]
    exact = _last_before(
        named.assign(target=_plain(named["target"].astype("str"))), _plain(commits["subject"]), commits
    )
    left = named[~named["revert"].isin(exact["revert"])]
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
    """Whether a commit adds as many lines as its target removed, and the other way round."""
    revert, target = (amounts.iloc[pairs[name]].reset_index(drop=True) for name in ("revert", "target"))
    opposite = (revert["insertions"] == target["deletions"]) & (revert["deletions"] == target["insertions"])
    return opposite.set_axis(pairs.index) & (pairs["target"] >= 0)


def _are_partial(pairs: pd.DataFrame, commits: pd.DataFrame, amounts: pd.DataFrame) -> pd.Series[bool]:
    """Whether a commit is known to change far fewer lines than its target."""
    lines = amounts["insertions"] + amounts["deletions"]
    revert, target = (lines.iloc[pairs[name]].set_axis(pairs.index) for name in ("revert", "target"))
    is_read = (commits["diff"].iloc[pairs["revert"]] == DiffState.READ).set_axis(pairs.index)
    return (pairs["target"] >= 0) & is_read & (revert < _TAKES_BACK * target)


def _with_merged(reverts: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """The pairs whose target is known, and for each merge that was reverted those of the commits that it brought."""
    pairs = reverts[reverts["target"] >= 0]
    merges = pairs[commits["parents"].iloc[pairs["target"]].str.contains(" ", regex=False).to_numpy()]
    if merges.empty:
        return pairs
    graph = _Graph(commits)
    introduced = [
        (revert, position)
        for revert, merge in merges.itertuples(index=False)
        for position in graph.introduced_by(merge)
    ]
    return pd.concat([pairs, pd.DataFrame(introduced, columns=["revert", "target"], dtype="int64")], ignore_index=True)


class _Graph:
    """The parents of all commits, by their places."""

    def __init__(self, commits: pd.DataFrame) -> None:
        named = commits["parents"].str.split().explode().dropna()
        parents = pd.DataFrame({"repository": commits["repository"][named.index], "sha": named})
        positions = positions_of(parents, commits)
        self._parents: list[list[int]] = [[] for _ in range(len(commits))]
        for child, parent in zip(named.index, positions.tolist(), strict=True):
            if parent >= 0:
                self._parents[child].append(parent)
        self._depth = _depths(self._parents)

    def introduced_by(self, merge: int) -> list[int]:
        """The commits that a merge introduced to its first parent; none where they are too many for a piece of work.

        The deepest commits are looked at first, so whatever reaches a commit was seen before it.
        """
        if len(self._parents[merge]) < 2:  # noqa: PLR2004 - a merge that is cut off by the end of a shallow clone
            return []
        was_there = dict.fromkeys(self._parents[merge], False)
        was_there[self._parents[merge][0]] = True
        queue = [(-self._depth[position], position) for position in was_there]
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
            for parent in self._parents[position]:
                if parent not in was_there:
                    heapq.heappush(queue, (-self._depth[parent], parent))
                    undecided += not there
                elif there and not was_there[parent]:
                    undecided -= 1
                was_there[parent] = there or was_there.get(parent, False)
        return introduced


def _depths(parents: list[list[int]]) -> list[int]:
    """How far each commit is from the furthest beginning of its history."""
    children: list[list[int]] = [[] for _ in parents]
    waiting = [len(each) for each in parents]
    for position, each in enumerate(parents):
        for parent in each:
            children[parent].append(position)
    depths = [0] * len(parents)
    ready = deque(position for position, number in enumerate(waiting) if not number)
    while ready:
        position = ready.popleft()
        for child in children[position]:
            depths[child] = max(depths[child], depths[position] + 1)
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return depths


def _reverted(pairs: pd.DataFrame, commits: pd.DataFrame) -> pd.Series[int]:
    """The places of commits that a standing revert reverts; the values are the places of the earliest such revert."""
    in_force = _in_force(pairs)
    chosen = pairs[pairs["revert"].map(in_force).astype(bool)]
    when = commits.loc[chosen["revert"], ["committed_at", "sha"]].set_axis(chosen.index)
    earliest = chosen.loc[when.sort_values(["committed_at", "sha"]).index].drop_duplicates("target")
    return earliest.set_index("target")["revert"]


def _in_force(pairs: pd.DataFrame) -> Mapping[int, bool]:
    """Say of each revert whether it stands: no standing one reverts it. Those that revert each other stand not."""
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
    """The places of commits that are copies; the values are the places of what they repeat.

    What counts of several copies is one that does not call itself a copy, and of these the one committed first.
    """
    picks = _picks(commits, counting)
    positions = np.arange(len(commits))
    joined = _joined(positions, [*picks.items(), *_alike(commits, work, counting), *_named_alike(commits, counting)])
    members = np.flatnonzero(np.bincount(joined, minlength=len(commits))[joined] > 1)
    order = commits.loc[members, ["committed_at", "sha"]].assign(
        piece=joined[members], is_pick=np.isin(members, list(picks))
    )
    order = order.sort_values(["piece", "is_pick", "committed_at", "sha"])
    first = order.assign(first=order.index).groupby("piece")["first"].transform("first")
    repeats = first[first != first.index]
    own = work[~work["position"].isin(repeats.index)]
    squashed = pd.Series(dict(find_squashed(commits, own)), dtype="int64")
    found: pd.Series[int] = pd.concat([repeats, squashed[~squashed.index.isin(squashed.array)]])
    return found


def _picks(commits: pd.DataFrame, counting: pd.Series[bool]) -> dict[int, int]:
    """For each commit with ``-x`` lines, the first named commit that is there and stands; else its namesake's copy."""
    named = messages.cherry_picked_from(commits.loc[counting, "body"])
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
    """Pairs of commits that change the same contents, or that a rebase made of one another."""
    # nearly every change makes contents that are nowhere else: a commit with one of these is like no other
    shared = pd.Series(are_repeated(work["new_blob"]), work.index).groupby(work["position"]).transform("all")
    by_contents = _digests(work[shared], ["path", "old_blob", "new_blob"])
    yield from _pairs(pd.DataFrame({"contents": by_contents, "repository": commits["repository"][by_contents.index]}))
    written = commits.loc[counting, ["repository", "author_email", "authored_at"]].assign(
        subject=_plain(commits.loc[counting, "subject"])
    )
    written = written[written["authored_at"].notna() & written.duplicated(keep=False)]
    paths = _digests(work[work["position"].isin(written.index)], ["path"])
    yield from _pairs(written.assign(paths=paths).dropna(subset="paths"))


def digest_contents(work: pd.DataFrame) -> pd.Series[str]:
    """Return a digest of which contents each commit turns into which; by place. A reword keeps it.

    Args:
        work: As in `find_retractions`.
    """
    return _digests(work, ["path", "old_blob", "new_blob"]).map("{:016x}".format).astype("str")


def _named_alike(commits: pd.DataFrame, counting: pd.Series[bool]) -> Iterator[tuple[int, int]]:
    """Pairs of commits that have one ``Change-Id``, or of which one has the number of the other before its own."""
    own = commits[counting]
    changes = extract(own["body"], _CHANGE_ID)
    yield from _pairs(pd.DataFrame({"change": changes, "repository": own["repository"]}).dropna(subset="change"))
    ported = extract(own["subject"], _PORTED_NUMBER).dropna()
    if ported.empty:
        return
    numbers = messages.squash_numbers(own["subject"]).drop(ported.index).dropna()
    numbers = pd.concat([ported, numbers])
    named = pd.DataFrame({"number": numbers, "repository": own["repository"][numbers.index]})
    yield from _pairs(named.assign(words=_without_type(replace(own["subject"][numbers.index], _NUMBERS, ""))))


def _digests(work: pd.DataFrame, columns: list[str]) -> pd.Series[int]:
    """A number for what the columns of each commit's files hold, in any order of the files; by place."""
    rows = pd.util.hash_pandas_object(work[columns], index=False).to_numpy()
    return pd.Series(rows, index=work["position"].array, dtype="uint64").groupby(level=0).sum()


def _pairs(keys: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Each row, by the index, that equals an earlier one, with the first of them."""
    again = keys[keys.duplicated(keep=False)]
    first = again.assign(first=again.index).groupby(list(again.columns), sort=False)["first"].transform("first")
    yield from zip(again.index, first, strict=True)


def _joined(positions: np.ndarray, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Join pairs to groups, each named by its smallest place."""
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
