"""DAGSTER: assets, checks, partitions, resources, jobs. The only package, with `definitions`, that knows Dagster."""
