"""The assets of the lane, made of two pages."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.defs.assets.frame_assets import frame_asset, materialized, raw_assets
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.frames import Activities, Frame, Scores, Skills, typed
from achievement_pipeline.judging.lanes.activities import describe_activity
from achievement_pipeline.judging.ledgers import add_up, constant, sum_ledger
from achievement_pipeline.settings import Settings
from achievement_pipeline_tests.notebook.lane import NOTEBOOK, PAGES
from achievement_pipeline_tests.notebook.rules import NotebookRules


class RawPages(Frame):
    """One row a page."""

    page: str
    title: str


@raw_assets(NOTEBOOK, "notebook_pages", {"raw_pages": RawPages})
def notebook_pages() -> Iterator[dg.MaterializeResult]:
    """Read the pages."""
    pages = pd.DataFrame({"page": ["1", "2"], "title": ["Grow a crystal", "Melt a crystal"]}, dtype="str")
    yield materialized("raw_pages", RawPages, pages, describe(pages, ["title"], warnings=[]))


@frame_asset(NOTEBOOK)
def page_activities(raw_pages: DataFrame[RawPages]) -> DataFrame[Activities]:
    """Judge the pages: all count."""
    texts = {
        "description": "",
        "person": "ada@example.org",
        "person_name": "Ada Lovelace",
        "category": "experiment",
        "category_rule": "kind:page",
        "reasons": "written",
        "links": "[]",
    }
    same = {name: pd.Series(text, index=raw_pages.index, dtype="str") for name, text in texts.items()}
    done = pd.Series(pd.Timestamp("2026-03-04", tz="UTC"), index=raw_pages.index).astype("datetime64[us, UTC]")
    where = pd.Series("lab.example", index=raw_pages.index, dtype="str")
    return typed(
        Activities,
        pd.DataFrame(
            describe_activity(
                PAGES,
                "notebook_page",
                PAGES.source_ids(where, raw_pages["page"]),
                title=raw_pages["title"],
                url="https://lab.example/" + raw_pages["page"],
                started_at=done,
                completed_at=done,
                significant=pd.Series(data=True, index=raw_pages.index),
                **same,
            )
        ),
    )


@frame_asset(NOTEBOOK)
def page_scores(page_activities: DataFrame[Activities], settings: dg.ResourceParam[Settings]) -> DataFrame[Scores]:
    """Score the pages: all the same."""
    pages = page_activities.set_index("key", drop=False)
    points = settings.rules.of_lane(NotebookRules).points
    base = constant("base", points, "a page", pages.index)
    ledgers = [add_up(score, [base], 100) for score in ("impact", "complexity")]
    return sum_ledger(pd.concat(ledgers), pages["repository"])


@frame_asset(NOTEBOOK)
def page_skills(page_activities: DataFrame[Activities]) -> DataFrame[Skills]:  # noqa: ARG001 - an input
    """Find no skills."""
    return typed(Skills, Skills.empty())
