"""The GitHub lane: from merged pull requests and reviews to activities and scores.

A pull request is measured like its squash commit: same noise, counts and significance. Its files are passed to the
functions for commits with ``#<number>`` in place of an object name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.codes import NOT_ASKED
from achievement_pipeline.columns.text import replace
from achievement_pipeline.frames import (
    PullRequestActivities,
    RawCommitFiles,
    RawPullRequestCommits,
    RawPullRequestFiles,
    RawPullRequests,
    RawReviews,
    Scores,
    Skills,
    typed,
)
from achievement_pipeline.judging.announced.lane import Releases, announce_pull_requests, no_releases
from achievement_pipeline.judging.announced.paths import without_notes
from achievement_pipeline.judging.announced.words import announced_signs, announced_words
from achievement_pipeline.judging.authors.accounts import persons_of, read_accounts
from achievement_pipeline.judging.authors.agents import read_agents
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import are_selected, canonical
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.categorise import categorise
from achievement_pipeline.judging.categories.labels import categorise_labels, plain_label
from achievement_pipeline.judging.categories.peel import as_titles, peel, plain_bodies
from achievement_pipeline.judging.impact.model import are_likely, explain_impact, write_signs
from achievement_pipeline.judging.impact.significance import (
    are_mechanical,
    code_where,
    join_codes,
    judge_significance,
    weigh,
)
from achievement_pipeline.judging.impact.signs import Flags, Work, find_signs
from achievement_pipeline.judging.lanes.activities import describe_activity
from achievement_pipeline.judging.lanes.commits import (
    FOREIGN_FILES,
    count_code_lines,
    count_work,
    work_files,
    written_lines,
)
from achievement_pipeline.judging.lanes.maintenance import are_maintenance, score_maintenance, years_of_merging
from achievement_pipeline.judging.ledgers import (
    Measure,
    add_up,
    constant,
    counted,
    per_point,
    per_unit,
    points_each,
    sum_ledger,
)
from achievement_pipeline.judging.line_use import use_lines
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.links.references import (
    link_pull_requests,
    link_reviews,
    name_pull_requests,
    pull_names,
)
from achievement_pipeline.judging.links.same_work import Retraction, find_reverted_pull_requests
from achievement_pipeline.judging.noise.files import noise_reasons
from achievement_pipeline.judging.noise.scope import EVERYTHING, Scope
from achievement_pipeline.judging.public_names import name_lines
from achievement_pipeline.judging.rules import BotRules, Person, ReviewRules, Rules, SkillRules
from achievement_pipeline.judging.skills.find import find_skills
from achievement_pipeline.judging.skills.mentions import find_mentions
from achievement_pipeline.keys import GITHUB
from achievement_pipeline.lanes import ActivityKind

_OWNER = "^.*/"
_PULL_REQUEST = ["repository", "number"]
_STATUS = {"added": "A", "deleted": "D", "renamed": "R", "copied": "C"}
_BLOB = "1" * 40
_OTHER_BLOB = "2" * 40
_FILE_MODE = "100644"
_BREAKING_LABELS = {"breaking", "breaking change", "backwards incompatible"}


def judge_pull_requests(  # noqa: PLR0913 - one argument per input
    pull_requests: DataFrame[RawPullRequests],
    commits: DataFrame[RawPullRequestCommits],
    files: DataFrame[RawPullRequestFiles],
    reviews: DataFrame[RawReviews],
    rules: Rules,
    *,
    people: Sequence[Person] = (),
    work_filter: WorkFilter = WorkFilter(),  # noqa: B008 - it is immutable
    releases: Releases | None = None,
    contained: pd.Series[str] | None = None,
    in_use: pd.Series[str] | None = None,
    public_names: pd.Series[str] | None = None,
    scope: Scope = EVERYTHING,
) -> DataFrame[PullRequestActivities]:
    """Turn merged pull requests and reviews into activities: their author, category and significance.

    Args:
        pull_requests: Pull requests of any number of repositories.
        commits: The commits of their branches.
        files: Their changed files.
        reviews: Submitted reviews. All reviews of one pull request by one person are one activity. Authors' replies on
            their own pull requests are ignored.
        rules: What makes them significant.
        people: The known addresses of each person.
        work_filter: Authors and first day to keep, and what to keep besides.
        releases: The tags and release notes of the repositories.
        contained: The first release of commits, by object name, where it is known.
        in_use: How much of commits is in use, by object name, where it is known.
        public_names: The names that commits added, likewise.
        scope: What counts for the user. Who ignores the commit that merged a pull request ignores that.

    Returns:
        One row per pull request, in their order, then one per pull request and reviewer, then one per person and year
        of merging.
    """
    accounts = read_accounts(commits, people)
    pull_requests = typed(RawPullRequests, pull_requests.reset_index(drop=True))
    headers = peel(pull_requests["title"], pull_requests["body"])
    pulls = pull_requests.assign(
        sha="#" + pull_requests["number"].astype("str"),
        **announce_pull_requests(
            pull_requests,
            headers["title"],
            releases or no_releases(),
            pd.Series(dtype="str") if contained is None else contained,
        ),
        names=name_pull_requests(pull_requests, commits),
        links=link_pull_requests(pull_requests, commits),
        in_use=_of_merges(pull_requests, in_use),
        public_names=_of_merges(pull_requests, public_names),
    )
    pulls = pulls.join(find_reverted_pull_requests(pull_requests, GITHUB.keys(_source_ids(pull_requests))))
    pulls["person"] = persons_of(pulls["repository"], pulls["author"], accounts, people)
    pulls["merger"] = _mergers(pulls, accounts, people, rules.bots)
    given = _given_reviews(reviews, pulls, accounts, people, rules.bots)
    read = _read_pulls(pulls, headers, changed_files(files), scope)
    judged = _judge_pulls(pulls, commits, read, given, rules, people, work_filter, accounts, scope)
    judged_reviews = _judge_reviews(given, judged, rules.reviews, people, work_filter)
    mergers = pd.DataFrame({"name": pulls["merged_by"], "called": pull_names(pulls)})
    years = years_of_merging(PullRequestActivities, judged, mergers, rules)
    years = years[are_selected(years, work_filter, people)]
    return typed(PullRequestActivities, pd.concat([judged, judged_reviews, years], ignore_index=True))


def _of_merges(pull_requests: DataFrame[RawPullRequests], known: pd.Series[str] | None) -> pd.Series[str]:
    """Return what is known of the commits that merged pull requests, by object name; empty where nothing is."""
    return pull_requests["merge_commit"].map({} if known is None else known).astype("str").fillna("")


def changed_files(files: DataFrame[RawPullRequestFiles]) -> DataFrame[RawCommitFiles]:
    """Convert files of pull requests to files of commits.

    GitHub reports no lines for binary files, so a file without changed lines is either binary or was only moved.
    """
    untouched = (files["additions"] + files["deletions"] == 0).astype(bool)
    moved = files["change"].isin(["renamed", "copied"])
    none = pd.Series(pd.NA, index=files.index, dtype="Int32")
    return typed(
        RawCommitFiles,
        pd.DataFrame(
            {
                "repository": files["repository"],
                "sha": "#" + files["number"].astype("str"),
                "path": files["path"],
                "old_path": pd.Series(pd.NA, index=files.index, dtype="str"),
                "status": files["change"].map(_STATUS).fillna("M").astype("str"),
                "old_mode": pd.Series(_FILE_MODE, index=files.index, dtype="str"),
                "new_mode": pd.Series(_FILE_MODE, index=files.index, dtype="str"),
                "old_blob": pd.Series(_BLOB, index=files.index, dtype="str"),
                "new_blob": pd.Series(_BLOB, index=files.index, dtype="str").where(untouched & moved, _OTHER_BLOB),
                "insertions": files["additions"].where(~untouched, none),
                "deletions": files["deletions"].where(~untouched, none),
                "binary": untouched & ~moved,
            }
        ),
    )


def score_pull_requests(activities: DataFrame[PullRequestActivities], rules: Rules) -> DataFrame[Scores]:
    """Score significant pull requests and reviews. Others have no row. ``docs/scores.md`` has the rules."""
    counting = activities.loc[activities["significant"]].set_index("key", drop=False)
    of_reviews, of_years = counting["kind"] == ActivityKind.REVIEW, are_maintenance(counting)
    ledger = [
        *_score_pulls(counting[~of_reviews & ~of_years], rules),
        *_score_reviews(counting[of_reviews], rules.reviews),
        *score_maintenance(counting[of_years], rules.maintenance),
    ]
    return sum_ledger(pd.concat(ledger), counting["repository"])


def find_pull_request_skills(
    activities: DataFrame[PullRequestActivities],
    files: DataFrame[RawPullRequestFiles],
    rules: SkillRules,
    scope: Scope = EVERYTHING,
) -> DataFrame[Skills]:
    """Find the skills shown by significant pull requests: by files, labels, title and description."""
    own = activities[activities["kind"] == ActivityKind.PULL_REQUEST]
    as_commits = own.assign(sha="#" + own["number"].astype("str"))
    work = changed_files(files)
    named = find_mentions(own[own["significant"]], rules.vocabulary)
    return find_skills(as_commits, work, noise_reasons(work, scope=scope), rules=rules, named=named)


def _judge_pulls(  # noqa: PLR0913, PLR0917 - one argument per input
    pulls: pd.DataFrame,
    commits: DataFrame[RawPullRequestCommits],
    read: _ReadPulls,
    given: pd.DataFrame,
    rules: Rules,
    people: Sequence[Person],
    work_filter: WorkFilter,
    accounts: pd.Series[str],
    scope: Scope,
) -> pd.DataFrame:
    reviewers = _count_reviewers(pulls, given)
    coauthors = _coauthors(pulls, commits, accounts, people, rules.bots)
    judged = _describe_pulls(pulls, read, coauthors, _assisted_by(pulls, commits), reviewers)
    exclusions = _exclude_pulls(pulls, read, rules, are_selected(judged, work_filter, people))
    exclusions["ignored"] = scope.ignores(pulls["merge_commit"].fillna(""))
    likely = are_likely(read.signs, pulls["repository"], ~exclusions.any(axis="columns"), rules.impact)
    also = [
        read.labelled["rule"].fillna("").astype("str"),
        code_where("reviewed", reviewers > 0),
        code_where("announced", pd.Series(read.announced["announced"], index=pulls.index)),
    ]
    verdicts = judge_significance(
        read.headers["type"],
        read.headers["description"],
        written_lines(read.amounts),
        exclusions,
        rules.commits,
        also=also,
        likely=likely,
    )
    taken_back = code_where(Retraction.REVERTED.value, judged["retracted_by"].notna())
    return judged.assign(**verdicts.assign(reasons=join_codes([verdicts["reasons"], taken_back])))


@dataclass(frozen=True)
class _ReadPulls:
    """What titles, labels and files of pull requests show, each with the index of the pull requests."""

    headers: pd.DataFrame
    labelled: pd.DataFrame
    """Category and rule by labels; missing without a label."""
    categories: pd.DataFrame
    breaking: pd.Series[bool]
    amounts: pd.DataFrame
    code_lines: npt.NDArray[np.int64]
    signs: Mapping[str, Flags]
    announced: Mapping[str, Flags]
    """Signs of release notes."""


def _read_pulls(
    pulls: pd.DataFrame, headers: pd.DataFrame, files: DataFrame[RawCommitFiles], scope: Scope
) -> _ReadPulls:
    noise = noise_reasons(files, scope=scope)
    positions = positions_of(files, pulls)
    changed = work_files(positions, files, noise)
    labelled = categorise_labels(pulls["labels"])
    otherwise = categorise(headers["type"], headers["description"], without_notes(changed))
    categories = labelled[["category", "rule"]].fillna(otherwise)
    breaking = headers["marked"] | messages.have_breaking_footer(pulls["body"])
    signs = find_signs(
        Work(
            titles=headers["description"],
            bodies=pulls["body"],
            categories=categories["category"],
            likeness=otherwise,
            breaking=breaking | _have_breaking_label(pulls["labels"]),
            commits=pulls["commit_count"].fillna(1).astype("int64"),
            files=changed,
        )
    )
    return _ReadPulls(
        headers,
        labelled,
        categories,
        breaking,
        count_work(len(pulls), positions, files, noise, None),
        count_code_lines(positions, files, noise, len(pulls)),
        signs,
        announced_signs(pulls["prominence"]),
    )


def _describe_pulls(
    pulls: pd.DataFrame,
    read: _ReadPulls,
    coauthors: pd.Series[str],
    assisted_by: pd.Series[str],
    reviewers: pd.Series[int],
) -> pd.DataFrame:
    """Return the columns of pull requests that do not depend on a verdict."""
    return pd.DataFrame(
        {
            **describe_activity(
                GITHUB,
                ActivityKind.PULL_REQUEST,
                _source_ids(pulls),
                repository=pulls["repository"],
                title=_titles(read.headers["title"], pulls),
                description=plain_bodies(pulls["body"]),
                url=pulls["url"],
                person=pulls["person"],
                person_name=pulls["author"].fillna("").astype("str"),
                coauthors=coauthors,
                started_at=pulls["created_at"],
                completed_at=pulls["merged_at"],
                category=read.categories["category"],
                category_rule=read.categories["rule"],
                retracted_by=pulls["retracted_by"],
                names=pulls["names"],
                links=pulls["links"],
            ),
            "number": pulls["number"],
            "merged_by": pulls["merger"],
            "contributions": 0,
            "contributors": 0,
            "releases": 0,
            "assisted_by": assisted_by,
            "signs": write_signs({**read.signs, **read.announced}).set_axis(pulls.index),
            "announced": pulls["announced"],
            "first_release": pulls["first_release"],
            "in_use": pulls["in_use"],
            "public_names": pulls["public_names"],
            "type": read.headers["type"],
            "scope": read.headers["scope"],
            "breaking": read.breaking,
            "labels": pulls["labels"],
            "milestone": pulls["milestone"],
            **read.amounts,
            "commits": pulls["commit_count"].fillna(0).astype("int64"),
            "reviewers": reviewers,
            "verdict": pd.Series(pd.NA, index=pulls.index, dtype="str"),
            "words": pd.Series(pd.NA, index=pulls.index, dtype="Int32"),
        }
    )


def _exclude_pulls(pulls: pd.DataFrame, read: _ReadPulls, rules: Rules, selected: pd.Series[bool]) -> pd.DataFrame:
    """Return why pull requests can't count: a column of flags per reason code, in the order of the codes."""
    projects = replace(pulls["repository"], _OWNER, "")
    return pd.DataFrame(
        {
            "ghost": pulls["author"].isna(),
            "bot": _are_bot_accounts(pulls["author"], pulls["author_kind"], rules.bots),
            NOT_ASKED: ~selected,
            "revert": pulls["is_revert"],
            # a pull request that is waiting to be read again keeps its last reading
            "unread": (pulls["detail"] == "pending") & pulls["additions"].isna(),
            "release": messages.are_releases(read.headers["written"], projects)
            & (read.code_lines <= rules.commits.min_lines),
            "import": read.amounts["files"] > FOREIGN_FILES,
            "no-work": (pulls["detail"] == "read") & (read.amounts["effective_files"] == 0),
            "mechanical": are_mechanical(read.categories, read.signs),
        }
    )


