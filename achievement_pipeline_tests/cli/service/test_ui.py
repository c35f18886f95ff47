"""Who may use the Dagster UI of the service: a real web server of Dagster behind its guard."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from achievement_pipeline.cli.service.ui_token import entrance, ui_token
from achievement_pipeline_tests.browser import open_browser
from achievement_pipeline_tests.running import free_port, wait_until

pytestmark = pytest.mark.e2e

_QUERY = {"query": "{ version }"}
_MUTATION = "mutation { reloadWorkspace { __typename } }"
_SOCKET = """new Promise(done => {
    const socket = new WebSocket('ws://%s/graphql', 'graphql-ws');
    socket.onopen = () => socket.send(JSON.stringify({type: 'connection_init'}));
    socket.onmessage = event => done(JSON.parse(event.data).type);
    socket.onerror = () => done('refused');
})"""


class Ui:
    """A running web server without a code location."""

    def __init__(self, host: str, home: Path) -> None:
        self.host = host
        self.home = home
        self.url = f"http://{host}"
        self.cookie = {"Cookie": f"achievements_ui={ui_token(home)}"}

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"{self.url}{path}", headers=self.cookie | headers, timeout=60)

    def post(self, query: dict[str, str], **headers: str) -> requests.Response:
        return requests.post(f"{self.url}/graphql", json=query, headers=self.cookie | headers, timeout=60)

    def socket(self, origin: str, headers: dict[str, str]) -> Any:
        """Open a WebSocket and return the type of the server's first message."""
        with connect(
            f"ws://{self.host}/graphql",
            origin=Origin(origin),
            additional_headers=headers,
            subprotocols=[Subprotocol("graphql-ws")],
        ) as socket:
            socket.send(json.dumps({"type": "connection_init"}))
            return json.loads(socket.recv(60))["type"]


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """The server, as `achievements start` runs it."""
    home = tmp_path_factory.mktemp("home")
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    host = f"127.0.0.1:{free_port()}"
    words = ["-m", "achievement_pipeline.cli.service.ui", "--empty-workspace", "--port", host.partition(":")[2]]
    variables = {"ACHIEVEMENTS_HOME": str(home), "DAGSTER_HOME": str(home)}
    with subprocess.Popen([sys.executable, "-P", *words], cwd=home, env=os.environ | variables) as process:
        try:
            served = Ui(host, home)
            wait_until(lambda: _answers(served))
            yield served
        finally:
            process.terminate()


def _answers(ui: Ui) -> bool:
    try:
        return ui.get("/server_info").ok
    except requests.ConnectionError:
        time.sleep(0.5)
        return False


def test_the_address_that_was_printed_lets_a_browser_in(ui: Ui) -> None:
    assert requests.get(f"{ui.url}/server_info", timeout=60).status_code == 403
    browser = requests.Session()
    assert browser.get(entrance(ui.home, ui.url), timeout=60).ok
    assert browser.post(f"{ui.url}/graphql", json=_QUERY, timeout=60).json()["data"]["version"]


def test_the_secret_is_the_users_alone_and_stays(ui: Ui) -> None:
    assert (ui.home / "ui-token").stat().st_mode & 0o777 == 0o600
    assert ui_token(ui.home) == ui_token(ui.home)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "127.0.0.1.evil.example"])
def test_a_name_that_only_leads_here_is_refused(ui: Ui, host: str) -> None:
    assert ui.get("/server_info", Host=host).status_code == 421
    assert ui.post(_QUERY, Host=host).status_code == 421


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
def test_what_another_site_sends_is_refused(ui: Ui, headers: dict[str, str]) -> None:
    assert ui.post(_QUERY, **headers).status_code == 403


def test_what_another_site_embeds_is_refused(ui: Ui) -> None:
    image = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert ui.get("/server_info", **image).status_code == 403


@pytest.mark.parametrize("query", [_MUTATION, "{ version }"])
def test_nothing_is_asked_by_an_address(ui: Ui, query: str) -> None:
    assert ui.get(f"/graphql?query={query}").status_code == 403
    sent_as_form = requests.post(f"{ui.url}/graphql?query={query}", headers=ui.cookie, timeout=60)
    assert sent_as_form.status_code == 403


@pytest.mark.parametrize("path", ["/", "/runs", "/graphql", "/server_info"])
def test_nobody_may_frame_a_page(ui: Ui, path: str) -> None:
    answer = ui.get(path, Accept="text/html")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_subscription_of_its_own_page_works(ui: Ui) -> None:
    assert ui.socket(ui.url, ui.cookie) == "connection_ack"


@pytest.mark.parametrize(
    ("origin", "is_let_in", "host"),
    [
        ("http://evil.example", True, ""),
        ("null", True, ""),
        ("http://127.0.0.1:1", True, ""),
        ("", False, ""),
        ("http://evil.example", True, "evil.example"),
    ],
)
def test_other_subscriptions_are_refused(ui: Ui, origin: str, is_let_in: bool, host: str) -> None:
    headers = (ui.cookie if is_let_in else {}) | ({"Host": host} if host else {})
    with pytest.raises(InvalidStatus) as refused:
        ui.socket(origin or ui.url, headers)
    assert refused.value.response.status_code == 403


def test_a_real_browser_subscribes_from_the_ui_and_from_nowhere_else(ui: Ui) -> None:
    with open_browser() as page:
        page.open(entrance(ui.home, ui.url))
        page.open(f"{ui.url}/server_info")  # of the same origin, and without scripts that go elsewhere meanwhile
        assert page.evaluate(_SOCKET % ui.host) == "connection_ack"
        page.open("data:text/html,another page")
        assert page.evaluate(_SOCKET % ui.host) == "refused"
