"""The Dagster instance: storage, run launcher, Celery, logs, health."""
