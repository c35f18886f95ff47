"""Describe what is wrong with settings and input, in words for whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from achievement_pipeline.errors import did_you_mean

_WORDS = {
    "missing": "is missing",
    "tuple_type": 'has to be a list: ["…"], or [[…]] of tables',
    "dict_type": "has to be a table",
    "model_type": "has to be a table",
}
"""Words for pydantic's types of errors that are written for programmers."""


def describe_problems(error: ValidationError, model: type[BaseModel] | None = None) -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the problem of every wrong value, without the value: it may be secret.

    Args:
        error: What pydantic raised.
        model: The model that was validated; its fields are suggested for unknown names.
    """
    for problem in error.errors(include_input=False, include_url=False):
        location = problem["loc"]
        if problem["type"] == "extra_forbidden":
            known = _model_at(model, location[:-1])
            words = f"there is no such setting.{did_you_mean(str(location[-1]), known.model_fields if known else ())}"
        else:
            words = _WORDS.get(problem["type"]) or _plain(problem["msg"])
        yield ".".join(map(str, location)), words


def _plain(message: str) -> str:
    """``Input should be a valid string`` is ``has to be a valid string``; the words of our own validators stay."""
    subject, _, requirement = message.removeprefix("Value error, ").partition(" should ")
    return f"has to {requirement}" if requirement and " " not in subject else message.removeprefix("Value error, ")


def _model_at(model: type[BaseModel] | None, location: Sequence[str | int]) -> type[BaseModel] | None:
    for part in location:
        field = model.model_fields.get(str(part)) if model else None
        if field:
            model = _model_in(field.annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any type expression
    if arguments := get_args(annotation):
        return next(filter(None, map(_model_in, arguments)), None)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
