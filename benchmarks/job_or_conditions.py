"""From a commit to its achievement by one job, and by automation conditions: how many runs, how much work, what delay.

::

    python -m benchmarks.job_or_conditions [--commits 5]

The definitions are the real ones, with a small repository. By job: one run of ``collect_git``. By conditions: a run
reads the repository, then everything after it follows by ``AutomationCondition.eager()``, evaluated as Dagster's
automation sensor does, whose ticks are 30 seconds apart; what one tick asks for of one repository is one run, what has
no partitions another. Of ``eager()`` the clause is taken out that waits for missing upstreams: a lane that is off has
none, and achievements would never follow. Each run would also be launched, which takes a process of its own and is not
counted here.
"""

import argparse
import time
import warnings

import dagster as dg

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.lanes import GIT
from achievement_pipeline_tests.cluster import EVERYBODY, QUIET, one_repository

_TICK_SECONDS = 30
_LONGEST = 10
"""Ticks."""

warnings.simplefilter("ignore", category=dg.PreviewWarning)
warnings.simplefilter("ignore", category=dg.BetaWarning)


def with_conditions(definitions: dg.Definitions) -> dg.Definitions:
    """Return definitions in which all that follows reading follows by condition."""
    condition = dg.AutomationCondition.eager().without(~dg.AutomationCondition.any_deps_missing())

    def follow(spec: dg.AssetSpec) -> dg.AssetSpec:
        follows = spec.deps and spec.group_name in {"git", "achievements"}
        return spec.replace_attributes(automation_condition=condition) if follows else spec

    return definitions.map_asset_specs(func=follow)


def by_conditions(
    definitions: dg.Definitions, instance: dg.DagsterInstance, key: str, cursor: object
) -> tuple[int, int, object]:
    """Evaluate ticks and do the runs they ask for until nothing is asked for; return runs, ticks, and the cursor."""
    runs = 0
    graph = definitions.resolve_asset_graph()
    for tick in range(1, _LONGEST):
        result = dg.evaluate_automation_conditions(definitions, instance, cursor=cursor)
        cursor = result.cursor
        asked = [node for node in graph.materializable_asset_keys if result.get_num_requested(node)]
        if not asked:
            return runs, tick - 1, cursor
        partitioned = [node for node in asked if graph.get(node).partitions_def]
        for keys, partition in ((partitioned, key), ([node for node in asked if node not in partitioned], None)):
            if keys:
                job = definitions.resolve_implicit_job_def_def_for_assets(keys)
                assert job
                runs += job.execute_in_process(QUIET, instance, partition_key=partition, asset_selection=keys).success
    return runs, _LONGEST, cursor


def main() -> None:
    """Print a line for each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--commits", type=int, default=5)
    commits = arguments.parse_args().commits
    with one_repository() as (repository, key, settings, instance):
        definitions = build_defs(settings)
        job = definitions.resolve_job_def(GIT.job)
        conditions = with_conditions(definitions)
        reading = job.get_subset(op_selection=["git_history"])
        job.execute_in_process(EVERYBODY | QUIET, instance, partition_key=key)
        cursor = by_conditions(conditions, instance, key, None)[2]
        for number in range(commits):
            repository.commit(f"feat: part {number}", {f"part_{number}.py": f"value = {number}\n" * 60})
            used = time.process_time()
            job.execute_in_process(EVERYBODY | QUIET, instance, partition_key=key)
            print(f"by job: 1 run, processor {time.process_time() - used:.1f} s, no tick waited for")
            cursor = by_conditions(conditions, instance, key, cursor)[2]
            repository.commit(f"feat: other {number}", {f"other_{number}.py": f"value = {number}\n" * 60})
            used = time.process_time()
            reading.execute_in_process(EVERYBODY | QUIET, instance, partition_key=key)
            runs, ticks, cursor = by_conditions(conditions, instance, key, cursor)
            waited = ticks * _TICK_SECONDS
            print(
                f"by conditions: {runs + 1} runs, processor {time.process_time() - used:.1f} s,"
                f" {ticks} ticks, so up to {waited} s waited for"
            )


if __name__ == "__main__":
    main()
