"""The lanes: for each source, the assets that hold its judged activities, and which version of them is the latest.

The version of a slice (a repository of a lane) changes whenever it is materialized. It is asked of the Dagster
instance, so that whoever runs `achievements` brings everything up to date (``docs/decisions/0003``).
"""

from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import ActivityFrames, Scores, Skills

ReadFrame = Callable[[str, str], "pd.DataFrame | None"]
"""Returns the stored frame of an asset and a repository."""


@dataclass(frozen=True)
class Lane:
    """The three assets of a source that judging ends with."""

    name: str
    activities: str
    scores: str
    skills: str

    @property
    def assets(self) -> tuple[str, str, str]:
        """The assets that `achievements` depends on."""
        return (self.activities, self.scores, self.skills)


GIT = Lane("git", "commit_activities", "commit_scores", "commit_skills")
LANES = (GIT,)


def slice_versions(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the version of every slice that is judged to its end, by its name ``lane/repository``.

    A slice whose scores or skills are older than its activities is left out: a run died in between, or is under way.
    """
    versions: dict[str, str] = {}
    for lane in LANES:
        activities, scores, skills = (_latest(instance, asset) for asset in lane.assets)
        for repository, materialized in activities.items():
            judged = (scores.get(repository, 0), skills.get(repository, 0))
            if min(judged) > materialized:
                versions[f"{lane.name}/{repository}"] = "-".join(str(number) for number in (materialized, *judged))
    return versions


def load_slice(name: str, read: ReadFrame) -> ActivityFrames:
    """Return the frames of a slice.

    Raises:
        dagster.Failure: A frame was materialized and is no longer where it was stored.
    """
    lane_name, _, repository = name.partition("/")
    lane = next(lane for lane in LANES if lane.name == lane_name)
    return ActivityFrames(
        DataFrame(_read(read, lane.activities, repository)),
        Scores.validate(_read(read, lane.scores, repository)),
        Skills.validate(_read(read, lane.skills, repository)),
    )


def _latest(instance: dg.DagsterInstance, asset: str) -> dict[str, int]:
    """Return the number of the latest materialization of each repository; later ones are higher."""
    numbers = instance.get_latest_storage_id_by_partition(dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION)
    return dict(numbers)


def _read(read: ReadFrame, asset: str, repository: str) -> pd.DataFrame:
    frame = read(asset, repository)
    if frame is None:
        raise dg.Failure(
            f"The frame {asset} of {repository} is gone from its storage. Materialize {repository} again.",
            allow_retries=False,
        )
    return frame
