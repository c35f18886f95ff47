import datetime as dt
import json

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    RawCommits,
    RawLinearIssues,
    RawLinearProjects,
    RawMlflowRuns,
    RawPullRequestCommits,
    RawPullRequests,
)
from achievement_pipeline.judging.lanes.linear import link_issues, link_projects, name_issues
from achievement_pipeline.judging.lanes.mlflow import link_runs
from achievement_pipeline.judging.links import references
from achievement_pipeline_tests.raw_frames import Row, raw_frame
from achievement_pipeline_tests.store.sample_pieces import NOON


def commits(subject: str, body: str = "", authored_at: dt.datetime | None = NOON) -> DataFrame[RawCommits]:
    return raw_frame(RawCommits, {"subject": subject, "body": body, "authored_at": authored_at})


def pulls(*given: Row) -> DataFrame[RawPullRequests]:
    return raw_frame(RawPullRequests, *({"number": number, **row} for number, row in enumerate(given, 12)))


def own_commits(*given: Row) -> DataFrame[RawPullRequestCommits]:
    return raw_frame(RawPullRequestCommits, *given)


def issues(*given: Row) -> DataFrame[RawLinearIssues]:
    return raw_frame(RawLinearIssues, *({"id": f"id of {row['identifier']}", **row} for row in given))


def names_of(names: pd.Series) -> list[str]:
    return [name for text in names for name in json.loads(text)]


def links_of(links: pd.Series, to: str) -> list[str]:
    return [link["name"] for text in links for link in json.loads(text) if link["to"] == to]


def commit_parents(subject: str, body: str = "") -> list[str]:
    """Return what a commit says that it belongs to, but for itself in other repositories."""
    return links_of(references.link_commits(commits(subject, body)), "parent")[:-1]


def pull_parents(**given: object) -> list[str]:
    return links_of(references.link_pull_requests(pulls(given), own_commits()), "parent")


def test_a_commit_is_known_by_its_name_and_by_what_a_rebase_keeps() -> None:
    names = references.name_commits(commits('feat: say "hello"'))

    assert names_of(names) == [f"commit:{'a' * 40}", "change:github.com/acme/engine/20240301T120000Z/feat-say-hello-"]


def test_a_commit_without_a_date_is_known_by_its_name() -> None:
    names = references.name_commits(commits("feat: hello", authored_at=None))

    assert names_of(names) == [f"commit:{'a' * 40}"]


def test_a_squash_belongs_to_the_pull_request_with_its_number() -> None:
    assert commit_parents("feat: say hello (#12)") == ["pull:github.com/acme/engine#12"]


def test_a_commit_belongs_to_its_pull_request_before_the_issue_that_it_names() -> None:
    assert commit_parents("ENG-7: say hello (#12)", "Fixes ENG-8") == [
        "pull:github.com/acme/engine#12",
        "issue:eng-7",
        "issue:eng-8",
    ]


def test_a_commit_is_last_of_all_the_same_one_elsewhere() -> None:
    links = json.loads(references.link_commits(commits("ENG-7: say hello"))[0])

    assert [link["name"] for link in sorted(links, key=lambda link: link["rank"])] == [
        "issue:eng-7",
        f"commit:{'a' * 40}",
    ]


def test_a_pull_request_names_its_commits_however_it_was_merged() -> None:
    own = own_commits(
        *({"position": position, "sha": sha * 40, "subject": f"Step {position}"} for position, sha in enumerate("ab"))
    )

    links = references.link_pull_requests(pulls({"merge_commit": "c" * 40}, {}), own)

    assert [links_of(links[[row]], "child") for row in (0, 1)] == [
        [
            f"commit:{'c' * 40}",
            f"commit:{'a' * 40}",
            f"commit:{'b' * 40}",
            "change:github.com/acme/engine/20240301T120000Z/step-0",
            "change:github.com/acme/engine/20240301T120000Z/step-1",
        ],
        [],
    ]


def test_a_pull_request_is_known_by_the_commits_of_its_branch() -> None:
    names = references.name_pull_requests(pulls({}, {}), own_commits({}))

    assert [json.loads(text) for text in names] == [
        ["pull:github.com/acme/engine#12", f"branch:{'a' * 40}"],
        ["pull:github.com/acme/engine#13"],
    ]


