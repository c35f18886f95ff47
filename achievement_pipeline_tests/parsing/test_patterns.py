"""No text makes an expression slow, and no module has expressions of its own."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from re import _constants as ops
from re import _parser as parser
from typing import Any

import pandas as pd
import pytest

import achievement_pipeline
from achievement_pipeline.columns.text import contains
from achievement_pipeline.parsing.patterns import compile_pattern, known_patterns
from achievement_pipeline_tests.attacks import attacks, flags_of

LENGTH = 2_000
_SINGLE = {ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY}
_ATTACKS = 150
QUICK = 0.004
"""Seconds in which a linear expression is through a text of this length several times."""
_SUSPICIOUS = 5 * QUICK
_HARMLESS = _SUSPICIOUS / 50
"""Seconds that a quarter of a suspicious text takes at least: less would be more than four to the third power less."""
PACKAGE = Path(achievement_pipeline.__file__).parent


PATIENCE = 0.2
"""Seconds after which a search is given up."""


def give_up(*_: object) -> None:
    raise TimeoutError


def seconds(search: Callable[[str], object], text: str, little: float = QUICK) -> float:
    """The least processor time of three attempts, of one where that is little or very much."""
    least = PATIENCE
    signal.signal(signal.SIGVTALRM, give_up)
    for _ in range(3):
        started = time.thread_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
        try:
            search(text)
        except TimeoutError:
            return least
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        least = min(least, time.thread_time() - started)
        if least < little:
            break
    return least


def slow_text(search: Callable[[str], object], expression: str, flags: int, length: int = LENGTH) -> str | None:
    """Return a text of which four times as much takes more than eight times as long."""
    for text in list(dict.fromkeys(attacks(expression, flags, length)))[:_ATTACKS]:
        quarter = seconds(search, shortened(text, length // 4), little=_HARMLESS)
        if quarter < _HARMLESS:
            continue
        whole = seconds(search, text, little=_SUSPICIOUS)
        if whole >= PATIENCE or (whole > _SUSPICIOUS and whole > 8 * quarter):
            return text
    return None


def shortened(text: str, length: int) -> str:
    """The same attack, shorter: its middle is left out."""
    return text[: length // 2] + text[-(length - length // 2) :]


def search_by_python(pattern: re.Pattern[Any]) -> Callable[[str], object]:
    """Find all, as every use of an expression does or less."""
    if isinstance(pattern.pattern, bytes):
        return lambda text: sum(1 for _ in pattern.finditer(text.encode("latin-1", "replace")))
    return lambda text: sum(1 for _ in pattern.finditer(text))


def possessive_groups(parsed: Any) -> list[str]:
    """Return the possessive repetitions of anything but a single character."""
    found = []
    for operation, argument in parsed:
        if operation is ops.POSSESSIVE_REPEAT and (len(argument[2]) != 1 or argument[2][0][0] not in _SINGLE):
            found.append(str(argument[2]))
        for part in parts_of(argument):
            found += possessive_groups(part)
    return found


def parts_of(argument: Any) -> Iterator[Any]:
    """Yield the parsed expressions in an argument of a parsed one."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from parts_of(each)


@pytest.mark.parametrize("expression", [r"(?:a|b.)*+", r"(?:a+b)?+c", r"((?:ab)++)", r"(?=(?:ab)*+)"])
def test_a_possessive_group_is_found(expression: str) -> None:
    assert possessive_groups(parser.parse(expression))


def test_what_is_possessive_is_a_single_character() -> None:
    import_all()
    for pattern in known_patterns():
        assert not possessive_groups(parser.parse(pattern.pattern, flags_of(pattern))), pattern.pattern


def import_all() -> None:
    """Import every module, so that all expressions are known."""
    for module in pkgutil.walk_packages(achievement_pipeline.__path__, "achievement_pipeline."):
        if ".migrations." not in module.name and not module.name.endswith((".definitions", ".run_worker")):
            importlib.import_module(module.name)


def test_no_expression_looks_for_its_line_over_empty_ones() -> None:
    r"""``^\s*`` starts at every empty line, and reads all that follow."""
    import_all()
    lines = [pattern.pattern for pattern in known_patterns() if flags_of(pattern) & re.MULTILINE]
    assert [each for each in lines if str(each).startswith((r"^\s*", r"^\s+"))] == []


def test_no_text_makes_an_expression_slow() -> None:
    import_all()
    slow: dict[str, str] = {}
    for pattern in known_patterns():
        written = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        text = slow_text(search_by_python(pattern), written, flags_of(pattern))
        if text is not None:
            slow[written[:80]] = f"{text[:20]!r}…{text[-12:]!r}"
    assert slow == {}


@pytest.mark.parametrize(
    "expression", [r"\s+#", r"^(?:\W*\b(?:bump|\d+(?:\.\d+)+)\b)+\W*$", r"<!--.*?-->", r"(a+)+b", r"(?=\S*\d)\S{6,}x"]
)
def test_the_attack_finds_slow_expressions(expression: str) -> None:
    pattern = compile_pattern(expression)
    assert slow_text(search_by_python(pattern), expression, 0, 3 * LENGTH) is not None


def test_what_python_can_t_do_in_time_arrow_can() -> None:
    started = time.thread_time()
    texts = pd.Series(["Bump " + "1.2.3, " * 50_000 + "für numpy"], dtype="str")
    contains(texts, r"(?i)^(?:\W*\b(?:bump|\d+(?:\.\d+)+)\b)+\W*$")
    assert time.thread_time() - started < 5


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "patterns.py")
_MAY_HAVE_EXPRESSIONS = re.compile(r"\bimport\b.*\b(?:re|regex|difflib)\b|\bfrom\s+(?:re|regex|difflib)\b|\.\s*str\b")
_BY_PANDAS = {"contains", "extract", "extractall", "replace", "match", "fullmatch", "findall", "count"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_expressions_are_made_in_one_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not _MAY_HAVE_EXPRESSIONS.search(text):  # parsing takes a hundred times as long
        return
    nodes = list(ast.walk(ast.parse(text)))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not imported & {"re", "regex", "difflib"} - allowed(path), "use achievement_pipeline.parsing.patterns"
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_of_pandas(node.func):
            plain = any(word.arg == "regex" and ast.unparse(word.value) == "False" for word in node.keywords)
            assert plain, f"line {node.lineno}: use achievement_pipeline.columns.text"


def is_of_pandas(function: ast.Attribute) -> bool:
    """Whether this is ``something.str.contains`` or the like."""
    return function.attr in _BY_PANDAS and isinstance(function.value, ast.Attribute) and function.value.attr == "str"


def allowed(path: Path) -> set[str]:
    """Comparing takes quadratic time: only what the user wrote is compared, a misspelt name, a README, settings."""
    return {"difflib"} if path.name in {"pushing.py", "errors.py", "settings_change.py"} else set()
