"""The GraphQL documents that are sent to Linear, and the page sizes they allow.

Linear refuses a query whose cost, computed before it runs, exceeds 10,000: an object counts 1, a property 0.1, a
connection its content times ``first``, however few rows there are; whether ``pageInfo`` is multiplied too is not
documented. Every document here stays below that at the page size it is meant for, either way; a test computes it.
"""

PAGE = 250
"""The largest page that Linear gives."""

PROJECT_PAGE = 100
"""Projects carry three connections each."""

WINDOWS = 20
"""Pages of the listing that fit into one request."""

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
    """List issues by `count` filters at once, ``$w0`` and on: one page each, which may not be all when it is full."""
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
    """Read a page of each named catalogue: users, issueLabels, teams, projects."""
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
"""How the connections of one issue are read on, where it has more than came with it."""

REST_OF_PROJECT = {
    "labels": _rest("project", "labels", "name"),
    "teams": _rest("project", "teams", "key"),
    "members": _rest("project", "members", "email"),
}
"""How the connections of one project are read on, where it has more than came with it."""
