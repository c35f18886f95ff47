"""The exports: previews of all channels, what is held there, and their files."""

import re
from html import unescape

import pytest

from achievement_pipeline.channels import CHANNELS
from achievement_pipeline_tests.web.conftest import COMMIT, Site

pytestmark = pytest.mark.e2e


class TestPreviews:
    def test_every_channel_is_listed_with_its_policy(self, site: Site) -> None:
        page = site.get("/previews")
        assert page.count("<tr>") == 13
        assert "redacted" in page

    @pytest.mark.parametrize("channel", ["brag", "resume", "csv", "json", "feed", "digest"])
    def test_the_text_of_a_channel_is_shown(self, site: Site, channel: str) -> None:
        assert f"Preview: {CHANNELS[channel].label}" in site.get(f"/preview/{channel}")

    def test_a_post_is_shown_as_it_is_read_with_the_moment_at_which_the_first_goes(self, site: Site) -> None:
        assert "Nothing to post" in site.get("/preview/linkedin")
        site.post(
            "/edit", key=COMMIT.key, title="Add a (small) cache", impact="80", complexity="40", category="feature"
        )
        site.post("/decide", key=COMMIT.key, what="approve", channel="linkedin")
        page = site.get("/preview/linkedin")
        assert "Add a (small) cache\n" in page
        assert re.search(r"the first at \d{4}-\d\d-\d\d \d\d:\d\d UTC", page)

    def test_the_block_of_the_profile_is_shown_with_its_pictures(self, site: Site) -> None:
        site.post("/decide", key=COMMIT.key, what="approve")
        page = site.get("/preview/github_profile")
        assert "### Achievements" in page
        assert page.count('src="data:image/svg+xml;base64,') == 2

    def test_a_page_is_shown_as_a_page_that_can_reach_nothing(self, site: Site) -> None:
        site.post("/decide", key=COMMIT.key, what="approve")
        assert 'src="/preview/portfolio/document"' in site.get("/preview/portfolio")
        answer = site.browser.get(f"{site.address}/preview/portfolio/document", timeout=60)
        assert "Added a &lt;cache&gt;" in answer.text
        assert answer.headers["content-security-policy"].startswith("sandbox")

    def test_what_waits_for_the_user_is_listed(self, site: Site) -> None:
        page = site.get("/preview/portfolio")
        assert "not approved for portfolio" in page
        assert "Tune the frobnicator" not in page

    @pytest.mark.parametrize(
        "path",
        [
            "/preview/fax",
            "/preview/linkedin/document",
            "/preview/fax/document",
            "/preview/csv/document",
            "/preview/linkedin/file",
        ],
    )
    def test_an_unknown_channel_is_not_found(self, site: Site, path: str) -> None:
        answer = site.browser.get(f"{site.address}{path}", timeout=60)
        assert answer.status_code == 404
        assert "Back to the achievements" in answer.text

    def test_what_is_held_is_counted_with_the_reason(self, site: Site) -> None:
        site.post("/decide", key=COMMIT.key, what="approve")
        page = site.get("/preview/portfolio")
        assert "1 left out because their repositories are not marked public." in page
        assert "1 left out because they are not approved." in page

    def test_markdown_is_shown_as_a_page_without_scripts(self, site: Site) -> None:
        assert 'src="/preview/brag/document"' in site.get("/preview/brag")
        answer = site.browser.get(f"{site.address}/preview/brag/document", timeout=60)
        assert "<h1>Brag document: Ann</h1>" in answer.text
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


class TestNarrowing:
    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("", {"Add a <cache>", "Tune the frobnicator", "Fix a crash"}),
            ("impact=60", {"Add a <cache>"}),
            ("repository=zephyr", {"Tune the frobnicator"}),
            ("category=performance", {"Tune the frobnicator"}),
            ("skill=rust&author=all", {"Fix a crash"}),
            ("period=2023", set()),
            ("path=packages/none", set()),
            ("period=2024-Q1&author=Ann&impact=30", {"Add a <cache>", "Tune the frobnicator", "Fix a crash"}),
        ],
    )
    def test_the_file_holds_what_is_chosen(self, site: Site, query: str, titles: set[str]) -> None:
        answer = site.browser.get(f"{site.address}/preview/json/file?{query}", timeout=60)
        assert answer.headers["content-disposition"] == 'attachment; filename="achievements.json"'
        assert {each["title"] for each in answer.json()["achievements"]} == titles

    def test_page_document_and_file_are_of_the_same_choice(self, site: Site) -> None:
        page = site.get("/preview/brag?period=2024&impact=60&skill=")
        for path in ("document", "file"):
            assert f'"/preview/brag/{path}?period=2024&amp;impact=60"' in page

    @pytest.mark.parametrize(
        ("query", "problem"),
        [
            ("period=soon", "is no period. Write one as"),
            ("impact=much", "is no impact"),
            ("impact=nan", "is no impact"),
            ("repository=gone", "There is no repository"),
            ("project=gone", "There is no project gone"),
            ("author=nobody", "There is no work by nobody"),
        ],
    )
    def test_a_choice_that_cannot_be_is_refused_with_the_reason(self, site: Site, query: str, problem: str) -> None:
        page = unescape(site.get(f"/preview/csv?{query}"))
        assert (problem in page, "<textarea" in page) == (True, False)
        assert site.browser.get(f"{site.address}/preview/csv/file?{query}", timeout=60).status_code == 400

    def test_everybodys_work_is_no_resume(self, site: Site) -> None:
        assert "covers one person" in site.get("/preview/resume?author=all")
