"""Commands, settings and messages that README and docs name exist.

The tutorials are run by ``cli/scenarios/test_tutorials.py``, and `make docs` builds the site.
"""

import tomllib
from pathlib import Path

import click
import pytest

from achievement_pipeline.cli import achievements
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.settings import ConfigFile

_ROOT = Path(__file__).parents[2]
_PAGES = [_ROOT / "README.md", *(_ROOT / "docs").glob("*.md"), *(_ROOT / "docs/tutorials").glob("*.md")]
_TOML = compile_pattern(r"(?ms)^```toml\n(.*?)^```$")
_CODE = compile_pattern(r"(?ms)^```\w*\n(.*?)^```$|`([^`\n]+)`")
_COMMAND = compile_pattern(r"(?m)^(?:\$ )?achievements ([a-z-][^\n|;&>#·…]*)")
_ON_THE_DEMO = compile_pattern(r"\Ademo (?=[a-z])")
"""Before a command that runs on the sample world."""
_MAKE = compile_pattern(r"(?m)^make ([a-z]+)")
_TARGET = compile_pattern(r"(?m)^([a-z]+):")
_QUOTED = compile_pattern(r'(?m)^### [^"\n]*"([^"\n]+)"')
_PLACEHOLDER = compile_pattern(r"…|\d+|[,:] ")
_BROKEN_TEXT = compile_pattern(r'"\s*\n\s*f?"')
_TELLING = 12
"""Fewer characters than this, between two values of a message, are anywhere."""
_SHELL = compile_pattern(r"(?ms)^```sh\n(.*?)^```$")
_HEREDOC = compile_pattern(r"(?ms)<<'?(\w+)'?\n.*?^\1$")
_COMMENT = compile_pattern(r"(?m)(?:^|\s)#(?:\s|$).*")
_OPTION = compile_pattern(r"(?<![\w-])--[a-z][a-z-]*")


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    code = "\n".join(map("".join, _CODE.findall(page.read_text(encoding="utf-8"))))
    for words in _COMMAND.findall(code):
        command: click.Command | None = achievements
        names = _ON_THE_DEMO.sub("", words).split()
        while isinstance(command, click.Group) and names and not names[0].startswith("-"):
            command = command.get_command(click.Context(achievements), names.pop(0))
        assert command, words
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        assert set(_OPTION.findall(words)) <= known | {"--help", "--version"}, words


def test_every_target_of_make_that_a_page_names_exists() -> None:
    targets = set(_TARGET.findall((_ROOT / "Makefile").read_text(encoding="utf-8")))
    pages = [*_PAGES, _ROOT / "CONTRIBUTING.md"]
    named = {
        name
        for page in pages
        for code in _CODE.findall(page.read_text(encoding="utf-8"))
        for name in _MAKE.findall("".join(code))
    }
    assert {"run", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_every_setting_that_a_page_shows_is_valid(page: Path, tmp_path: Path) -> None:
    for text in _TOML.findall(page.read_text(encoding="utf-8")):
        ConfigFile.model_validate(tomllib.loads(text), context=tmp_path)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_a_block_of_commands_can_be_pasted_into_zsh_which_reads_no_comments(page: Path) -> None:
    commands = "".join(_SHELL.findall(page.read_text(encoding="utf-8")))
    assert not _COMMENT.findall(_HEREDOC.sub("", commands))


def test_the_messages_that_troubleshooting_quotes_are_those_of_the_program() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (_ROOT / "achievement_pipeline").rglob("*.py"))
    joined = _BROKEN_TEXT.sub("", source).lower()
    quoted = _QUOTED.findall((_ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8"))
    parts = [part.strip() for quote in quoted for part in _PLACEHOLDER.split(quote.lower()) if len(part) >= _TELLING]
    assert quoted
    assert not [part for part in parts if part not in joined]
