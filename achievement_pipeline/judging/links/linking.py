"""Group activities into pieces of work, and compose an achievement from each.

An activity has at most one parent. Following parents leads to the root, which identifies the achievement. Its score is
the maximum over its significant activities; the ledger names the activity. The order of rows does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.columns.text import contains, extract
from achievement_pipeline.frames import (
    Achievements,
    RelatedActivities,
    Relation,
    Scores,
    Skills,
    StoredActivities,
    typed,
)
from achievement_pipeline.judging.categories.categorise import are_learnt, certainties
from achievement_pipeline.judging.impact.significance import have_reason
from achievement_pipeline.judging.links.same_work import Retraction
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.lanes import ActivityKind, sources_of_kinds

_EVIDENCE = ["key", "kind", "title", "url", "person", "at", "relation"]
_SKILL = ["skill", "kind", "weight", "evidence"]
_TAGGED_DETAILS = ("type", "scope")


def compose_achievements(
    activities: DataFrame[StoredActivities],
    scores: DataFrame[Scores],
    skills: DataFrame[Skills],
    related: DataFrame[RelatedActivities],
    rules: Rules,
) -> DataFrame[Achievements]:
    """Compose achievements from complete pieces of work.

    A piece of work with a significant activity becomes an achievement. It is retracted if all its significant
    activities were reverted or are duplicates. A pull request is retracted with its commits and vice versa. The commits
    of a scored pull request show skills but are not scored separately, so the merge method does not matter.

    Args:
        activities: All activities of the pieces of work. A parent that is not among them does not exist.
        scores: Scores of the significant activities.
        skills: Skills of the significant activities.
        related: Activities that these list. Those of the same piece of work are ignored.
        rules: The threshold for portfolio-ready achievements.

    Returns:
        One row per achievement, sorted by key.
    """
    if scores.empty:
        return Achievements.empty()
    pieces = _find_pieces(activities, scores)
    roots, members, judged = pieces.roots, pieces.members, pieces.judged
    repositories = _repositories(roots, members)
    completed = _completed_at(roots, members)
    started = members.groupby("root")["started_at"].min()
    columns = {
        **_root_columns(roots),
        "repository": repositories,
        "description": _descriptions(roots, members[members["root"].map(repositories).notna()]),
        **_people(pieces),
        **_score_columns(pieces.winners, rules),
        **_skills(judged[~_are_shown_by_merge(judged)], skills),
        "category": _categories(roots, judged),
        # a run may begin after the commit that it tries out
        "started_at": started.where(started <= completed.reindex(started.index)),
        "completed_at": completed,
        "evidence": _evidence(members, related),
        "announced": _announced(members),
        "first_release": _first_releases(members),
        "retracted_reason": _retractions(judged, pieces.counts),
    }
    composed = pd.DataFrame({name: column.reindex(roots.index) for name, column in columns.items()})
    composed["skills_demonstrated"] = composed["skills_demonstrated"].fillna("[]")
    composed["skills"] = composed["skills"].fillna("[]")
    composed["tags"] = _tags(roots, composed["coauthors"] != "[]")
    texts = dict.fromkeys(("announced", "first_release", "retracted_reason"), "str")
    return typed(Achievements, composed.astype(texts).sort_index().reset_index(drop=True))


@dataclass(frozen=True)
class _Pieces:
    """The pieces of work that become achievements."""

    members: pd.DataFrame
    """All their activities with scores, oldest first."""
    roots: pd.DataFrame
    """The members that name the achievements, indexed by key."""
    judged: pd.DataFrame
    """The members with a score that were not retracted; all with a score where every one was."""
    counts: pd.Series[bool]
    """By root, whether any member with a score was not retracted."""
    winners: Mapping[str, pd.DataFrame]
    """By score, the member with the highest one, indexed by root."""


def _find_pieces(activities: pd.DataFrame, scores: pd.DataFrame) -> _Pieces:
    """Find the root of each activity, and what is scored and retracted, by piece of work."""
    members = activities.sort_values(["completed_at", "key"], ignore_index=True)
    members["at"] = members["completed_at"]
    members["carries_commits"] = _carry_commits(members)
    members["root"] = _roots(members)
    members["retracted_by"] = _retracted_by(members)
    members = members.merge(scores.drop(columns="repository"), on="key", how="left")
    members["scored"] = members["impact"].notna()
    members["counts"] = members["scored"] & members["retracted_by"].isna()
    pieces = members.groupby("root")[["scored", "counts"]].any()
    members = members[members["root"].map(pieces["scored"])]
    judged = members[members["counts"] | (members["scored"] & ~members["root"].map(pieces["counts"]))]
    weighed = judged[~_are_scored_with_pull_request(judged)]
    return _Pieces(
        members,
        members[members["key"] == members["root"]].set_index("key", drop=False),
        judged,
        pieces["counts"],
        {score: _winners(weighed, score) for score in ("impact", "complexity")},
    )


def _root_columns(roots: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that the root alone decides."""
    names = {"source_type": "kind", "source_url": "url"}
    same = ("key", "title", "source_id")
    return {**{name: roots[name] for name in same}, **{name: roots[own] for name, own in names.items()}}


