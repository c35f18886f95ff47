import datetime as dt
import json
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    RawCommits,
    RawLinearIssues,
    RawLinearProjects,
    RawMlflowRuns,
    RawPullRequestCommits,
    RawPullRequests,
)
from achievement_pipeline.judging import references
from achievement_pipeline_tests.store.pieces import frame_of

REPOSITORY = "github.com/Acme/Engine"
NOON = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)


def row(schema: type[pa.DataFrameModel], **given: object) -> dict[str, object]:
    """Return a row of a raw frame: what is not given is empty, or missing where that may be."""
    columns = schema.to_schema().columns
    lists = {
        "labels",
        "closes",
        "attachments",
        "previous_identifiers",
        "label_ids",
        "teams",
        "members",
        "model_versions",
    }
    blank = {name: None if column.nullable else "[]" if name in lists else "" for name, column in columns.items()}
    moments = {name: NOON for name, column in columns.items() if name.endswith("_at") and not column.nullable}
    return {**blank, **moments, "repository": REPOSITORY, **given}


def frame(schema: type[pa.DataFrameModel], *rows: dict[str, object]) -> DataFrame[Any]:
    return frame_of(schema, rows)


def commit(
    subject: str, body: str = "", sha: str = "a" * 40, authored_at: dt.datetime | None = NOON
) -> dict[str, object]:
    return row(RawCommits, sha=sha, subject=subject, body=body, authored_at=authored_at, diff="read")


def pull(number: int = 12, /, **given: object) -> dict[str, object]:
    return row(RawPullRequests, number=number, detail="read", **given)


def issue(identifier: str, **given: object) -> dict[str, object]:
    return row(RawLinearIssues, id=f"id of {identifier}", identifier=identifier, priority=0, **given)


def names_of(names: pd.Series) -> list[str]:
    return [name for text in names for name in json.loads(text)]


def links_of(links: pd.Series, to: str) -> list[str]:
    return [link["name"] for text in links for link in json.loads(text) if link["to"] == to]


def commit_parents(subject: str, body: str = "") -> list[str]:
    """Return what a commit says that it belongs to, but for itself in other repositories."""
    return links_of(references.link_commits(frame(RawCommits, commit(subject, body))), "parent")[:-1]


def pull_parents(**given: object) -> list[str]:
    return links_of(
        references.link_pull_requests(frame(RawPullRequests, pull(**given)), frame(RawPullRequestCommits)), "parent"
    )


def test_a_commit_is_known_by_its_name_and_by_what_a_rebase_keeps() -> None:
    names = references.name_commits(frame(RawCommits, commit('feat: say "hello"')))

    assert names_of(names) == [f"commit:{'a' * 40}", "change:github.com/acme/engine/20240301T120000Z/feat-say-hello-"]


def test_a_commit_without_a_date_is_known_by_its_name() -> None:
    names = references.name_commits(frame(RawCommits, commit("feat: hello", authored_at=None)))

    assert names_of(names) == [f"commit:{'a' * 40}"]


def test_a_squash_belongs_to_the_pull_request_whose_number_it_ends_with() -> None:
    assert commit_parents("feat: say hello (#12)") == ["pull:github.com/acme/engine#12"]


def test_a_commit_belongs_to_its_pull_request_before_the_issue_that_it_names() -> None:
    assert commit_parents("ENG-7: say hello (#12)", "Fixes ENG-8") == [
        "pull:github.com/acme/engine#12",
        "linear:eng-7",
        "linear:eng-8",
    ]


def test_a_commit_is_last_of_all_the_same_one_elsewhere() -> None:
    links = json.loads(references.link_commits(frame(RawCommits, commit("ENG-7: say hello")))[0])

    assert [link["name"] for link in sorted(links, key=lambda link: link["rank"])] == [
        "linear:eng-7",
        f"commit:{'a' * 40}",
    ]


