"""The GraphQL queries sent to GitHub.

A query costs one point per 100 connections that it may have to open. A page of 100 pull requests with six connections
each costs 6 of the 5,000 points per hour. A query may return at most 500,000 nodes; this one returns up to 15,100.
"""

PAGE = 100
"""GitHub's maximum page size."""

PROBE = 10
"""Size of the first page of an incremental read, when few changes are likely."""

PULL_REQUESTS = """
query PullRequests($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    isPrivate
    pullRequests(
      states: MERGED, first: $first, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }
    ) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { ...Whole }
    }
  }
}
"""

PULL_REQUEST = """
query PullRequest($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { ...Whole } }
}
"""

NUMBERS = """
query Numbers($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: MERGED, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { number updatedAt }
    }
  }
}
"""

_WHOLE = """
fragment Whole on PullRequest {
  id number title body url createdAt mergedAt updatedAt additions deletions changedFiles
  baseRefName
  headRefName
  headRepository { nameWithOwner }
  author { ...Account }
  mergedBy { ...Account }
  mergeCommit { oid }
  milestone { title }
  labels(first: 20) {
    nodes { name }
    pageInfo { hasNextPage endCursor }
  }
  closingIssuesReferences(first: 10) {
    nodes { number repository { nameWithOwner } milestone { title } }
    pageInfo { hasNextPage endCursor }
  }
  allCommits: commits { totalCount }
  commits(first: 50) {
    nodes { commit { oid message authoredDate author { email user { login } } } }
    pageInfo { hasNextPage endCursor }
  }
  files(first: 50) {
    nodes { path changeType additions deletions }
    pageInfo { hasNextPage endCursor }
  }
  reviews(first: 20) {
    nodes { url state body submittedAt author { ...Account } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

_ACCOUNT = """
fragment Account on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
}
"""

PULL_REQUESTS += _WHOLE + _ACCOUNT
PULL_REQUEST += _WHOLE + _ACCOUNT


def _rest(connection: str, fields: str) -> str:
    return f"""
query Rest($id: ID!, $first: Int!, $after: String) {{
  node(id: $id) {{
    ... on PullRequest {{
      {connection}(first: $first, after: $after) {{
        nodes {{ {fields} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
  }}
}}
"""


REST_OF_PULL_REQUEST = {
    "labels": _rest("labels", "name"),
    "closingIssuesReferences": _rest(
        "closingIssuesReferences", "number repository { nameWithOwner } milestone { title }"
    ),
    "commits": _rest("commits", "commit { oid message authoredDate author { email user { login } } }"),
    "files": _rest("files", "path changeType additions deletions"),
    "reviews": _rest("reviews", "url state body submittedAt author { ...Account }") + _ACCOUNT,
}
"""How the connections of one pull request are read on, where it has more than came with it."""
