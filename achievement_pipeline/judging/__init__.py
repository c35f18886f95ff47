"""JUDGE: pure functions, dataframe in, dataframe out. No I/O, no Dagster."""

from achievement_pipeline.judging.commits import judge_commits, may_count
from achievement_pipeline.judging.linear import find_linear_skills, judge_linear, score_linear
from achievement_pipeline.judging.linking import compose_achievements
from achievement_pipeline.judging.mlflow import find_run_skills, judge_runs, score_runs
from achievement_pipeline.judging.noise import noise_reasons, with_source_lines
from achievement_pipeline.judging.people import Asked
from achievement_pipeline.judging.pull_requests import (
    find_pull_request_skills,
    judge_pull_requests,
    score_pull_requests,
)
from achievement_pipeline.judging.scores import score_commits
from achievement_pipeline.judging.skills import find_skills

__all__ = [
    "Asked",
    "compose_achievements",
    "find_linear_skills",
    "find_pull_request_skills",
    "find_run_skills",
    "find_skills",
    "judge_commits",
    "judge_linear",
    "judge_pull_requests",
    "judge_runs",
    "may_count",
    "noise_reasons",
    "score_commits",
    "score_linear",
    "score_pull_requests",
    "score_runs",
    "with_source_lines",
]
