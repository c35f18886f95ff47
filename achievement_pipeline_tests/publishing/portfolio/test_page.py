"""The page of the portfolio: what stands in it, and how it behaves in a browser."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from achievement_pipeline.channels import PORTFOLIO
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.publishing.portfolio import write_portfolio
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.browser import Page, open_browser, read_axe
from achievement_pipeline_tests.publishing.views import NOON, PRIVATE, VISIBILITY, evidence, public, view

ANN = Profile(name="Ann Example", label="Engineer", summary="Weaves.", url="https://ann.example")
KINDS = ("feature", "bugfix", "testing")


SHUTTLE = "github.com/ann/shuttle"


def written(*views: AchievementView, profile: Profile = ANN) -> str:
    visibility = {**VISIBILITY, SHUTTLE: Visibility.PUBLIC}
    return write_portfolio(public(PORTFOLIO, *views, visibility_of=visibility), profile)


def test_cards_name_the_release_and_years_have_a_picture() -> None:
    page = written(view(first_release="2.1"), view("Fix", number=8, completed_at=None))
    assert '<p class="release">Released in 2.1.</p>' in page
    assert 'aria-label="2026 by month: Mar 1"' in page
    assert page.count('<svg class="months"') == 1


def test_what_has_no_title_with_a_meaning_is_counted_only() -> None:
    titles = ("Issue #328", "Add tiles", "wip", "Add bars")
    done = [view(title, number=number, impact_score=90.0 - number) for number, title in enumerate(titles)]
    keys = [[each.key for each in done]]
    page = write_portfolio(public(PORTFOLIO, *done), ANN, keys)
    assert "Issue #328" not in page
    assert "And 2 pieces of work more, without a title that names what was done." in page
    assert "<h3>Added tiles</h3>" in page


def test_a_project_is_told_from_its_first_piece_of_work_to_its_last() -> None:
    done = [view(f"Add part {day}", number=day, completed_at=NOON.replace(day=day)) for day in (3, 1, 2)]
    projects = [[each.key for each in done]]
    story = write_portfolio(public(PORTFOLIO, *done), ANN, projects).partition('<article class="story">')[2]
    assert [*map(int, re.findall(r"Added part (\d)</a>", story.partition("</article>")[0]))] == [1, 2, 3]
    assert '<article class="story">' not in written(*done)


def some(number: int = 30) -> list[AchievementView]:
    return [
        view(
            f"Work {each}",
            number=each,
            category=KINDS[each % 3],
            skills_demonstrated=["Python", "C++ & C"][: 1 + each % 2],
            completed_at=NOON.replace(year=2020 + each % 7) if each else None,
            description="Because it was slow." if each % 2 else "",
            coauthors=["bob@example.com"] if each % 5 == 0 else [],
        )
        for each in range(number)
    ]


class Elements(HTMLParser):
    """The elements of a page: their names and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


