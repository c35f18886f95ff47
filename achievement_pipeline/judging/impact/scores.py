"""Scores of commits. ``docs/scores.md`` documents the rules; weights come from the settings."""

from __future__ import annotations

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, Scores
from achievement_pipeline.judging.announced.words import announced_words
from achievement_pipeline.judging.impact.model import explain_impact
from achievement_pipeline.judging.lanes.maintenance import are_maintenance, score_maintenance
from achievement_pipeline.judging.ledgers import add_up, constant, per_unit, sum_ledger
from achievement_pipeline.judging.line_use import use_lines
from achievement_pipeline.judging.public_names import name_lines
from achievement_pipeline.judging.rules import CommitRules, ImpactRules, MaintenanceRules


def score_commits(
    activities: DataFrame[CommitActivities],
    rules: CommitRules,
    impact: ImpactRules = ImpactRules(),  # noqa: B008 - it is immutable
    maintenance: MaintenanceRules = MaintenanceRules(),  # noqa: B008 - it is immutable
) -> DataFrame[Scores]:
    """Score significant commits. Other commits have no row.

    Impact is the calibrated sum of the commit's signs (`achievement_pipeline.judging.impact.model`). Complexity is
    ``min(complexity_max, complexity_base + complexity_points_per_file * effective files)``. Years of merging and
    releasing have rules of their own.
    """
    counting = activities.loc[activities["significant"]].set_index("key", drop=False)
    of_years = are_maintenance(counting)
    commits = counting[~of_years]
    complexity = [
        constant("base", rules.complexity_base, "every significant commit", commits.index),
        per_unit("files", commits["effective_files"], "effective file", rules.complexity_points_per_file),
    ]
    evidence = {"announced": announced_words(commits["announced"])}
    ledger = [
        explain_impact(commits["signs"], impact, evidence),
        name_lines(commits["public_names"]),
        use_lines(commits["in_use"]),
        add_up("complexity", complexity, rules.complexity_max),
        *score_maintenance(counting[of_years], maintenance),
    ]
    return sum_ledger(pd.concat(ledger), counting["repository"])
