"""The process that guards an embedded server: ``python -m achievement_pipeline.store.embedded.guard HOME``."""

import sys
from contextlib import suppress
from pathlib import Path

from achievement_pipeline.store.embedded.server import EmbeddedPostgres

if __name__ == "__main__":
    with suppress(FileNotFoundError):  # the folder was removed, and the server exits without it
        EmbeddedPostgres(Path(sys.argv[1])).guard()
