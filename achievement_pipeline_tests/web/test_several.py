"""Several achievements are decided at once."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline_tests.web.conftest import COMMIT, OTHER, PRIVATE, Site

pytestmark = pytest.mark.e2e


def preview(site: Site, **fields: object) -> list[str]:
    """Return the values that the preview would decide about."""
    page = site.get(f"/several?{urlencode(fields, doseq=True)}")
    return [unescape(value) for value in re.findall(r'name="chosen" value="([^"]+)"', page)]


def test_a_preview_decides_nothing_and_its_form_all_as_one(site: Site, engine: sa.Engine) -> None:
    chosen = preview(site, what="approve", key=[COMMIT.key, OTHER.key])
    assert len(site.titles("/?state=new")) == 3
    answer = site.post("/several", what="approve", chosen=chosen, back="/?state=new")
    assert answer.headers["location"].startswith("/?state=new&did=approve.2.resume-2.")
    page = site.get(answer.headers["location"])
    assert "2 achievements: approved." in page
    assert "Resume 2 · Portfolio 2" in page
    assert site.titles("/?state=new") == ["Tune the frobnicator"]
    site.post("/undo")
    assert len(site.titles("/?state=new")) == 3
    with engine.connect() as connection:
        assert not get_achievement(connection, OTHER.key).decided


def test_an_approval_is_for_the_text_of_the_preview(site: Site, engine: sa.Engine) -> None:
    chosen = preview(site, what="approve", key=COMMIT.key)
    site.post("/edit", key=COMMIT.key, title="Another title")
    site.post("/several", what="approve", chosen=chosen)
    with engine.connect() as connection:
        assert get_achievement(connection, COMMIT.key).lapsed


def test_all_of_a_list_is_chosen_by_its_conditions(site: Site) -> None:
    chosen = preview(site, what="hide", all="1", repository="github.com/acme/engine")
    assert {each.partition(" ")[2] for each in chosen} == {COMMIT.key, OTHER.key}
    site.post("/several", what="hide", chosen=chosen)
    assert site.titles() == ["Tune the frobnicator"]
    site.post("/several", what="unhide", chosen=preview(site, what="unhide", all="1", state="hidden"))
    assert len(site.titles()) == 3


@pytest.mark.parametrize(
    "query", ["what=steal&key=x", "what=hide", "what=hide&key=nothing", "what=hide&all=1&q=nothing"]
)
def test_what_cannot_be_chosen_is_refused(site: Site, query: str) -> None:
    assert site.browser.get(f"{site.address}/several?{query}", timeout=60).status_code == 400
    for fields in (
        {"what": "steal", "chosen": f"x {PRIVATE.key}"},
        {"what": "hide"},
        {"what": "hide", "chosen": "x y"},
    ):
        assert site.post("/several", **fields).status_code == 400
