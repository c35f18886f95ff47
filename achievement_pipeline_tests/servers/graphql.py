"""A GraphQL server on loopback with faults, and answers that a test may change."""

from collections.abc import Callable
from typing import Any

from achievement_pipeline.demo.servers.graphql import GraphQLServer
from achievement_pipeline.demo.servers.loopback import Node
from achievement_pipeline_tests.servers.loopback import Clock, DisturbedServer


class DisturbedGraphQLServer(DisturbedServer, GraphQLServer):
    """Executes operations; `tamper` may change what is answered, as a server with a bug would."""

    def __init__(self, *arguments: Any, clock: Clock | None = None) -> None:
        super().__init__(*arguments, clock=clock)
        self.tamper: Callable[[Any], Any] = lambda body: body

    def shape(self, body: Node) -> Any:
        return self.tamper(body)
