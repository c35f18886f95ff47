"""JUDGE: pure functions, dataframe in, dataframe out. No I/O, no Dagster."""

from achievement_pipeline.judging.commits import judge_commits, may_count
from achievement_pipeline.judging.linking import compose_achievements
from achievement_pipeline.judging.noise import noise_reasons
from achievement_pipeline.judging.scores import score_commits
from achievement_pipeline.judging.skills import find_skills

__all__ = [
    "compose_achievements",
    "find_skills",
    "judge_commits",
    "may_count",
    "noise_reasons",
    "score_commits",
]
