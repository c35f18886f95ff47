"""The year in review."""

import datetime as dt
import re
from pathlib import Path

import pytest

from achievement_pipeline.channels import YEAR_IN_REVIEW
from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.period import parse_period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.formats import faults_of_page
from achievement_pipeline.publishing.year import write_year
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline_tests.browser import A4, LETTER, open_browser
from achievement_pipeline_tests.publishing.views import public, view


def written(*views: AchievementView, earlier: tuple[AchievementView, ...] = ()) -> str:
    about = About(
        profile=Profile(name="Ann <Example>"),
        period=parse_period("2026"),
        resume={},
        earlier=public(YEAR_IN_REVIEW, *earlier),
    )
    return write_year(public(YEAR_IN_REVIEW, *views), about)


def test_it_shows_figures_work_and_skills_and_loads_nothing() -> None:
    later = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    page = written(view(outcome="p95 420 → 130 ms.", first_release="2.1"), view("Fix it", number=8, completed_at=later))
    assert "<h1>Ann &lt;Example&gt;</h1>" in page
    assert "<dt>pieces of work</dt><dd>2</dd></div>" in page
    assert "<dt>repository</dt><dd>1</dd></div>" in page
    assert "Added a cache</a></h3>\n<p>p95 420 → 130 ms.</p>" in page
    assert page.count("<svg ") == 2
    assert "New: " not in page
    assert faults_of_page(page) == []


def test_it_is_compared_with_the_year_before() -> None:
    before = view("Old", number=9, completed_at=dt.datetime(2025, 5, 1, tzinfo=dt.UTC))
    page = written(view(skills_demonstrated=["Rust", "Python"]), view("Fix", number=8), earlier=(before,))
    assert '<dd>2</dd><dd class="before">1 in 2025</dd>' in page
    assert "<p>New: Rust</p>" in page


def test_a_year_without_work_says_so() -> None:
    assert "Nothing was recorded" in written()


@pytest.mark.e2e
def test_the_fullest_year_prints_on_one_page(tmp_path: Path) -> None:
    words = "measured readers and writers across every shard of the storage engine "
    skills = ["Python", "Rust", "PostgreSQL", "Kubernetes", "Machine learning", "Continuous integration", "TypeScript"]
    views = [
        view(
            f"Rewrite the scheduler so that {words}"[:118],
            number=number,
            completed_at=dt.datetime(2026, 1 + number, 3, tzinfo=dt.UTC),
            first_release="2.1",
            outcome=f"p95 420 → 130 ms where it {words * 4}"[:280],
            skills_demonstrated=[*skills, f"Skill {number}"],
        )
        for number in range(12)
    ]
    page = tmp_path / "year.html"
    old = view("Old", number=99, completed_at=dt.datetime(2025, 5, 1, tzinfo=dt.UTC))
    page.write_text(written(*views, earlier=(old,)), encoding="utf-8")
    with open_browser() as browser:
        browser.open(page.as_uri())
        for paper in (A4, LETTER):
            assert len(re.findall(rb"/Type\s*/Page\b", browser.printed(paper))) == 1


def test_until_december_the_year_is_the_last_one() -> None:
    assert YEAR_IN_REVIEW.usual_period(None, dt.date(2026, 11, 30)).name == "2025"
    assert YEAR_IN_REVIEW.usual_period(None, dt.date(2026, 12, 1)).name == "2026"
