"""MLflow runs: author, significance, scores and skills."""

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.frames import LinkTo, RawMlflowMetrics, RawMlflowRuns
from achievement_pipeline.judging import WorkFilter
from achievement_pipeline.judging.lanes.mlflow import find_run_skills, judge_runs, score_runs
from achievement_pipeline.judging.rules import Person, Rules
from achievement_pipeline.judging.rules.mlflow import MetricRule, MlflowRules
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.raw_frames import after, raw_frame

RULES = Rules()
VERSION = '[{"name": "churn-model", "version": "3"}]'


def run(number: int = 1, metrics: Mapping[str, float] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a run that ended `number` hours after noon, with its metrics."""
    ordinary = {"server": "ml.example.com", "experiment": "churn", "user": "ann", "params": "{}", "tags": "{}"}
    when = {"started_at": after(number - 0.5), "ended_at": after(number)}
    return {"run_id": f"{number:032x}", **ordinary, **when, **fields, "logged": metrics or {}}


def judge(*runs: Mapping[str, Any], rules: Rules = RULES, **keywords: Any) -> Any:
    logged = [
        {"run_id": one["run_id"], "name": name, "value": value, "step": 0}
        for one in runs
        for name, value in one["logged"].items()
    ]
    rows = [{name: value for name, value in one.items() if name != "logged"} for one in runs]
    return judge_runs(raw_frame(RawMlflowRuns, *rows), raw_frame(RawMlflowMetrics, *logged), rules, **keywords)


def reasons(*runs: Mapping[str, Any], rules: Rules = RULES, **keywords: Any) -> list[str]:
    return list(judge(*runs, rules=rules, **keywords)["reasons"])


def compared_by(metric: str, better: str, experiment: str = "*") -> Rules:
    rule = MetricRule.model_validate({"experiment": experiment, "metric": metric, "better": better})
    return Rules.model_validate({"mlflow": MlflowRules(metric=(rule,))})


def test_a_run_that_registered_a_model_version_counts() -> None:
    (row,) = judge(run(model_versions=VERSION)).to_dict("records")
    assert (row["significant"], row["reasons"]) == (True, "model")
    assert row["title"] == "Registered model churn-model 3"
    assert (row["key"], row["kind"]) == (f"mlflow:ml.example.com/{1:032x}", "mlflow_run")
    assert (row["category"], row["category_rule"]) == ("experiment", "kind:run")


def test_a_run_that_sets_a_new_best_counts_and_names_the_metric() -> None:
    judged = judge(run(1, {"auc": 0.7}), run(2, {"auc": 0.9}), run(3, {"auc": 0.8}))
    assert list(judged["reasons"]) == ["small", "best:auc", "small"]
    assert judged["title"][1] == "Best auc of churn: 0.9"
    assert (judged["value"][1], judged["best_before"][1]) == (0.9, 0.7)


def test_the_first_run_of_an_experiment_and_one_that_only_repeats_the_best_count_not() -> None:
    assert reasons(run(1, {"auc": 0.7}), run(2, {"auc": 0.7})) == ["small", "small"]


def test_of_a_loss_the_lower_value_is_better() -> None:
    assert reasons(run(1, {"loss": 0.7}), run(2, {"loss": 0.9}), run(3, {"loss": 0.5})) == [
        "small",
        "small",
        "best:loss",
    ]


def test_metric_and_direction_are_those_of_the_settings() -> None:
    runs = run(1, {"auc": 0.7, "latency": 9}), run(2, {"auc": 0.9, "latency": 12}), run(3, {"auc": 0.1, "latency": 5})
    assert reasons(*runs, rules=compared_by("latency", "lower")) == ["small", "small", "best:latency"]
    assert reasons(*runs, rules=compared_by("latency", "higher")) == ["small", "best:latency", "small"]
    assert reasons(*runs, rules=compared_by("latency", "lower", "other*")) == ["small", "best:auc", "small"]


def test_runs_with_unknown_metrics_are_not_compared() -> None:
    judged = judge(run(1, {"batches": 1}), run(2, {"batches": 2}))
    assert list(judged["reasons"]) == ["small", "small"]
    assert judged["metric"].isna().all()


def test_experiments_are_compared_apart() -> None:
    others = run(2, {"auc": 0.9}, experiment="spam"), run(4, {"auc": 0.95}, experiment="spam")
    assert reasons(run(1, {"auc": 0.7}), others[0], run(3, {"auc": 0.8}), others[1]) == [
        "small",
        "small",
        "best:auc",
        "best:auc",
    ]


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_no_value(odd: float) -> None:
    judged = judge(run(1, {"auc": 0.7}), run(2, {"auc": odd}), run(3, {"auc": 0.8}))
    assert list(judged["reasons"]) == ["small", "small", "best:auc"]
    assert pd.isna(judged["value"][1])


def test_a_run_without_the_metric_sets_no_best_and_stops_no_other() -> None:
    assert reasons(run(1, {"auc": 0.7}), run(2), run(3, {"auc": 0.8})) == ["small", "small", "best:auc"]


@pytest.mark.parametrize("status", ["failed", "killed", "running", "scheduled"])
def test_a_run_that_did_not_finish_counts_not_and_is_no_measure_for_others(status: str) -> None:
    runs = run(1, {"auc": 0.7}), run(2, {"auc": 0.9}, status=status, model_versions=VERSION), run(3, {"auc": 0.8})
    assert reasons(*runs) == ["small", status, "best:auc"]


def test_runs_are_compared_as_they_ended_whatever_the_order_of_rows() -> None:
    runs = [run(number, {"auc": value}) for number, value in ((1, 0.7), (2, 0.9), (3, 0.8), (4, 0.95))]
    counting = [set(judge(*order).query("significant")["key"]) for order in (runs, runs[::-1])]
    assert counting[0] == counting[1] == {f"mlflow:ml.example.com/{number:032x}" for number in (2, 4)}


def test_a_run_keeps_what_it_achieved_when_a_better_one_comes() -> None:
    before = run(1, {"auc": 0.7}), run(2, {"auc": 0.8})
    assert reasons(*before)[1] == reasons(*before, run(3, {"auc": 0.9}))[1] == "best:auc"


def test_nested_runs_are_runs_like_others() -> None:
    judged = judge(run(1, {"auc": 0.7}), run(2, {"auc": 0.8}, parent_run_id=f"{1:032x}"))
    assert list(judged["nested"]) == [False, True]
    assert list(judged["reasons"]) == ["small", "best:auc"]


@pytest.mark.parametrize("user", [None, "unknown"])
def test_a_run_of_nobody_counts_not(user: str | None) -> None:
    assert reasons(run(user=user, model_versions=VERSION)) == ["unassigned"]


def test_a_run_is_of_the_person_who_lists_its_login() -> None:
    mine = [Person(emails=("ann@example.com", "ann"))]
    both = run(1, model_versions=VERSION), run(2, model_versions=VERSION, user="bo")
    assert list(judge(*both, people=mine)["person"]) == ["ann@example.com", "bo"]
    assert reasons(*both, people=mine, work_filter=WorkFilter(authors=("ann@example.com",))) == ["model", "not-asked"]


@pytest.mark.parametrize(("fields", "title"), [({"name": "deep"}, "churn: deep"), ({"name": ""}, "churn: a run")])
def test_another_run_has_its_name_as_title(fields: dict[str, Any], title: str) -> None:
    assert list(judge(run(**fields))["title"]) == [title]


def test_a_run_belongs_to_the_commit_that_it_logged() -> None:
    links = json.loads(judge(run(source_commit="A" * 40))["links"][0])
    assert links[0] == {"rank": links[0]["rank"], "to": LinkTo.PARENT, "name": "commit:" + "a" * 40}


def test_the_points_are_those_of_the_table() -> None:
    best = run(2, {"auc": 0.8, "loss": 0.1}, params='{"depth": "6", "rate": "0.1"}')
    both = run(3, {"auc": 0.9}, model_versions=VERSION)
    scores = score_runs(judge(run(1, {"auc": 0.7}), best, both), MlflowRules())
    assert list(scores["impact"]) == [60, 75]
    assert list(scores["complexity"]) == [45, 41.25]
    impact, *_ = json.loads(scores["ledger"][0])
    assert impact["evidence"] == "auc 0.8, the best of churn so far; before: 0.7"
    impact, *_ = json.loads(scores["ledger"][1])
    assert impact["evidence"] == "registered churn-model 3"


def test_skills_are_what_it_was_logged_with_and_what_its_texts_name() -> None:
    judged = judge(run(model_versions=VERSION, description="Trained with PyTorch"), run(2))
    skills = find_run_skills(judged, RULES.skills)
    assert set(skills["key"]) == {judged["key"][0]}
    assert {"MLflow", "PyTorch"} <= set(skills["skill"])


def test_nothing_is_judged_where_there_is_nothing() -> None:
    judged = judge()
    assert judged.empty
    assert score_runs(judged, MlflowRules()).empty
    assert find_run_skills(judged, RULES.skills).empty


@settings(max_examples=examples(10), deadline=None)
@given(values=st.lists(st.floats(width=32) | st.none(), max_size=12), params=st.integers(0, 200))
def test_scores_are_in_range_and_the_sum_of_their_ledger(values: list[float | None], params: int) -> None:
    logged = json.dumps({str(number): "1" for number in range(params)})
    runs = [run(n, None if value is None else {"auc": value}, params=logged) for n, value in enumerate(values)]
    scores = score_runs(judge(*runs, run(99, model_versions=VERSION, params=logged)), MlflowRules())
    for row in scores.itertuples():
        for name in ("impact", "complexity"):
            points = [line["points"] for line in json.loads(str(row.ledger)) if line["score"] == name]
            assert 0 <= getattr(row, name) <= 100
            assert round(sum(points), 2) == getattr(row, name)
