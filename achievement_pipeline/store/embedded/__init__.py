"""An embedded PostgreSQL server from a pip wheel, which all processes that use the data folder share.

The server starts with the first process that uses it, stops after the last one, and survives the death of any of them.
It listens on a socket in a folder that only its owner may enter, never on the network. It needs Linux or macOS.
"""

from achievement_pipeline.store.embedded.paths import find_abandoned
from achievement_pipeline.store.embedded.server import EmbeddedPostgres, embedded_server

__all__ = ["EmbeddedPostgres", "embedded_server", "find_abandoned"]
