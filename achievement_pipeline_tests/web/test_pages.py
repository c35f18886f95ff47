"""What the pages show and do."""

import datetime as dt
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import keyring
import pytest
import sqlalchemy as sa
from keyring.backends.fail import Keyring as NoKeyring
from pydantic import SecretStr

from achievement_pipeline.publishing.linkedin.login import Login, Logins
from achievement_pipeline.publishing.outbox.secret_store import SecretStore
from achievement_pipeline.publishing.outbox.states import Event, advance
from achievement_pipeline.store.decisions.edits import edits_of
from achievement_pipeline.store.decisions.proposals import propose
from achievement_pipeline.store.publications import plan, record
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline.store.tables import EditField
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect
from achievement_pipeline_tests.web.conftest import COMMIT, OTHER, PRIVATE, Site

pytestmark = pytest.mark.e2e

PAGE = f"/achievement?key={quote(COMMIT.key)}"


class TestBrowsing:
    def test_the_list_has_the_highest_impact_first_and_shows_text_as_text(self, site: Site) -> None:
        assert site.titles() == ["Add a <cache>", "Tune the frobnicator", "Fix a crash"]

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("q=CRASH", ["Fix a crash"]),
            ("q=fix+rust", ["Fix a crash"]),
            ("q=3333cccc", ["Tune the frobnicator"]),
            ("q=100%25", []),
            ("category=performance", ["Tune the frobnicator"]),
            ("skill=rust", ["Fix a crash"]),
            ("repository=github.com/acme/zephyr", ["Tune the frobnicator"]),
            ("impact=80", ["Add a <cache>"]),
            ("path=packages/none", []),
            ("impact=much&page=x&state=odd", ["Add a <cache>", "Tune the frobnicator", "Fix a crash"]),
            ("q=%00", ["Add a <cache>", "Tune the frobnicator", "Fix a crash"]),
        ],
    )
    def test_it_is_searched_and_filtered(self, site: Site, query: str, titles: list[str]) -> None:
        assert site.titles(f"/?{query}") == titles

    def test_it_shows_the_users_own_work_or_that_of_others_and_of_a_time(self, site: Site, engine: sa.Engine) -> None:
        columns = {
            "person": "bob@example.com",
            "person_name": "Bob",
            "completed_at": dt.datetime(2023, 5, 1, tzinfo=dt.UTC),
        }
        collect(engine, by_the_rules, more=(Piece("git:github.com/acme/engine@4444dddd", columns=columns),))
        of_bob = "Title of git:github.com/acme/engine@4444dddd"
        assert of_bob not in site.titles("/")
        assert of_bob in site.titles("/?author=all")
        assert site.titles("/?author=bob@example.com") == site.titles("/?author=all&until=2023-05-01") == [of_bob]
        assert site.titles("/?author=bob@example.com&since=2023-05-02") == []
        assert "There is no work by Zoe" in site.browser.get(f"{site.address}/?author=Zoe", timeout=60).text
        assert "There is no project x" in site.browser.get(f"{site.address}/?project=x", timeout=60).text

    def test_what_is_new_hidden_or_decided_is_a_list_of_its_own(self, site: Site) -> None:
        site.post("/decide", key=OTHER.key, what="hide")
        site.post("/decide", key=COMMIT.key, what="approve")
        assert site.titles("/?state=new") == ["Tune the frobnicator"]
        assert site.titles("/?state=hidden") == ["Fix a crash"]
        assert site.titles("/?state=decided") == ["Add a <cache>", "Fix a crash"]

    def test_a_long_list_goes_on_on_another_page(self, site: Site, engine: sa.Engine) -> None:
        collect(
            engine, by_the_rules, more=tuple(Piece(f"git:github.com/acme/engine@{number:08x}") for number in range(60))
        )
        first, second = site.get("/?q=engine"), site.get("/?q=engine&page=2")
        assert ("Page 1 of 2" in first, "/?q=engine&amp;page=2" in first) == (True, True)
        assert len(site.titles("/?page=2")) == 13
        assert "Page 2 of 2" in second
        assert site.titles("/?page=9") == site.titles("/?page=2")

    def test_everybody_with_work_is_offered_as_the_author(self, site: Site, engine: sa.Engine) -> None:
        people = [f"person{number}@example.com" for number in range(60)]
        pieces = [
            Piece(f"git:github.com/acme/engine@{number:08x}", columns={"person": person})
            for number, person in enumerate(people)
        ]
        collect(engine, by_the_rules, more=tuple(pieces))
        for path in ("/?author=all", "/preview/brag?author=all"):
            assert set(people) <= set(re.findall(r'<option value="([^"]+@[^"]+)">', site.get(path)))


