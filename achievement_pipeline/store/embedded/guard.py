"""The guard of an embedded server: ``python -m achievement_pipeline.store.embedded.guard HOME``.

Stops the server when its last user is gone, even one that was killed and could stop nothing; starts it again when it
was killed while it had users. Ends with the server, or when it can't bring it back: the next user is told why.
"""

import sys
import time
from pathlib import Path

from achievement_pipeline.store.embedded import locks
from achievement_pipeline.store.embedded.server import EmbeddedPostgres

_PERIOD_SECONDS = 1.0


def _guard(server: EmbeddedPostgres) -> None:
    if locks.claim(server.guard_lock) is None:
        return  # there is one already
    while not server.stop_if_unused():
        server.ensure_running()
        time.sleep(_PERIOD_SECONDS)


if __name__ == "__main__":
    _guard(EmbeddedPostgres(Path(sys.argv[1])))
