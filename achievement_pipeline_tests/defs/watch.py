"""Evaluates a sensor of the git lane tick by tick, as the daemon does."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pandas as pd

from achievement_pipeline.app.collect.readings.histories import READ_FRAMES
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.frames import RawRepositories
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import load_settings
from achievement_pipeline.sources.git import no_history, open_repository
from achievement_pipeline.store.repositories import find_repository
from achievement_pipeline_tests.defs.conftest import QUIET, Pipeline


@dataclass
class Watch:
    """Evaluates a sensor as the daemon does, and runs what it asks for."""

    pipeline: Pipeline
    sensor: str = "new_commits"
    cursor: str | None = None
    said: str | None = ""

    def tick(self, *, dies: bool = False) -> list[dg.RunRequest]:
        """Evaluate the sensor; when it dies, its cursor is not kept."""
        defs = build_defs(load_settings())
        context = dg.build_sensor_context(
            instance=self.pipeline.instance, cursor=self.cursor, definitions=defs, sensor_name=self.sensor
        )
        with context:
            result = defs.get_repository_def().get_sensor_def(self.sensor).evaluate_tick(context)
        for request in result.dynamic_partitions_requests or ():
            change = (
                self.pipeline.instance.add_dynamic_partitions
                if isinstance(request, dg.AddDynamicPartitionsRequest)
                else self._delete
            )
            change(request.partitions_def_name, list(request.partition_keys))
        self.said = result.skip_message
        if not dies:
            self.cursor = result.cursor
        return list(result.run_requests or ())

    def run(self, requests: list[dg.RunRequest]) -> None:
        """Run what was asked for, reading everybody's commits."""
        job = build_defs(load_settings()).resolve_job_def(GIT.job)
        config = {"ops": {"git_history": {"config": {"authors": ["all"]}}}} | QUIET
        for request in requests:
            job.execute_in_process(config, self.pipeline.instance, tags=dict(request.tags), raise_on_error=False)

    def record(self, requests: list[dg.RunRequest]) -> None:
        """Leave of the runs that were asked for what a sensor looks at: quicker than to run them."""
        settings = load_settings()
        for key in (key for request in requests for key in self._keys(request)):
            known = find_repository(self.pipeline.engine, key)
            repository = open_repository(
                known.location, cache=settings.mirrors_path, all_branches=known.branches == "all"
            )
            history = no_history(key) if repository.key != key else None
            state = (history or no_history(key)).state.model_copy(
                update={"tips": repository.tips if history is None else (), "shallow": repository.shallow}
            )
            facts = dict.fromkeys(RawRepositories.to_schema().columns, "")
            frames: dict[str, pd.DataFrame] = {asset: schema.empty() for asset, schema in READ_FRAMES.items()}
            frames["raw_repositories"] = pd.DataFrame([facts | {"repository": key, "state": state.model_dump_json()}])
            for asset, frame in frames.items():
                file = Path(settings.frames_location) / asset / f"{key}.parquet"
                file.parent.mkdir(parents=True, exist_ok=True)
                frame.to_parquet(file)
            for asset in ("raw_repositories", *GIT.assets):
                self.pipeline.instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=key))

    def _keys(self, request: dg.RunRequest) -> list[str]:
        if key := request.tags.get("dagster/partition"):
            return [key]
        first, last = (request.tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
        return self.partitions[self.partitions.index(first) : self.partitions.index(last) + 1]

    def settle(self) -> None:
        """Collect everything that is there."""
        self.record(self.tick())
        assert self.tick() == []

    def _delete(self, name: str, keys: list[str]) -> None:
        for key in keys:
            self.pipeline.instance.delete_dynamic_partition(name, key)

    @property
    def partitions(self) -> list[str]:
        """The keys of the partitions."""
        return list(self.pipeline.instance.get_dynamic_partitions(PARTITIONS_NAME))
