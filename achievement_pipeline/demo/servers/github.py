"""A GitHub with repositories in memory: the merged pull requests, by GraphQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from achievement_pipeline.demo.servers.graphql import GraphQLServer, connection
from achievement_pipeline.demo.servers.loopback import Node, Reply, Request


def account(login: str, kind: str = "User", number: int = 1) -> Node:
    """Return an account; `number` is its id."""
    return {"__typename": kind, "login": login, "databaseId": number, "id": f"U_{login}"}


def commit(sha: str, email: str | None, login: str | None, message: str, authored: str) -> Node:
    """Return a commit of a pull request; `login` is that of its author, where GitHub knows the address."""
    author = {"email": email, "user": login and {"login": login}}
    return {"oid": sha, "message": message, "authoredDate": authored, "author": author}


def changed_file(path: str, change: str = "MODIFIED", additions: int = 3, deletions: int = 1) -> Node:
    """Return a file of a pull request."""
    return {"path": path, "changeType": change, "additions": additions, "deletions": deletions}


@dataclass
class Repository:
    """Pull requests as GraphQL shows them, by number, with plain lists for connections."""

    owner: str
    name: str
    private: bool = False
    pulls: dict[int, Node] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Owner and name, as GitHub writes them."""
        return f"{self.owner}/{self.name}"

    def add(self, number: int, title: str, **fields: Any) -> int:
        """Add a pull request, and return its number. The given fields come before the usual ones."""
        usual: Node = {
            "state": "MERGED", "body": "", "baseRefName": "main", "headRefName": f"branch-{number}",
            "headRepository": {"nameWithOwner": self.full_name}, "labels": [], "closes": [], "reviews": [],
            "milestone": None,
        }  # fmt: skip
        named = {"number": number, "id": f"PR_{self.full_name}#{number}", "url": self.url(number), "title": title}
        self.pulls[number] = {**named, **usual, **fields}
        return number

    def url(self, number: int) -> str:
        """Return the address of a pull request."""
        return f"https://github.com/{self.full_name}/pull/{number}"


class GitHubServer(GraphQLServer):
    """Serves repositories to whoever asks."""

    def __init__(self, *repositories: Repository) -> None:
        """Take the repositories that there are."""
        self._repositories = {repository.full_name: repository for repository in repositories}
        super().__init__("github", {"repository": self._repository, "node": self._node})

    def refuse(self, request: Request) -> Reply | None:
        """Answer the question for the rate limits, which is not by GraphQL."""
        if request.path != "/rate_limit":
            return None
        limit = {"limit": 5000, "remaining": 4990, "reset": int(self.now())}
        return Reply({"resources": {"core": limit, "graphql": limit}})

    def describe(self, error: GraphQLError) -> Node:
        """Return an error with GitHub's own type, where it has one."""
        kind = (error.extensions or {}).get("type")
        return {"message": error.message, "path": error.path, **({"type": kind} if kind else {})}

    def _repository(self, _: object, owner: str, name: str) -> Node:
        repository = self._repositories.get(f"{owner}/{name}")
        if repository is None:
            message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise GraphQLError(message, extensions={"type": "NOT_FOUND"})
        merged = [pull for pull in repository.pulls.values() if pull["state"] == "MERGED"]
        return {
            "isPrivate": repository.private,
            "pullRequest": lambda _, number: _pull_node(repository.pulls[number]),
            "pullRequests": lambda _, first, after=None, **_ignored: connection(
                merged, first, after, lambda pull: f"{pull['updatedAt']} {pull['number']:06}", _pull_node
            ),
        }

    def _node(self, _: object, id: str) -> Node:  # noqa: A002 - GraphQL's name
        pulls = (pull for repository in self._repositories.values() for pull in repository.pulls.values())
        return _pull_node(next(pull for pull in pulls if pull["id"] == id))


def _pull_node(pull: Node) -> Node:
    issues = [
        {
            "number": int(number),
            "repository": {"nameWithOwner": name},
            "milestone": pull.get("milestones", {}).get(f"{name}#{number}"),
        }
        for name, _, number in (issue.partition("#") for issue in pull["closes"])
    ]
    connections = {
        "labels": [{"name": name} for name in pull["labels"]],
        "closingIssuesReferences": issues,
        "commits": [{"commit": one} for one in pull["commits"]],
        "files": pull["files"],
        "reviews": pull["reviews"],
    }
    return pull | {
        "__typename": "PullRequest",
        "changedFiles": len(pull["files"]),
        **{
            name: lambda _, first=0, after=None, rows=rows: _slice(rows, first, after)
            for name, rows in connections.items()
        },
    }


def _slice(rows: Sequence[Any], first: int, after: str | None) -> Node:
    start = int(after or 0)
    end = start + first
    return {
        "totalCount": len(rows),
        "nodes": rows[start:end],
        "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end)},
    }
