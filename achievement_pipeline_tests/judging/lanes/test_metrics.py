"""The metric by which runs are compared, and categories by label."""

import pytest

from achievement_pipeline.judging.lanes.metrics import Comparison, choose_comparison
from achievement_pipeline.judging.rules.mlflow import MetricRule


@pytest.mark.parametrize(
    ("metrics", "chosen"),
    [
        (["train_loss", "val_loss"], Comparison("val_loss", "lower")),
        (["train_auc", "val_loss"], Comparison("val_loss", "lower")),
        (["val_loss", "valAccuracy"], Comparison("valAccuracy", "higher")),
        (["rmse"], Comparison("rmse", "lower")),
        (["epoch", "lr", "mapping"], None),
        (["accuracy_loss"], None),
        ([], None),
    ],
)
def test_metric_names_decide_how_runs_are_compared(metrics: list[str], chosen: Comparison | None) -> None:
    assert choose_comparison("churn", metrics, ()) == chosen
    assert choose_comparison("churn", metrics[::-1], ()) == chosen


def test_the_first_rule_that_fits_wins() -> None:
    rules = [
        MetricRule(experiment="other", metric="a", better="lower"),
        MetricRule(experiment="ch*", metric="lift", better="higher"),
    ]
    assert choose_comparison("churn", ["val_auc"], rules) == Comparison("lift", "higher")