def _given_reviews(
    reviews: DataFrame[RawReviews],
    pulls: pd.DataFrame,
    accounts: pd.Series[str],
    people: Sequence[Person],
    bots: BotRules,
) -> pd.DataFrame:
    """Return one row per pull request and reviewer, authors excluded: all their words, and when they wrote them."""
    posted = reviews.merge(pulls[[*_PULL_REQUEST, "author", "title"]], on=_PULL_REQUEST)
    posted = posted[posted["reviewer"].notna() & (posted["reviewer"].str.lower() != posted["author"].str.lower())]
    posted = posted.sort_values(["submitted_at", "url"]).assign(
        login=lambda frame: frame["reviewer"].str.lower(),
        words=lambda frame: frame["body"].str.split().map(len),
        asks=lambda frame: frame["state"] == "changes_requested",
    )
    given = posted.groupby([*_PULL_REQUEST, "login"], as_index=False).agg(
        title=("title", "first"),
        reviewer=("reviewer", "last"),
        kind=("reviewer_kind", "last"),
        url=("url", "last"),
        state=("state", "last"),
        asks=("asks", "any"),
        words=("words", "sum"),
        body=("body", lambda bodies: "\n\n".join(filter(None, bodies.str.strip()))),
        started_at=("submitted_at", "first"),
        completed_at=("submitted_at", "last"),
    )
    given["person"] = persons_of(given["repository"], given["login"], accounts, people)
    given["bot"] = _are_bot_accounts(given["reviewer"], given["kind"], bots)
    return given


