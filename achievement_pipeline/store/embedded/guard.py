"""The guard of an embedded server: ``python -m achievement_pipeline.store.embedded.guard HOME``.

Stops the server when its last user is gone, even one that was killed and could stop nothing; starts it again when it
was killed while it had users. Ends with the server, or when it can't bring it back: the next user is told why.
"""

import itertools
import sys
import time
from pathlib import Path

from achievement_pipeline.store.embedded import locks
from achievement_pipeline.store.embedded.server import EmbeddedPostgres

_PERIOD_SECONDS = 0.25
_PERIODS_TO_A_CALL = 4
"""Whether the server is used is a lock to try; whether it runs is a call that costs it a process."""


def _guard(server: EmbeddedPostgres) -> None:
    if locks.claim(server.guard_lock) is None:  # else held until this process ends
        return
    for period in itertools.count():
        if server.stop_if_unused():
            return
        if period % _PERIODS_TO_A_CALL == 0:
            server.ensure_running()
        time.sleep(_PERIOD_SECONDS)


if __name__ == "__main__":
    _guard(EmbeddedPostgres(Path(sys.argv[1])))
