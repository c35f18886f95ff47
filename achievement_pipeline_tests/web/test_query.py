"""Whatever an address or a form holds, the page shows it or refuses it in words."""

from urllib.parse import quote

import pytest

from achievement_pipeline.web.decisions import DECISIONS
from achievement_pipeline.web.pages import PAGES
from achievement_pipeline.web.query import _NAMES, Query
from achievement_pipeline_tests.web.conftest import Site

pytestmark = pytest.mark.e2e

_ODD = ["%00", "a%00b", "%ff%fe", "%ED%A0%80", "%2e%2e%2f", "-1", "9" * 30, "1e999", "%E2%80%AE", "x" * 5000, ""]
_FIELDS = (
    *("key", "keys", "number", "title", "description", "category", "impact", "complexity", "completed", "channel"),
    *(
        "activity",
        "activities",
        "author",
        "url",
        "repository",
        "skills",
        "tags",
        "back",
        "next",
        "found",
        "portfolio",
        "what",
        "chosen",
        "outcome",
    ),
)


@pytest.mark.parametrize("path", [*PAGES, "/preview/{channel}/document"])
def test_no_parameter_of_an_address_breaks_a_page(site: Site, path: str) -> None:
    for odd in _ODD:
        query = "&".join(f"{name}={odd}" for name in ("key", "page", "did", "author", *_NAMES))
        for address in (path.replace("{channel}", odd or "x"), path.replace("{channel}", "brag")):
            answer = site.browser.get(f"{site.address}{address}?{query}", timeout=60)
            assert answer.status_code < 500, (address, odd, answer.text)


@pytest.mark.parametrize("path", list(DECISIONS))
def test_no_field_of_a_form_breaks_a_decision(site: Site, path: str) -> None:
    for odd in ["\0", "a\0b", "\ufffe", "9" * 30, "1e999", "-1", ""]:
        answer = site.post(path, **dict.fromkeys(_FIELDS, odd))
        assert answer.status_code < 500, (odd, answer.text)


def test_a_list_is_its_address() -> None:
    query = Query.of({"q": "cache", "state": "new", "author": "all", "page": "3", "other": "x"})
    assert query.address(query.page) == "/?q=cache&author=all&state=new&page=3"
    assert query.address(author="", skill="Rust") == "/?q=cache&state=new&skill=Rust"
    assert query.all_of_its_state == "/?state=new"
    assert Query.of({"state": "new"}).all_of_its_state == ""
    assert not query.is_narrowed
    assert Query.of({"author": "allan@example.com"}).is_narrowed


def test_a_nul_is_said(site: Site) -> None:
    answer = site.browser.get(f"{site.address}/achievement?key={quote(chr(0))}", timeout=60)
    assert answer.status_code == 400
