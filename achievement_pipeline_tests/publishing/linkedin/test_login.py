import datetime as dt
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import keyring
import pytest
import requests
from keyring.backends.fail import Keyring as NoKeyring
from pydantic import SecretStr

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.linkedin.login import App, Login, Logins, new_state, wait_for_code, warning
from achievement_pipeline.publishing.outbox.secret_store import SecretStore
from achievement_pipeline_tests.running import free_port
from achievement_pipeline_tests.servers.linkedin import CODE, SECRET, TOKEN
from achievement_pipeline_tests.servers.loopback import Loopback, Reply

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def logins(tmp_path: Path) -> Iterator[Logins]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    yield Logins(SecretStore(tmp_path))
    keyring.set_keyring(before)


def app(loopback: Loopback, secret: str = SECRET) -> App:
    return App(
        client_id="86abc",
        client_secret=SecretStr(secret),
        oauth_url=f"{loopback.url}/oauth/v2",
        redirect_port=8765,
    )


def login(**changes: object) -> Login:
    return Login.model_validate({"access_token": TOKEN, "expires_at": NOW + 60 * DAY, **changes})


def test_the_user_is_sent_to_consent_with_a_state_of_their_own(loopback: Loopback) -> None:
    state = new_state()
    assert new_state() != state
    query = parse_qs(urlsplit(app(loopback).authorization_url(state)).query)
    assert query == {
        "response_type": ["code"],
        "client_id": ["86abc"],
        "redirect_uri": ["http://localhost:8765/callback"],
        "state": [state],
        "scope": ["openid profile w_member_social"],
    }


def test_a_code_becomes_a_login_that_is_kept(loopback: Loopback, logins: Logins) -> None:
    got = app(loopback).exchange(CODE, NOW)
    assert (got.access_token.get_secret_value(), got.refresh_token) == (TOKEN, None)
    assert got.expires_at == NOW + dt.timedelta(seconds=5183999)
    assert "Authorization" not in loopback.requests[0].headers
    logins.keep(got)
    assert logins.find() == got
    assert TOKEN not in repr(got)
    logins.forget()
    assert logins.find() is None


@pytest.mark.parametrize(("code", "secret"), [("other", SECRET), (CODE, "wrong.secret")])
def test_a_refusal_says_what_to_check_and_no_secret(loopback: Loopback, code: str, secret: str) -> None:
    with pytest.raises(PublishingError, match=r"LINKEDIN_CLIENT_SECRET.*localhost:8765/callback") as caught:
        app(loopback, secret).exchange(code, NOW)
    assert secret not in str(caught.value)


@pytest.mark.parametrize("answer", [Reply(reset=True), Reply(b"<html>"), Reply({"access_token": TOKEN})])
def test_an_answer_that_is_none_is_an_error_without_the_token(loopback: Loopback, answer: Reply) -> None:
    loopback.faults.append(answer)
    with pytest.raises(PublishingError) as caught:
        app(loopback).exchange(CODE, NOW)
    assert TOKEN not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_login_with_a_refresh_token_is_refreshed_before_it_ends(loopback: Loopback, logins: Logins) -> None:
    logins.keep(login(expires_at=NOW + 13 * DAY, refresh_token="old", refresh_expires_at=NOW + DAY, author="urn:me"))
    fresh = logins.usable(app(loopback), NOW)
    assert fresh.expires_at > NOW + 59 * DAY
    assert fresh.author == "urn:me"
    assert fresh.refresh_expires_at == NOW + DAY, "a refresh does not prolong it"
    assert logins.find() == fresh


def test_a_refused_refresh_does_not_end_a_login_that_is_still_valid(loopback: Loopback, logins: Logins) -> None:
    valid = login(expires_at=NOW + DAY, refresh_token="old", refresh_expires_at=NOW + 2 * DAY)
    logins.keep(valid)
    loopback.faults.extend([Reply({"error": "invalid_grant"}, 400), Reply({"error": "invalid_grant"}, 400)])

    assert logins.usable(app(loopback), NOW) == valid
    with pytest.raises(PublishingError, match="gives no login"):
        logins.usable(app(loopback), NOW + DAY)


def test_one_without_is_used_until_it_ends(loopback: Loopback, logins: Logins) -> None:
    with pytest.raises(PublishingError, match="not logged in"):
        logins.usable(app(loopback), NOW)
    logins.keep(login(expires_at=NOW + DAY))
    assert logins.usable(app(loopback), NOW)
    with pytest.raises(PublishingError, match=r"has expired.*achievements login linkedin"):
        logins.usable(app(loopback), NOW + DAY)
    assert loopback.requests == []


def test_people_are_warned_fourteen_days_before_the_end() -> None:
    assert warning(None, NOW) == ""
    assert warning(login(expires_at=NOW + 15 * DAY), NOW) == ""
    assert "expires on 2026-03-18. Run" in warning(login(expires_at=NOW + 14 * DAY), NOW)
    assert "expired on 2026-03-03" in warning(login(expires_at=NOW - DAY), NOW)
    renewed = login(expires_at=NOW + DAY, refresh_token="there", refresh_expires_at=NOW + 300 * DAY)
    assert warning(renewed, NOW) == ""


class TestTheCallback:
    @staticmethod
    def answered(*queries: str) -> tuple[str, list[int]]:
        port, codes = free_port(), list[int]()

        def browser() -> None:
            for query in queries:
                for _ in range(50):
                    try:
                        codes.append(requests.get(f"http://127.0.0.1:{port}{query}", timeout=5).status_code)
                        break
                    except requests.ConnectionError:
                        threading.Event().wait(0.05)

        thread = threading.Thread(target=browser)
        thread.start()
        try:
            return wait_for_code(port, "right", 20), codes
        finally:
            thread.join()

    def test_takes_the_code_that_comes_with_its_state(self) -> None:
        assert self.answered("/callback?code=abc&state=right") == ("abc", [200])

    def test_waits_past_what_comes_with_another(self) -> None:
        others = ("/favicon.ico", "/callback?code=evil&state=wrong", "/callback?code=evil", "/callback?state=right")
        assert self.answered(*others, "/callback?code=abc&state=right") == ("abc", [400, 400, 400, 400, 200])

    def test_tells_of_a_user_who_refused(self) -> None:
        with pytest.raises(PublishingError, match="The user cancelled"):
            self.answered("/callback?error=user_cancelled_authorize&error_description=The+user+cancelled&state=right")

    def test_gives_up_when_nobody_answers(self) -> None:
        with pytest.raises(PublishingError, match="Nobody answered"):
            wait_for_code(free_port(), "right", 0.01)

    def test_names_a_port_that_is_taken(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(PublishingError, match="redirect_port"):
                wait_for_code(taken.getsockname()[1], "right", 1)
