"""Merging other people's work and cutting releases: who did it, one activity a year, and its score."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    ChangelogEntries,
    CommitActivities,
    RawCommitFiles,
    RawCommits,
    RawPullRequestCommits,
    RawPullRequestFiles,
    RawPullRequests,
    RawReviews,
    RawTags,
)
from achievement_pipeline.judging import judge_commits, score_commits
from achievement_pipeline.judging.announced.lane import Releases
from achievement_pipeline.judging.lanes.pull_requests import judge_pull_requests, score_pull_requests
from achievement_pipeline.judging.rules import MaintenanceRules, Rules
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.apart import Judged, apart, placed
from achievement_pipeline_tests.raw_frames import Row, raw_frame

_RULES = Rules(maintenance=MaintenanceRules(min_contributions=1, min_releases=1))
_START = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
_REPOSITORY = "github.com/acme/engine"


class History(NamedTuple):
    """Commits without files, and tags."""

    commits: Sequence[Row]
    tags: Sequence[Row] = ()


def sha(number: int) -> str:
    """Return an object name."""
    return f"{number:040x}"


def commit(number: int, who: str = "ann", *, parents: Sequence[int] = (), **more: object) -> Row:
    """Return a commit; a later number is a later day."""
    person = {"author_name": who.title(), "author_email": f"{who}@example.org"}
    return {
        "sha": sha(number),
        "parents": " ".join(map(sha, parents)),
        "diff": "merge" if len(parents) > 1 else "read",
        "subject": f"Change {number}",
        "committed_at": _START + dt.timedelta(days=number),
        **person,
        "committer_name": person["author_name"],
        "committer_email": person["author_email"],
        **more,
    }


def merged(number: int, contributor: str, by: str = "ann", before: int = 0) -> list[Row]:
    """Return the commit of a contributor, and its merge. `before` is the merge before."""
    work = commit(number, contributor, parents=[before])
    subject = f"Merge pull request #{number} from {contributor}/work"
    return [work, commit(number + 1, by, parents=[before, number], subject=subject, body="Say hello")]


def squashed(number: int, contributor: str, committer: str = "ann@example.org") -> Row:
    """Return the squash of a pull request."""
    return commit(
        number, contributor, parents=[number - 1], subject=f"Say hello (#{number})", committer_email=committer
    )


def judge(commits: Sequence[Row], tags: Sequence[Row] = ()) -> DataFrame[CommitActivities]:
    """Judge commits without files, and the tags."""
    raw = raw_frame(RawCommits, *commits)
    notes = Releases(raw_frame(RawTags, *tags), ChangelogEntries.empty())
    files = RawCommitFiles.empty()
    return judge_commits(raw, files, files["path"].mask(files["path"] == ""), _RULES, releases=notes)


def judge_histories(*histories: History) -> list[DataFrame[CommitActivities]]:
    """Judge histories, each by itself."""
    commits = [row for number, one in enumerate(histories) for row in placed(_REPOSITORY, number, one.commits)]
    tags = [row for number, one in enumerate(histories) for row in placed(_REPOSITORY, number, one.tags)]
    return apart(_REPOSITORY, judge(commits, tags), len(histories))


@pytest.fixture(scope="module")
def judge_all() -> Callable[..., Judged]:
    return judge_histories


def years(activities: pd.DataFrame) -> dict[str, str]:
    """Return the titles of years of merging and releasing by who."""
    own = activities[activities["key"].str.startswith("maintenance:")]
    return {f"{row['person'].partition('@')[0]}: {row['title']}": row["key"] for row in own.to_dict("records")}


@pytest.mark.histories(
    History(
        [
            *(commit(0), *merged(1, "bob"), *merged(3, "eve", before=2), *merged(5, "bob", before=4)),
            *(*merged(7, "ann", before=6), *merged(9, "renovate[bot]", before=8)),
        ]
    )
)
def test_a_years_merges_of_other_peoples_work_are_one_activity(judged: Judged) -> None:
    (activities,) = judged

    assert set(years(activities)) == {"ann: Merged 3 contributions of 2 people in 2024"}
    year = activities.iloc[-1]
    assert [link["name"] for link in json.loads(year["links"])] == [
        f"pull:github.com/acme/engine#{number}" for number in (5, 3, 1)
    ]
    assert activities.loc[activities["title"] == "Say hello", "merged_by"].eq("ann@example.org").all()


@pytest.mark.histories(
    History([commit(0), squashed(1, "bob"), squashed(2, "eve", "noreply@github.com"), squashed(3, "ann")])
)
def test_who_committed_a_squash_merged_it_unless_that_was_the_host(judged: Judged) -> None:
    (activities,) = judged

    assert set(years(activities)) == {"ann: Merged 1 contribution of 1 person in 2024"}
    known = activities[activities["kind"] == "git_commit"].set_index("sha")["merged_by"]
    assert known[sha(1)] == "ann@example.org"
    assert pd.isna(known[sha(2)])
    assert pd.isna(known[sha(0)])


def skipped(*rows: Row) -> list[Row]:
    """Return commits of people who were not asked for."""
    return [{**row, "diff": "skipped"} for row in rows]


@pytest.mark.histories(
    History([*skipped(commit(0, "bob"), squashed(1, "eve", "bob@example.org")), commit(2)]),
    History(skipped(commit(0, "bob"), squashed(1, "eve", "bob@example.org"))),
)
def test_people_who_were_not_asked_for_have_no_years(judged: Judged) -> None:
    assert [years(activities) for activities in judged] == [{}, {}]


@pytest.mark.histories(
    History(
        [
            *(commit(0), commit(3, "bob", body="Co-authored-by: Ann <ann@example.org>")),
            *(*skipped(commit(4, "bob"), squashed(1, "eve", "bob@example.org")), squashed(2, "eve")),
        ]
    )
)
def test_who_wrote_with_somebody_who_was_asked_for_was_not_asked_for(judged: Judged) -> None:
    assert set(years(judged[0])) == {"ann: Merged 1 contribution of 1 person in 2024"}


@pytest.mark.histories(History([commit(0), *skipped(merged(1, "bob")[0]), merged(1, "bob")[1]]))
def test_a_merge_of_what_was_not_read_is_unread(judged: Judged) -> None:
    (activities,) = judged
    assert activities.loc[activities["title"] == "Say hello", "reasons"].eq("unread").all()


@settings(max_examples=examples(5), deadline=None)
@given(st.permutations(range(6)), st.integers(1, 5))
def test_a_year_keeps_its_key_as_it_grows_and_does_not_depend_on_the_order(order: list[int], first: int) -> None:
    history = [commit(0), *(squashed(number, "bob") for number in range(1, 6))]

    parts = (history[: first + 1], history, [history[place] for place in order])

    begun, whole, mixed = judge_histories(*map(History, parts))

    (before,) = years(begun).values()
    assert before in years(whole).values()
    columns = ["key", "title", "links", "started_at", "completed_at", "contributions"]
    pd.testing.assert_frame_equal(whole.tail(1)[columns], mixed.tail(1)[columns])


def on_day(days: int) -> dt.datetime:
    """Return the moment so many days after the first commit."""
    return _START + dt.timedelta(days=days)


_BOT = "release-bot"
_TAGS: dict[str, tuple[Row, str | None]] = {
    "its tagger": ({"tagger_email": "Bob@example.org", "tagger_name": "Bob", "tagged_at": on_day(2)}, "bob"),
    "tagged later": ({"tagger_email": "bob@example.org", "tagger_name": "Bob", "tagged_at": on_day(99)}, "ann"),
    "plain tag of a release commit": ({"commit": sha(1)}, "ann"),
    "plain tag of other work": ({"commit": sha(0)}, None),
    "no version": ({"name": "nightly", "tagger_email": "bob@example.org", "tagged_at": on_day(2)}, None),
    "bot": ({"tagger_email": f"{_BOT}@example.org", "tagger_name": _BOT, "tagged_at": on_day(2)}, None),
}


@cache
def tagged() -> pd.DataFrame:
    """Judge a release in a repository for each tag; it is called after the tag's case."""
    history = [commit(0), commit(1, parents=[0], subject="Release 1.0.0"), commit(2, "bob", parents=[1])]
    commits = [{**row, "repository": case} for case in _TAGS for row in history]
    plain = {"name": "v1.0.0", "commit": sha(1), "tagged_at": None}
    return judge(commits, [{**plain, **tag, "repository": case} for case, (tag, _) in _TAGS.items()])


