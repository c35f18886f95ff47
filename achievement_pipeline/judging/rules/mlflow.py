"""The rules of MLflow: ``[rules.mlflow]``."""

from typing import Literal

from pydantic import Field

from achievement_pipeline.judging.rules.values import Points
from achievement_pipeline.parsing.strict_model import StrictModel


class MetricRule(StrictModel):
    """The metric by which runs of an experiment are compared."""

    experiment: str = Field(default="*", description="Name of the experiment; * is a wildcard")
    metric: str = Field(min_length=1, description="Name of the metric")
    better: Literal["higher", "lower"] = Field(description="Which values are better")


class MlflowRules(StrictModel):
    """What makes a run significant, and how it is scored."""

    metric: tuple[MetricRule, ...] = Field(
        default=(),
        description="The first rule that matches the experiment wins; otherwise the metric is chosen by name",
    )
    impact_registered: Points = Field(default=75, description="Impact of a run that registered a model version")
    impact_best: Points = Field(default=60, description="Impact of a run that set a new best of its experiment")
    complexity_base: Points = Field(default=40, description="Complexity of every significant run")
    complexity_points_per_value: Points = Field(default=1.25, description="Complexity points per parameter or metric")
    complexity_max: Points = Field(default=85, description="Maximum complexity")