class TestWhatStandsInIt:
    def test_it_loads_nothing(self) -> None:
        page = written(*some())
        elements = Elements(page).found
        assert not {tag for tag, _ in elements} & {"link", "img", "iframe", "object", "embed", "video", "audio", "base"}
        assert not [attributes for _, attributes in elements if {"src", "srcset", "style"} & attributes.keys()]
        assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", page)

    def test_its_own_policy_allows_its_own_style_and_script_only(self) -> None:
        page = written(*some())
        (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
        assert policy.startswith("default-src 'none';")
        for tag in ("style", "script"):
            (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy

    def test_every_number_of_a_picture_stands_in_a_table(self) -> None:
        page = written(*some())
        pictured = re.findall(r"<title>(\d{4}): (\d+)</title>", page)
        tabled = re.findall(r'<tr><th scope="row">(\d{4})</th><td class="number">(\d+)</td></tr>', page)
        assert pictured == tabled
        assert sum(int(count) for _, count in tabled) == 29

    def test_an_achievement_has_its_evidence_and_how_its_scores_add_up(self) -> None:
        page = written(view(evidence=[*view().evidence, evidence("git:github.com/ann/loom@1", title="Cache it")]))
        assert '<a href="https://github.com/ann/loom/pull/7">pull request #7</a>' in page
        assert "<li>commit: Cache it</li>" in page
        assert "Impact 80 = 50 <span>(every pull request)</span> + 30 <span>(340 effective lines)</span></p>" in page

    def test_where_nothing_shows_it_it_says_so(self) -> None:
        assert "(evidence needed)" in written(view(evidence=[]))

    def test_words_of_people_are_no_markup(self) -> None:
        page = written(view("<script>alert(1)</script>", category='"><b>', description="<img src=x>"))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<b>" not in re.sub(r"<b>\d+</b>", "", page)

    def test_without_work_and_profile_it_is_a_page_too(self) -> None:
        page = written(profile=Profile())
        assert "<h1>Portfolio</h1>" in page
        assert "There is nothing to show yet." in page

    def test_two_thousand_fit_into_four_megabytes(self) -> None:
        shown = public(PORTFOLIO, *some(20)) * 100
        assert len(write_portfolio(shown, ANN).encode()) < 4_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with open_browser() as page:
        yield page


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("portfolio") / "portfolio.html"
    path.write_text(written(*some(), view("Fix a crash", number=99, repository=SHUTTLE)), encoding="utf-8")
    return path.as_uri()


@pytest.mark.e2e
class TestInABrowser:
    @pytest.mark.parametrize("dark", [False, True])
    @pytest.mark.parametrize("width", [1280, 390])
    def test_axe_finds_no_fault(self, browser: Page, address: str, width: int, dark: bool) -> None:
        axe = read_axe()
        browser.open(address, width=width, dark=dark)
        browser.evaluate("document.querySelectorAll('details').forEach((each, place) => { each.open = place < 4 })")
        assert browser.violations(axe) == []

    def test_nothing_is_requested_and_nothing_goes_wrong(self, browser: Page, address: str) -> None:
        browser.requests.clear()
        browser.complaints.clear()
        browser.open(address)
        browser.evaluate("new Promise(requestAnimationFrame)")
        assert set(browser.requests) == {address}
        assert browser.complaints == []

    @pytest.mark.parametrize("width", [1280, 390, 320])
    def test_nothing_is_wider_than_the_screen(self, browser: Page, address: str, width: int) -> None:
        browser.open(address, width=width)
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")

    @pytest.mark.parametrize(
        ("field", "value", "count"),
        [("words", "WORK 19", 1), ("words", "slow", 15), ("skill", "C++ & C", 15), ("theme", "Bugs fixed", 10),
         ("place", "ann/shuttle", 1), ("year", "Without a date", 1), ("words", "nowhere", 0)],
    )  # fmt: skip
    def test_what_is_asked_for_stays(self, browser: Page, address: str, field: str, value: str, count: int) -> None:
        browser.open(address)
        browser.evaluate(
            f"filters.elements.{field}.value = {value!r};"
            "filters.dispatchEvent(new Event('input', {bubbles: true}));"
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        assert browser.evaluate("shown.textContent") == f"{count} of 31"
        assert (
            browser.evaluate("[...document.querySelectorAll('.item')].filter((each) => each.checkVisibility()).length")
            == count
        )
        browser.evaluate("document.querySelector('[type=reset]').click(); new Promise((done) => setTimeout(done, 20))")
        assert browser.evaluate("shown.textContent") == "31 of 31"

    def test_a_skill_leads_to_the_work_that_shows_it(self, browser: Page, address: str) -> None:
        browser.open(address)
        browser.evaluate("document.querySelector('[data-filter=skill][data-value^=C]').click()")
        assert browser.evaluate("shown.textContent") == "15 of 31"
        assert browser.evaluate("location.hash") == "#work"

    def test_without_scripts_everything_is_there(self, browser: Page, address: str) -> None:
        browser.send("Emulation.setScriptExecutionDisabled", value=True)
        browser.open(address)
        browser.send("Emulation.setScriptExecutionDisabled", value=False)
        assert browser.evaluate("document.querySelectorAll('.item').length") == 31
        assert browser.evaluate("filters.checkVisibility()") is False

    def test_it_can_be_printed(self, browser: Page, address: str) -> None:
        browser.open(address)
        assert browser.printed().startswith(b"%PDF")


def test_private_work_that_is_redacted_has_no_place_and_no_link() -> None:
    policy = {"channels": {"portfolio": {"private": "redact"}}}
    page = write_portfolio(public(PORTFOLIO, view("Fix a crash", PRIVATE), policy=policy), ANN)
    assert "<h3>Fixed a crash</h3>" in page
    assert "<li>pull request</li>" in page
    assert "zephyr" not in page