def test_a_pull_request_names_its_commits_however_it_was_merged() -> None:
    own = [
        row(RawPullRequestCommits, number=12, position=place, sha=sha * 40, authored_at=NOON, subject=f"Step {place}")
        for place, sha in enumerate("ab")
    ]
    pulls = frame(RawPullRequests, pull(merge_commit="c" * 40), pull(13))

    links = references.link_pull_requests(pulls, frame(RawPullRequestCommits, *own))

    assert links_of(links[:1], "child") == [
        f"commit:{'c' * 40}",
        f"commit:{'a' * 40}",
        f"commit:{'b' * 40}",
        "change:github.com/acme/engine/20240301T120000Z/step-0",
        "change:github.com/acme/engine/20240301T120000Z/step-1",
    ]
    assert links_of(links[1:], "child") == []


def test_a_pull_request_belongs_to_the_issue_in_its_title_then_description_then_branch() -> None:
    told = pull_parents(title="ENG-1: Do it", body="Fixes ENG-2", branch="ann/eng-3-do-it", closes='["Acme/Engine#5"]')

    assert told == ["linear:eng-1", "linear:eng-2", "linear:eng-3", "issue:github.com/acme/engine#5"]


def test_an_issue_that_is_only_related_is_listed_wherever_else_it_stands() -> None:
    pulls = frame(RawPullRequests, pull(title="Do it", body="Related to ENG-2", branch="eng-2-and-eng-3"))

    links = references.link_pull_requests(pulls, frame(RawPullRequestCommits))

    assert links_of(links, "parent") == ["linear:eng-3"]
    assert links_of(links, "listed") == ["linear:eng-2"]


def test_an_issue_that_shall_be_ignored_is_not_linked() -> None:
    assert pull_parents(title="ENG-1: Do it", body="Ignore ENG-1", branch="eng-1-do-it") == []


def test_an_issue_keeps_the_names_that_it_had_in_other_teams() -> None:
    issues = frame(RawLinearIssues, issue("ENG-5", previous_identifiers='["DES-2"]'), issue("ENG-6"))

    names = references.name_issues(issues)

    assert [json.loads(text) for text in names] == [["linear:eng-5", "linear:des-2"], ["linear:eng-6"]]


def test_an_issue_names_the_pull_requests_and_the_github_issues_that_are_attached() -> None:
    attached = [
        {"url": "https://github.com/Acme/Engine/pull/12", "title": "Do it", "source": "github"},
        {"url": "https://github.com/Acme/Engine/issues/5", "title": "It fails", "source": "github"},
        {"url": "https://example.com/pull/3", "title": "Elsewhere", "source": None},
    ]
    issues = frame(RawLinearIssues, issue("ENG-5", attachments=json.dumps(attached)))

    assert links_of(references.link_issues(issues), "child") == ["pull:github.com/acme/engine#12"]
    assert names_of(references.name_issues(issues)) == ["linear:eng-5", "issue:github.com/acme/engine#5"]


def test_a_project_lists_its_own_issues() -> None:
    projects = frame(
        RawLinearProjects, row(RawLinearProjects, id="p", priority=0), row(RawLinearProjects, id="q", priority=0)
    )
    issues = frame(RawLinearIssues, issue("ENG-1", project_id="p"), issue("ENG-2", project_id="q"), issue("ENG-3"))

    links = references.link_projects(projects, issues)

    assert [[link["name"] for link in json.loads(text)] for text in links] == [["linear:eng-1"], ["linear:eng-2"]]


def test_a_run_belongs_to_the_commit_that_it_logged() -> None:
    runs = frame(
        RawMlflowRuns,
        *(row(RawMlflowRuns, run_id=sha or "-", source_commit=sha, status="finished") for sha in ("A" * 40, None)),
    )

    links = references.link_runs(runs)

    assert links_of(links, "parent") == [f"commit:{'a' * 40}"]


def test_no_rows_have_no_links() -> None:
    assert references.link_commits(frame(RawCommits)).empty
    assert references.name_commits(frame(RawCommits)).empty
    assert references.link_pull_requests(frame(RawPullRequests), frame(RawPullRequestCommits)).empty
    assert references.name_issues(frame(RawLinearIssues)).empty
    assert references.link_projects(frame(RawLinearProjects), frame(RawLinearIssues)).empty
    assert references.link_runs(frame(RawMlflowRuns)).empty
