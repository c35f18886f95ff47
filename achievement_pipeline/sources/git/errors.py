"""The errors of reading a git repository."""

from achievement_pipeline.errors import SourceError


class NotARepositoryError(SourceError):
    """The path does not exist, or is not in a git repository."""


class AccessError(SourceError):
    """Git or the operating system does not let this user read the repository."""


class RemoteError(SourceError):
    """A clone URL can't be read: it is unreachable, does not exist or rejects the credentials."""


class DiskFullError(SourceError):
    """The disk has no space for the clone."""


class BusyCloneError(SourceError):
    """Another process has been updating the clone for too long."""


class CorruptRepositoryError(SourceError):
    """The history can't be walked because a commit is missing or damaged."""
