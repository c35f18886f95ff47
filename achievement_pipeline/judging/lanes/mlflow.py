"""The MLflow lane: from runs to activities and scores.

A run is significant if it registered a model version, or set a new best: a better value than all runs of its experiment
that finished before it, of which there must be at least one. Later runs do not change this.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.codes import NOT_ASKED
from achievement_pipeline.frames import (
    LinkTo,
    MlflowActivities,
    RawMlflowMetrics,
    RawMlflowRuns,
    Scores,
    Skills,
    typed,
)
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.authors.people import are_selected, canonical
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.judging.categories.categorise import Category
from achievement_pipeline.judging.impact.significance import code_where, join_codes, weigh
from achievement_pipeline.judging.lanes.activities import describe_activity
from achievement_pipeline.judging.lanes.metrics import choose_comparison
from achievement_pipeline.judging.ledgers import Measure, add_up, constant, per_unit, sum_ledger
from achievement_pipeline.judging.links.references import Rank, links_column
from achievement_pipeline.judging.rules import Person, Rules, SkillRules
from achievement_pipeline.judging.rules.mlflow import MetricRule, MlflowRules
from achievement_pipeline.judging.skills.find import find_named_skills
from achievement_pipeline.judging.skills.mentions import NAMED, find_mentions
from achievement_pipeline.keys import MLFLOW
from achievement_pipeline.lanes import ActivityKind

_TOOL = "MLflow"
_NOBODY = "unknown"
"""MLflow's placeholder for a client that sends no user name."""


def judge_runs(
    runs: DataFrame[RawMlflowRuns],
    metrics: DataFrame[RawMlflowMetrics],
    rules: Rules,
    *,
    people: Sequence[Person] = (),
    work_filter: WorkFilter = WorkFilter(),  # noqa: B008 - it is immutable
) -> DataFrame[MlflowActivities]:
    """Turn runs into activities: their author and significance.

    Args:
        runs: Runs of one server.
        metrics: Metrics of these runs.
        rules: How the runs of an experiment are compared.
        people: The known addresses of each person. A run only has a login, so list it among the person's addresses.
        work_filter: Authors and first day to keep, and what to keep besides.

    Returns:
        One row per run, in their order.
    """
    runs = runs.reset_index(drop=True)
    models = runs["model_versions"].map(_name_models).astype("str")
    users = _users(runs)
    compared = _compare(runs, metrics, rules.of_lane(MlflowRules).metric)
    judged = _describe_runs(runs, metrics, compared, models, people)
    exclusions = pd.DataFrame(
        {
            **{status: runs["status"] == status for status in ("running", "scheduled", "failed", "killed")},
            "unassigned": users == "",
            "bot": are_bots(users, users, rules.bots),
            NOT_ASKED: ~are_selected(judged, work_filter, people),
        }
    )
    best = ("best:" + compared["metric"].str.replace(",", " ", regex=False)).where(compared["is_best"], "")
    verdicts = weigh(join_codes([code_where("model", models != "[]"), best.fillna("").astype("str")]), exclusions)
    return typed(MlflowActivities, judged.assign(**verdicts))


def _users(runs: pd.DataFrame) -> pd.Series[str]:
    """Return the login of each run's user; empty if unknown."""
    return runs["user"].where(runs["user"] != _NOBODY).fillna("").astype("str")


def _describe_runs(
    runs: DataFrame[RawMlflowRuns],
    metrics: DataFrame[RawMlflowMetrics],
    compared: pd.DataFrame,
    models: pd.Series[str],
    people: Sequence[Person],
) -> pd.DataFrame:
    """Return the columns of runs that do not depend on a verdict."""
    users = _users(runs)
    return pd.DataFrame(
        {
            **describe_activity(
                MLFLOW,
                ActivityKind.MLFLOW_RUN,
                MLFLOW.source_ids(runs["server"], runs["run_id"]),
                title=_titles(runs, models, compared),
                description=runs["description"],
                url=runs["url"],
                person=canonical(users, people),
                person_name=users,
                started_at=runs["started_at"],
                completed_at=runs["ended_at"],
                category=pd.Series(Category.EXPERIMENT.value, index=runs.index, dtype="str"),
                category_rule=pd.Series("kind:run", index=runs.index, dtype="str"),
                links=link_runs(runs),
            ),
            "experiment": runs["experiment"],
            "status": runs["status"],
            "nested": runs["parent_run_id"].notna(),
            "models": models,
            "params": runs["params"].map(lambda params: len(json.loads(params))).astype("int64"),
            "metrics": runs["run_id"].map(metrics.groupby("run_id").size()).fillna(0).astype("int64"),
            **compared[["metric", "value", "best_before"]],
        }
    )


