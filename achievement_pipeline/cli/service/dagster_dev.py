"""Dagster's own command line, whose command ``dev`` serves the UI behind a guard."""

from achievement_pipeline.defs.instance.compat import run_dev

if __name__ == "__main__":
    run_dev("achievement_pipeline.cli.service.ui")
