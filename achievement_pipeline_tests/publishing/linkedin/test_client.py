import datetime as dt

import pytest

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.login import Login
from achievement_pipeline.publishing.outbox.publisher import Ready
from achievement_pipeline.publishing.outbox.states import Event
from achievement_pipeline_tests.publishing.views import fit
from achievement_pipeline_tests.servers.linkedin import AUTHOR, TOKEN, LinkedInServer, error
from achievement_pipeline_tests.servers.loopback import Loopback, Reply

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)


def post(text: str) -> Finished[Ready]:
    return fit(Ready("key", "title", text))


def client(address: str, token: str = TOKEN, version: str = "202610") -> LinkedIn:
    login = Login.model_validate({"access_token": token, "expires_at": NOW, "author": AUTHOR})
    return LinkedIn(login, version, address)


def test_who_logged_in_is_asked(loopback: Loopback) -> None:
    assert client(loopback.url).find_author() == AUTHOR


def test_a_post_is_there_under_the_name_that_the_header_has(linkedin: LinkedInServer, loopback: Loopback) -> None:
    reply = client(loopback.url).send(post("Added a cache"), "CONNECTIONS", NOW)
    (urn,) = linkedin.posts
    assert (reply.event, reply.remote_id) == (Event.ACCEPTED, urn)
    assert linkedin.posts[urn]["commentary"] == "Added a cache"
    assert linkedin.posts[urn]["visibility"] == "CONNECTIONS"
    assert loopback.requests[0].headers["X-Restli-Protocol-Version"] == "2.0.0"


@pytest.mark.parametrize(
    ("answer", "event", "said"),
    [
        (error(401, "The token has expired", serviceErrorCode=65602), Event.NOT_SENT, "it has expired. Run"),
        (error(401, "Revoked", serviceErrorCode=65601), Event.NOT_SENT, "it was revoked"),
        (error(403, "Not enough permissions", serviceErrorCode=100), Event.NOT_SENT, "Share on LinkedIn"),
        (error(426, "Version not active", code="NONEXISTENT_VERSION"), Event.NOT_SENT, "publishing.linkedin.version"),
        (error(429, "Resource level throttle APPLICATION DAY limit"), Event.NOT_SENT, "limit is reached"),
        (error(422, "/commentary :: FIELD_LENGTH_TOO_LONG"), Event.REFUSED, "FIELD_LENGTH_TOO_LONG"),
        (error(400, "bad"), Event.REFUSED, "HTTP 400"),
        (Reply(status=302, headers={"Location": "/elsewhere"}), Event.NOT_SENT, "HTTP 302"),
        (error(500, "Internal"), Event.UNCLEAR, "may be there"),
        (Reply(b"<html>", 504), Event.UNCLEAR, "may be there"),
        (Reply(reset=True), Event.UNCLEAR, "may be there"),
        (Reply({"x": "x" * 999}, 201, cut=True), Event.ACCEPTED, ""),
    ],
)
def test_every_answer_has_its_meaning(loopback: Loopback, answer: Reply, event: Event, said: str) -> None:
    loopback.faults.append(answer)
    reply = client(loopback.url).send(post("text"), "PUBLIC", NOW)
    assert reply.event is event
    assert said in reply.detail
    assert TOKEN not in reply.detail
    assert len(loopback.requests) == 1, "it is never sent again by itself"


def test_the_same_text_again_is_a_duplicate(loopback: Loopback) -> None:
    client(loopback.url).send(post("text"), "PUBLIC", NOW)
    assert client(loopback.url).send(post("text"), "PUBLIC", NOW).event is Event.DUPLICATE


def test_a_limit_ends_when_the_server_says_or_at_midnight(loopback: Loopback) -> None:
    for headers in ({}, {"Retry-After": "90"}):
        loopback.faults.append(Reply({"message": "throttle"}, 429, headers=headers))
    assert client(loopback.url).send(post("text"), "PUBLIC", NOW).not_before == MIDNIGHT
    assert client(loopback.url).send(post("text"), "PUBLIC", NOW).not_before == NOW + dt.timedelta(seconds=90)


def test_a_server_that_was_never_met_has_no_post() -> None:
    with Loopback(lambda _: Reply()) as gone:
        address = gone.url
    assert client(address).send(post("text"), "PUBLIC", NOW).event is Event.NOT_SENT


def test_deleting_may_be_repeated(linkedin: LinkedInServer, loopback: Loopback) -> None:
    urn = client(loopback.url).send(post("text"), "PUBLIC", NOW).remote_id or ""
    client(loopback.url).delete(urn)
    assert linkedin.posts == {}
    client(loopback.url).delete(urn)
    loopback.faults.append(error(403, "no"))
    with pytest.raises(PublishingError, match="was not deleted"):
        client(loopback.url).delete(urn)