@pytest.mark.parametrize("case", _TAGS)
def test_a_release_belongs_to_who_surely_made_it(case: str) -> None:
    activities, (_, expected) = tagged(), _TAGS[case]

    found = years(activities[activities["repository"] == case])

    assert set(found) == ({f"{expected}: Cut 1 release in 2024"} if expected else set())


@pytest.mark.histories(
    History(
        [commit(0), commit(1, parents=[0], subject="Release 1.0.0")],
        [{"name": name, "commit": sha(1)} for name in ("v1.0.0", "web@1.0.0", "v1.0")],
    )
)
def test_several_tags_of_one_commit_are_one_release(judged: Judged) -> None:
    (activities,) = judged
    assert activities.iloc[-1]["title"] == "Cut 1 release in 2024"
    assert activities.iloc[-1]["description"] == "v1.0"


@pytest.mark.histories(History([commit(0), *(squashed(number, f"dev{number % 3}") for number in range(1, 11))]))
def test_years_are_scored_by_what_was_merged_and_for_how_many(judged: Judged) -> None:
    (score,) = score_commits(judged[0], _RULES.commits, _RULES.impact, _RULES.maintenance).to_dict("records")

    assert (score["impact"], score["complexity"]) == (43.5, 32)
    assert [line["rule"] for line in json.loads(score["ledger"])] == [
        "base", "contributions", "contributors", "base", "contributions"
    ]  # fmt: skip


def test_few_merges_of_a_year_make_no_achievement() -> None:
    commits = [commit(0), squashed(1, "bob")]
    files = RawCommitFiles.empty()

    activities = judge_commits(raw_frame(RawCommits, *commits), files, files["path"].mask(files["path"] == ""), Rules())

    assert activities.iloc[-1][["title", "significant", "reasons"]].to_list() == [
        "Merged 1 contribution of 1 person in 2024", False, "small"
    ]  # fmt: skip


def test_a_host_tells_who_merged() -> None:
    rows = [
        {"number": number, "author": "bob", "merged_by": who, "merged_at": _START, "title": "Say hello"}
        for number, who in enumerate(["ann", "ann", "mergify[bot]", "bob"], start=1)
    ]
    nothing = (RawPullRequestCommits.empty(), RawPullRequestFiles.empty(), RawReviews.empty())

    activities = judge_pull_requests(raw_frame(RawPullRequests, *rows), *nothing, _RULES)

    year = activities.iloc[-1]
    assert (year["kind"], year["title"]) == ("git_merging", "Merged 2 contributions of 1 person in 2024")
    assert year["person"] == "ann@users.noreply.github.com"
    assert score_pull_requests(activities, _RULES)["key"].to_list()[-1] == year["key"]
