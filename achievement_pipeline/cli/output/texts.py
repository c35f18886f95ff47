"""Texts that a command takes: whatever is typed, it is either one that can be stored or refused in words."""

from typing import Any

import click
from click.shell_completion import CompletionItem

from achievement_pipeline.cli.completion import complete_value


class _Text(click.ParamType[Any]):
    """A text without NUL and, but for names of files, without bytes that are no UTF-8: PostgreSQL holds neither."""

    def __init__(self, kind: click.ParamType[Any]) -> None:
        self.name = kind.name
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        if isinstance(value, str) and ("\0" in value or not (isinstance(self._kind, click.Path) or _is_utf8(value))):
            self.fail("This is no text: it holds a NUL, or bytes that are no UTF-8.", param, ctx)
        return self._kind.convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        values = complete_value(param, incomplete)
        return self._kind.shell_complete(ctx, param, incomplete) if values is None else values


def take_only_texts(command: click.Command) -> click.Command:
    """Let a command, and all commands below it, refuse what is no text."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            take_only_texts(below)
    for parameter in command.params:
        if parameter.type is click.STRING or isinstance(parameter.type, click.Path):
            parameter.type = _Text(parameter.type)
    return command


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
