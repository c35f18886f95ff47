"""A digest of everything in a clone that a reading depends on, so that an unmoved one need not be read again."""

import hashlib
from pathlib import Path

from achievement_pipeline.sources.git.processes import run_read_only
from achievement_pipeline.sources.git.repositories import Repository

_NOT_READ = {"objects_state", "clones"}


def reading_fingerprint(repository: Repository) -> str:
    """Return a digest of a clone as it was opened, of all its refs, and of the checkouts that its reflog records.

    `Repository.objects_state` is no part of it: objects that no ref reaches change nothing where all could be read.
    """
    opened = {name: str(value) for name, value in vars(repository).items() if name not in _NOT_READ}
    refs = run_read_only(
        f"--git-dir={repository.git_dir}", "for-each-ref", "--format=%(objectname) %(symref) %(refname)"
    )
    return hashlib.sha256(repr((opened, refs, _moves(repository.git_dir))).encode()).hexdigest()


def _moves(git_dir: Path) -> tuple[int, int] | None:
    """Return size and time of the reflog of ``HEAD``: a checkout can leave a commit that no ref has."""
    log = git_dir / "logs/HEAD"
    return (log.stat().st_size, log.stat().st_mtime_ns) if log.exists() else None
