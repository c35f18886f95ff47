"""The forms in which languages write definitions, as expressions for one line without its indentation."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from achievement_pipeline.parsing.patterns import Pattern, compile_pattern

OPTION_NAME: Final = r"[A-Za-z][A-Za-z0-9_.-]{1,50}"
_VARIABLE_NAME: Final = r"[A-Z][A-Z0-9_]{2,60}"


class Kind(StrEnum):
    """What a public name is of."""

    FUNCTION = "function"
    METHOD = "method"
    PROPERTY = "property"
    CLASS = "class"
    TYPE = "type"
    MODULE = "module"
    CONSTANT = "constant"
    OPTION = "option"
    """Of a command line, with its dashes: ``--jobs``."""
    VARIABLE = "variable"
    """Of the environment: ``NO_COLOR``."""


class Mark(StrEnum):
    """What a line shows about those that follow."""

    SCOPE = "scope"
    """It opens a namespace: what is one level inside is at the top."""
    BODY = "body"
    """It opens more of a type that is defined elsewhere."""
    OTHER = "other"
    """It is no public definition, though it looks like one."""
    SKIP = "skip"
    """The next definition is not new to users, or not for them: an override, a handler, something internal."""
    PROPERTY = "as property"
    """The next method is a property."""
    PUBLIC = "as public"
    """The next definition is public. Only forms that need it make a difference."""
    HIDE = "hide"
    """What follows is not public."""


class Form(NamedTuple):
    """A form of a line."""

    what: Kind | Mark
    expression: str
    """``NAME`` stands for the name, ``TYPE`` for the type that it belongs to."""
    inside: bool = True
    """Whether it is public one level inside a public type."""
    at_top: bool = True
    """Whether it is public at the top of a file or namespace."""
    whole: bool = False
    """Whether the type must be shown from its beginning, because an earlier line may make the name private."""
    marked: bool = False
    """Whether `Mark.PUBLIC` must precede it."""


class Language(NamedTuple):
    """How a language writes public names."""

    endings: tuple[str, ...]
    """Of the names of files, without a dot."""
    forms: tuple[Form, ...] = ()
    """The first one that matches a line wins."""
    folder: str = ""
    """The folder of the files that others include, with slashes; empty if it may be any."""
    files_are_modules: bool = False
    """Whether the names of a file belong to a module that is called after it."""
    joint: str = "."
    """Between a type and its method."""
    units: tuple[int, ...] = ()
    """Blanks of one level of indentation. If empty, they are found in the lines. A tab is always one level."""
    name: str = r"[A-Za-z][A-Za-z0-9_]*"
    name_of_type: str = r"[A-Z][A-Za-z0-9_]*"
    options: tuple[str, ...] = ()
    """Expressions that declare an option: ``NAME`` is its name, else it is among the arguments that follow."""
    variables: tuple[str, ...] = ()
    """Expressions that read the environment variable ``NAME``."""
    hints: tuple[str, ...] = ()
    """Literals of which one is in every text that ``options`` or ``variables`` match."""


class Forms(NamedTuple):
    """The forms of a language as one expression, which begins a line; the last group that matched is the form."""

    pattern: Pattern[bytes]
    by_group: dict[str, tuple[Form, str | None, str | None]]
    """Each form with the groups of its name and type."""


class Mentions(NamedTuple):
    """Expressions of a language that may match anywhere in a line."""

    pattern: Pattern[bytes]
    names: tuple[str, ...]
    """The groups of names."""


def compile_forms(language: Language) -> Forms:
    """Compile the definitions of a language."""
    parts, by_group = [], dict[str, tuple[Form, str | None, str | None]]()
    for number, form in enumerate(language.forms):
        name, of_type = (f"{letter}{number}" for letter in "nt")
        expression = form.expression.replace("NAME", f"(?P<{name}>{language.name})")
        expression = expression.replace("TYPE", f"(?P<{of_type}>{language.name_of_type})")
        parts.append(f"(?P<f{number}>{expression})")
        has_name, has_type = "NAME" in form.expression, "TYPE" in form.expression
        by_group[f"f{number}"] = (form, name if has_name else None, of_type if has_type else None)
    return Forms(compile_pattern(f"^(?:{'|'.join(parts)})".encode()), by_group)


def compile_options(language: Language) -> Mentions | None:
    """Compile the declarations of options; None if there are none."""
    return _compile_mentions(language.options, OPTION_NAME)


def compile_variables(language: Language) -> Mentions | None:
    """Compile the readings of environment variables; None if there are none."""
    return _compile_mentions(language.variables, _VARIABLE_NAME)


def _compile_mentions(expressions: Sequence[str], name: str) -> Mentions | None:
    if not expressions:
        return None
    parts = [each.replace("NAME", f"(?P<n{number}>{name})") for number, each in enumerate(expressions)]
    groups = tuple(f"n{number}" for number, each in enumerate(expressions) if "NAME" in each)
    return Mentions(compile_pattern("|".join(parts).encode()), groups)
