"""The one HTTP way: what is retried, what is waited for, what fails at once, and what is never shown."""

import dataclasses
import logging
import threading
import traceback
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import (
    Authorization,
    HttpClient,
    Problem,
    RequestOptions,
    Response,
    TooHeavyError,
    TransientError,
)
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.servers.loopback import BROKEN, CUT, RESET, Clock, Loopback, Reply

SECRET = "s3cr3t-t0ken-of-mine"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback(
        lambda request: Reply({"path": request.path, "authorization": request.headers["Authorization"]})
    ) as it:
        yield it


def client(
    server: Loopback,
    classify: Callable[[Response], Problem | None] = lambda _: None,
    options: RequestOptions | None = None,
) -> HttpClient:
    return HttpClient(
        "Thing",
        server.url + "/api/",
        classify=classify,
        authorization=Authorization(SecretStr(SECRET)),
        options=options or server.clock.request_options(),
    )


def failure(ask: Callable[[], object]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ask()
    return caught.value


def test_an_answer_is_parsed_and_the_request_is_signed(server: Loopback) -> None:
    answer = client(server).get("/things", {"page": "2"})
    assert answer.body == {"path": "/api/things", "authorization": f"Bearer {SECRET}"}
    assert server.requests[0].query == {"page": "2"}
    assert server.requests[0].headers["User-Agent"].startswith("achievement-pipeline/")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "fault",
    [RESET, CUT, BROKEN, Reply(status=500), Reply(b"<html>", status=502), Reply(status=503), Reply(status=429)],
    ids=["reset", "cut body", "broken JSON", "500", "502 with a page", "503", "429"],
)
def test_what_may_pass_is_tried_again(server: Loopback, method: str, fault: Reply) -> None:
    server.faults.extend([fault, fault])
    thing = client(server)
    answer = thing.get("/things") if method == "get" else thing.post("/things", {})
    assert answer.status == 200
    assert len(server.requests) == 3
    assert len(server.clock.slept) == 2


def test_waits_between_tries_grow_and_never_agree(server: Loopback) -> None:
    waits = []
    for _ in range(2):
        server.clock.slept.clear()
        server.faults.extend([RESET] * 4)
        client(server).get("/things")
        waits.append(list(server.clock.slept))
    for wait, least in zip(waits[0], [1, 2, 4, 8], strict=True):
        assert least <= wait <= least + 1
    assert waits[0] != waits[1]


def test_after_the_last_try_the_error_names_the_api_and_the_remedy(server: Loopback) -> None:
    server.faults.extend([RESET] * 9)
    error = failure(lambda: client(server, options=server.clock.request_options(attempts=4)).get("/things"))
    assert len(server.requests) == 4
    assert f"Thing at {server.url}/api" in str(error)
    assert "after 4 attempts" in str(error)
    assert "Check the network" in str(error)


def test_a_server_that_does_not_respond_in_time_is_given_up(server: Loopback) -> None:
    release = server.between[1] = server.between[2] = _Stall()
    options = server.clock.request_options(timeout=(1, 0.05), attempts=2)
    try:
        error = failure(lambda: client(server, options=options).get("/things"))
    finally:
        release.end()
    assert "it timed out" in str(error)


def test_a_connection_that_can_not_be_secured_fails_at_once(server: Loopback) -> None:
    secure = HttpClient(
        "Thing", server.url.replace("http:", "https:"), classify=lambda _: None, options=server.clock.request_options()
    )
    assert "REQUESTS_CA_BUNDLE" in str(failure(lambda: secure.get("/things")))
    assert server.clock.slept == []


@given(faults=st.lists(st.sampled_from([RESET, CUT, BROKEN, Reply(status=500), Reply(status=429)]), max_size=5))
@settings(max_examples=examples(30), deadline=None)
def test_fewer_faults_than_attempts_are_survived(faults: list[Reply]) -> None:
    with Loopback(lambda _: Reply({"fine": True})) as flaky:
        flaky.faults.extend(faults)
        assert client(flaky).get("/things").body == {"fine": True}
        assert len(flaky.clock.slept) >= len(faults)


def test_a_server_that_is_not_there_is_an_error_with_a_remedy() -> None:
    with Loopback(lambda _: Reply()) as gone:
        pass
    error = failure(lambda: client(gone, options=gone.clock.request_options(attempts=2)).get("/things"))
    assert "the connection failed" in str(error)


