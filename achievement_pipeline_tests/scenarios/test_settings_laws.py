"""Any text as achievements.toml: settings that everything can work with, or words; in a work tree, rules at most."""

from __future__ import annotations

import datetime as dt
import json
import math
import types
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin
from unittest import mock

import pytest
from dagster._utils.schedules import is_valid_cron_string
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, score_commits
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.settings import ConfigFile, Settings, load_settings
from achievement_pipeline_tests.conftest import use_home
from achievement_pipeline_tests.judging.file_rows import changed, written

_NUMBERS = st.sampled_from([0, 1, 2, 50, 100, 0.01, 36_500, 0.5, 1e-300, 1e308, -1, 2**62, 2**64, math.inf, math.nan])
_WORDS = (
    *("", "me", "all", "Python", "brag", "show", "linear", "type_fix", "2026", "main", "Europe/Vienna", ".py"),
    *("0 3 * * *", "9 9 31 2 *", "60 * * * *", "ada@example.org", "https://example.org/a/b", "https://[x"),
    *("~nobody-of-that-name/x", "../..", "a*", "[", "\x1b[2J", "{% if %}", "{{ a.b() }}", "(" * 300, "é\u202e"),
)
_TEXTS = st.sampled_from(_WORDS) | st.text(max_size=20)
_ANYTHING = st.recursive(
    _NUMBERS | _TEXTS | st.booleans() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXTS, inner, max_size=2),
    max_leaves=3,
)


def _value(annotation: Any) -> st.SearchStrategy[Any]:
    """Values that an annotation may allow; one in eight is anything at all."""
    return st.integers(0, 7).flatmap(lambda number: _fitting(annotation) if number else _ANYTHING)


def _fitting(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one a form of annotations
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple or origin is list:
        return st.lists(_value(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(_fitting(arguments[0]), _value(arguments[1]), max_size=2)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_fitting(each) for each in arguments if each is not types.NoneType))
    if arguments:
        return _fitting(arguments[0])
    if issubclass(annotation, BaseModel):
        return _document(annotation)
    if issubclass(annotation, Enum):
        return st.sampled_from([each.value for each in annotation])
    if issubclass(annotation, bool):
        return st.booleans()
    if issubclass(annotation, int | float):
        return _NUMBERS
    return st.dates() if issubclass(annotation, dt.date) else _TEXTS


def _document(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    def value_of(name: str) -> st.SearchStrategy[Any]:
        return st.deferred(lambda: _value(model.model_fields[name].annotation))

    some = st.sets(st.sampled_from(sorted(model.model_fields)), max_size=3)
    return some.flatmap(lambda names: st.fixed_dictionaries({name: value_of(name) for name in sorted(names)}))


def _toml(value: Any) -> str:
    """Write a value as TOML: what is in a table is inline."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case dt.date():
            return value.isoformat()
        case Mapping():
            return "{" + ", ".join(f"{_text(name)} = {_toml(each)}" for name, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text.encode("utf-8", "replace").decode()).replace("\x7f", "\\u007f")


def _file(document: Mapping[str, Any]) -> str:
    return "".join(f"{_text(name)} = {_toml(value)}\n" for name, value in document.items())


_FILES = _document(ConfigFile).map(_file) | st.lists(
    st.sampled_from(
        [*'[]{}="\n.#,', "[rules]\n", "[me]\n", "name", "= 1\n", "'x'", "\r", "\0", "9999-99-99", "0x", "é"]
    )
).map("".join)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, module_patch: pytest.MonkeyPatch) -> Path:
    """The user's configuration folder, in which the tests of this module stand too."""
    folder = tmp_path_factory.mktemp("settings")
    use_home(folder, module_patch)
    return folder


@pytest.fixture(scope="module")
def module_patch() -> Any:
    """A patch for all tests of this module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


_DERIVED = [name for name, what in vars(Settings).items() if isinstance(what, property | cached_property)]


def _derive_all(settings: Settings) -> None:
    """Derive all that follows from settings; what is wrong only where it is used says so in words."""
    for name in _DERIVED:
        with suppress(SettingsError):
            getattr(settings, name)
    with suppress(SettingsError):
        settings.own_resume()
    with suppress(SettingsError):
        settings.own_templates()


def _load() -> Settings | str:
    """The settings, or the words that say what is wrong with them."""
    try:
        return load_settings()
    except SettingsError as error:
        return str(error)


def _judge(rules: Rules) -> None:
    """Judge two commits by rules; those of everybody are judged by in other tests."""
    if rules == Rules():
        return
    commits = written({"subject": "feat: count"}, {"subject": "Optimize the parser", "body": "Long ago.\n"})
    files = changed(*({"sha": sha, "path": f"a/{n}.py", "insertions": 9} for sha in commits["sha"] for n in range(9)))
    noise = noise_reasons(files)
    activities = judge_commits(commits, files, noise, rules)
    scores = score_commits(activities, rules.commits, rules.impact)
    for column in ("impact", "complexity"):
        assert scores[column].between(0, 100).all()
    find_skills(activities, files, noise, rules=rules.skills)


@given(_FILES)
@example('[publishing]\nfolder = "~nobody-of-that-name/x"')
@example("rules.impact.weights.type_fix = inf")
@example('me = {emails = [" "]}')
@example("rules.commits.min_lines = 99999999999999999999")
@example('[schedules.nightly]\non = true\ncron = "99 * * * *"')
def test_any_text_gives_settings_that_can_be_used_or_words_that_name_what_is_wrong(folder: Path, content: str) -> None:
    file = folder / "achievements.toml"
    file.write_text(content, encoding="utf-8", newline="")
    settings = _load()
    if isinstance(settings, str):
        head, *problems = settings.splitlines()
        assert head == "These settings are wrong:"
        assert problems
        assert f"{file.name}: " in problems[0]
        assert "Input should" not in settings
    else:
        _derive_all(settings)
        _judge(settings.rules)


@given(_FILES)
@example('[privacy]\npublic = ["linear"]\n[rules.commits]\nmin_lines = 1')
def test_a_file_of_a_work_tree_reaches_nothing_but_rules_that_can_be_judged_by(folder: Path, content: str) -> None:
    (folder / "achievements.toml").unlink(missing_ok=True)
    work_tree = folder / "cloned"
    work_tree.mkdir(exist_ok=True)
    (work_tree / "achievements.toml").write_text(content, encoding="utf-8", newline="")
    without = load_settings()
    with mock.patch("pathlib.Path.cwd", return_value=work_tree):
        settings = load_settings()
    assert settings.work_tree
    assert settings.config.model_copy(update={"rules": without.config.rules}) == without.config
    for name in ("privacy", "me", "people", "authors", "repositories", "published_path", "environment", "signature"):
        assert getattr(settings, name) == getattr(without, name)
    _judge(settings.rules)


@given(st.lists(st.from_regex(r"\A(\*|[0-9]{1,2}(-[0-9]{1,2})?|mon|feb-apr)(/[0-9]{1,2})?\Z"), min_size=5, max_size=5))
@example(["0", "8", "31", "2", "*"])
def test_a_schedule_that_is_taken_is_one_to_dagster(folder: Path, parts: list[str]) -> None:
    cron = " ".join(parts)
    (folder / "achievements.toml").write_text(f'[schedules.nightly]\non = true\ncron = "{cron}"\n')
    settings = _load()
    if isinstance(settings, str):
        assert "schedules.nightly.cron" in settings
    else:
        assert is_valid_cron_string(cron)
