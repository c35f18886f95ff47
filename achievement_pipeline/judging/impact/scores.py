"""The scores of commits. The rules are those of the design (``docs/scores.md``), weights come from the settings."""

from __future__ import annotations

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, Scores
from achievement_pipeline.judging.ledgers import add_up, constant, per_point, per_unit, sum_ledger
from achievement_pipeline.judging.rules import CommitRules


def score_commits(activities: DataFrame[CommitActivities], rules: CommitRules) -> DataFrame[Scores]:
    """Score the commits that count; the others have no row.

    Impact: ``min(impact_max, impact_base + effective lines / impact_lines_per_point)``. Complexity:
    ``min(complexity_max, complexity_base + complexity_points_per_file * effective files)``.
    """
    commits = activities.loc[activities["significant"]].set_index("key", drop=False)
    lines = commits["effective_insertions"] + commits["effective_deletions"]
    why = "every commit that counts"
    impact = [
        constant("base", rules.impact_base, why, commits.index),
        per_point("lines", lines, "effective line", rules.impact_lines_per_point),
    ]
    complexity = [
        constant("base", rules.complexity_base, why, commits.index),
        per_unit("files", commits["effective_files"], "effective file", rules.complexity_points_per_file),
    ]
    ledger = pd.concat(
        [add_up("impact", impact, rules.impact_max), add_up("complexity", complexity, rules.complexity_max)]
    )
    return sum_ledger(ledger, commits["repository"])