class TestOverview:
    def test_it_counts_and_leads_to_lists(self, site: Site) -> None:
        page = site.get("/overview")
        assert re.findall(r"<dt>([a-z ]+)</dt><dd>(\d+)</dd>", page) == [
            ("achievements", "3"),
            ("repositories", "2"),
            ("skills", "2"),
        ]
        (address,) = re.findall(r'<h3><a href="([^"]+)">2024</a>', page)
        assert len(site.titles(unescape(address))) == 3
        assert 'href="/?skill=Rust"' in page

    def test_a_missing_outcome_is_asked_for_and_stated_there(self, site: Site) -> None:
        assert "3 open questions" in site.get("/overview")
        answer = site.post("/edit", key=COMMIT.key, outcome="Pages come at once.", back="/overview#questions")
        assert answer.headers["location"] == "/overview?did=edited#questions"
        assert "2 open questions" in site.get("/overview")
        assert "Pages come at once." in site.get("/")
        assert site.titles()[0] == "Add a <cache>"


class TestOneAchievement:
    def test_what_it_changed_is_shown_as_far_as_it_is_here(self, site: Site) -> None:
        assert "None of its commits is on this machine" in site.get(f"/changes?key={quote(COMMIT.key)}")

    def test_its_ledger_skills_and_evidence_are_shown(self, site: Site) -> None:
        page = site.get(PAGE)
        for shown in ("Add a &lt;cache&gt;", "+80.00", "files of git:", "Counts: type", "Python"):
            assert shown in page

    def test_it_says_where_it_goes_out_and_shows_the_text(self, site: Site) -> None:
        site.post("/decide", key=COMMIT.key, what="approve")
        page = site.get(PAGE)
        assert page.count(">Shown<") == 12
        assert "# Brag document: Ann" in page
        assert "private work is left out of linkedin" in site.get(f"/achievement?key={quote(PRIVATE.key)}")

    def test_an_approval_can_be_of_one_channel(self, site: Site) -> None:
        site.post("/decide", key=COMMIT.key, what="approve", channel="feed")
        assert site.get(PAGE).count(">Shown<") == 7
        site.post("/decide", key=COMMIT.key, what="withdraw", channel="feed")
        assert site.get(PAGE).count(">Shown<") == 6

    def test_a_doubted_text_passes_when_it_was_read(self, site: Site) -> None:
        site.post("/decide", key=PRIVATE.key, what="approve")
        page = site.get(f"/achievement?key={quote(PRIVATE.key)}")
        assert "may tell something: frobnicator" in page
        fingerprint = re.search(r'name="fingerprint" value="([0-9a-f]{64})"', page)
        assert fingerprint
        site.post("/let-pass", key=PRIVATE.key, fingerprint=fingerprint[1])
        assert "Shown</span> as “Tune the frobnicator”" in site.get(f"/achievement?key={quote(PRIVATE.key)}")

    def test_only_what_the_form_says_otherwise_is_edited(self, site: Site, engine: sa.Engine) -> None:
        said = {"description": "Two\r\nlines", "category": "feature", "impact": "80", "complexity": "40"}
        answer = site.post("/edit", key=COMMIT.key, title="Answer faster", portfolio="1", **said)
        assert answer.headers["location"].endswith("did=edited")
        with engine.connect() as connection:
            edits = edits_of(connection, COMMIT.key)
        made = [(edit.field, edit.value) for edit in edits]
        assert made == [("title", "Answer faster"), ("description", "Two\nlines")]
        again = site.post("/edit", key=COMMIT.key, title="Answer faster", portfolio="1", **said)
        assert again.headers["location"].endswith("did=unchanged")

    def test_a_proposal_is_shown_with_its_facts_and_decided(self, site: Site, engine: sa.Engine) -> None:
        with engine.begin() as connection:
            numbers = [
                propose(connection, COMMIT.key, EditField.TITLE, "Cache <sessions>", made_by=maker, facts=["Gone"]).id
                for maker in ("agent", "llama")
            ]
        assert "Proposals to decide: <a" in site.get("/")
        page = site.get(PAGE)
        assert page.count("proposes this title") == 2
        assert 'value="Cache &lt;sessions&gt;"' in page
        assert "Facts that it rests on have changed since." in page
        site.post("/proposal", key=COMMIT.key, number=str(numbers[0]), what="reject")
        site.post("/proposal", key=COMMIT.key, number=str(numbers[1]), what="accept", value="Cache all sessions")
        assert "proposes" not in site.get(PAGE)
        assert "Proposals to decide" not in site.get("/")
        with engine.connect() as connection:
            assert get_achievement(connection, COMMIT.key).title == "Cache all sessions"
        assert site.post("/proposal", key=COMMIT.key, number="x", what="accept").status_code == 400

    def test_a_value_that_cannot_be_is_refused_with_the_reason(self, site: Site) -> None:
        said = {"title": "x", "category": "Not A Word", "impact": "80", "complexity": "40"}
        answer = site.post("/edit", key=COMMIT.key, **said)
        assert answer.status_code == 400
        assert "category can&#39;t be &#39;Not A Word&#39;" in answer.text
        assert "is not a number" in site.post("/edit", key=COMMIT.key, title="x", impact="much").text

    def test_merging_and_splitting(self, site: Site) -> None:
        site.post("/merge", key=COMMIT.key, others=OTHER.key)
        assert site.titles() == ["Add a <cache>", "Tune the frobnicator"]
        assert "Select the activities" in site.post("/split", key=COMMIT.key).text
        site.post("/split", key=COMMIT.key, activity=OTHER.key)
        assert "Fix a crash" in site.titles()

    def test_one_that_is_not_there_is_said_to_be_missing(self, site: Site) -> None:
        answer = site.browser.get(f"{site.address}/achievement?key=nothing", timeout=60)
        assert (answer.status_code, "There is no achievement nothing" in answer.text) == (400, True)


