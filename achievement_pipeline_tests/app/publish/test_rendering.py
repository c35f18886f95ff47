"""One gate for every channel: a finished text that fails a check is published by no command, asset or page."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.cli.conftest import Run, run, settings_of_ann
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect
from achievement_pipeline_tests.web.conftest import Site, serve

pytestmark = pytest.mark.e2e

__all__ = ["run", "settings_of_ann"]

NAME = "Blue Whale"
SETTINGS = f"""
[me]
name = "Ann of {NAME}"
emails = ["ann@example.com"]

[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"

[privacy]
code_names = ["{NAME}"]

[publishing.linkedin]
template = "{NAME}: {{{{ title }}}}"
"""
FILES = ("portfolio", "resume", "feed")
PIECE = Piece(f"git:{REPOSITORY}@1111", impact=80, columns={"title": "Add a cache"})


@pytest.fixture(autouse=True)
def approved(run: Run, settings_of_ann: Path, engine: sa.Engine) -> None:
    """One achievement that may go out everywhere, under settings whose own words tell what may not."""
    collect(engine, by_the_rules, git=(PIECE,))
    settings_of_ann.write_text(SETTINGS)
    assert run("approve", PIECE.key).exit_code == 0


@pytest.fixture
def site(engine: sa.Engine) -> Iterator[Site]:
    with serve(Decisions(engine, load_settings())) as site:
        yield site


@pytest.mark.parametrize("document", FILES)
def test_no_export_writes_it(run: Run, tmp_path: Path, document: str) -> None:
    printed = run("export", document)
    assert (printed.exit_code, printed.stdout) == (1, "")
    assert f"the name {NAME}" in printed.stderr
    path = tmp_path / "out"
    path.write_text("before")
    assert run("export", document, "--output", str(path)).exit_code == 1
    assert path.read_text() == "before"


def test_no_post_has_it(run: Run) -> None:
    shown = run("publish", "linkedin", "--dry-run")
    assert "a cache" not in shown.stdout
    assert f"The post of {PIECE.key} is not published" in shown.stderr


def test_no_asset_writes_it() -> None:
    settings = load_settings()
    result = (
        build_defs(settings)
        .resolve_implicit_global_asset_job_def()
        .execute_in_process(
            {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            asset_selection=[dg.AssetKey(name) for name in ("portfolio_site", "resume", "linkedin_posts")],
            raise_on_error=False,
        )
    )
    failed = {each.asset_key.to_user_string() for each in result.get_asset_check_evaluations() if not each.passed}
    assert failed == {"portfolio_site", "resume", "linkedin_posts"}
    assert not list(settings.published_path.glob("*"))


@pytest.mark.parametrize("channel", [*FILES, "linkedin"])
def test_no_page_shows_it(site: Site, channel: str) -> None:
    shown = site.get(f"/preview/{channel}")
    assert f"the name {NAME}" in shown
    assert "Ann of" not in shown
    assert f"{NAME}: Add" not in shown


def test_the_document_behind_the_preview_is_refused(site: Site) -> None:
    refused = site.browser.get(f"{site.address}/preview/portfolio/document", timeout=60)
    assert refused.status_code == 400
    assert "is not published" in refused.text


def test_the_page_of_an_achievement_says_where_it_does_not_go_out_and_why(site: Site) -> None:
    shown = site.get("/achievement?key=1111")
    assert shown.count(f"the name {NAME}") == 5
    assert f"{NAME}: Add" not in shown