def _repositories(roots: pd.DataFrame, members: pd.DataFrame) -> pd.Series[str]:
    """Return the repository of each root; where it has none, as an issue, the only one that its members are in."""
    if roots["repository"].notna().all():
        return roots["repository"]
    named = members.dropna(subset="repository").groupby("root")["repository"]
    first = named.min()
    only = first.where(first == named.max())
    return roots["repository"].fillna(only.reindex(roots.index))


def _descriptions(roots: pd.DataFrame, members: pd.DataFrame) -> pd.Series[str]:
    """Return the description of each root; where it has none, as many issues, that of its greatest pull request.

    Args:
        roots: The roots.
        members: Those of one repository each: who can see an achievement is decided by its repository.
    """
    if roots["description"].notna().all() and (roots["description"] != "").all():
        return roots["description"]
    described = members[(members["kind"] == ActivityKind.PULL_REQUEST.value) & (members["description"] != "")]
    greatest = described.sort_values("impact", ascending=False, kind="stable").drop_duplicates("root")
    others = greatest.set_index("root")["description"].reindex(roots.index)
    return roots["description"].where(roots["description"] != "").fillna(others).fillna("")


def _people(pieces: _Pieces) -> dict[str, pd.Series]:
    """Return the author, co-authors and coding agents."""
    roots = pieces.roots
    # an issue without an assignee belongs to the author of its highest-scoring activity
    by_score = pieces.winners["impact"]["person"].reindex(roots.index)
    authors = roots["person"].where(roots["person"] != "", by_score)
    return {
        "author": authors,
        "coauthors": _shared(pieces.members, authors),
        "assisted_by": _assisted_by(pieces.members).reindex(roots.index, fill_value="[]"),
    }


def _score_columns(winners: Mapping[str, pd.DataFrame], rules: Rules) -> dict[str, pd.Series]:
    """Return the scores with their ledger, by root."""
    impact = winners["impact"]
    return {
        "impact_score": impact["impact"],
        "complexity_score": winners["complexity"]["complexity"],
        "score_ledger": _ledgers(winners),
        "score_version": impact["version"],
        "portfolio_ready": impact["impact"] >= rules.portfolio_min_impact,
    }


