"""JUDGE: pure functions from dataframes to dataframes. No I/O, no Dagster.

What judges one source is imported from its module in `achievement_pipeline.judging.lanes`.
"""

from typing import TYPE_CHECKING

from achievement_pipeline.lazy import lazy_names

if TYPE_CHECKING:
    from achievement_pipeline.judging.authors.work_filter import WorkFilter
    from achievement_pipeline.judging.impact.scores import score_commits
    from achievement_pipeline.judging.lanes.commits import judge_commits, may_count
    from achievement_pipeline.judging.links.linking import compose_achievements
    from achievement_pipeline.judging.noise.files import noise_reasons, with_source_lines
    from achievement_pipeline.judging.skills.find import find_skills

_MODULES = {
    "WorkFilter": "authors.work_filter",
    "compose_achievements": "links.linking",
    "find_skills": "skills.find",
    "judge_commits": "lanes.commits",
    "may_count": "lanes.commits",
    "noise_reasons": "noise.files",
    "score_commits": "impact.scores",
    "with_source_lines": "noise.files",
}

__all__ = [
    "WorkFilter",
    "compose_achievements",
    "find_skills",
    "judge_commits",
    "may_count",
    "noise_reasons",
    "score_commits",
    "with_source_lines",
]

__getattr__ = lazy_names(__name__, _MODULES)
