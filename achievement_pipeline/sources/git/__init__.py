"""git: the commits that are reachable now and what they changed, as dataframes."""

from achievement_pipeline.sources.git.attributes import ignored_commits, path_attributes
from achievement_pipeline.sources.git.blobs import read_blobs, read_versions
from achievement_pipeline.sources.git.changes import Changes, Progress, read_changes
from achievement_pipeline.sources.git.clones import discard_clones
from achievement_pipeline.sources.git.errors import (
    AccessError,
    CorruptRepositoryError,
    DiskFullError,
    NotARepositoryError,
    RemoteError,
)
from achievement_pipeline.sources.git.history import (
    History,
    Listing,
    ReadingState,
    Select,
    everything,
    list_commits,
    no_history,
    read_history,
)
from achievement_pipeline.sources.git.identity import user_email
from achievement_pipeline.sources.git.remotes import without_credentials
from achievement_pipeline.sources.git.repositories import Repository, open_repository, unite

__all__ = [
    "AccessError",
    "Changes",
    "CorruptRepositoryError",
    "DiskFullError",
    "History",
    "Listing",
    "NotARepositoryError",
    "Progress",
    "ReadingState",
    "RemoteError",
    "Repository",
    "Select",
    "discard_clones",
    "everything",
    "ignored_commits",
    "list_commits",
    "no_history",
    "open_repository",
    "path_attributes",
    "read_blobs",
    "read_changes",
    "read_history",
    "read_versions",
    "unite",
    "user_email",
    "without_credentials",
]
