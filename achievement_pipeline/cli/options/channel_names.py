"""The names of channels as arguments and options: read from the registry when a command runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from achievement_pipeline.channels import CHANNELS
from achievement_pipeline.errors import did_you_mean
from achievement_pipeline.publishing.channel import Channel

if TYPE_CHECKING:  # generic in newer releases of click only
    _ParamType = click.ParamType[Channel]
else:
    _ParamType = click.ParamType


class ChannelName(_ParamType):
    """A channel, given by its name."""

    name = "channel"

    def __init__(self, is_choice: Callable[[Channel], bool] = lambda _: True) -> None:
        """Offer the channels for which `is_choice` holds."""
        self._is_choice = is_choice

    def choices(self) -> list[str]:
        """Return the names that are accepted."""
        return [name for name, channel in CHANNELS.items() if self._is_choice(channel)]

    def convert(
        self,
        value: str | Channel,
        param: click.Parameter | None,  # noqa: ARG002 - click's signature
        ctx: click.Context | None,
    ) -> Channel:
        """Return the channel of a name."""
        if isinstance(value, Channel):
            return value
        names = self.choices()
        if value not in names:
            raise click.UsageError(
                f"There is no channel '{value}' here.{did_you_mean(value, names)} There are {', '.join(names)}.", ctx
            )
        return CHANNELS[value]

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002
        """Return the accepted names for the help."""
        names = "|".join(self.choices())
        return f"{{{names}}}" if isinstance(param, click.Argument) else f"[{names}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the beginning of a name."""
        return click.Choice(self.choices()).shell_complete(ctx, param, incomplete)


def describe_channels(is_choice: Callable[[Channel], bool]) -> str:
    """Return a line for each channel, for the help of a command."""
    chosen = [channel for channel in CHANNELS.values() if is_choice(channel)]
    width = max(len(channel.name) for channel in chosen)
    return "\n".join(f"{channel.name:<{width}}  {channel.summary}" for channel in chosen)