def _judge_reviews(
    given: pd.DataFrame, pulls: pd.DataFrame, rules: ReviewRules, people: Sequence[Person], work_filter: WorkFilter
) -> pd.DataFrame:
    if given.empty:
        return pulls.head(0)
    reviewed = given[_PULL_REQUEST].merge(pulls.drop(columns="completed_at"), on=_PULL_REQUEST)
    source_ids = _source_ids(given) + "/review/" + given["login"]
    judged = reviewed.assign(
        key=GITHUB.keys(source_ids),
        kind=ActivityKind.REVIEW.value,
        source_id=source_ids,
        title="Review: " + reviewed["title"],
        description=given["body"].astype("str"),
        url=given["url"],
        person=given["person"],
        person_name=given["reviewer"],
        coauthors="",
        assisted_by="",
        started_at=given["started_at"],
        completed_at=given["completed_at"],
        retracted_by=pd.Series(pd.NA, index=given.index, dtype="str"),
        merged_by=pd.Series(pd.NA, index=given.index, dtype="str"),
        names="[]",
        links=link_reviews(given),
        signs=pd.Series("", index=given.index, dtype="str"),
        announced=pd.Series("", index=given.index, dtype="str"),
        first_release=pd.Series(pd.NA, index=given.index, dtype="str"),
        in_use=pd.Series("", index=given.index, dtype="str"),
        public_names=pd.Series("", index=given.index, dtype="str"),
        type=pd.Series(pd.NA, index=given.index, dtype="str"),
        scope=pd.Series(pd.NA, index=given.index, dtype="str"),
        breaking=False,
        reviewers=0,
        verdict=given["state"].where(~given["asks"], "changes_requested"),
        words=given["words"].astype("Int32"),
    ).astype({"kind": "str", "coauthors": "str", "assisted_by": "str", "names": "str"})
    exclusions = pd.DataFrame(
        {
            "bot": given["bot"].astype(bool),
            NOT_ASKED: ~are_selected(judged, work_filter, people),
        }
    )
    reasons_for = join_codes(
        [
            code_where("changes-requested", given["asks"].astype(bool)),
            code_where(f"words>{rules.min_words}", given["words"] > rules.min_words),
        ]
    )
    return judged.assign(**weigh(reasons_for, exclusions))[list(pulls.columns)]


