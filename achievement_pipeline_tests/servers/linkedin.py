"""A server that behaves like LinkedIn: its limits, its duplicate check, its answers as they were captured."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from achievement_pipeline.demo.servers.loopback import Request
from achievement_pipeline_tests.servers.loopback import Reply

TOKEN = "AQXhuUsPxQnLm7zG4token"
SECRET = "WPL_AP1.made.up.secret"
CODE = "AQSfU7code"
AUTHOR = "urn:li:person:Ab3_xYz"


@dataclass
class LinkedInServer:
    """Answers by `handle`; `posts` is what members would see."""

    version: str = "202610"
    refreshes: bool = False
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    on_post: Callable[[], Reply | None] = lambda: None
    """Called when a post has been taken, before it is answered: another answer than its own."""

    def handle(self, request: Request) -> Reply:
        if request.path == "/oauth/v2/accessToken":
            return self._token(request.body)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return error(401, "Invalid access token", serviceErrorCode=65600)
        if request.path == "/v2/userinfo":
            return Reply({"sub": AUTHOR.rpartition(":")[2], "name": "Ann Example"})
        if request.headers.get("Linkedin-Version") != self.version:
            return error(426, "Requested version is not active", code="NONEXISTENT_VERSION")
        if request.method == "DELETE":
            return self._delete(unquote(request.path.rpartition("/")[2]))
        return self._post(request.body)

    def _token(self, form: dict[str, str]) -> Reply:
        if form.get("client_secret") != SECRET:
            return Reply({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        if form["grant_type"] == "authorization_code" and form["code"] != CODE:
            return Reply({"error": "invalid_request", "error_description": "authorization code not found"}, 400)
        answer = {"access_token": TOKEN, "expires_in": 5183999, "scope": "openid,profile,w_member_social"}
        if self.refreshes:
            answer |= {"refresh_token": "AQWrefresh", "refresh_token_expires_in": 31536000}
        return Reply(answer)

    def _post(self, post: dict[str, Any]) -> Reply:
        if post["author"] != AUTHOR:
            return error(403, "Field Value validation failed in REQUEST_BODY while processing fields [/author]")
        if len(post["commentary"]) > 3000:
            return error(422, "/commentary :: FIELD_LENGTH_TOO_LONG")
        for urn, other in self.posts.items():
            if other["commentary"] == post["commentary"]:
                inputs = [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]
                return error(422, f"Content is a duplicate of {urn}", errorDetails={"inputErrors": inputs})
        urn = f"urn:li:share:{7000000000000000000 + len(self.posts)}"
        self.posts[urn] = post
        return self.on_post() or Reply(b"", 201, headers={"x-restli-id": urn})

    def _delete(self, urn: str) -> Reply:
        return Reply(b"", 204) if self.posts.pop(urn, None) else error(404, f"{urn} not found")


def error(status: int, message: str, **more: Any) -> Reply:
    return Reply({"message": message, "status": status, **more}, status)
