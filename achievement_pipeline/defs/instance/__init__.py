"""Dagster's instance: storage, launcher, Celery, logs, health."""
