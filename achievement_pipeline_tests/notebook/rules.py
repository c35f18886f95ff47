"""The rules of the lane: ``[rules.notebook]``."""

from pydantic import Field

from achievement_pipeline.judging.rules.values import Points
from achievement_pipeline.parsing.strict_model import StrictModel


class NotebookRules(StrictModel):
    """How pages are scored."""

    points: Points = Field(default=60, description="Impact and complexity of every page")
