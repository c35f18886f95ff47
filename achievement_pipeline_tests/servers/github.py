"""A GitHub with one repository in memory behind a loopback server: GraphQL for those with a token, REST for all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import GraphQLError
from pydantic import SecretStr

from achievement_pipeline.sources.github import GitHubClient
from achievement_pipeline.sources.github.documents import PAGE
from achievement_pipeline_tests.servers.graphql import GraphQLServer, connection
from achievement_pipeline_tests.servers.loopback import Clock, Reply, Request

TOKEN = "ghp_0123456789abcdef"
OWNER, NAME = "octo", "repo"
KEY = f"github.com/{OWNER}/{NAME}"

_Node = dict[str, Any]


def account(login: str, kind: str = "User", number: int = 1) -> _Node:
    return {"__typename": kind, "login": login, "databaseId": number, "id": f"U_{login}"}


ADA = account("ada", number=1)
BOB = account("bob", number=2)


@dataclass
class Repository:
    """Pull requests as GraphQL shows them, with plain lists for connections. Each change is a `step` after the last."""

    pulls: dict[int, _Node] = field(default_factory=dict)
    private: bool = False
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    step: timedelta = timedelta(minutes=1)

    def tick(self) -> str:
        self.now += self.step
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def merge(self, title: str = "Add a thing", **fields: Any) -> int:
        """Add a merged pull request, and return its number."""
        number = len(self.pulls) + 1
        now = self.tick()
        values: _Node = {
            "state": "MERGED", "body": "", "createdAt": now, "mergedAt": now, "updatedAt": now, "additions": 3,
            "deletions": 1, "baseRefName": "main", "headRefName": f"branch-{number}",
            "headRepository": {"nameWithOwner": f"{OWNER}/{NAME}"}, "author": ADA, "mergedBy": BOB,
            "mergeCommit": {"oid": f"{number:040x}"}, "labels": [], "closes": [],
            "commits": [commit(f"{number:039x}a")], "files": [changed_file("src/thing.py")], "reviews": [],
        }  # fmt: skip
        self.pulls[number] = {"number": number, "id": f"PR_{number}", "title": title, **values, **fields}
        return number

    def close(self, title: str = "Never mind") -> int:
        """Add a pull request that was closed without being merged."""
        return self.merge(title, state="CLOSED", mergedAt=None, mergedBy=None)

    def edit(self, *numbers: int, **fields: Any) -> None:
        now = self.tick()
        for number in numbers:
            self.pulls[number] |= {"updatedAt": now, **fields}

    def review(self, number: int, author: _Node | None = BOB, state: str = "APPROVED", body: str = "") -> None:
        reviews = self.pulls[number]["reviews"]
        mark = number * 1000 + len(reviews)
        url = f"https://github.com/{OWNER}/{NAME}/pull/{number}#pullrequestreview-{mark}"
        now = self.tick()
        one = {"url": url, "id": f"R_{mark}", "author": author, "state": state, "body": body, "submittedAt": now}
        self.edit(number, reviews=[*reviews, one])


def commit(sha: str, email: str | None = "ada@example.org", login: str | None = "ada") -> _Node:
    return {
        "oid": sha,
        "message": f"feat: work of {sha[:4]}\n\nWhy it was done.",
        "authoredDate": "2026-01-01T10:00:00Z",
        "author": {"email": email, "user": login and {"login": login}},
    }


def changed_file(path: str, change: str = "MODIFIED", additions: int = 3, deletions: int = 1) -> _Node:
    return {"path": path, "changeType": change, "additions": additions, "deletions": deletions}


class GitHubServer(GraphQLServer):
    """Serves one repository; `remaining` is what is left of the hour's REST requests."""

    def __init__(self, repository: Repository | None = None, clock: Clock | None = None) -> None:
        self.repository = repository or Repository()
        self.remaining = 60
        super().__init__("github", {"repository": self._repository, "node": self._node}, clock)

    def client(self, token: str | None = TOKEN, *, page: int = PAGE) -> GitHubClient:
        secret = None if token is None else SecretStr(token)
        return GitHubClient(secret, self.url, f"{self.url}/graphql", page=page, options=self.clock.request_options())

    def refuse(self, request: Request) -> Reply | None:
        assert request.headers["X-Github-Api-Version"] == "2022-11-28"
        if request.headers.get("Authorization") not in {f"Bearer {TOKEN}", None}:
            return Reply({"message": "Bad credentials", "status": "401"}, 401)
        if request.path == "/rate_limit":
            limit = {"limit": 5000, "remaining": 4990, "reset": int(self.clock.now)}
            return Reply({"resources": {"core": limit, "graphql": limit}})
        if request.path != "/graphql":
            return self._serve_rest(request)
        if "Authorization" not in request.headers:
            return Reply({"message": "This endpoint requires you to be authenticated."}, 401)
        return None

    def reject(self, errors: Sequence[GraphQLError]) -> Reply:
        return Reply({"errors": [error.formatted for error in errors]})

    def limit(self, reset_in: float = 1800, status: int = 403) -> Reply:
        """Make the answer to a request beyond the primary rate limit."""
        return Reply({"message": "API rate limit exceeded for 127.0.0.1."}, status, self._limits(0, reset_in))

    def _limits(self, remaining: int, reset_in: float = 1800) -> dict[str, str]:
        reset = str(int(self.clock.now + reset_in))
        return {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": reset}

    def _repository(self, _: Any, owner: str, name: str) -> _Node:
        if (owner, name) != (OWNER, NAME):
            message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise GraphQLError(message, extensions={"type": "NOT_FOUND"})
        merged = [pull for pull in self.repository.pulls.values() if pull["state"] == "MERGED"]
        return {
            "isPrivate": self.repository.private,
            "pullRequest": lambda _, number: self._pull_node(self.repository.pulls[number]),
            "pullRequests": lambda _, first, after=None, **_ignored: connection(
                merged, first, after, lambda pull: f"{pull['updatedAt']} {pull['number']:06}", self._pull_node
            ),
        }

    def describe(self, error: GraphQLError) -> dict[str, Any]:
        kind = (error.extensions or {}).get("type")
        return {"message": error.message, "path": error.path, **({"type": kind} if kind else {})}

    def _node(self, _: Any, id: str) -> _Node:  # noqa: A002
        return self._pull_node(self.repository.pulls[int(id.removeprefix("PR_"))])

    def _pull_node(self, pull: _Node) -> _Node:
        issues = [
            {"number": int(number), "repository": {"nameWithOwner": name}}
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
            "url": _url(pull),
            "changedFiles": len(pull["files"]),
            **{
                name: lambda _, first=0, after=None, rows=rows: _slice(rows, first, after)
                for name, rows in connections.items()
            },
        }

    def _serve_rest(self, request: Request) -> Reply:
        if not self.remaining:
            return self.limit()
        self.remaining -= 1
        limits = self._limits(self.remaining)
        # links of GitHub name the repository by its number
        path = request.path.replace("/repositories/17/", f"/repos/{OWNER}/{NAME}/")
        match path.strip("/").split("/"):
            case ["repos", owner, name, "pulls"] if (owner, name) == (OWNER, NAME):
                pulls = sorted(self.repository.pulls.values(), key=lambda pull: pull["updatedAt"], reverse=True)
                return self._rest_page(request, path, [_rest_pull(pull) for pull in pulls], limits)
            case ["repos", owner, name, "pulls", number] if (owner, name) == (OWNER, NAME):
                return Reply(_rest_pull(self.repository.pulls[int(number)], whole=True), headers=limits)
            case ["repos", owner, name, "pulls", number, part] if (owner, name) == (OWNER, NAME):
                rows = [_REST_PARTS[part](row) for row in self.repository.pulls[int(number)][part]]
                return self._rest_page(request, path, rows, limits)
        return Reply({"message": "Not Found"}, 404, limits)

    def _rest_page(self, request: Request, path: str, rows: list[_Node], limits: dict[str, str]) -> Reply:
        page, size = int(request.query.get("page", 1)), int(request.query.get("per_page", 30))
        assert size <= 100
        link = {}
        if len(rows) > page * size:
            query = "&".join(f"{key}={value}" for key, value in {**request.query, "page": page + 1}.items())
            numbered = path.replace(f"/repos/{OWNER}/{NAME}/", "/repositories/17/")
            link = {"Link": f'<{self.url}{numbered}?{query}>; rel="next"'}
        return Reply(rows[(page - 1) * size : page * size], headers={**limits, **link})


def _slice(rows: list[_Node], first: int, after: str | None) -> _Node:
    start = int(after or 0)
    end = start + first
    return {
        "totalCount": len(rows),
        "nodes": rows[start:end],
        "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end)},
    }


def _url(pull: _Node) -> str:
    return f"https://github.com/{OWNER}/{NAME}/pull/{pull['number']}"


def _rest_user(user: _Node | None) -> _Node | None:
    """REST shows the ``[bot]`` of a bot's login, GraphQL does not."""
    if user is None:
        return None
    suffix = "[bot]" if user["__typename"] == "Bot" else ""
    return {"login": user["login"] + suffix, "id": user["databaseId"], "type": user["__typename"]}


def _rest_pull(pull: _Node, *, whole: bool = False) -> _Node:
    head = pull["headRepository"]
    listed = {
        "number": pull["number"],
        "title": pull["title"],
        "body": pull["body"] or None,
        "html_url": _url(pull),
        "user": _rest_user(pull["author"]),
        "head": {"ref": pull["headRefName"], "repo": head and {"full_name": head["nameWithOwner"]}},
        "base": {"ref": pull["baseRefName"]},
        "labels": [{"name": name} for name in pull["labels"]],
        "merge_commit_sha": pull["mergeCommit"] and pull["mergeCommit"]["oid"],
        "created_at": pull["createdAt"],
        "merged_at": pull["mergedAt"],
        "updated_at": pull["updatedAt"],
    }
    if not whole:
        return listed
    return listed | {
        "additions": pull["additions"],
        "deletions": pull["deletions"],
        "changed_files": len(pull["files"]),
        "commits": len(pull["commits"]),
        "merged_by": _rest_user(pull["mergedBy"]),
    }


def _rest_commit(one: _Node) -> _Node:
    author = one["author"]
    commit = {"author": {"email": author["email"], "date": one["authoredDate"]}, "message": one["message"]}
    return {"sha": one["oid"], "commit": commit, "author": author["user"]}


def _rest_file(one: _Node) -> _Node:
    status = {"DELETED": "removed"}.get(one["changeType"], one["changeType"].lower())
    return {"filename": one["path"], "status": status, "additions": one["additions"], "deletions": one["deletions"]}


def _rest_review(one: _Node) -> _Node:
    return {
        "html_url": one["url"],
        "user": _rest_user(one["author"]),
        "state": one["state"],
        "body": one["body"],
        "submitted_at": one["submittedAt"],
    }


_REST_PARTS = {"commits": _rest_commit, "files": _rest_file, "reviews": _rest_review}
