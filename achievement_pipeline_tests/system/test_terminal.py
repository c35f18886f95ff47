"""No text of other people controls the user's terminal."""

import io
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import achievement_pipeline
from achievement_pipeline.cli import achievements
from achievement_pipeline.system.terminal import REPLACED, EscapingStream, escape_controls, escaped_output, styled

_DANGEROUS = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _controls(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in _DANGEROUS} - {"\n"}


def test_a_terminal_without_unicode_gets_signs_as_wide_as_ours() -> None:
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="ascii", errors=REPLACED)
    stream.write("\u2705 3 achievements \u00b7 a long title \u2026 \u65e5")
    stream.flush()
    assert printed.getvalue() == b"OK 3 achievements - a long title ~ ?"


def test_where_nobody_reads_the_output_the_command_ends_quietly() -> None:
    program = "from achievement_pipeline.cli import main; main()"
    command = [sys.executable, "-c", program, "--version"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in {0, 1}


def test_every_character_that_unicode_calls_a_control_is_shown_by_its_number() -> None:
    controls = [chr(number) for number in range(sys.maxunicode + 1) if unicodedata.category(chr(number)) in _DANGEROUS]
    for character in controls:
        shown = escape_controls(f"a{character}b")
        assert not _controls(shown), hex(ord(character))
    kept = [character for character in map(chr, range(0x3000)) if unicodedata.category(character) not in _DANGEROUS]
    assert escape_controls("".join(kept)) == "".join(kept)


@given(st.text())
def test_nothing_that_is_printed_holds_a_control_character(text: str) -> None:
    assert _controls(escape_controls(text.replace("\r\n", "\n"))) == set()
    assert escape_controls(escape_controls(text)) == escape_controls(text)


@given(st.dictionaries(st.text(), st.text()))
def test_json_that_is_printed_stays_the_same(value: dict[str, str]) -> None:
    assert json.loads(escape_controls(json.dumps(value, ensure_ascii=False))) == value


@pytest.mark.parametrize("is_error", [False, True])
@pytest.mark.parametrize(
    "attack",
    ["\x1b]52;c;Y2F0\x07", "\x9b2J", "\x1b[8m", "\x7f\x08\x08", "\u202etxt.exe", "a\u200bb", "a\u2028b", "\rfake"],
)
def test_a_command_prints_no_control_sequence_wherever_it_prints(attack: str, is_error: bool) -> None:
    @click.command()
    def command() -> None:
        with escaped_output():
            click.echo(f"title {attack}", err=is_error)
            sys.stderr.write(f"warning {attack}\n")

    printed = CliRunner().invoke(command).output
    assert "title" in printed
    assert not _controls(printed)


def test_styles_are_made_in_one_place() -> None:
    package = Path(achievement_pipeline.__file__).parent
    others = [path for path in package.rglob("*.py") if "click.style" in path.read_text(encoding="utf-8")]
    assert not others, "what click styles is escaped on a terminal: use achievement_pipeline.system.terminal.styled"


class _Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({"TERM": "xterm"}, "\x1b[1mbold\x1b[0m"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "bold"),
        ({"TERM": "dumb"}, "bold"),
    ],
)
def test_a_terminal_shows_our_styles_and_nobody_elses(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], shown: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = _Terminal()
    EscapingStream(terminal).write(
        f"{styled('bold', 'bold')} \x1b[1m \ufdd0:bold\ufdd1 {styled(chr(27) + '[8m', 'dim')}"
    )
    printed = terminal.getvalue()
    assert printed.startswith(f"{shown} \\u001b[1m ")
    assert "\\u001b[8m" in printed
    file = io.StringIO()
    EscapingStream(file).write(styled("bold", "bold"))
    assert file.getvalue() == "bold"


@pytest.mark.e2e
@pytest.mark.usefixtures("home")
def test_every_command_escapes_its_errors(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    name = "gone\x1b]0;title\x07\u202e"
    result = CliRunner().invoke(achievements, ["show", name])
    assert not _controls(result.output)
    assert r"gone\u001b]0;title\u0007\u202e" in result.output


def test_a_terminal_without_unicode_is_escaped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a stream is ASCII, click would write to its bytes, past the escaping."""
    printed = io.BytesIO()
    stream = io.TextIOWrapper(printed, encoding="ascii", errors="replace")
    monkeypatch.setattr(sys, "stdout", EscapingStream(stream))
    click.echo(f"\x1b]0;title\x07 é {styled('bold', 'bold')}")
    stream.flush()
    assert printed.getvalue() == rb"\u001b]0;title\u0007 ? bold" + b"\n"