def test_a_named_reset_is_waited_for_to_the_end_and_never_polled_before(server: Loopback) -> None:
    reset = server.clock.now + 1234
    server.faults.append(Reply(status=418))
    client(server, lambda answer: _limited(answer, reset)).get("/things")
    first, second = server.requests
    assert second.at >= reset
    assert second.at - first.at <= 1234 + 3


def test_a_wait_is_measured_by_the_clock_of_the_server_that_named_its_end(server: Loopback) -> None:
    ours = Clock(now=server.clock.now - 5000)
    reset = server.clock.now + 100
    server.faults.append(Reply(status=418))
    client(server, lambda answer: _limited(answer, reset), ours.request_options()).get("/things")
    assert 100 <= sum(ours.slept) <= 103


@pytest.mark.parametrize("value", ["120", "Fri, 15 Jan 2027 08:02:00 GMT"], ids=["seconds", "a date"])
def test_retry_after_is_heeded(server: Loopback, value: str) -> None:
    assert server.clock.now == 1_800_000_000  # Fri, 15 Jan 2027 08:00:00 GMT
    server.faults.append(Reply(status=503, headers={"Retry-After": value}))
    client(server).get("/things")
    assert 120 <= sum(server.clock.slept) <= 123


def test_a_limit_inside_a_200_is_waited_for_too(server: Loopback) -> None:
    server.faults.append(Reply({"errors": "limited"}))
    client(server, lambda a: TransientError("limited", wait=60) if "errors" in a.body else None).get("/things")
    assert sum(server.clock.slept) >= 60


def test_progress_is_reported_while_waiting(server: Loopback) -> None:
    server.faults.append(Reply(status=503, headers={"Retry-After": "90"}))
    client(server).get("/things")
    assert server.clock.messages[0].startswith("Thing: the server failed with HTTP 503; retrying in 9")
    assert "at 08:01:3" in server.clock.messages[0]
    assert [line.partition(",")[0] for line in server.clock.messages[1:]] == ["Thing: still waiting"] * 3


def test_a_wait_beyond_the_maximum_fails_at_once_with_the_time_to_retry(server: Loopback) -> None:
    server.faults.append(Reply(status=429, headers={"Retry-After": "7200"}))
    error = failure(lambda: client(server).get("/things"))
    assert server.clock.slept == []
    assert "Run again at 10:00:0" in str(error)


def test_patience_is_bounded_over_all_requests_of_a_client(server: Loopback) -> None:
    thing = client(server, options=server.clock.request_options(max_wait_seconds=100))
    server.faults.append(Reply(status=429, headers={"Retry-After": "60"}))
    thing.get("/things")
    server.faults.append(Reply(status=429, headers={"Retry-After": "60"}))
    failure(lambda: thing.get("/things"))
    assert sum(server.clock.slept) < 100


@pytest.mark.parametrize("seconds", ["0", "1"])
def test_a_server_that_always_asks_to_come_back_soon_is_given_half_a_minute(server: Loopback, seconds: str) -> None:
    server.faults.extend([Reply(status=429, headers={"Retry-After": seconds})] * 50)
    failure(lambda: client(server).get("/things"))
    assert sum(server.clock.slept) >= 30


def test_an_answer_without_end_is_given_up(server: Loopback) -> None:
    options = dataclasses.replace(server.clock.request_options(), response_bytes=100_000)
    server.faults.append(Reply("x" * 200_000))
    assert "a response that is too large" in str(failure(lambda: client(server, options=options).get("/things")))


def test_an_answer_that_comes_in_drops_is_given_up(server: Loopback) -> None:
    options = dataclasses.replace(server.clock.request_options(attempts=2), response_seconds=0.0)
    server.faults.extend([Reply("x" * 200_000)] * 2)
    assert "it timed out" in str(failure(lambda: client(server, options=options).get("/things")))


def test_a_server_that_always_requests_an_immediate_retry_is_given_up(server: Loopback) -> None:
    server.faults.extend([Reply(status=429, headers={"Retry-After": "0"})] * 50)
    failure(lambda: client(server).get("/things"))
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (Reply(status=400), "check the address and the request"),
        (Reply(status=401), "check the token"),
        (Reply(status=403), "check the token and its permissions"),
        (Reply(status=404), "check the address"),
        (Reply(b"<html>Sign in", headers={"Content-Type": "text/html"}), "a web page, not JSON"),
    ],
    ids=["400", "401", "403", "404", "web page"],
)
def test_what_will_not_pass_fails_at_once_with_a_remedy(server: Loopback, reply: Reply, remedy: str) -> None:
    server.faults.append(reply)
    error = failure(lambda: client(server).get("/things"))
    assert len(server.requests) == 1
    assert remedy in str(error)


