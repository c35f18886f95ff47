"""What maintainers do besides changes of their own: they merge other people's work, and cut releases.

All merges of one person, repository and year are one activity, and so are all releases. Its key does not depend on what
is in it: the next merge changes this year's activity and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, DiffState, LinkTo, RawCommits, RawTags
from achievement_pipeline.judging.announced.releases import version_tags
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import canonical, display_names, person_digest
from achievement_pipeline.judging.categories.category import Category
from achievement_pipeline.judging.impact.model import impact_of
from achievement_pipeline.judging.impact.significance import have_reason
from achievement_pipeline.judging.lanes.activities import complete_activities, describe_activity
from achievement_pipeline.judging.ledgers import add_up, constant, per_unit
from achievement_pipeline.judging.links.references import Rank, links_column
from achievement_pipeline.judging.rules import BotRules, MaintenanceRules, Person, Rules
from achievement_pipeline.keys import MAINTENANCE
from achievement_pipeline.lanes import ActivityKind

_HOSTS: Final = ("noreply@github.com", "noreply@gitlab.com")
"""Committers of what was merged on a host's page."""
_SHOWN: Final = 10
"""Contributions or releases that a year lists as evidence."""
_TAGGED_WITHIN: Final = pd.Timedelta(days=31)
"""A tag made later than this after its commit was added to an old release, or converted with its history."""
_YEAR: Final = ["repository", "person", "year"]
_KINDS: Final = (ActivityKind.MERGING.value, ActivityKind.RELEASING.value)


def are_maintenance(activities: pd.DataFrame) -> pd.Series[bool]:
    """Return which activities are a year of merging or releasing."""
    return activities["kind"].isin(_KINDS)


def find_mergers(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: DataFrame[RawCommits],
    merged: pd.Series[bool],
    numbers: pd.Series[str],
    merged_by: npt.NDArray[np.int64],
    bots: BotRules,
    people: Sequence[Person] = (),
) -> pd.DataFrame:
    """Find who merged each piece of work: the author of its merge, or the committer of its squash.

    Unknown (missing) for commits that are no piece of work, and where a host or a bot committed the squash.

    Args:
        commits: Commits of any number of repositories.
        merged: Which of them merge a piece of work.
        numbers: Their numbers of pull requests, missing where there is none.
        merged_by: As returned by `achievement_pipeline.judging.links.merges.find_merging_commits`.
        bots: More bots, and exceptions.
        people: The known addresses of each person.

    Returns:
        With the index of ``commits``: ``merged_by``, a canonical address, and the ``name`` of that person.
    """
    numbered = numbers.notna().to_numpy()
    # what is part of a pull request was merged with it; a branch that merges pull requests is not one itself
    is_part = numbered & (merged_by >= 0) & numbered[merged_by]
    brings = np.bincount(merged_by[numbered & (merged_by >= 0)], minlength=len(commits)) > 0
    squashed = numbered & (commits["diff"] != DiffState.MERGE)
    name = commits["author_name"].where(merged, commits["committer_name"])
    email = commits["author_email"].where(merged, commits["committer_email"])
    known = ((merged & ~brings) | squashed) & ~is_part & ~email.isin(_HOSTS) & email.str.contains("@", regex=False)
    known[known] = ~are_bots(name[known], email[known], bots)
    if not known.any():
        return pd.DataFrame(index=commits.index, columns=["merged_by", "name"], dtype="str")
    persons = canonical(email[known], people)
    order = commits[known].sort_values(["committed_at", "sha"]).index
    names = display_names(persons[order], name[order], people)
    return pd.DataFrame({"merged_by": persons, "name": names}, dtype="str").reindex(commits.index)


def git_maintenance(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: DataFrame[RawCommits],
    activities: pd.DataFrame,
    mergers: pd.DataFrame,
    called: pd.Series[str],
    tags: DataFrame[RawTags],
    rules: Rules,
    people: Sequence[Person] = (),
) -> pd.DataFrame:
    """Return the years of merging and releasing of those whose commits were read, from the first of these on.

    Args:
        commits: Commits of any number of repositories.
        activities: The same commits as judged.
        mergers: Who merged them, from `find_mergers`.
        called: What links call the piece of work that each commit is.
        tags: The tags of the repositories.
        rules: The rules.
        people: The known addresses of each person.
    """
    pieces = activities[mergers["merged_by"].notna()]
    pieces = pieces[~called[pieces.index].duplicated().to_numpy()]
    by = pd.DataFrame({"name": mergers["name"], "called": called})
    merging = years_of_merging(CommitActivities, pieces, by, rules)
    releasing = years_of_releasing(commits, activities, tags, rules, people)
    if merging.empty and releasing.empty:
        return merging
    years = pd.concat([merging, releasing], ignore_index=True)
    by_people = commits[~have_reason(activities["reasons"], "bot")]
    read = by_people["diff"] == DiffState.READ
    if not read.any():
        return years.head(0)
    since = by_people[read].groupby("repository")["committed_at"].min()
    of_authors = pd.MultiIndex.from_arrays([by_people["repository"], canonical(by_people["author_email"], people)])
    # others' commits are read where somebody who was asked for is a co-author
    alone = (activities["coauthors"] == "")[by_people.index]
    skipped = (by_people["diff"] == DiffState.SKIPPED) & (
        by_people["committed_at"] >= by_people["repository"].map(since)
    )
    asked = of_authors[read & alone].union(of_authors[read].difference(of_authors[skipped]))
    is_asked = pd.MultiIndex.from_frame(years[["repository", "person"]]).isin(asked)
    return years[is_asked & (years["completed_at"] >= years["repository"].map(since))]


