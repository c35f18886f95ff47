"""What a run costs beyond its work: the git lane for one new commit, beside the same assets with nothing in them.

::

    python -m benchmarks.run_overhead [--commits 20]

Both runs are of this process, with everything imported and Dagster's records in SQLite. The hollow assets have the
keys, partitions and checks of the real ones, and report that they were made: what is left is Dagster's own. Reading and
writing frames counts as work. How long a run waits before it begins is part of ``commit_to_row``.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator

import dagster as dg

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.lanes import GIT
from achievement_pipeline_tests.cluster import EVERYBODY, QUIET, one_repository


def hollow(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Return an asset that does nothing and reports the same."""
    specs, checks = list(asset.specs), list(asset.check_specs)

    @dg.multi_asset(
        name=f"hollow_{asset.op.name}", specs=specs, check_specs=checks, partitions_def=asset.partitions_def
    )
    def body() -> Iterator[dg.MaterializeResult]:
        for spec in specs:
            passed = [
                dg.AssetCheckResult(asset_key=spec.key, check_name=check.name, passed=True)
                for check in checks
                if check.asset_key == spec.key
            ]
            yield dg.MaterializeResult(asset_key=spec.key, check_results=passed)

    return body


def hollow_job(job: dg.JobDefinition) -> dg.JobDefinition:
    """Return a job of hollow assets in place of those of a job."""
    real = {
        id(asset): asset
        for asset in job.asset_layer.asset_graph.assets_defs
        if asset.keys & job.asset_layer.selected_asset_keys
    }
    made = [hollow(asset) for asset in real.values()]
    definitions = dg.Definitions(
        made, jobs=[dg.define_asset_job("hollow", selection=made)], executor=dg.in_process_executor
    )
    return definitions.resolve_job_def("hollow")


def main() -> None:
    """Print medians of both, and their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--commits", type=int, default=20)
    commits = arguments.parse_args().commits
    with one_repository() as (repository, key, settings, instance):
        real = build_defs(settings).resolve_job_def(GIT.job)
        jobs = {"the run": (real, EVERYBODY | QUIET), "hollow": (hollow_job(real), QUIET)}
        wall: dict[str, list[float]] = {kind: [] for kind in jobs}
        cpu: dict[str, list[float]] = {kind: [] for kind in jobs}
        for number in range(commits + 1):
            repository.commit(f"feat: part {number}", {f"part_{number}.py": f"value = {number}\n" * 60})
            for kind, (job, config) in jobs.items():
                began, used = time.perf_counter(), time.process_time()
                assert job.execute_in_process(config, instance, partition_key=key).success
                wall[kind].append(time.perf_counter() - began)
                cpu[kind].append(time.process_time() - used)
    # the first of each finds nothing warm
    for kind in jobs:
        print(f"{kind}: {statistics.median(wall[kind][1:]):.2f} s, processor {statistics.median(cpu[kind][1:]):.2f} s")
    share = statistics.median(map(float.__truediv__, cpu["hollow"][1:], cpu["the run"][1:]))
    print(f"Dagster's part of the processor time: {share:.0%}; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