def test_a_pull_request_belongs_to_the_issue_in_its_title_then_description_then_branch() -> None:
    rows = pull_parents(title="ENG-1: Do it", body="Fixes ENG-2", branch="ann/eng-3-do-it", closes='["Acme/Engine#5"]')

    assert rows == ["issue:eng-1", "issue:eng-2", "issue:eng-3", "issue:github.com/acme/engine#5"]


def test_an_issue_that_is_only_related_is_listed_wherever_else_it_occurs() -> None:
    rows = pulls({"title": "Do it", "body": "Related to ENG-2", "branch": "eng-2-and-eng-3"})

    links = references.link_pull_requests(rows, own_commits())

    assert links_of(links, "parent") == ["issue:eng-3"]
    assert links_of(links, "listed") == ["issue:eng-2"]


def test_what_the_messages_of_its_commits_name_is_listed_as_a_merge_would_do() -> None:
    own = own_commits(
        {"subject": "ENG-1: Begin", "body": "Fixes ENG-2\nSkip ENG-5"},
        {"subject": "ENG-4: Go on", "body": "Related to ENG-3\nSkip ENG-4", "position": 1},
        {"subject": "Encode as UTF-8", "body": "See ENG-6", "position": 2},
    )

    links = references.link_pull_requests(pulls({"title": "Do it", "body": "Ignore ENG-3"}), own)

    assert links_of(links, "listed") == ["issue:eng-1", "issue:eng-2", "issue:eng-3", "issue:utf-8"]
    assert links_of(links, "parent") == []


def test_an_issue_that_shall_be_ignored_is_not_linked() -> None:
    assert pull_parents(title="ENG-1: Do it", body="Ignore ENG-1", branch="eng-1-do-it") == []


def test_an_issue_keeps_the_names_that_it_had_in_other_teams() -> None:
    names = name_issues(issues({"identifier": "ENG-5", "previous_identifiers": '["DES-2"]'}, {"identifier": "ENG-6"}))

    assert [json.loads(text) for text in names] == [["issue:eng-5", "issue:des-2"], ["issue:eng-6"]]


def test_an_issue_names_the_pull_requests_and_the_github_issues_that_are_attached() -> None:
    attached = [
        {"url": "https://github.com/Acme/Engine/pull/12", "title": "Do it", "source": "github"},
        {"url": "https://github.com/Acme/Engine/issues/5", "title": "It fails", "source": "github"},
        {"url": "https://example.com/pull/3", "title": "Elsewhere", "source": None},
    ]
    rows = issues({"identifier": "ENG-5", "attachments": json.dumps(attached)})

    assert links_of(link_issues(rows), "child") == ["pull:github.com/acme/engine#12"]
    assert names_of(name_issues(rows)) == ["issue:eng-5", "issue:github.com/acme/engine#5"]


def test_a_project_lists_its_own_issues() -> None:
    projects = raw_frame(RawLinearProjects, {"id": "p"}, {"id": "q"})
    rows = issues(
        {"identifier": "ENG-1", "project_id": "p"}, {"identifier": "ENG-2", "project_id": "q"}, {"identifier": "ENG-3"}
    )

    links = link_projects(projects, rows)

    assert [[link["name"] for link in json.loads(text)] for text in links] == [["issue:eng-1"], ["issue:eng-2"]]


def test_a_run_belongs_to_the_commit_that_it_logged_or_to_the_branch_that_had_it() -> None:
    runs = raw_frame(RawMlflowRuns, {"run_id": "1", "source_commit": "A" * 40}, {"run_id": "2"})

    links = link_runs(runs)

    assert links_of(links, "parent") == [f"commit:{'a' * 40}", f"branch:{'a' * 40}"]


def test_no_rows_have_no_links() -> None:
    none = raw_frame(RawLinearIssues)
    assert references.link_commits(raw_frame(RawCommits)).empty
    assert references.name_commits(raw_frame(RawCommits)).empty
    assert references.name_pull_requests(pulls(), own_commits()).empty
    assert references.link_pull_requests(pulls(), own_commits()).empty
    assert name_issues(none).empty
    assert link_issues(none).empty
    assert link_projects(raw_frame(RawLinearProjects), none).empty
    assert link_runs(raw_frame(RawMlflowRuns)).empty
