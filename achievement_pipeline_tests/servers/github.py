"""A GitHub with one repository in memory behind a loopback server: GraphQL for those with a token, REST for all."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from achievement_pipeline.demo.servers import github as served
from achievement_pipeline.demo.servers.github import account, changed_file
from achievement_pipeline.demo.servers.loopback import Node, Reply, Request
from achievement_pipeline.sources.github import GitHubClient
from achievement_pipeline.sources.github.documents import PAGE
from achievement_pipeline_tests.servers.graphql import DisturbedGraphQLServer
from achievement_pipeline_tests.servers.loopback import Clock

TOKEN = "ghp_0123456789abcdef"
OWNER, NAME = "octo", "repo"
KEY = f"github.com/{OWNER}/{NAME}"

ADA = account("ada", number=1)
BOB = account("bob", number=2)


@dataclass
class Repository(served.Repository):
    """A repository that people go on changing. Each change is a `step` after the last."""

    owner: str = OWNER
    name: str = NAME
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    step: timedelta = timedelta(minutes=1)

    def tick(self) -> str:
        self.now += self.step
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def merge(self, title: str = "Add a thing", **fields: Any) -> int:
        """Add a merged pull request, and return its number."""
        number = len(self.pulls) + 1
        now = self.tick()
        values: Node = {
            "createdAt": now, "mergedAt": now, "updatedAt": now, "additions": 3, "deletions": 1,
            "author": ADA, "mergedBy": BOB, "mergeCommit": {"oid": f"{number:040x}"},
            "commits": [commit(f"{number:039x}a")], "files": [changed_file("src/thing.py")],
        }  # fmt: skip
        return self.add(number, title, **values | fields)

    def close(self, title: str = "Never mind") -> int:
        """Add a pull request that was closed without being merged."""
        return self.merge(title, state="CLOSED", mergedAt=None, mergedBy=None)

    def edit(self, *numbers: int, **fields: Any) -> None:
        now = self.tick()
        for number in numbers:
            self.pulls[number] |= {"updatedAt": now, **fields}

    def review(self, number: int, author: Node | None = BOB, state: str = "APPROVED", body: str = "") -> None:
        reviews = self.pulls[number]["reviews"]
        mark = number * 1000 + len(reviews)
        url = f"{self.url(number)}#pullrequestreview-{mark}"
        now = self.tick()
        one = {"url": url, "id": f"R_{mark}", "author": author, "state": state, "body": body, "submittedAt": now}
        self.edit(number, reviews=[*reviews, one])


def commit(sha: str, email: str | None = "ada@example.org", login: str | None = "ada") -> Node:
    return served.commit(sha, email, login, f"feat: work of {sha[:4]}\n\nWhy it was done.", "2026-01-01T10:00:00Z")


class GitHubServer(DisturbedGraphQLServer, served.GitHubServer):
    """Serves one repository, by GraphQL to those with a token, by REST to all.

    `remaining` is what is left of the hour's REST requests.
    """

    def __init__(self, repository: Repository | None = None, clock: Clock | None = None) -> None:
        self.repository = repository or Repository()
        self.remaining = 60
        super().__init__(self.repository, clock=clock)

    def client(self, token: str | None = TOKEN, *, page: int = PAGE) -> GitHubClient:
        secret = None if token is None else SecretStr(token)
        return GitHubClient(secret, self.url, f"{self.url}/graphql", page=page, options=self.clock.request_options())

    def refuse(self, request: Request) -> Reply | None:
        assert request.headers["X-Github-Api-Version"] == "2022-11-28"
        if request.headers.get("Authorization") not in {f"Bearer {TOKEN}", None}:
            return Reply({"message": "Bad credentials", "status": "401"}, 401)
        if request.path not in {"/graphql", "/rate_limit"}:
            return self._serve_rest(request)
        if request.path == "/graphql" and "Authorization" not in request.headers:
            return Reply({"message": "This endpoint requires you to be authenticated."}, 401)
        return super().refuse(request)

    def limit(self, reset_in: float = 1800, status: int = 403) -> Reply:
        """Make the answer to a request beyond the primary rate limit."""
        return Reply({"message": "API rate limit exceeded for 127.0.0.1."}, status, self._limits(0, reset_in))

    def _limits(self, remaining: int, reset_in: float = 1800) -> dict[str, str]:
        reset = str(int(self.clock.now + reset_in))
        return {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": reset}

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

    def _rest_page(self, request: Request, path: str, rows: list[Node], limits: dict[str, str]) -> Reply:
        page, size = int(request.query.get("page", 1)), int(request.query.get("per_page", 30))
        assert size <= 100
        link = {}
        if len(rows) > page * size:
            query = "&".join(f"{key}={value}" for key, value in {**request.query, "page": page + 1}.items())
            numbered = path.replace(f"/repos/{OWNER}/{NAME}/", "/repositories/17/")
            link = {"Link": f'<{self.url}{numbered}?{query}>; rel="next"'}
        return Reply(rows[(page - 1) * size : page * size], headers={**limits, **link})


def _rest_user(user: Node | None) -> Node | None:
    """REST shows the ``[bot]`` of a bot's login, GraphQL does not."""
    if user is None:
        return None
    suffix = "[bot]" if user["__typename"] == "Bot" else ""
    return {"login": user["login"] + suffix, "id": user["databaseId"], "type": user["__typename"]}


def _rest_pull(pull: Node, *, whole: bool = False) -> Node:
    head = pull["headRepository"]
    listed = {
        "number": pull["number"],
        "title": pull["title"],
        "body": pull["body"] or None,
        "html_url": pull["url"],
        "user": _rest_user(pull["author"]),
        "head": {"ref": pull["headRefName"], "repo": head and {"full_name": head["nameWithOwner"]}},
        "base": {"ref": pull["baseRefName"]},
        "labels": [{"name": name} for name in pull["labels"]],
        "milestone": pull["milestone"],
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


def _rest_commit(one: Node) -> Node:
    author = one["author"]
    commit = {"author": {"email": author["email"], "date": one["authoredDate"]}, "message": one["message"]}
    return {"sha": one["oid"], "commit": commit, "author": author["user"]}


def _rest_file(one: Node) -> Node:
    status = {"DELETED": "removed"}.get(one["changeType"], one["changeType"].lower())
    return {"filename": one["path"], "status": status, "additions": one["additions"], "deletions": one["deletions"]}


def _rest_review(one: Node) -> Node:
    return {
        "html_url": one["url"],
        "user": _rest_user(one["author"]),
        "state": one["state"],
        "body": one["body"],
        "submitted_at": one["submittedAt"],
    }


_REST_PARTS = {"commits": _rest_commit, "files": _rest_file, "reviews": _rest_review}
