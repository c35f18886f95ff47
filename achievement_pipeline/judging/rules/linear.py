"""The rules of Linear: ``[rules.linear]``."""

from pydantic import Field

from achievement_pipeline.judging.rules.values import Points
from achievement_pipeline.parsing.strict_model import StrictModel


class LinearRules(StrictModel):
    """How completed Linear issues and projects are scored."""

    impact_urgent: Points = Field(default=90, description="Impact of an urgent issue")
    impact_high: Points = Field(default=75, description="Impact of a high-priority issue")
    impact_medium: Points = Field(default=60, description="Impact of a medium-priority issue")
    impact_low: Points = Field(default=45, description="Impact of a low-priority issue")
    impact_none: Points = Field(default=30, description="Impact of an issue without a priority")
    missing_estimate: Points = Field(default=3, description="Estimate to assume for an issue without one")
    complexity_base: Points = Field(default=30, description="Complexity of every issue")
    complexity_points_per_estimate: Points = Field(default=10, description="Complexity points per unit of the estimate")
    complexity_max: Points = Field(default=90, description="Maximum complexity of an issue")
    project_impact_base: Points = Field(default=70, description="Impact of every project")
    project_impact_points_per_issue: Points = Field(default=2, description="Impact points per completed issue")
    project_impact_max: Points = Field(default=95, description="Maximum impact of a project")
    project_complexity_base: Points = Field(default=60, description="Complexity of every project")
    project_complexity_points_per_estimate: Points = Field(
        default=1, description="Complexity points per unit of its issues' estimates"
    )
    project_complexity_max: Points = Field(default=90, description="Maximum complexity of a project")