class TestPosts:
    @pytest.fixture
    def in_doubt(self, engine: sa.Engine, site: Site) -> None:  # noqa: ARG002 - first what is posted
        """A process ended while it sent."""
        with engine.begin() as connection:
            planned = plan(connection, "linkedin", COMMIT.key, r"Add a \<cache\>", "PUBLIC")
            record(connection, planned, advance(planned, Event.SEND, dt.datetime.now(dt.UTC)))

    def test_without_any_it_says_so(self, site: Site) -> None:
        assert "Nothing has been posted yet" in site.get("/posts")

    def test_what_is_in_doubt_comes_with_the_question(self, site: Site, in_doubt: None) -> None:  # noqa: ARG002
        page = site.get("/posts")
        assert "unknown" in page
        assert "Add a &lt;cache&gt;" in page
        assert "is the post there?" in page

    @pytest.mark.parametrize(("found", "state"), [("yes", "published"), ("no", "failed")])
    def test_it_is_settled(self, site: Site, in_doubt: None, found: str, state: str) -> None:  # noqa: ARG002
        url = "https://www.linkedin.com/feed/update/urn:li:share:12/" if found == "yes" else ""
        answer = site.post("/settle", key=COMMIT.key, channel="linkedin", found=found, url=url)
        assert answer.headers["location"] == "/posts?did=settled"
        page = site.get("/posts?did=settled")
        assert ("Settled." in page, "is the post there?" in page, f">{state}<" in page) == (True, False, True)
        assert ("urn:li:share:12" in page) is (found == "yes")

    @pytest.mark.parametrize("fields", [{}, {"found": "perhaps"}, {"found": "yes", "url": "https://x.example"}])
    def test_what_settles_nothing_is_refused(self, site: Site, in_doubt: None, fields: dict[str, str]) -> None:  # noqa: ARG002
        answer = site.post("/settle", key=COMMIT.key, channel="linkedin", **fields)
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
        assert "is the post there?" in site.get("/posts")

    def test_what_is_not_in_doubt_is_not_settled(self, site: Site) -> None:
        assert "There is no post of" in site.post("/settle", key=OTHER.key, channel="linkedin", found="yes").text


@pytest.mark.parametrize("path", ["/", "/previews", "/posts"])
def test_the_end_of_the_login_is_told_fourteen_days_before(site: Site, tmp_path: Path, path: str) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    try:
        logins = Logins(SecretStore(tmp_path / "secrets"))
        for days, told in ((15, False), (13, True)):
            end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
            logins.keep(Login(access_token=SecretStr("t"), expires_at=end))
            assert ("The login to LinkedIn expires on" in site.get(path)) is told
    finally:
        keyring.set_keyring(before)
