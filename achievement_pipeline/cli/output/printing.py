"""What commands print: data as JSON, whose keys are the columns of the tables."""

import datetime as dt
import json
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="JSON, its keys the columns of the tables.")


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print data; moments in ISO 8601."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_as_text))


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Return a number of things: ``1 commit``, ``1,200 commits``, ``2 repositories``."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