def _score_pulls(pulls: pd.DataFrame, rules: Rules) -> list[pd.DataFrame]:
    own = rules.pull_requests
    lines = pulls["effective_insertions"] + pulls["effective_deletions"]
    complexity = [
        constant("base", own.complexity_base, "every significant pull request", pulls.index),
        per_unit(
            "files",
            pulls["effective_files"],
            "effective file",
            own.complexity_points_per_file,
            own.complexity_files_max,
        ),
        per_point("lines", lines, "effective line", own.complexity_lines_per_point, own.complexity_lines_max),
        per_unit(
            "reviewers",
            pulls["reviewers"],
            "reviewer",
            own.complexity_points_per_reviewer,
            own.complexity_reviewers_max,
        ),
        per_unit("commits", pulls["commits"], "commit", own.complexity_points_per_commit, own.complexity_commits_max),
    ]
    evidence = {"announced": announced_words(pulls["announced"])}
    return [
        explain_impact(pulls["signs"], rules.impact, evidence),
        name_lines(pulls["public_names"]),
        use_lines(pulls["in_use"]),
        add_up("complexity", complexity, own.complexity_max),
    ]


def _have_breaking_label(labels: pd.Series[str]) -> pd.Series[bool]:
    """Return which pull requests have a label for breaking changes."""
    plain = [{plain_label(name) for name in json.loads(names)} for names in labels]
    return pd.Series([bool(names & _BREAKING_LABELS) for names in plain], index=labels.index, dtype=bool)


