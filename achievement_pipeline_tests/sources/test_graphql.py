"""Every GraphQL operation fits the published schema of its API, and what it may cost."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.validation import NoDeprecatedCustomRule

from achievement_pipeline.demo.servers.schemas import load_schema
from achievement_pipeline_tests.servers.linear import MAX_COST, compute_cost
from achievement_pipeline_tests.servers.operations import GITHUB, LINEAR, Operation

EVERY = [
    pytest.param(api, one, id=f"{api}: {one.name}")
    for api, all_ in (("linear", LINEAR), ("github", GITHUB))
    for one in all_
]


@pytest.mark.parametrize(("api", "operation"), EVERY)
def test_an_operation_fits_the_published_schema(api: str, operation: Operation) -> None:
    assert validate(load_schema(api), parse(operation.document)) == []


@pytest.mark.parametrize(("api", "operation"), EVERY)
def test_its_variables_fit_too(api: str, operation: Operation) -> None:
    definition = _operation(operation)
    values = get_variable_values(load_schema(api), definition.variable_definitions or (), operation.variables)
    assert isinstance(values, dict), values


@pytest.mark.parametrize(("api", "operation"), EVERY)
def test_it_uses_nothing_deprecated(api: str, operation: Operation) -> None:
    assert validate(load_schema(api), parse(operation.document), [NoDeprecatedCustomRule]) == []


@pytest.mark.parametrize("multiply", [False, True], ids=["pageInfo once", "pageInfo for each node"])
@pytest.mark.parametrize("operation", LINEAR, ids=lambda one: one.name)
def test_linear_does_not_find_an_operation_too_complex(operation: Operation, multiply: bool) -> None:
    cost = compute_cost(
        load_schema("linear"), parse(operation.document), operation.variables, multiply_page_info=multiply
    )
    assert cost <= MAX_COST


@pytest.mark.parametrize("operation", GITHUB, ids=lambda one: one.name)
def test_an_operation_stays_within_the_node_limit_of_github(operation: Operation) -> None:
    nodes, _ = _count_nodes(operation)
    assert nodes <= 500_000


def test_a_page_of_pull_requests_costs_6_of_the_5000_points_of_an_hour() -> None:
    _, connections = _count_nodes(GITHUB[0])
    assert round(connections / 100) == 6


def _operation(operation: Operation) -> OperationDefinitionNode:
    definitions = parse(operation.document).definitions
    return next(one for one in definitions if isinstance(one, OperationDefinitionNode))


def _count_nodes(operation: Operation) -> tuple[int, int]:
    """Count the nodes that an operation may return and the connections it may open, as GitHub documents it."""
    fragments = {
        one.name.value: one for one in parse(operation.document).definitions if isinstance(one, FragmentDefinitionNode)
    }

    def count(selections: SelectionSetNode | None, times: int) -> tuple[int, int]:
        nodes = connections = 0
        for node in selections.selections if selections else ():
            inner = fragments[node.name.value] if node.kind == "fragment_spread" else node  # type: ignore[attr-defined]
            within = times
            if isinstance(node, FieldNode) and _is_connection(node):
                connections += times
                within = times * _first(node, operation.variables)
                nodes += within
            more = count(inner.selection_set, within)  # type: ignore[union-attr]
            nodes, connections = nodes + more[0], connections + more[1]
        return nodes, connections

    return count(_operation(operation).selection_set, 1)


def _is_connection(node: FieldNode) -> bool:
    parts = node.selection_set.selections if node.selection_set else ()
    return any(isinstance(part, FieldNode) and part.name.value in {"nodes", "totalCount"} for part in parts)


def _first(node: FieldNode, variables: Mapping[str, Any]) -> int:
    value = next((argument.value for argument in node.arguments if argument.name.value == "first"), None)
    return int(variables[value.name.value]) if isinstance(value, VariableNode) else int(getattr(value, "value", 0))
