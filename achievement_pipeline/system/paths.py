"""Paths as people write them."""

import os
from pathlib import Path


def expand_home(path: str | os.PathLike[str]) -> Path:
    """Replace ``~`` and ``~user`` as a shell does: the name of an unknown user stays, where `pathlib` raises."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - the difference is the purpose
