"""The published GraphQL schemas of Linear and GitHub, reduced to the types that our operations touch."""

from functools import cache
from pathlib import Path

from graphql import GraphQLSchema, build_schema

_FOLDER = Path(__file__).parent


@cache
def load_schema(name: str) -> GraphQLSchema:
    """Load the reduced schema of ``linear`` or ``github``."""
    return build_schema((_FOLDER / f"{name}.graphql").read_text(encoding="utf-8"))
