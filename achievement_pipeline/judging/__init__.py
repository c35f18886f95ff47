"""JUDGE: pure functions from dataframes to dataframes. No I/O, no Dagster."""

from typing import TYPE_CHECKING

from achievement_pipeline.lazy import lazy_names

if TYPE_CHECKING:
    from achievement_pipeline.judging.addresses import WorkFilter
    from achievement_pipeline.judging.impact.scores import score_commits
    from achievement_pipeline.judging.lanes.commits import judge_commits, may_count
    from achievement_pipeline.judging.lanes.linear import find_linear_skills, judge_linear, score_linear
    from achievement_pipeline.judging.lanes.mlflow import find_run_skills, judge_runs, score_runs
    from achievement_pipeline.judging.lanes.pull_requests import (
        find_pull_request_skills,
        judge_pull_requests,
        score_pull_requests,
    )
    from achievement_pipeline.judging.links.linking import compose_achievements
    from achievement_pipeline.judging.noise.files import noise_reasons, with_source_lines
    from achievement_pipeline.judging.skills.find import find_skills

_MODULES = {
    "WorkFilter": "addresses",
    "compose_achievements": "links.linking",
    "find_linear_skills": "lanes.linear",
    "find_pull_request_skills": "lanes.pull_requests",
    "find_run_skills": "lanes.mlflow",
    "find_skills": "skills.find",
    "judge_commits": "lanes.commits",
    "judge_linear": "lanes.linear",
    "judge_pull_requests": "lanes.pull_requests",
    "judge_runs": "lanes.mlflow",
    "may_count": "lanes.commits",
    "noise_reasons": "noise.files",
    "score_commits": "impact.scores",
    "score_linear": "lanes.linear",
    "score_pull_requests": "lanes.pull_requests",
    "score_runs": "lanes.mlflow",
    "with_source_lines": "noise.files",
}

__all__ = [
    "WorkFilter",
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

__getattr__ = lazy_names(__name__, _MODULES)
