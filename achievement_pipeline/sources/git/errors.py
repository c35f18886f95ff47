"""What can be wrong with a git repository, each error with what to do about it."""

from achievement_pipeline.errors import SourceError


class NotARepositoryError(SourceError):
    """The path does not exist, or there is no git repository at it or above it."""


class AccessError(SourceError):
    """The repository is there, and git or the operating system does not let this user read it."""


class RemoteError(SourceError):
    """A clone URL can't be read: unreachable, unknown, or it wants other credentials."""


class DiskFullError(SourceError):
    """There is no room for the clone."""


class BusyCloneError(SourceError):
    """Another process makes or fetches the clone, and does not end."""


class CorruptRepositoryError(SourceError):
    """The history itself can't be walked: a commit is missing or damaged."""
