"""The record of the lane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from achievement_pipeline.keys import KeyForm
from achievement_pipeline.lanes import Lane

if TYPE_CHECKING:
    from achievement_pipeline.http import RequestOptions
    from achievement_pipeline.settings import Settings

PAGES: Final = KeyForm("notebook", "/")
NOTEBOOK: Final = Lane(
    name="notebook",
    label="Notebook",
    work="the pages of a notebook",
    kinds={"notebook_page": "page"},
    keys=(PAGES,),
    raw={"raw_pages": "pages"},
    activities="page_activities",
    scores="page_scores",
    skills="page_skills",
    is_on=lambda _: True,
    switch="NOTEBOOK",
    remedy="it is always on",
    variables="NOTEBOOK_",
    seconds=lambda _: 300,
    sensor="new_pages",
    client="achievement_pipeline_tests.notebook.lane:open_notebook",
    module="achievement_pipeline_tests.notebook.assets",
    rules="achievement_pipeline_tests.notebook.rules:NotebookRules",
)


class _Notebook:
    """The client."""

    def examine(self) -> str:
        """Count the pages."""
        return "2 pages"


def open_notebook(settings: Settings, options: RequestOptions | None) -> _Notebook:  # noqa: ARG001 - as all lanes do
    """Return the client."""
    return _Notebook()
