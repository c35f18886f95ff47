"""Every GraphQL operation that is sent, with variables: to validate, to price, to reduce the schemas by."""

from typing import Any, NamedTuple

from achievement_pipeline.sources.github import documents as github
from achievement_pipeline.sources.linear import documents as linear


class Operation(NamedTuple):
    name: str
    document: str
    variables: dict[str, Any]


_COMPLETED = {"state": {"type": {"eq": "completed"}}}
_WINDOW = {**_COMPLETED, "createdAt": {"gte": "2026-01-01T00:00:00.000Z", "lt": "2026-02-01T00:00:00.000Z"}}
_BY_ID = {**_COMPLETED, "id": {"in": ["2f1cbbf0-0000-4000-8000-000000000001"]}}
_PAGE = {"first": linear.PAGE, "after": None}

LINEAR = [
    Operation("issues", linear.ISSUES, {**_PAGE, "filter": _COMPLETED}),
    Operation("issues by id", linear.ISSUES, {**_PAGE, "filter": _BY_ID}),
    Operation("listed issues", linear.LISTED_ISSUES, {**_PAGE, "filter": _WINDOW}),
    Operation(
        "windows",
        linear.windows(linear.WINDOWS),
        {"first": linear.PAGE, **{f"w{i}": _WINDOW for i in range(linear.WINDOWS)}},
    ),
    Operation("catalogues", linear.catalogues("users", "issueLabels", "teams", "projects"), _PAGE),
    Operation("attached", linear.ATTACHED, {**_PAGE, "since": "2026-01-01T00:00:00.000Z"}),
    Operation(
        "projects",
        linear.PROJECTS,
        {"first": linear.PROJECT_PAGE, "after": None, "filter": {"status": {"type": {"eq": "completed"}}}},
    ),
    *(
        Operation(f"rest of {name}", document, {**_PAGE, "id": "2f1cbbf0-0000-4000-8000-000000000001"})
        for name, document in (linear.REST_OF_ISSUE | linear.REST_OF_PROJECT).items()
    ),
]

GITHUB = [
    Operation(
        "pull requests",
        github.PULL_REQUESTS,
        {"owner": "octo", "name": "repo", "first": github.PAGE, "after": None},
    ),
    Operation("pull request", github.PULL_REQUEST, {"owner": "octo", "name": "repo", "number": 1}),
    Operation("numbers", github.NUMBERS, {"owner": "octo", "name": "repo", "first": github.PAGE, "after": None}),
    *(
        Operation(f"rest of {name}", document, {"id": "PR_1", "first": github.PAGE, "after": None})
        for name, document in github.REST_OF_PULL_REQUEST.items()
    ),
]
