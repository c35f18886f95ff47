"""How long the page of a portfolio takes to open and to filter, in headless Chromium.

::

    python benchmarks/filter_portfolio.py [--achievements 2000]

The page has every part of a real one. Filtering is measured from what is typed to the frame that shows it, script and
layout together: under 50 ms nobody sees it stutter. Needs Chromium, as the tests of pages do.
"""

import argparse
import datetime as dt
import json
import random
import statistics
import tempfile
from pathlib import Path

from achievement_pipeline.channels import PORTFOLIO
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.portfolio import write_portfolio
from achievement_pipeline_tests.browser import Page, open_browser
from achievement_pipeline_tests.publishing.views import NOON, public, view

_WORDS = ("add", "fix", "cache", "parser", "crash", "search", "faster", "release", "docs", "login", "feed", "index")
_TYPED = ("c", "ca", "cac", "cache", "cache fix", "", "parser", "nothing like it", "fe", "")


def main() -> None:
    """Print milliseconds: to open the page, and for each of what is typed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--achievements", type=int, default=2000)
    number = arguments.parse_args().achievements
    with tempfile.TemporaryDirectory() as folder, open_browser() as page:
        path = Path(folder) / "portfolio.html"
        path.write_text(write_portfolio(_achievements(number), Profile(name="Ann Example")), encoding="utf-8")
        page.open(path.as_uri())
        loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
        took = [_filter(page, typed) for typed in _TYPED]
        size = path.stat().st_size
    filtering = {"median": round(statistics.median(took)), "each": [round(each) for each in took]}
    print(json.dumps({"bytes": size, "open_ms": round(loaded), "filter_ms": filtering}))


def _achievements(number: int) -> tuple[PublicAchievement, ...]:
    source = random.Random(1)
    views = [
        view(
            " ".join(source.choices(_WORDS, k=6)),
            number=each,
            category=source.choice(["feature", "bugfix", "testing", "documentation"]),
            skills_demonstrated=source.sample(["Python", "Rust", "Go", "SQL", "Docker", "pytest"], 3),
            completed_at=NOON - dt.timedelta(hours=12 * each),
            description=" ".join(source.choices(_WORDS, k=40)),
        )
        for each in range(number)
    ]
    return public(PORTFOLIO, *views)


def _filter(page: Page, typed: str) -> float:
    took = page.evaluate(
        "new Promise((done) => { const begin = performance.now();"
        f"filters.elements.words.value = {json.dumps(typed)};"
        "filters.dispatchEvent(new Event('input', {bubbles: true}));"
        "requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin))); })"
    )
    return float(took)


if __name__ == "__main__":
    main()
