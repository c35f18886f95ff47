"""Pages as people meet them: headless Chromium, spoken to by its DevTools protocol.

Tests that need it are skipped where there is none: install Chromium (Debian: ``apt install chromium``), or name one by
``CHROMIUM``. What also needs axe-core finds it in ``node_modules`` (``npm install axe-core``), or by ``AXE_CORE``.
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import ClientConnection, connect

_SECONDS_TO_START = 60
_SECONDS_TO_ANSWER = 60
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
LETTER = (8.5, 11.0)
A4 = (8.27, 11.69)
"""Paper, in inches."""
_AXE = Path("node_modules/axe-core/axe.min.js")


def find_chromium() -> str:
    """Return the path of Chromium, or skip the test."""
    named = [os.environ.get("CHROMIUM", ""), *_NAMES]
    found = next((path for name in named if name and (path := shutil.which(name))), None)
    return found or pytest.skip("needs Chromium: install it, or name it by CHROMIUM")


def read_axe() -> str:
    """Return the script of axe-core, or skip the test."""
    path = Path(os.environ.get("AXE_CORE", Path(__file__).parent.parent / _AXE))
    if not path.is_file():
        pytest.skip("needs axe-core: npm install axe-core, or name its axe.min.js by AXE_CORE")
    return path.read_text(encoding="utf-8")


class Page:
    """A page in a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        """Speak to it."""
        self._connection = connection
        self._number = 0
        self.requests: list[str] = []
        """The addresses of everything that it loaded or tried to load."""
        self.complaints: list[str] = []
        """What the browser had to say: errors of scripts, violations of policies."""
        self._is_committed = self._is_loaded = False
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command of the protocol, and return its result."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def open(self, address: str, *, width: int = 1280, dark: bool = False) -> None:
        """Open an address and wait until it has loaded."""
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = "dark" if dark else "light"
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        # the page that was there before may still fire its own event
        self._is_committed = self._is_loaded = False
        self.send("Page.navigate", url=address)
        while not self._is_loaded:
            self._receive()

    def evaluate(self, script: str) -> Any:
        """Run a script, await what it returns, and return that."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def picture(self) -> bytes:
        """Return a picture of the whole page, PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def printed(self, inches: tuple[float, float] = LETTER) -> bytes:
        """Return what comes out of the printer, PDF, on paper of so many inches unless the page chooses its own."""
        width, height = inches
        answer = self.send("Page.printToPDF", preferCSSPageSize=True, paperWidth=width, paperHeight=height)
        return base64.b64decode(answer["data"])

    def violations(self, axe: str) -> list[str]:
        """Return what axe-core finds fault with: the rule, and where."""
        self.evaluate(axe)
        found = self.evaluate("axe.run().then(({violations}) => violations)")
        return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in found for node in each["nodes"]]

    def _receive(self) -> Any:
        message = json.loads(self._connection.recv(_SECONDS_TO_ANSWER))
        match message.get("method"):
            case "Page.frameNavigated" if "parentId" not in message["params"]["frame"]:
                self._is_committed, self._is_loaded = True, False
            case "Page.loadEventFired":
                self._is_loaded = self._is_committed
            case "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(message["params"]["exceptionDetails"]["text"])
        return message


@contextmanager
def open_browser() -> Iterator[Page]:
    """Run a browser with a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        command = [
            find_chromium(),
            "--headless",
            "--no-sandbox",  # root has none
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
            try:
                with connect(_address(Path(profile), browser), max_size=None, compression=None) as connection:
                    yield Page(connection)
            finally:
                browser.terminate()


def _address(profile: Path, browser: subprocess.Popen[bytes]) -> str:
    """Wait until the browser has said where it listens, and return the address of its page."""
    said = profile / "DevToolsActivePort"
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and browser.poll() is None:
        if said.is_file() and (lines := said.read_text().split()):
            targets = requests.get(f"http://127.0.0.1:{lines[0]}/json/list", timeout=_SECONDS_TO_ANSWER).json()
            if pages := [target for target in targets if target["type"] == "page"]:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.05)
    pytest.fail("Chromium did not start")
