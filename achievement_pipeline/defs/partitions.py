"""The partitions: repositories, which are the units of failure, of parallel work and of backfill.

Time is not a partition: history is not written in the order of its dates, and a force-push rewrites it.
"""

import dagster as dg

PARTITIONS_NAME = "repository"
REPOSITORIES = dg.DynamicPartitionsDefinition(name=PARTITIONS_NAME)

REPOSITORIES_A_RUN = 50

MANY_REPOSITORIES_A_RUN = dg.BackfillPolicy.multi_run(max_partitions_per_run=REPOSITORIES_A_RUN)
"""A backfill over 1,000 repositories is 20 runs: few starts, and a crash costs at most 50 repositories."""