def test_a_request_that_is_too_heavy_is_given_up_after_two_attempts(server: Loopback) -> None:
    server.faults.extend([Reply(status=502)] * 9)
    with pytest.raises(TooHeavyError):
        client(server, lambda answer: TransientError("it takes too long", heavy=answer.status == 502)).get("/things")
    assert len(server.requests) == 2


@pytest.mark.parametrize("address", ["", "api.example.org", "ftp://example.org", "http://", "http://[::1"])
def test_an_address_that_is_none_is_an_error(address: str) -> None:
    error = failure(lambda: HttpClient("Thing", address, classify=lambda _: None))
    assert "Thing" in str(error)


@pytest.mark.parametrize("token", ["", "  ", "tok\nen", "tokén"])
def test_a_token_that_is_none_is_an_error_that_does_not_show_it(token: str) -> None:
    error = failure(lambda: Authorization(SecretStr(token)))
    assert "tok\n" not in str(error)


def test_a_newline_after_a_token_is_no_part_of_it(server: Loopback) -> None:
    HttpClient(
        "Thing", server.url, classify=lambda _: None, authorization=Authorization(SecretStr("abc\n"), ""), options=None
    ).get("/things")
    assert server.requests[0].headers["Authorization"] == "abc"


def test_a_user_and_password_in_the_address_are_sent_and_never_shown(server: Loopback) -> None:
    thing = HttpClient(
        "Thing",
        server.url.replace("//", "//me:p%40ss@"),
        classify=lambda _: None,
        options=server.clock.request_options(),
    )
    thing.get("/things")
    assert server.requests[0].headers["Authorization"] == "Basic bWU6cEBzcw=="
    server.faults.append(Reply(status=404))
    assert "p%40ss" not in str(failure(lambda: thing.get("/things")))


def test_a_link_is_followed_as_it_is_but_not_to_another_host(server: Loopback) -> None:
    thing = client(server)
    assert thing.get(f"{server.url}/elsewhere?page=2").body["path"] == "/elsewhere"
    error = failure(lambda: thing.get("http://127.0.0.2/elsewhere"))
    assert "its token must not go" in str(error)


def test_a_redirect_to_another_host_does_not_take_the_token_along(server: Loopback) -> None:
    with Loopback(lambda request: Reply({"signed": "Authorization" in request.headers})) as other:
        server.faults.append(Reply(status=302, headers={"Location": other.url.replace("127.0.0.1", "localhost")}))
        assert client(server).get("/things").body == {"signed": False}


def test_a_post_is_never_redirected_into_a_get(server: Loopback) -> None:
    server.faults.append(Reply(status=301, headers={"Location": f"{server.url}/elsewhere"}))
    assert "HTTP 301" in str(failure(lambda: client(server).post("/things", {})))


@pytest.mark.parametrize("fault", [RESET, CUT, Reply(status=500), Reply(status=401), Reply(status=418)])
def test_no_message_log_or_chained_exception_shows_the_token(
    server: Loopback, fault: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    def quote(answer: Response) -> Problem | None:
        if answer.status == 418:
            return SourceError(f"the server says that {SECRET} is wrong")
        return TransientError(f"{SECRET} is limited") if answer.status == 500 else None

    caplog.set_level(logging.DEBUG)
    server.faults.extend([fault] * 9)
    thing = client(server, quote)
    error = failure(lambda: thing.get("/things"))
    shown = [*server.clock.messages, caplog.text, repr(thing), repr(thing.__dict__), *_chain(error)]
    assert not [text for text in shown if SECRET in text]


def _chain(error: BaseException) -> Iterator[str]:
    """Everything that an exception, and each that it came from, could show: also what hangs on them."""
    yield "".join(traceback.format_exception(error))
    link: BaseException | None = error
    while link is not None:
        yield repr(link) + repr(link.args) + repr(vars(link))
        for part in vars(link).values():
            yield repr(vars(part)) if hasattr(part, "__dict__") else repr(part)
        link = link.__cause__ or link.__context__


def _limited(answer: Response, reset: float) -> Problem | None:
    if answer.status != 418:
        return None
    return TransientError("the rate limit is reached", wait=answer.seconds_until(reset))


class _Stall:
    """Holds an answer back until the test has seen enough."""

    def __init__(self) -> None:
        self._released = threading.Event()
        self.end = self._released.set

    def __call__(self) -> None:
        self._released.wait(10)
