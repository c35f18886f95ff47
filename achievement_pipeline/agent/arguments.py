"""The tools and their arguments, as agents see them. Imported at the start of the server: pydantic only."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field

from achievement_pipeline.parsing.strict_model import StrictModel

_Id = Annotated[
    str, Field(min_length=1, max_length=500, description="The id of an achievement, as list_achievements has it")
]
_After = Annotated[
    str | None, Field(max_length=500, description="Where to go on: after of the answer before, with the same arguments")
]


class Filter(StrictModel):
    """Arguments of the tools that select achievements; every one that is given has to hold."""

    repository: str | None = Field(default=None, max_length=500, description="owner/name, or its key")
    category: str | None = Field(default=None, max_length=100, description="feature, bugfix, performance, ...")
    skill: str | None = Field(default=None, max_length=100, description="A skill that it shows")
    min_impact: float | None = Field(default=None, ge=0, le=100, description="Points, 0 to 100")


class ListAchievements(Filter):
    """Arguments of `list_achievements`."""

    search: str | None = Field(default=None, max_length=500, description="Words that all occur in it")
    since: dt.date | None = Field(default=None, description="Completed on this day or later")
    until: dt.date | None = Field(default=None, description="Completed on this day or earlier")
    sort: Literal["impact", "date", "complexity"] = Field(default="impact", description="Greatest or newest first")
    after: _After = None


class OfAchievement(StrictModel):
    """Arguments of the tools about one achievement."""

    id: _Id


class FindMissing(StrictModel):
    """Arguments of `find_missing`."""

    limit: int = Field(default=10, ge=1, le=50, description="How many achievements")
    after: _After = None


class AddAchievement(StrictModel):
    """Arguments of `add_achievement`."""

    title: str = Field(min_length=1, max_length=300, description="One line: what the user did, in their words")
    description: str = Field(default="", max_length=4000, description="What was done, and what came of it")
    category: str | None = Field(default=None, max_length=50, description="A lower-case word: talk, mentoring, ...")
    completed: dt.date | None = Field(default=None, description="Day on which it was done; by default today")
    url: str | None = Field(default=None, max_length=2000, description="Where it can be seen")
    skills: tuple[str, ...] = Field(default=(), max_length=20, description="Skills it shows, the strongest first")


class ProposeWording(StrictModel):
    """Arguments of `propose_wording`."""

    id: _Id
    field: Literal["title", "outcome", "description"] = Field(description="What is worded")
    text: str = Field(
        min_length=1, max_length=4000, description="The text; title and outcome are one line of at most 300"
    )
    facts: tuple[int, ...] = Field(
        default=(),
        max_length=50,
        description="Numbers of the facts in get_evidence that the text rests on; by default all",
    )


class ExportDocument(Filter):
    """Arguments of `export_document`."""

    document: str = Field(max_length=50, description="brag, resume, portfolio, ...; another name lists them all")
    period: str | None = Field(
        default=None, max_length=50, description="2026, 2026-H1, 2026-Q3, 2026-11, or two of them: FIRST..LAST"
    )
    part: int = Field(default=1, ge=1, description="Of a long document: which part")


class Tool(NamedTuple):
    """A tool."""

    arguments: type[BaseModel]
    description: str
    writes: bool = False


TOOLS: Mapping[str, Tool] = {
    "list_achievements": Tool(ListAchievements, "List the user's achievements with their scores, skills and outcomes."),
    "explain_achievement": Tool(OfAchievement, "Explain the scores of an achievement, line by line."),
    "get_evidence": Tool(
        OfAchievement,
        "Return what shows an achievement: its text, commits, pull requests and issues with links, and the numbered"
        " facts that a wording may rest on.",
    ),
    "find_missing": Tool(
        FindMissing,
        "List the greatest achievements that lack an outcome, a title or a description, with what to ask the user.",
    ),
    "add_achievement": Tool(
        AddAchievement,
        "Write down work that no source records, such as a talk, in the words of the user. It gets no score.",
        writes=True,
    ),
    "propose_wording": Tool(
        ProposeWording,
        "Propose a title, outcome or description. It changes nothing: the user sees it beside the facts and decides.",
        writes=True,
    ),
    "export_document": Tool(
        ExportDocument, "Return a document about the user's achievements: brag document, resume, ..."
    ),
}
"""By name: that of the method of `achievement_pipeline.agent.tools.Tools`."""
