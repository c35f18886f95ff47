"""What is decided in the page."""

import re

import pytest
import sqlalchemy as sa

from achievement_pipeline.store.decisions.edits import edits_of
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline_tests.web.conftest import COMMIT, Site

pytestmark = pytest.mark.e2e


class TestDeciding:
    def test_what_was_done_is_said_and_can_be_undone(self, site: Site) -> None:
        answer = site.post("/decide", key=COMMIT.key, what="hide", back="/?q=cache&did=pin")
        assert answer.headers["location"] == "/?q=cache&did=hide"
        assert "Hidden." in site.get(answer.headers["location"])
        site.post("/undo")
        assert "Add a <cache>" in site.titles()

    def test_an_edit_is_undone_by_its_number_and_stays_in_the_history(self, site: Site, engine: sa.Engine) -> None:
        site.post("/decide", key=COMMIT.key, what="pin")
        with engine.connect() as connection:
            (edit,) = edits_of(connection, COMMIT.key)
        site.post("/undo", number=str(edit.id))
        assert "taken back" in site.get("/history")
        with engine.connect() as connection:
            assert not get_achievement(connection, COMMIT.key).pinned

    @pytest.mark.parametrize("back", ["//evil.example/", "http://evil.example/", "/\\evil.example", "javascript:x", ""])
    def test_it_leads_back_to_its_own_pages_only(self, site: Site, back: str) -> None:
        assert site.post("/decide", key=COMMIT.key, what="pin", back=back).headers["location"] == "/?did=pin"

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/decide", {"key": COMMIT.key, "what": "steal"}),
            ("/decide", {"key": COMMIT.key, "what": "approve", "channel": "fax"}),
            ("/undo", {"number": "x"}),
            ("/let-pass", {"key": COMMIT.key, "fingerprint": "x"}),
            ("/add", {"title": "A talk", "category": "Big Talk", "impact": "1", "complexity": "1"}),
            ("/add", {"title": "A talk", "category": "talk", "impact": "1", "complexity": "1", "completed": "soon"}),
        ],
    )
    def test_what_cannot_be_done_is_said(self, site: Site, path: str, fields: dict[str, str]) -> None:
        answer = site.post(path, **fields)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text

    def test_an_achievement_is_written_down(self, site: Site, engine: sa.Engine) -> None:
        said = {"title": "A talk", "category": "talk", "impact": "60", "complexity": "20", "skills": "Speaking, Python"}
        assert site.post("/add", completed="2026-03-04", **said).status_code == 303
        (key,) = re.findall(r"manual%3A[0-9a-f-]+", site.get("/?q=talk"))[:1]
        with engine.connect() as connection:
            stored = get_achievement(connection, key.replace("%3A", ":"))
        assert (stored.author, stored.skills_demonstrated) == ("ann@example.com", ["Speaking", "Python"])

    def test_a_form_without_end_is_refused(self, site: Site) -> None:
        assert "too long to be stored" in site.post("/edit", title="x" * 2_100_000).text
