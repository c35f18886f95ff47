"""The reference of commands and settings, generated from the code in place of the comments that name it."""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import click

from achievement_pipeline.cli import GROUPS, achievements
from achievement_pipeline.settings import ConfigFile, Environment

_MARK = re.compile(r"^<!-- reference: (\w+) -->$", re.MULTILINE)
_HEAD = "| setting | type | default | meaning |\n|---|---|---|---|\n"
_TYPES = {"integer": "whole number", "boolean": "true or false", "string": "text", "null": ""}
_LONGEST_DEFAULT = 120
_SHORTENED = 20

_Schema = Mapping[str, Any]
"""JSON Schema, as pydantic writes it."""


def on_page_markdown(markdown: str, **_: object) -> str:
    """Put the reference in place of each ``<!-- reference: NAME -->``."""
    return _MARK.sub(lambda mark: "\n\n".join(_REFERENCES[mark[1]]()), markdown)


def _commands() -> Iterator[str]:
    root = click.Context(achievements, info_name="achievements")
    for title, names in GROUPS.items():
        yield f"## {title}"
        for name in names:
            command = achievements.get_command(root, name)
            assert command
            yield f"### {name}"
            yield from _helps(command, name, root)


def _helps(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    """Yield the help of a command and of those below it as ``--help`` prints it, without the options that all have."""
    shared = {option.name for option in achievements.params}
    command.params = [option for option in command.params if option.name not in shared]
    command.add_help_option = False
    context = click.Context(command, info_name=name, parent=parent, terminal_width=80)
    yield f"```text\n{context.get_help()}\n```"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield f"#### {name} {below}"
            yield from _helps(command.commands[below], below, context)


def _environment() -> Iterator[str]:
    schema = Environment.model_json_schema()
    yield _table({name.upper(): field for name, field in schema["properties"].items()}, schema["$defs"])


def _file() -> Iterator[str]:
    schema = ConfigFile.model_json_schema()
    for name, field in schema["properties"].items():
        yield from _sections(name, field, schema["$defs"])


def _sections(path: str, field: _Schema, models: _Schema) -> Iterator[str]:
    """Yield a table of ``achievements.toml``, then the tables in it."""
    model = _model_of(field, models)
    assert model
    is_list = field.get("type") == "array"
    path += ".NAME" if "additionalProperties" in field else ""
    given = field.get("default") or {}
    inner = {name: {**below, **({"default": given[name]} if name in given else {})} for name, below in model.items()}
    if values := {name: below for name, below in inner.items() if not _model_of(below, models)}:
        yield f"### `[[{path}]]`" if is_list else f"### `[{path}]`"
        if about := field.get("description") or _referred(field, models).get("description"):
            yield f"{about.splitlines()[0].rstrip('.')}."
        yield _table(values, models)
    for name, below in inner.items():
        if name not in values:
            yield from _sections(f"{path}.{name}", below, models)


def _model_of(field: _Schema, models: _Schema) -> _Schema | None:
    """Return the settings of the table that a field holds, by itself, in a list or by name; None for a value."""
    properties: _Schema | None = _referred(field, models).get("properties")
    return properties


def _referred(field: _Schema, models: _Schema) -> _Schema:
    """Return the model that a field refers to, directly or as one of several."""
    alternatives = field.get("anyOf", ())
    places = (field, field.get("items"), field.get("additionalProperties"), *alternatives)
    names = [place["$ref"].rpartition("/")[2] for place in places if isinstance(place, dict) and "$ref" in place]
    return models[names[0]] if names else {}


def _table(fields: _Schema, models: _Schema) -> str:
    cells = ((f"`{name}`", _type(field, models), *_described(field)) for name, field in fields.items())
    return _HEAD + "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _described(field: _Schema) -> tuple[str, str]:
    return _default(field), escape(field.get("description", ""), quote=False).replace("|", "&#124;")


def _type(field: _Schema, models: _Schema) -> str:
    if "anyOf" in field:
        return next(name for name in (_type(one, models) for one in field["anyOf"]) if name)
    if "$ref" in field:
        return _type(_referred(field, models), models)
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type(field['items'], models)}"
    if field.get("type") == "object":
        return "table"
    low, high = field.get("minimum"), field.get("maximum")
    bounds = f", {low:,} to {high:,}" if high is not None else f", {low:,} or more" if low is not None else ""
    formats = {"date": "day", "path": "path", "password": "secret"}
    named = formats.get(field.get("format", "")) or _TYPES.get(field["type"], field["type"])
    return f"{named}{bounds}"


def _default(field: _Schema) -> str:
    if "default" not in field:
        return "required"
    value = field["default"]
    if value in (None, "", [], {}):
        return ""
    written = json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)
    return f"`{written if len(written) <= _LONGEST_DEFAULT else written[:_SHORTENED] + '…'}`"


_REFERENCES = {"commands": _commands, "environment": _environment, "file": _file}
