"""`achievements worker`: one of many machines that do the runs of a service."""

import importlib.util
import os

import click

from achievement_pipeline.cli.dagster_home import use_dagster_home, work_in_data_folder
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import load_settings


@click.command()
@click.option(
    "--concurrency", default=os.cpu_count() or 1, show_default="one for each processor", type=click.IntRange(1)
)
@click.option("--name", default="", help="Name of this worker; by default celery. Two on one machine need two names.")
def worker(concurrency: int, name: str) -> None:
    """Execute the runs that a service queues with Celery, until Ctrl-C; the current run is finished.

    Needs the extra `celery`, ACHIEVEMENTS_CELERY_BROKER, and the service's own settings: the same databases, the same
    frames. See docs/deploy.md.

    \b
    achievements worker --concurrency 4
    """  # noqa: D301 - click's own mark
    if importlib.util.find_spec("dagster_celery") is None:
        raise SettingsError("Celery is not installed. Run: pip install 'achievement-pipeline[celery]'")
    settings = load_settings()
    use_dagster_home(settings)
    work_in_data_folder(settings)  # Celery imports modules from its working folder
    # imported here, as only a worker needs them
    from celery.signals import worker_process_init  # noqa: PLC0415

    from achievement_pipeline.defs.instance.celery import make_worker_app  # noqa: PLC0415

    worker_process_init.connect(_import_everything)
    options = ["--concurrency", str(concurrency), "--hostname", f"{name or 'celery'}@%h", "--queues", "dagster"]
    make_worker_app().worker_main(["worker", "--loglevel", "INFO", *options])


def _import_everything(**_: object) -> None:
    """Be warm when the first run comes."""
    import achievement_pipeline.definitions  # noqa: F401, PLC0415
    from achievement_pipeline.defs.instance.logs import use_console_logger  # noqa: PLC0415

    use_console_logger(load_settings().environment.achievements_log_format)
