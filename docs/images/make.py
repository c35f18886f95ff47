"""Make the pictures of the README and the docs from the demo, so that they stay true.

::

    python docs/images/make.py [NAME]...

Needs Chromium, as the tests of pages do. The pictures are WebP, light, at most 150 kB each.
"""

import base64
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from achievement_pipeline.demo.home import sample_world
from achievement_pipeline_tests.browser import Page, open_browser
from achievement_pipeline_tests.running import free_port

FOLDER = Path(__file__).parent
LARGEST = 150_000
_COMMAND = [sys.executable, "-m", "achievement_pipeline.program"]
_SECONDS = 180
_SECONDS_TO_DRAW = 4
"""The UI draws after it has loaded, in several steps."""
_UI_WIDTH = 1400
_TEXT = "document.body.innerText"
_NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def main() -> None:
    """Make all pictures, or those that are named."""
    wanted = set(sys.argv[1:]) or PICTURES.keys()
    with (
        tempfile.TemporaryDirectory(prefix="pictures-", ignore_cleanup_errors=True) as folder,
        sample_world(Path(folder)),
        open_browser() as page,
    ):
        page.send("Emulation.setScrollbarsHidden", hidden=True)
        _run("collect")
        for name, make in PICTURES.items():
            if name in wanted:
                make(page)


def make_brag(page: Page) -> None:
    """Picture the beginning of the brag document."""
    _run("export", "brag_page", "--output", "brag.html")
    page.open(Path("brag.html").absolute().as_uri(), width=880)
    _save(page, "brag", width=880, height=1000)


def make_portfolio(page: Page) -> None:
    """Picture the beginning of the portfolio."""
    _run("export", "portfolio", "--output", "portfolio.html")
    page.open(Path("portfolio.html").absolute().as_uri(), width=1100)
    _save(page, "portfolio", width=1100, height=1400)


def make_page(page: Page) -> None:
    """Picture the page on which the user decides: a list, and the overview."""
    with _serving("web", "--port", "0") as address:
        page.open(address, width=1100)
        _save(page, "page", width=1100, height=900)
        page.open(f"{address.partition('/enter')[0]}/overview", width=1100)
        _save(page, "overview", width=1100, height=1000)


def make_ui(page: Page) -> None:
    """Picture Dagster's UI: all lanes, the git lane, an asset, and the runs."""
    with _serving("start", "--port", str(free_port())) as address:
        page.open(address, width=_UI_WIDTH)
        base = "/".join(address.split("/")[:3])
        _open(page, f"{base}/runs", until="Newer")
        _wait(lambda: "In progress (0)" in page.evaluate(_TEXT) and "Queued (0)" in page.evaluate(_TEXT))
        _save(page, "ui-runs", width=_UI_WIDTH, height=700)
        _open(page, f"{base}/asset-groups", until="publishing")
        _save(page, "ui-lanes", width=_UI_WIDTH, height=700)
        _open(page, f"{base}/locations/achievement_pipeline/asset-groups/git", until="Materialize all")
        _save(page, "ui-git", width=_UI_WIDTH, height=800)
        _open(page, f"{base}/assets/achievements", until="Column name")
        _save(page, "ui-asset", width=_UI_WIDTH, height=900)


PICTURES: dict[str, Callable[[Page], None]] = {
    "brag": make_brag,
    "portfolio": make_portfolio,
    "page": make_page,
    "ui": make_ui,
}


def _open(page: Page, address: str, *, until: str) -> None:
    """Open a page of the UI, and wait until it shows a text."""
    page.open(address, width=_UI_WIDTH)
    _wait(lambda: until in page.evaluate(_TEXT))


def _save(page: Page, name: str, *, width: int, height: int) -> None:
    """Save the upper part of a page."""
    page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
    page.evaluate(_NEXT_FRAME)
    time.sleep(_SECONDS_TO_DRAW if name.startswith("ui-") else 0)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    for quality in (90, 75, 60):
        answer = page.send("Page.captureScreenshot", format="webp", quality=quality, clip=clip)
        content = base64.b64decode(answer["data"])
        if len(content) <= LARGEST:
            break
    (FOLDER / f"{name}.webp").write_bytes(content)
    print(f"{name}.webp  {len(content):,} bytes")


def _run(*words: str) -> None:
    subprocess.run([*_COMMAND, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def _serving(*words: str) -> Iterator[str]:
    """Run a command that serves, and give the address that it prints."""
    with tempfile.NamedTemporaryFile() as log, subprocess.Popen([*_COMMAND, *words], stdout=log, stderr=log) as process:
        try:
            yield _wait(lambda: _address(Path(log.name)))
        finally:
            process.terminate()


def _address(log: Path) -> str:
    found = re.search(r"http://\S+token=\S+", log.read_text(encoding="utf-8"))
    return found[0] if found else ""


def _wait(look: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is looked for
    end = time.monotonic() + _SECONDS
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError("nothing came")
        time.sleep(0.3)
    return found


if __name__ == "__main__":
    main()
