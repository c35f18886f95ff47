"""The assets of the lane, made of two pages."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from achievement_pipeline.defs.assets.frame_assets import (
    describe_activities,
    describe_scores,
    describe_skills,
    judged,
    materialized,
    raw,
)
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.frames import Activities, Scores, Skills, typed
from achievement_pipeline.judging.lanes.activities import describe_activity
from achievement_pipeline.judging.ledgers import add_up, constant, sum_ledger
from achievement_pipeline_tests.notebook.lane import NOTEBOOK, PAGES


class RawPages(pa.DataFrameModel):
    """One row a page."""

    page: str
    title: str


@dg.multi_asset(name="notebook_pages", **raw(NOTEBOOK.name, NOTEBOOK.name, {"raw_pages": RawPages}))
def notebook_pages() -> Iterator[dg.MaterializeResult]:
    """Read the pages."""
    pages = pd.DataFrame({"page": ["1", "2"], "title": ["Grow a crystal", "Melt a crystal"]}, dtype="str")
    yield materialized("raw_pages", RawPages, pages, describe(pages, ["title"], warnings=[]))


@dg.asset(**judged(NOTEBOOK.name, NOTEBOOK.activities, Activities))
def page_activities(raw_pages: pd.DataFrame) -> dg.MaterializeResult:
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
    activities = typed(
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
    return materialized(NOTEBOOK.activities, Activities, activities, describe_activities(activities))


@dg.asset(**judged(NOTEBOOK.name, NOTEBOOK.scores, Scores))
def page_scores(page_activities: pd.DataFrame) -> dg.MaterializeResult:
    """Score the pages: all the same."""
    pages = page_activities.set_index("key", drop=False)
    ledgers = [add_up(score, [constant("base", 60, "a page", pages.index)], 100) for score in ("impact", "complexity")]
    scores = sum_ledger(pd.concat(ledgers), pages["repository"])
    return materialized(NOTEBOOK.scores, Scores, scores, describe_scores(scores))


@dg.asset(**judged(NOTEBOOK.name, NOTEBOOK.skills, Skills))
def page_skills(page_activities: pd.DataFrame) -> dg.MaterializeResult:
    """Find no skills."""
    skills = Skills.empty()
    return materialized(NOTEBOOK.skills, Skills, skills, describe_skills(typed(Skills, skills), page_activities))
