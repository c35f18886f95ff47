"""The page as people meet it: in a browser, by keys, without scripts, on a phone."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from achievement_pipeline_tests.browser import open_browser, read_axe
from achievement_pipeline_tests.web.conftest import TOKEN, Site

pytestmark = pytest.mark.e2e

_PHONE = 390
"""Pixels."""
_TITLES = "[...document.querySelectorAll('.list h2 a')].map((link) => link.textContent)"
_TYPE = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{key: '{}', bubbles: true}}))"


def test_it_is_used_by_keys_by_forms_and_on_a_phone_and_loads_nothing_from_elsewhere(site: Site) -> None:
    with open_browser() as page:
        page.open(f"{site.address}/enter?token={TOKEN}")
        page.open(f"{site.address}/?state=new")
        assert page.evaluate(_TITLES) == ["Add a <cache>", "Tune the frobnicator", "Fix a crash"]

        for key in "jja":
            page.evaluate(_TYPE.format(key))
        _wait(page.evaluate, "document.querySelector('.status')?.textContent.includes('Approved')")
        assert page.evaluate(_TITLES) == ["Add a <cache>", "Fix a crash"]

        assert page.evaluate("document.querySelector(':target h2 a').textContent") == "Fix a crash"
        for key in "kx":
            page.evaluate(_TYPE.format(key))
        assert page.evaluate("document.querySelectorAll('[form=several]:checked').length") == 1
        page.evaluate(_TYPE.format("e"))
        assert page.evaluate("document.activeElement.value") == "Add a <cache>"
        for key in ("Escape", "e"):
            page.evaluate(_TYPE.format(key))
        assert page.evaluate("document.querySelector('.words').open") is False
        page.evaluate(_TYPE.format("j"))
        assert page.evaluate("document.activeElement.textContent") == "Fix a crash"

        page.send("Emulation.setScriptExecutionDisabled", value=True)
        page.open(f"{site.address}/?state=new")
        page.evaluate("document.querySelector('[aria-label=\"Hide: Fix a crash\"]').click()")
        _wait(page.evaluate, "document.querySelector('.status')?.textContent.includes('Hidden')")
        assert page.evaluate(_TITLES) == ["Add a <cache>"]

        for path in (
            "/",
            "/overview",
            "/several?what=approve&all=1",
            "/changes?key=1111",
            "/achievement?key=1111",
            "/previews",
            "/preview/portfolio",
            "/preview/github_profile",
            "/preview/csv?impact=1",
            "/settings",
            "/posts",
            "/add",
            "/history",
        ):
            page.open(f"{site.address}{path}", width=_PHONE, dark=True)
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
            # a page that is too wide makes the window of a phone wider too
            assert page.evaluate("document.documentElement.scrollWidth") <= _PHONE, path
            assert page.evaluate("document.querySelector('a').getAttribute('href')") == "#main"

        assert page.complaints == []
        assert {address for address in page.requests if not address.startswith((site.address, "data:"))} == set()


def test_axe_finds_nothing_wrong(site: Site) -> None:
    axe = read_axe()
    with open_browser() as page:
        page.open(f"{site.address}/enter?token={TOKEN}")
        for path in (
            "/?category=feature&did=hide",
            "/overview",
            "/several?what=approve&all=1",
            "/achievement?key=1111",
            "/preview/brag",
            "/preview/linkedin",
            "/preview/github_profile",
            "/previews",
            "/settings?did=written",
            "/posts?did=settled",
            "/add",
        ):
            for dark in (False, True):
                page.open(f"{site.address}{path}", dark=dark)
                assert page.violations(axe) == [], path


def _wait(evaluate: Callable[[str], Any], condition: str) -> None:
    """Wait until a page that was just asked for has come."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(AssertionError):  # the browser answers with an error while one page replaces another
            if evaluate(f"document.readyState == 'complete' && ({condition})"):
                return
        time.sleep(0.05)
    pytest.fail(f"It never came that {condition}")
