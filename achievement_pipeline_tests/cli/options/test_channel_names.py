"""Channels as arguments: those that a command takes, by their names."""

import click
import pytest

from achievement_pipeline.channels import RESUME
from achievement_pipeline.cli.options.channel_names import ChannelName


def test_a_typo_is_suggested_among_what_the_command_takes() -> None:
    names = ChannelName(lambda channel: channel.needs_approval)
    assert names.convert("resume", None, None) is RESUME
    with pytest.raises(click.UsageError, match=r"no channel 'resum' here\. Did you mean resume\?"):
        names.convert("resum", None, None)
    with pytest.raises(click.UsageError, match="no channel 'csv' here"):
        names.convert("csv", None, None)
