"""Pull requests and reviews: author, significance, scores and skills."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    PullRequestActivities,
    RawPullRequestCommits,
    RawPullRequestFiles,
    RawPullRequests,
    RawReviews,
)
from achievement_pipeline.judging import WorkFilter
from achievement_pipeline.judging.lanes.pull_requests import (
    find_pull_request_skills,
    judge_pull_requests,
    score_pull_requests,
)
from achievement_pipeline.judging.rules import BotRules, Person, Rules
from achievement_pipeline.sources.records import to_frame
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.apart import apart, placed

KEY = "github.com/octo/repo"
DAY = pd.Timestamp("2026-01-01", tz="UTC")
RULES = Rules()

Judged = Sequence[DataFrame[PullRequestActivities]]


def pull(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "repository": KEY, "number": number, "title": "feat: a thing", "body": "", "url": f"https://x/{number}",
        "author": "ada", "author_id": 1, "author_kind": "User", "base": "main", "branch": "b", "labels": "[]",
        "closes": "[]", "created_at": DAY, "merged_at": DAY, "updated_at": DAY, "detail": "read", "additions": 1,
        "deletions": 1, "changed_files": 1, "commit_count": 1, **fields,
    }  # fmt: skip


def changed(path: str = "src/a.py", number: int = 1, change: str = "modified", lines: int = 100) -> dict[str, Any]:
    return {"repository": KEY, "number": number, "path": path, "change": change, "additions": lines, "deletions": 0}


def committed(email: str, login: str | None, number: int = 1, position: int = 0) -> dict[str, Any]:
    return {
        "repository": KEY,
        "number": number,
        "position": position,
        "sha": f"{number:039x}{position}",
        "author_email": email,
        "author_login": login,
        "authored_at": DAY,
        "subject": "work",
        "body": "",
    }


def reviewed(by: str = "bob", state: str = "approved", body: str = "", mark: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "repository": KEY, "number": 1, "url": f"https://x/1#{mark}", "reviewer": by, "reviewer_kind": "User",
        "state": state, "body": body, "submitted_at": DAY + pd.Timedelta(mark, "h"), **fields,
    }  # fmt: skip


def judge(
    *pulls: dict[str, Any],
    files: list[dict[str, Any]] | None = None,
    commits: list[dict[str, Any]] | None = None,
    reviews: list[dict[str, Any]] | None = None,
    rules: Rules = RULES,
    **keywords: Any,
) -> Any:
    changes = [changed(number=one["number"]) for one in pulls] if files is None else files
    return judge_pull_requests(
        to_frame(RawPullRequests, pulls),
        to_frame(RawPullRequestCommits, commits or []),
        to_frame(RawPullRequestFiles, changes),
        to_frame(RawReviews, reviews or []),
        rules,
        **keywords,
    )


class History(NamedTuple):
    """Pull requests of a repository; each changed a file, unless others are given."""

    pulls: Sequence[dict[str, Any]]
    files: Sequence[dict[str, Any]] | None = None
    commits: Sequence[dict[str, Any]] = ()
    reviews: Sequence[dict[str, Any]] = ()

    def in_place(self, number: int) -> History:
        """Return it as the history of a stand-in."""
        files = [changed(number=one["number"]) for one in self.pulls] if self.files is None else self.files
        reviews = [{**one, "url": f"{one['url']}/{number}"} for one in self.reviews]
        return History(*(placed(KEY, number, rows) for rows in (self.pulls, files, self.commits, reviews)))


@pytest.fixture(scope="module")
def judge_all() -> Callable[..., Judged]:
    """What judges histories, each by itself."""

    def judge_histories(*histories: History) -> Judged:
        placed_ones = [one.in_place(number) for number, one in enumerate(histories)]
        pulls, files, commits, reviews = (
            list(chain.from_iterable(rows or ())) for rows in zip(*placed_ones, strict=True)
        )
        return apart(KEY, judge(*pulls, files=files, commits=commits, reviews=reviews), len(histories))

    return judge_histories


def reasons(activities: pd.DataFrame) -> list[str]:
    return list(activities["reasons"])


@pytest.mark.histories(History([pull(labels='["kind/bug"]')], reviews=[reviewed()]))
def test_what_speaks_for_a_pull_request_is_kept(judged: Judged) -> None:
    activity = judged[0].iloc[0]
    assert activity["reasons"] == "type:feat,lines>50,label:kind/bug,reviewed"
    assert (activity["category"], activity["category_rule"]) == ("bugfix", "label:kind/bug")
    assert activity["title"] == "A thing"


_AGAINST: dict[str, tuple[dict[str, Any], int]] = {
    "bot": ({"author": "dependabot[bot]", "author_kind": "Bot"}, 100),
    "ghost": ({"author": None}, 100),
    "unread": ({"detail": "pending", "additions": None}, 100),
    "release": ({"title": "Release 1.2.3"}, 10),
    "small": ({"title": "Thing"}, 10),
}


@cache
def against() -> Mapping[str, pd.Series]:
    """A pull request for each reason against one, judged."""
    pulls = [pull(number, **fields) for number, (fields, _) in enumerate(_AGAINST.values(), 1)]
    files = [changed(number=number, lines=lines) for number, (_, lines) in enumerate(_AGAINST.values(), 1)]
    judged = judge(*pulls, files=files)
    return {reason: judged.iloc[row] for row, reason in enumerate(_AGAINST)}


@pytest.mark.parametrize("reason", _AGAINST)
def test_what_speaks_against_a_pull_request_is_kept(reason: str) -> None:
    judged = against()[reason]
    assert (judged["reasons"], judged["significant"]) == (reason, False)


def test_a_bot_that_the_user_allows_is_a_person() -> None:
    rules = Rules(bots=BotRules(allow=("jess[bot]",)))
    assert judge(pull(author="jess[bot]", author_kind="Bot"), rules=rules)["significant"].all()


@pytest.mark.histories(
    History(
        [pull()],
        [
            *(changed("a.py"), changed("uv.lock", lines=900), changed("b.png", lines=0)),
            changed("c.py", change="renamed", lines=0),
        ],
    ),
    History([pull()], [changed("uv.lock")]),
)
def test_only_files_that_are_work_count(judged: Judged) -> None:
    activity, locked = judged[0].iloc[0], judged[1]
    assert (activity["files"], activity["effective_files"], activity["effective_insertions"]) == (4, 1, 100)
    assert set(json.loads(activity["left_out"])) == {"lockfile", "binary", "rename"}
    assert reasons(locked) == ["no-work"]


@pytest.mark.histories(
    History(
        [pull(), pull(2)],
        commits=[
            committed("home@example.org", "ada"),
            committed("Work@Example.org", "ada", position=1),
            committed("work@example.org", "ada", number=2),
            committed("1+ada@users.noreply.github.com", "ada", number=2, position=1),
        ],
    )
)
def test_an_author_is_known_by_the_address_of_most_of_their_commits(judged: Judged) -> None:
    assert set(judged[0]["person"]) == {"work@example.org"}


@pytest.mark.histories(History([pull(author="Ada")]))
def test_an_author_without_such_a_commit_is_known_by_the_noreply_address(judged: Judged) -> None:
    assert list(judged[0]["person"]) == ["ada@users.noreply.github.com"]
    mine = [Person(emails=("ada@example.org", "7+Ada@users.noreply.github.com"))]
    assert list(judge(pull(author="Ada"), people=mine)["person"]) == ["ada@example.org"]


def test_an_account_means_the_same_whichever_repositories_are_judged_together() -> None:
    other = pull(1, repository="github.com/octo/other")
    foreign = {**committed("elsewhere@example.org", "ada"), "repository": "github.com/octo/other"}
    judged = judge(pull(), other, commits=[foreign])
    assert list(judged["person"]) == ["ada@users.noreply.github.com", "elsewhere@example.org"]


@pytest.mark.histories(
    History(
        [pull()],
        commits=[
            committed("ada@example.org", "ada"),
            committed("bob@example.org", None, position=1),
            committed("bot@renovateapp.com", "renovate[bot]", position=2),
        ],
    )
)
def test_others_with_commits_share_a_pull_request_and_machines_do_not(judged: Judged) -> None:
    assert list(judged[0]["coauthors"]) == ["bob@example.org"]


@pytest.mark.histories(
    History(
        [
            pull(body="Why.\n\n\N{ROBOT FACE} Generated with [Claude Code](https://claude.com/claude-code)"),
            pull(2),
        ],
        commits=[
            committed("ada@example.org", "ada") | {"body": "Co-authored-by: Codex <codex@openai.com>"},
            committed("cursoragent@cursor.com", None, position=1),
        ],
        reviews=[reviewed()],
    )
)
def test_coding_agents_of_a_pull_request_are_named_and_no_coauthors(judged: Judged) -> None:
    (activities,) = judged
    assert list(activities["assisted_by"]) == ["Claude,Codex,Cursor", "", ""]
    assert list(activities["coauthors"]) == ["", "", ""]
    assert activities["description"].iloc[0] == "Why."


@pytest.mark.histories(
    History(
        [pull()],
        reviews=[
            reviewed(state="changes_requested", body="Why?"),
            reviewed(body="Fine now", mark=2),
            reviewed(by="ada", state="commented", body="Because", mark=3),
        ],
    )
)
def test_all_reviews_of_a_pull_request_by_one_person_are_one_activity(judged: Judged) -> None:
    review = judged[0].iloc[1]
    assert review["key"] == "github:octo/repo#1/review/bob"
    assert (review["person"], review["verdict"], review["words"]) == (
        "bob@users.noreply.github.com",
        "changes_requested",
        3,
    )
    assert review["reasons"] == "changes-requested"
    assert json.loads(review["links"])[0]["name"] == f"pull:{KEY}#1"


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(
            words > 30, marks=pytest.mark.histories(History([pull()], reviews=[reviewed(body="word " * words)]))
        )
        for words in (30, 31)
    ],
)
def test_a_review_counts_by_its_words(judged: Judged, counts: bool) -> None:
    assert bool(judged[0]["significant"][1]) == counts


def test_only_work_that_passes_the_filter_counts() -> None:
    both = [pull(), pull(2, author="bob")]
    mine = WorkFilter(authors=("ada@users.noreply.github.com",))
    assert list(judge(*both, work_filter=mine)["significant"]) == [True, False]
    assert reasons(judge(*both, work_filter=mine))[1] == "not-asked"
    nobody = WorkFilter(authors=("carol@example.org",))
    assert not judge(*both, work_filter=nobody)["significant"].any()
    assert not judge(*both, work_filter=WorkFilter(since=pd.Timestamp("2026-02-01").date()))["significant"].any()


@pytest.mark.histories(
    History(
        [pull(labels='["Security"]', commit_count=3)],
        [changed(f"src/{number}.py", lines=50) for number in range(4)],
        reviews=[reviewed()],
    )
)
def test_the_points_are_those_of_the_table(judged: Judged) -> None:
    scores = score_pull_requests(judged[0], RULES)
    lines = {(line["score"], line["rule"]): line["points"] for line in json.loads(scores["ledger"][0])}
    complexity = {rule: points for (score, rule), points in lines.items() if score == "complexity"}
    assert complexity == {"base": 40, "files": 8, "lines": 4, "reviewers": 5, "commits": 3}
    impact = {rule for score, rule in lines if score == "impact"}
    assert impact == {"base", "title", "commits", "kind", "likeness", "files", "growth", "size"}
    assert scores["complexity"][0] == 60


@pytest.mark.histories(History([pull(body="Uses PostgreSQL, not MyPostgreSQL", labels='["redis"]')]))
def test_skills_come_from_files_labels_and_texts(judged: Judged) -> None:
    skills = find_pull_request_skills(judged[0], to_frame(RawPullRequestFiles, [changed()]), RULES.skills)
    shown = dict(zip(skills["skill"], skills["weight"], strict=True))
    assert shown["Python"] == 1.0
    assert (shown["Redis"], shown["PostgreSQL"]) == (0.5, 0.2)


@settings(max_examples=examples(8), deadline=None)
@given(
    sizes=st.lists(st.integers(0, 10**6), max_size=60),
    commits=st.integers(0, 10**4),
    reviewers=st.integers(0, 6),
    words=st.integers(0, 400),
)
def test_scores_are_in_range_and_the_sum_of_their_ledger(
    sizes: list[int], commits: int, reviewers: int, words: int
) -> None:
    files = [changed(f"src/{position}.py", lines=size) for position, size in enumerate(sizes)]
    reviews = [reviewed(by=f"r{position}", body="w " * words, mark=position) for position in range(reviewers)]
    scores = score_pull_requests(judge(pull(commit_count=commits), files=files, reviews=reviews), RULES)
    for row in scores.itertuples():
        for score in ("impact", "complexity"):
            points = [line["points"] for line in json.loads(str(row.ledger)) if line["score"] == score]
            assert 0 <= getattr(row, score) <= 100
            assert round(sum(points), 2) == getattr(row, score)


def test_the_order_of_rows_changes_nothing() -> None:
    pulls = [pull(number) for number in (1, 2, 3)]
    reviews = [reviewed(mark=mark, by=by, body="w " * 40) for mark, by in enumerate(("bob", "carol", "bob"))]
    one, other = judge(*pulls, reviews=reviews), judge(*pulls[::-1], reviews=reviews[::-1])
    pd.testing.assert_frame_equal(
        one.sort_values("key", ignore_index=True), other.sort_values("key", ignore_index=True)
    )