def _completed_at(roots: pd.DataFrame, members: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return when each piece of work was done: as its root; if that is a commit, with the last commit for its issue."""
    of_commits = members[members["kind"] == ActivityKind.COMMIT.value].groupby("root")["completed_at"].max()
    goes_on = (roots["kind"] == ActivityKind.COMMIT.value) & ~roots["carries_commits"]
    done = roots["completed_at"].mask(goes_on, of_commits.reindex(roots.index))
    return done.fillna(members.groupby("root")["completed_at"].max())


def _roots(activities: pd.DataFrame) -> pd.Series[str]:
    """Follow each activity's parents to its root. In a cycle, it is a pull request or merge, else the smallest key."""
    keys = pd.Index(activities["key"])
    parents = keys.get_indexer(activities["parent"])
    positions = np.arange(len(keys))
    parents = np.where(parents < 0, positions, parents)
    _break_circles(parents, keys, activities["carries_commits"].to_numpy())
    while not np.array_equal(grandparents := parents[parents], parents):
        parents = grandparents
    return pd.Series(keys[parents], index=activities.index, dtype="str")


def _break_circles(parents: npt.NDArray[np.intp], keys: pd.Index, preferred: npt.NDArray[np.bool_]) -> None:
    """Make the smallest key of each cycle its own parent, among the preferred ones if there are any."""
    reached = parents.copy()
    for _ in range(len(keys).bit_length()):
        reached = reached[reached]
    # after as many steps as there are activities, each has reached a root or a cycle
    for position in np.unique(reached[parents[reached] != reached]):
        circle = [position]
        while (following := parents[circle[-1]]) != position and following != circle[-1]:
            circle.append(following)
        if parents[circle[-1]] == position:
            smallest = min(circle, key=lambda one: (not preferred[one], str(keys[one])))
            parents[smallest] = smallest


def _carry_commits(members: pd.DataFrame) -> pd.Series[bool]:
    """Return the pull requests, and the merges that represent the commits they merged.

    A commit is also the parent of its copies in other repositories and of what the user put below it. These are not
    part of what it changed.
    """
    is_commit = members["kind"] == ActivityKind.COMMIT.value
    is_pull = members["kind"] == ActivityKind.PULL_REQUEST.value
    if members["parent"].isna().all():
        return is_pull
    parents = members.loc[is_commit & members["key"].isin(members.loc[is_commit, "parent"]), "details"]
    merges = parents.map(lambda details: json.loads(details).get("commits", 0) > 0).astype("bool")
    return is_pull | merges.reindex(members.index, fill_value=False)


def _retracted_by(members: pd.DataFrame) -> pd.Series[str]:
    """Return the key of the activity that retracted each one.

    A pull request is retracted with its commits and vice versa: git shows which commits were reverted, GitHub which
    pull requests. A pull request is retracted with its merge commit, or with all commits that it left on the target
    branch, whether one (squash) or several (rebase, merge). An issue is not retracted: its tracker decides whether it
    is done.
    """
    retracted = members["retracted_by"]
    if retracted.isna().all():
        return retracted
    is_commit = members["kind"] == ActivityKind.COMMIT.value
    is_pull = members["carries_commits"]
    pulls = members.loc[is_pull, "key"]
    merged_in = members[
        is_commit & members["parent"].isin(pulls) & ~have_reason(members["reasons"], Retraction.DUPLICATE)
    ]
    merges = have_reason(merged_in["reasons"], "merge")
    work = merged_in[~merges]
    gone = work["retracted_by"].notna().groupby(work["parent"]).all()
    reverts = pd.concat([merged_in[merges].dropna(subset="retracted_by"), work[work["parent"].map(gone).astype(bool)]])
    by_commits = reverts.drop_duplicates("parent").set_index("parent")["retracted_by"]
    retracted = retracted.fillna(members["key"].map(by_commits).astype("str"))
    by_pulls = retracted[is_pull].set_axis(pulls)
    return retracted.fillna(members["parent"].where(is_commit).map(by_pulls).astype("str"))


def _are_scored_with_pull_request(judged: pd.DataFrame) -> pd.Series[bool]:
    """Return the commits that a scored pull request or merge contains, and is scored for.

    A squash would score more than the single commits of a rebase, but the merge method must not matter. Where one
    commit is in two repositories, each is the other's parent; the root is scored for itself.
    """
    is_commit = judged["kind"] == ActivityKind.COMMIT.value
    has_whole = judged["parent"].isin(judged.loc[judged["carries_commits"], "key"])
    return is_commit & has_whole & (judged["key"] != judged["root"])


def _are_shown_by_merge(judged: pd.DataFrame) -> pd.Series[bool]:
    """Return the commits whose merge is judged too: it shows the skills of all that it brought, like a squash."""
    is_commit = judged["kind"] == ActivityKind.COMMIT.value
    merges = judged[is_commit & contains(judged["details"], r'[{,] ?"commits": ?[1-9]')]
    wholes = pd.concat([merges["key"], merges["parent"].dropna()])
    return is_commit & judged["parent"].isin(wholes) & ~judged.index.isin(merges.index)


def _winners(judged: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return the activity with the highest score, by root. The earliest wins ties."""
    order = judged.sort_values(score, ascending=False, kind="stable")
    return order.drop_duplicates("root").set_index("root")


def _ledgers(winners: Mapping[str, pd.DataFrame]) -> pd.Series[str]:
    """Combine the impact lines of one winner with the complexity lines of the other."""
    impact, complexity = winners["impact"], winners["complexity"].reindex(winners["impact"].index)
    mixed = impact["key"] != complexity["key"]
    ledgers = impact["ledger"].copy()
    ledgers[mixed] = [
        json.dumps([*_lines(one, "impact"), *_lines(other, "complexity")], ensure_ascii=False)
        for one, other in zip(impact.loc[mixed, "ledger"], complexity.loc[mixed, "ledger"], strict=True)
    ]
    return ledgers


def _lines(ledger: str, score: str) -> list[dict[str, object]]:
    return [line for line in json.loads(ledger) if line["score"] == score]


def _skills(judged: pd.DataFrame, skills: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the skills and their names as JSON lists, by root: strongest first, each skill once."""
    of_roots = skills.merge(judged[["key", "root"]], on="key")
    strongest = of_roots.sort_values(
        ["root", "weight", "skill", "key"], ascending=[True, False, True, True], ignore_index=True
    )
    once = strongest.drop_duplicates(["root", "skill"], ignore_index=True)
    names = once["skill"].map(lambda name: json.dumps(name, ensure_ascii=False)).astype("str")
    return {
        "skills_demonstrated": json_lists(names, once["root"]),
        "skills": json_lists(json_objects(once[_SKILL]), once["root"]),
    }


def _categories(roots: pd.DataFrame, judged: pd.DataFrame) -> pd.Series[str]:
    """Return the category of each root. A learnt category is replaced by a certain one of another activity.

    Types and labels win over words, then the highest score wins, then the earliest activity.
    """
    learnt = are_learnt(roots["category_rule"])
    if not learnt.any():
        return roots["category"]
    stated = judged.assign(certainty=certainties(judged["category_rule"]))
    stated = stated[stated["certainty"] > 0].sort_values(["certainty", "impact"], ascending=False, kind="stable")
    surest = stated.drop_duplicates("root").set_index("root")["category"].reindex(roots.index)
    return surest.where(learnt).fillna(roots["category"])


def _shared(members: pd.DataFrame, authors: pd.Series[str]) -> pd.Series[str]:
    """Return a JSON list of the other authors and co-authors of all activities, by root, without bots."""
    if (members["coauthors"] == "").all() and (members["person"] == members["root"].map(authors)).all():
        return pd.Series("[]", index=authors.index, dtype="str")
    people = (members["person"] + "," + members["coauthors"]).where(members["coauthors"] != "", members["person"])
    people = people.mask(have_reason(members["reasons"], "bot"), members["coauthors"])
    everybody = people.str.split(",").explode().to_frame("person").assign(root=members["root"])
    known = everybody[everybody["person"] != ""]
    others = known[known["person"] != known["root"].map(authors)].drop_duplicates()
    others = others.sort_values(["root", "person"], ignore_index=True)
    names = others["person"].map(lambda name: json.dumps(name, ensure_ascii=False)).astype("str")
    return json_lists(names, others["root"]).reindex(authors.index, fill_value="[]")


def _assisted_by(members: pd.DataFrame) -> pd.Series[str]:
    """Return a JSON list of the coding agents that helped with any of the activities, by root."""
    listed = extract(members["details"], r'[{,] ?"assisted_by": ?"(?P<agents>[^"\\]+)"').dropna()
    if listed.empty:
        return listed
    agents = listed.str.split(",").explode().to_frame("agent")
    agents["root"] = members["root"].reindex(agents.index)
    agents = agents.drop_duplicates().sort_values(["root", "agent"], ignore_index=True)
    return json_lists('"' + agents["agent"].astype("str") + '"', agents["root"])


def _evidence(members: pd.DataFrame, related: pd.DataFrame) -> pd.Series[str]:
    """Return a JSON list of all evidence, by root: the root, other members, listed activities, by date."""
    order = members.assign(belongs=members["key"] != members["root"], relation=Relation.MEMBER.value)
    if not related.empty:
        order = pd.concat([order, _listed(members, related)])
    order = order.sort_values(["root", "relation", "belongs"], ascending=[True, False, True], ignore_index=True)
    return json_lists(json_objects(order[_EVIDENCE]), order["root"])


def _listed(members: pd.DataFrame, related: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence of activities that members list and that belong to other pieces of work."""
    root_of = members.set_index("key")["root"]
    listed = related.assign(root=related["lister"].map(root_of), relation=Relation.LISTED.value, belongs=True)
    listed = listed[listed["root"].notna() & (listed["root"] != listed["key"].map(root_of))]
    return listed.drop_duplicates(["root", "key"]).sort_values(["at", "key"])


def _tags(roots: pd.DataFrame, shared: pd.Series[bool]) -> pd.Series[str]:
    """Return a JSON list of source, type and scope, and whether the work is breaking or shared."""
    sources = roots["kind"].map(sources_of_kinds())
    tags = []
    for source, text, is_shared in zip(sources, roots["details"], shared, strict=True):
        details = json.loads(text)
        named = [source, *(details[name] for name in _TAGGED_DETAILS if details.get(name))]
        named += ["breaking"] * bool(details.get("breaking")) + ["shared"] * bool(is_shared)
        tags.append(json.dumps(list(dict.fromkeys(named)), ensure_ascii=False))
    return pd.Series(tags, index=roots.index, dtype="str")


def _announced(members: pd.DataFrame) -> pd.Series[str]:
    """Return, by root, where it was announced: as its root was, else as the first of its members."""
    announced = members[contains(members["details"], r'"announced": ?"\{')]
    texts = [str(json.loads(details)["announced"]) for details in announced["details"]]
    order = announced[["root", "completed_at"]].assign(
        announced=pd.array(texts, dtype="str"), own=announced["key"] == announced["root"]
    )
    order = order.sort_values(["root", "own"], ascending=[True, False], kind="stable")
    return order.drop_duplicates("root").set_index("root")["announced"]


def _first_releases(members: pd.DataFrame) -> pd.Series[str]:
    """Return, by root, the first release of its root, else of the first of its members that was released."""
    releases = extract(members["details"], r'[{,] ?"first_release": ?"(?P<tag>[^"\\]+)"')
    order = members[["root"]].assign(release=releases, own=members["key"] == members["root"]).dropna(subset="release")
    order = order.sort_values(["root", "own"], ascending=[True, False], kind="stable")
    return order.drop_duplicates("root").set_index("root")["release"]


def _retractions(judged: pd.DataFrame, pieces: pd.Series[bool]) -> pd.Series[str]:
    """Return why an achievement is retracted, by root; missing if it is not."""
    gone = judged[~judged["root"].map(pieces)].drop_duplicates("root").set_index("root")
    repeats = have_reason(gone["reasons"], Retraction.DUPLICATE)
    return ("reverted by " + gone["retracted_by"]).where(~repeats, "repeats " + gone["retracted_by"])