def years_of_merging(
    schema: type[pa.DataFrameModel], pieces: pd.DataFrame, mergers: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Return one activity per person, repository and year in which they merged other people's work.

    Args:
        schema: The lane's `Activities`.
        pieces: Judged pieces of work, each once: the lane's activities with ``merged_by``.
        mergers: With their index: the ``name`` of who merged each, and what it is ``called`` by links.
        rules: The weights of signs, and how many contributions count.
    """
    of_others = pieces["merged_by"].notna() & (pieces["person"] != "") & (pieces["person"] != pieces["merged_by"])
    of_others &= ~have_reason(pieces["reasons"], "bot") & pieces["retracted_by"].isna()
    chosen = pieces[of_others & pieces["completed_at"].notna()]
    if chosen.empty:
        return schema.empty()
    done = pd.DataFrame(
        {
            "repository": chosen["repository"],
            "person": chosen["merged_by"],
            "name": mergers["name"][chosen.index],
            "at": chosen["completed_at"],
            "called": mergers["called"][chosen.index],
            "contributor": chosen["person"],
            "strength": impact_of(chosen["signs"], rules.impact),
            "tag": "",
        }
    )
    years = _by_year(done)
    return _describe(
        schema,
        ActivityKind.MERGING,
        years,
        title="Merged " + _counted(years["number"], "contribution", "contributions")
        + " of " + _counted(years["contributors"], "person", "people")
        + " in " + years["year"].astype("str"),
        description=pd.Series("", index=years.index, dtype="str"),
        few=years["number"] < rules.maintenance.min_contributions,
        contributions=years["number"],
        contributors=years["contributors"],
    )  # fmt: skip


def years_of_releasing(
    commits: DataFrame[RawCommits],
    activities: pd.DataFrame,
    tags: DataFrame[RawTags],
    rules: Rules,
    people: Sequence[Person] = (),
) -> pd.DataFrame:
    """Return one activity per person, repository and year in which they cut releases.

    A release belongs to who made its annotated tag; if it has a plain tag, to the author of its commit, if that only
    makes the release. A commit with several tags is one release.

    Args:
        commits: Commits of any number of repositories.
        activities: The same commits as judged.
        tags: The tags of the repositories.
        rules: More bots, and how many releases count.
        people: The known addresses of each person.
    """
    if tags.empty:
        return CommitActivities.empty()
    made = _releases(commits, activities, tags, people)
    made = made[~are_bots(made["name"], made["person"], rules.bots) & made["at"].notna()]
    if made.empty:
        return CommitActivities.empty()
    years = _by_year(made)
    return _describe(
        CommitActivities,
        ActivityKind.RELEASING,
        years,
        title="Cut " + _counted(years["number"], "release", "releases") + " in " + years["year"].astype("str"),
        description=years["tags"],
        few=years["number"] < rules.maintenance.min_releases,
        releases=years["number"],
    )


def score_maintenance(years: pd.DataFrame, rules: MaintenanceRules) -> list[pd.DataFrame]:
    """Return the ledger lines of years of merging or releasing, indexed by key."""
    merged, helped, cut = years["contributions"], years["contributors"], years["releases"]
    why = "every year of merging or releasing that counts"
    impact = [
        constant("base", rules.impact_base, why, years.index),
        per_unit(
            "contributions",
            merged,
            "contribution",
            rules.impact_points_per_contribution,
            rules.impact_contributions_max,
        ),
        per_unit(
            "contributors", helped, "contributor", rules.impact_points_per_contributor, rules.impact_contributors_max
        ),
        per_unit("releases", cut, "release", rules.impact_points_per_release, rules.impact_releases_max),
    ]
    complexity = [
        constant("base", rules.complexity_base, why, years.index),
        per_unit("contributions", merged, "contribution", rules.complexity_points_per_contribution),
        per_unit("releases", cut, "release", rules.complexity_points_per_release),
    ]
    return [add_up("impact", impact, 100), add_up("complexity", complexity, rules.complexity_max)]


def _releases(
    commits: DataFrame[RawCommits], activities: pd.DataFrame, tags: DataFrame[RawTags], people: Sequence[Person]
) -> pd.DataFrame:
    """Return one row per release whose maker is sure."""
    releases = version_tags(tags)
    keys = pd.MultiIndex.from_frame(commits[["repository", "sha"]])
    found = keys.get_indexer(pd.MultiIndex.from_frame(releases[["repository", "commit"]]))
    known = pd.Series(found >= 0, index=releases.index)
    tagged = activities.iloc[found].reset_index(drop=True)
    committed = commits["committed_at"].iloc[found].reset_index(drop=True).where(known)
    by_tag = (releases["tagger_email"] != "") & ~((releases["tagged_at"] - committed) > _TAGGED_WITHIN)
    by_commit = ~by_tag & known & have_reason(tagged["reasons"], "release")
    rows = pd.DataFrame(
        {
            "repository": releases["repository"],
            "person": canonical(releases["tagger_email"], people).where(by_tag, tagged["person"]),
            "name": releases["tagger_name"].where(by_tag, tagged["person_name"]),
            "at": releases["tagged_at"].where(by_tag, tagged["completed_at"]),
            "called": "commit:" + releases["commit"],
            "contributor": "",
            "strength": 0.0,
            "tag": releases["name"],
            "annotated": by_tag,
            "length": releases["name"].str.len(),
        }
    )[by_tag | by_commit]
    rows = rows.sort_values(["annotated", "length", "tag"], ascending=[False, True, True])
    return rows.drop_duplicates(["repository", "called"]).drop(columns=["annotated", "length"])


def _by_year(done: pd.DataFrame) -> pd.DataFrame:
    """Return one row per person, repository and year, with ``links`` to the strongest, else newest, of what was done.

    Args:
        done: ``repository``, ``person``, ``name``, ``at``, ``called``, ``contributor``, ``strength`` and ``tag``.
    """
    done = done.assign(year=done["at"].dt.year).sort_values(["at", "called"], ignore_index=True)
    years = done.groupby(_YEAR, as_index=False).agg(
        number=("called", "nunique"),
        contributors=("contributor", "nunique"),
        tags=("tag", ", ".join),
        name=("name", "last"),
        started_at=("at", "first"),
        completed_at=("at", "last"),
    )
    order = done.sort_values(["strength", "at", "called"], ascending=[False, False, True])
    strongest = order[order.groupby(_YEAR).cumcount() < _SHOWN]
    row_of = pd.MultiIndex.from_frame(years[_YEAR])
    called = strongest["called"].set_axis(row_of.get_indexer(pd.MultiIndex.from_frame(strongest[_YEAR])))
    listed = (Rank.LISTED, LinkTo.LISTED, called.astype("str"))
    return years.assign(links=links_column(years.index, [listed]))


def _describe(  # noqa: PLR0913 - the parts of an activity
    schema: type[pa.DataFrameModel],
    kind: ActivityKind,
    years: pd.DataFrame,
    *,
    title: pd.Series[str],
    description: pd.Series[str],
    few: pd.Series[bool],
    **counts: pd.Series[int],
) -> pd.DataFrame:
    """Return years as activities of a lane."""
    what = "merged" if kind is ActivityKind.MERGING else "released"
    digests = years["person"].map(person_digest).astype("str")
    names = f"{what}-" + years["year"].astype("str") + "-" + digests

    def filled(text: str) -> pd.Series[str]:
        return pd.Series(text, index=years.index, dtype="str")

    common = describe_activity(
        MAINTENANCE,
        kind,
        MAINTENANCE.source_ids(years["repository"], names),
        repository=years["repository"],
        title=title.astype("str"),
        description=description,
        url=pd.Series(pd.NA, index=years.index, dtype="str"),
        person=years["person"],
        person_name=years["name"].fillna("").astype("str"),
        started_at=years["started_at"],
        completed_at=years["completed_at"],
        category=filled(Category.MAINTENANCE.value),
        category_rule=filled(what),
        significant=~few,
        reasons=filled(what).where(~few, "small"),
        links=years["links"],
    )
    return complete_activities(schema, pd.DataFrame({**common, **counts}))


def _counted(numbers: pd.Series[int], one: str, many: str) -> pd.Series[str]:
    """Format counts with their noun: ``212 contributions``."""
    return numbers.map(lambda number: f"{number:,} {one if number == 1 else many}").astype("str")
