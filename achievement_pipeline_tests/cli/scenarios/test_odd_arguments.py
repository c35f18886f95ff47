"""Whatever is typed for an argument, the command does it or refuses it in words."""

import click
import pytest

from achievement_pipeline.cli import _COMMANDS, achievements
from achievement_pipeline_tests.cli.conftest import Run

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("settings_of_ann")]

_SERVERS = {"login", "logout", "mcp", "service", "start", "stop", "web", "worker"}
"""What runs until it is stopped, or speaks to others, with any argument."""
_ODD = ["", "\0", "a\0b", "\udcff", "%00", "-1", "9" * 30, "\u202e", "x" * 5000, "1e999", "9999-12-31", "0001-01-01"]


def _calls() -> list[tuple[str, ...]]:
    """Every command with each of its texts; what it needs beside them is given."""
    calls: list[tuple[str, ...]] = []
    context = click.Context(achievements)
    for name in sorted(_COMMANDS.keys() - _SERVERS):
        command = achievements.get_command(context, name)
        if command is None or isinstance(command, click.Group):
            continue
        needed = {each: _given(each) for each in command.params if each.required}
        for each in command.params:
            others = [word for other, words in needed.items() if other is not each for word in words]
            if isinstance(each, click.Argument):
                calls.append((name, *others, "--", "{}"))
            elif isinstance(each, click.Option) and not each.is_flag:
                calls.append((name, *others, each.opts[0], "{}"))
    return calls


def _given(parameter: click.Parameter) -> list[str]:
    value = "1" if isinstance(parameter.type, click.FloatRange | click.IntRange) else "talk"
    return [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]


@pytest.mark.parametrize("call", _calls(), ids=" ".join)
def test_odd_arguments_are_taken_or_refused_in_words(run: Run, call: tuple[str, ...]) -> None:
    for odd in _ODD:
        answer = run(*(odd if word == "{}" else word for word in call))
        assert answer.exit_code in {0, 1, 2, 3}, (odd, answer.output)
