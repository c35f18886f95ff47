"""Reduce a published GraphQL schema to the types, fields, arguments and inputs that our operations touch.

    python -m achievement_pipeline_tests.servers.reduce_schema github SCHEMA "SOURCE, VERSION, LICENCE"

prints it. To be run again, with a newly fetched schema, whenever an operation changes. The whole schemas are large,
1.2 MB each: GitHub's is ``schema.graphql`` of the npm package ``@octokit/graphql-schema``, Linear's is
``packages/sdk/src/schema.graphql`` of the repository of the npm package ``@linear/sdk``. Descriptions are left out.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    print_ast,
    type_from_ast,
    visit,
)
from graphql.language import ast

from achievement_pipeline_tests.servers.operations import GITHUB, LINEAR, Operation

_OPERATIONS = {"github": GITHUB, "linear": LINEAR}


class _Used(Visitor):
    """Collects which fields of which types are used, and which arguments of which fields."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.fields: dict[str, set[str]] = defaultdict(set)
        self.arguments: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.types: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        assert parent is not None
        name = node.name.value
        if name == "__typename":
            return
        self.fields[parent.name].add(name)
        self.arguments[parent.name, name] |= {argument.name.value for argument in node.arguments}
        self._keep(self._types.get_type())

    def enter_argument(self, *_: object) -> None:
        self._keep(self._types.get_input_type())

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent = get_named_type(self._types.get_parent_input_type())
        assert parent is not None
        self.fields[parent.name].add(node.name.value)
        self._keep(self._types.get_input_type())

    def keep_value(self, kind: Any, value: object) -> None:
        """Keep what a variable of this type and value uses."""
        self._keep(kind)
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType) and isinstance(value, dict):
            for name, part in value.items():
                self.fields[named.name].add(name)
                self.keep_value(named.fields[name].type, part)

    def _keep(self, kind: Any) -> None:
        self.types.add(get_named_type(kind).name)


def reduce_schema(schema: GraphQLSchema, operations: list[Operation]) -> str:
    """Return the schema language of the part of a schema that some operations use."""
    types = TypeInfo(schema)
    used = _Used(types)
    for operation in operations:
        document = parse(operation.document)
        visit(document, TypeInfoVisitor(types, used))
        for definition in document.definitions:
            for variable in getattr(definition, "variable_definitions", None) or ():
                used.keep_value(
                    type_from_ast(schema, variable.type), operation.variables.get(variable.variable.name.value)
                )
    _spread_interfaces(schema, used)
    names = sorted((used.types | set(used.fields)) - {"String", "Int", "Float", "Boolean", "ID"})
    return "\n\n".join(print_ast(_cut(schema.type_map[name], used)) for name in names) + "\n"


def _spread_interfaces(schema: GraphQLSchema, used: _Used) -> None:
    """Keep in each object the fields of its interfaces that are kept; those without any, like Node, get their id."""
    interfaces = [kind for name in used.types if isinstance(kind := schema.type_map[name], GraphQLInterfaceType)]
    for interface in interfaces:
        for implementation in schema.get_implementations(interface).objects if used.fields[interface.name] else ():
            used.fields[implementation.name] |= used.fields[interface.name]
    for interface in interfaces:
        used.fields[interface.name] = used.fields[interface.name] or {"id"}
        for implementation in schema.get_implementations(interface).objects:
            if implementation.name in used.fields:
                used.fields[implementation.name] |= used.fields[interface.name]


def _cut(kind: GraphQLNamedType, used: _Used) -> Any:
    node: Any = kind.ast_node
    assert node is not None, kind.name
    node = type(node)(**{key: getattr(node, key) for key in node.keys if key != "description"})
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        node.fields = tuple(_cut_fields(kind.name, node.fields, used))
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        node.interfaces = tuple(i for i in node.interfaces if i.name.value in used.fields)
    if isinstance(node, ast.EnumTypeDefinitionNode):
        node.values = tuple(_strip(value) for value in node.values)
    return _strip(node)


def _cut_fields(parent: str, fields: Any, used: _Used) -> Iterator[ast.Node]:
    for field in fields:
        if field.name.value in used.fields[parent]:
            cut = _strip(field)
            if isinstance(field, ast.FieldDefinitionNode):
                arguments = used.arguments[parent, field.name.value]
                cut.arguments = tuple(_strip(a) for a in field.arguments if a.name.value in arguments)
            yield cut


def _strip(node: Any) -> Any:
    """Copy a definition without its description, and of its directives keep @deprecated: a test looks for it."""
    copy = type(node)(**{key: getattr(node, key) for key in node.keys})
    copy.description = None
    copy.directives = tuple(d for d in getattr(node, "directives", None) or () if d.name.value == "deprecated")
    return copy


def main() -> None:
    """Print the reduced schema."""
    name, path, source = sys.argv[1:]
    # GitHub's own schema breaks a rule of graphql-core's validation (deprecated implementations), so none is done
    schema = build_schema(Path(path).read_text(encoding="utf-8"), assume_valid=True)
    sys.stdout.write(f"# Reduced by reduce_schema.py from {source}.\n\n{reduce_schema(schema, _OPERATIONS[name])}")


if __name__ == "__main__":
    main()
