"""An embedded PostgreSQL server: found in a pip wheel, run from a folder, shared by all processes that use it.

The server starts with the first user, stops after the last one, and outlives the death of any of them. It listens on
a socket in a folder that only its owner may enter, never on the network. Linux and macOS.
"""

from achievement_pipeline.store.embedded.paths import find_abandoned
from achievement_pipeline.store.embedded.server import EmbeddedPostgres, embedded_server

__all__ = ["EmbeddedPostgres", "embedded_server", "find_abandoned"]
