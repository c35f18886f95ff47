"""Who may use the page."""

import pytest
import requests

from achievement_pipeline_tests.web.conftest import COMMIT, TOKEN, Site

pytestmark = pytest.mark.e2e


def test_a_browser_is_let_in_by_the_address_that_was_printed(site: Site) -> None:
    stranger = requests.get(f"{site.address}/", timeout=60)
    assert (stranger.status_code, "cache" in stranger.text) == (403, False)
    assert requests.get(f"{site.address}/enter?token=wrong", timeout=60).status_code == 403
    entered = requests.get(f"{site.address}/enter?token={TOKEN}", timeout=60)
    assert entered.status_code == 200
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def ask(site: Site, host: str) -> requests.Response:
    headers = {"Host": host, "Cookie": f"achievements={TOKEN}"}
    return requests.get(f"{site.address}/", headers=headers, timeout=60)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "localhost@evil.example"])
def test_a_name_that_only_leads_here_is_refused(site: Site, host: str) -> None:
    answer = ask(site, host)
    assert (answer.status_code, "cache" in answer.text) == (421, False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:3100", "[::1]:3100", "LOCALHOST:1"])
def test_every_name_of_this_machine_is_answered(site: Site, host: str) -> None:
    assert ask(site, host).status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", TOKEN])
def test_a_form_of_another_page_does_nothing(site: Site, token: str) -> None:
    assert site.post("/decide", token=token, key=COMMIT.key, what="hide").status_code == 403
    assert "Add a <cache>" in site.titles()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_site_sends_does_nothing(site: Site, headers: dict[str, str]) -> None:
    assert site.post("/decide", headers=headers, key=COMMIT.key, what="hide").status_code == 403
    assert "Add a <cache>" in site.titles()


def test_nothing_is_decided_by_an_address(site: Site) -> None:
    assert site.browser.get(f"{site.address}/decide?what=hide", timeout=60).status_code == 405


@pytest.mark.parametrize("path", ["/", "/style.css", "/nothing", "/preview/portfolio/document"])
def test_a_page_may_load_nothing_from_elsewhere_and_stand_in_no_frame(site: Site, path: str) -> None:
    headers = site.browser.get(f"{site.address}{path}", timeout=60).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
