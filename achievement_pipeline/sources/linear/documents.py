"""The GraphQL queries sent to Linear, and the page sizes that they allow.

Linear rejects a query whose complexity, computed in advance, exceeds 10,000. An object counts 1, a property 0.1, and a
connection its content times ``first``, whatever the number of rows. Whether ``pageInfo`` is multiplied too is not
documented. A test computes that every query stays below the limit at its page size either way.
"""

PAGE = 250
"""Linear's maximum page size."""

PROJECT_PAGE = 100
"""Maximum page size for projects, which have three connections each."""

WINDOWS = 20
"""Maximum pages of the listing per request."""

_WHOLE = """
fragment Whole on Issue {
  id identifier previousIdentifiers title description url branchName priority estimate labelIds
  createdAt startedAt completedAt updatedAt archivedAt trashed
  team { id }
  project { id }
  cycle { number }
  assignee { id }
  creator { id }
  parent { id }
  attachments(first: 10) {
    nodes { url title sourceType updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""

_LISTED = """
fragment Listed on Issue { id identifier url branchName updatedAt archivedAt trashed }
"""

ISSUES = (
    """
query Issues($filter: IssueFilter!, $first: Int!, $after: String) {
  issues(filter: $filter, first: $first, after: $after, includeArchived: true) {
    nodes { ...Whole }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _WHOLE
)

LISTED_ISSUES = (
    """
query ListedIssues($filter: IssueFilter!, $first: Int!, $after: String) {
  issues(filter: $filter, first: $first, after: $after, includeArchived: true) {
    nodes { ...Listed }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _LISTED
)


def windows(count: int) -> str:
    """Return a query that lists one page of issues for each of `count` filters, ``$w0``, ``$w1`` and so on."""
    variables = " ".join(f"$w{i}: IssueFilter!" for i in range(count))
    pages = "\n".join(
        f"  w{i}: issues(filter: $w{i}, first: $first, includeArchived: true) {{ nodes {{ ...Listed }} }}"
        for i in range(count)
    )
    return f"query Windows($first: Int! {variables}) {{\n{pages}\n}}\n{_LISTED}"


_CATALOGUES = {
    "users": """
  users(first: $first, after: $after, includeArchived: true, includeDisabled: true) {
    nodes { id email name }
    pageInfo { hasNextPage endCursor }
  }""",
    "issueLabels": """
  issueLabels(first: $first, after: $after, includeArchived: true) {
    nodes { id name }
    pageInfo { hasNextPage endCursor }
  }""",
    "teams": """
  teams(first: $first, after: $after, includeArchived: true) {
    nodes { id key name issueEstimationType }
    pageInfo { hasNextPage endCursor }
  }""",
    "projects": """
  projects(first: $first, after: $after, includeArchived: true) {
    nodes { id name }
    pageInfo { hasNextPage endCursor }
  }""",
}


def catalogues(*names: str) -> str:
    """Return a query for one page of each named catalogue: users, issueLabels, teams, projects."""
    return "query Catalogues($first: Int!, $after: String) {" + "".join(_CATALOGUES[name] for name in names) + "\n}"


ATTACHED = """
query Attached($since: DateTimeOrDuration!, $first: Int!, $after: String) {
  attachments(filter: { updatedAt: { gte: $since } }, first: $first, after: $after) {
    nodes { updatedAt issue { id } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

PROJECTS = """
query Projects($filter: ProjectFilter!, $first: Int!, $after: String) {
  projects(filter: $filter, first: $first, after: $after, includeArchived: true) {
    nodes {
      id name description content url priority createdAt startedAt completedAt updatedAt archivedAt trashed
      lead { email name }
      creator { email name }
      labels(first: 10) { nodes { name } pageInfo { hasNextPage endCursor } }
      teams(first: 5) { nodes { key } pageInfo { hasNextPage endCursor } }
      members(first: 20) { nodes { email } pageInfo { hasNextPage endCursor } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def _rest(root: str, connection: str, fields: str) -> str:
    return f"""
query Rest($id: String!, $first: Int!, $after: String) {{
  {root}(id: $id) {{
    {connection}(first: $first, after: $after) {{
      nodes {{ {fields} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""


REST_OF_ISSUE = {"attachments": _rest("issue", "attachments", "url title sourceType updatedAt")}
"""Queries for the remaining pages of the connections of an issue."""

REST_OF_PROJECT = {
    "labels": _rest("project", "labels", "name"),
    "teams": _rest("project", "teams", "key"),
    "members": _rest("project", "members", "email"),
}
"""Queries for the remaining pages of the connections of a project."""