def _score_reviews(reviews: pd.DataFrame, rules: ReviewRules) -> list[pd.DataFrame]:
    why = "every significant review"
    requested = (reviews["verdict"] == "changes_requested").astype("float64")
    words = reviews["words"].astype("int64")
    impact = [
        constant("base", rules.impact_base, why, reviews.index),
        per_point("words", words, "word", rules.impact_words_per_point),
        Measure(
            "changes",
            requested * rules.impact_changes_requested,
            pd.Series("changes requested", index=reviews.index, dtype="str"),
        ),
    ]
    files = reviews["effective_files"]
    reading = Measure(
        "files",
        files * rules.complexity_points_per_file,
        counted(files, "effective file") + " under review" + points_each(rules.complexity_points_per_file),
    )
    complexity = [constant("base", rules.complexity_base, why, reviews.index), reading]
    return [add_up("impact", impact, rules.impact_max), add_up("complexity", complexity, rules.complexity_max)]


def _source_ids(pulls: pd.DataFrame) -> pd.Series[str]:
    return GITHUB.source_ids(pulls["repository"], pulls["number"].astype("str"))


def _titles(titles: pd.Series[str], pulls: pd.DataFrame) -> pd.Series[str]:
    """Return display titles. A pull request without a title gets its number."""
    shown = as_titles(titles, replace(pulls["repository"], _OWNER, ""))
    return shown.where(shown != "", "Pull request " + pulls["number"].astype("str"))