def score_runs(activities: DataFrame[MlflowActivities], rules: MlflowRules) -> DataFrame[Scores]:
    """Score significant runs. Others have no row.

    Impact is that of a registered model, else that of a new best. Complexity grows with the number of parameters and
    metrics.
    """
    runs = activities.loc[activities["significant"]].set_index("key", drop=False)
    registered = runs["models"] != "[]"
    models = runs["models"].map(lambda names: ", ".join(json.loads(names))).astype("str")
    evidence = ("registered " + models).where(registered, _best_evidence(runs))
    points = pd.Series(np.where(registered, rules.impact_registered, rules.impact_best), runs.index, dtype="float64")
    values = runs["params"] + runs["metrics"]
    complexity = [
        constant("base", rules.complexity_base, "every significant run", runs.index),
        per_unit("values", values, "logged value", rules.complexity_points_per_value),
    ]
    ledger = [
        add_up("impact", [Measure("base", points, evidence)], 100),
        add_up("complexity", complexity, rules.complexity_max),
    ]
    return sum_ledger(pd.concat(ledger), runs["repository"])


def find_run_skills(activities: DataFrame[MlflowActivities], rules: SkillRules) -> DataFrame[Skills]:
    """Find the skills shown by significant runs: those mentioned in their texts, and MLflow."""
    runs = activities[activities["significant"]]
    named = find_mentions(runs.assign(labels="[]"), rules.vocabulary)
    tool = rules.vocabulary.named(_TOOL)
    logged = pd.DataFrame({"key": runs["key"], "skill": tool.name if tool else _TOOL, "weight": NAMED})
    return find_named_skills(activities, pd.concat([named, logged.assign(evidence="logged with it")]), rules)


def link_runs(runs: DataFrame[RawMlflowRuns]) -> pd.Series[str]:
    """Return the links of each MLflow run: to the commit it logged as its source.

    If that commit was left behind by a squash or rebase, the run links to the pull request.
    """
    logged = runs["source_commit"].str.lower()
    return links_column(
        runs.index,
        (
            (Rank.LOGGED_COMMIT, LinkTo.PARENT, "commit:" + logged),
            (Rank.LOGGED_BRANCH, LinkTo.PARENT, "branch:" + logged),
        ),
    )


def _compare(runs: pd.DataFrame, metrics: DataFrame[RawMlflowMetrics], rules: Sequence[MetricRule]) -> pd.DataFrame:
    """Compare the finished runs of each experiment in the order in which they ended.

    Returns:
        ``metric``, ``value``, ``best_before`` and ``is_best``, with the index of ``runs``. Values that are not finite
        are missing.
    """
    experiment = runs.set_index("run_id")["experiment"]
    logged = metrics.assign(experiment=metrics["run_id"].map(experiment))
    names = logged.groupby("experiment")["name"].agg(set)
    chosen = {name: choose_comparison(str(name), found, rules) for name, found in names.items()}
    metric = runs["experiment"].map({name: found.metric for name, found in chosen.items() if found}).astype("str")
    sign = runs["experiment"].map(
        {name: 1 if found.better == "higher" else -1 for name, found in chosen.items() if found}
    )
    values = metrics.set_index(["run_id", "name"])["value"]
    of_runs = values.reindex(pd.MultiIndex.from_arrays([runs["run_id"], metric])).to_numpy(dtype=np.float64)
    value = pd.Series(np.where(np.isfinite(of_runs), of_runs, np.nan), index=runs.index)
    finished = (value * sign.astype("float64")).where(runs["status"] == "finished")
    order = runs.sort_values(["ended_at", "started_at", "run_id"]).index
    best = finished[order].groupby(runs["experiment"][order]).transform(lambda run: run.cummax().ffill().shift())
    best = best.reindex(runs.index)
    return pd.DataFrame(
        {"metric": metric, "value": value, "best_before": best * sign.astype("float64"), "is_best": finished > best}
    )


def _name_models(versions: str) -> str:
    return json.dumps([f"{each['name']} {each['version']}" for each in json.loads(versions)], ensure_ascii=False)


def _titles(runs: pd.DataFrame, models: pd.Series[str], compared: pd.DataFrame) -> pd.Series[str]:
    """Return a title per run: the model it registered, the best it set, or its name."""
    first = models.map(lambda names: next(iter(json.loads(names)), "")).astype("str")
    best = (
        "Best "
        + compared["metric"]
        + " of "
        + runs["experiment"]
        + ": "
        + compared["value"].map("{:g}".format).astype("str")
    )
    named = (runs["experiment"] + ": " + runs["name"]).where(runs["name"] != "", runs["experiment"] + ": a run")
    titles = named.where(~compared["is_best"], best)
    return titles.where(first == "", "Registered model " + first).astype("str")


def _best_evidence(runs: pd.DataFrame) -> pd.Series[str]:
    value, before = runs["value"].map("{:g}".format).astype("str"), runs["best_before"].map("{:g}".format).astype("str")
    return (runs["metric"] + " " + value + ", the best of " + runs["experiment"] + " so far; before: " + before).fillna(
        ""
    )