def _coauthors(
    pulls: pd.DataFrame,
    commits: DataFrame[RawPullRequestCommits],
    accounts: pd.Series[str],
    people: Sequence[Person],
    bots: BotRules,
) -> pd.Series[str]:
    """Return the other people with commits in each pull request, sorted and comma-separated, without bots."""
    if commits.empty:
        return pd.Series("", index=pulls.index, dtype="str")
    emails = commits["author_email"].fillna("").astype("str")
    known = persons_of(commits["repository"], commits["author_login"], accounts, people)
    persons = known.where(known != "", canonical(emails, people))
    human = ~are_bots(commits["author_login"].fillna("").astype("str"), emails, bots)
    named = commits[_PULL_REQUEST].assign(other=persons)[
        human & persons.str.contains("@", regex=False) & ~persons.str.contains(",", regex=False)
    ]
    others = named.merge(pulls[[*_PULL_REQUEST, "person"]], on=_PULL_REQUEST)
    others = others[others["other"] != others["person"]]
    joined = others.groupby(_PULL_REQUEST)["other"].agg(lambda addresses: ",".join(sorted(set(addresses))))
    of_pulls = joined.reindex(pd.MultiIndex.from_frame(pulls[_PULL_REQUEST]))
    return pd.Series(of_pulls.fillna("").to_numpy(), index=pulls.index, dtype="str")


def _assisted_by(pulls: pd.DataFrame, commits: DataFrame[RawPullRequestCommits]) -> pd.Series[str]:
    """Return the coding agents that made or helped with a commit of each pull request, or that its text names."""
    texts = [
        pulls[_PULL_REQUEST].assign(name="", email="", body=pulls["body"]),
        commits[_PULL_REQUEST].assign(
            name=commits["author_login"], email=commits["author_email"], body=commits["body"]
        ),
    ]
    all_texts = pd.concat(texts, ignore_index=True).fillna("")
    agents = read_agents(*(all_texts[name].astype("str") for name in ("name", "email", "body")))
    named = all_texts[_PULL_REQUEST].assign(agent=agents.str.split(",")).explode("agent").query("agent != ''")
    if named.empty:
        return pd.Series("", index=pulls.index, dtype="str")
    joined = named.groupby(_PULL_REQUEST)["agent"].agg(lambda names: ",".join(sorted(set(names))))
    of_pulls = joined.reindex(pd.MultiIndex.from_frame(pulls[_PULL_REQUEST]))
    return pd.Series(of_pulls.fillna("").to_numpy(), index=pulls.index, dtype="str")


def _mergers(pulls: pd.DataFrame, accounts: pd.Series[str], people: Sequence[Person], bots: BotRules) -> pd.Series[str]:
    """Return the canonical address of who merged each pull request; missing if unknown, or if it was a bot."""
    logins = pulls["merged_by"].fillna("").astype("str")
    persons = persons_of(pulls["repository"], pulls["merged_by"], accounts, people)
    return persons.where((persons != "") & ~are_bots(logins, logins, bots))


def _count_reviewers(pulls: pd.DataFrame, given: pd.DataFrame) -> pd.Series[int]:
    counts = given[~given["bot"].astype(bool)].groupby(_PULL_REQUEST).size()
    of_pulls = counts.reindex(pd.MultiIndex.from_frame(pulls[_PULL_REQUEST]), fill_value=0)
    return pd.Series(of_pulls.to_numpy(dtype=np.int64), index=pulls.index)


def _are_bot_accounts(logins: pd.Series[str], kinds: pd.Series[str], rules: BotRules) -> pd.Series[bool]:
    names = logins.fillna("").astype("str")
    allowed = names.str.lower().isin({name.lower() for name in rules.allow})
    return (are_bots(names, names, rules) | (kinds == "Bot").fillna(value=False)) & ~allowed
