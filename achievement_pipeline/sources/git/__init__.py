"""Read the reachable commits of git repositories and their changed files as dataframes."""

from typing import TYPE_CHECKING

from achievement_pipeline.lazy import lazy_names

if TYPE_CHECKING:
    from achievement_pipeline.sources.git.clones import discard_clones
    from achievement_pipeline.sources.git.errors import (
        AccessError,
        CorruptRepositoryError,
        DiskFullError,
        NotARepositoryError,
        RemoteError,
    )
    from achievement_pipeline.sources.git.identity import user_email, user_name
    from achievement_pipeline.sources.git.lines.line_use import LinesInUse, no_lines, read_lines_in_use
    from achievement_pipeline.sources.git.lines.names import read_public_names
    from achievement_pipeline.sources.git.reading.attributes import ignored_commits, path_attributes
    from achievement_pipeline.sources.git.reading.blobs import read_blobs, read_versions
    from achievement_pipeline.sources.git.reading.changes import Changes, ProgressCallback, read_changes
    from achievement_pipeline.sources.git.reading.history import (
        History,
        Listing,
        ReadingState,
        Select,
        list_commits,
        no_history,
        read_history,
        select_all,
    )
    from achievement_pipeline.sources.git.remotes import without_credentials
    from achievement_pipeline.sources.git.repositories import Repository, combine_clones, open_repository

_MODULES = {
    "AccessError": "errors",
    "Changes": "reading.changes",
    "CorruptRepositoryError": "errors",
    "DiskFullError": "errors",
    "History": "reading.history",
    "LinesInUse": "lines.line_use",
    "Listing": "reading.history",
    "NotARepositoryError": "errors",
    "ProgressCallback": "reading.changes",
    "ReadingState": "reading.history",
    "RemoteError": "errors",
    "Repository": "repositories",
    "Select": "reading.history",
    "discard_clones": "clones",
    "select_all": "reading.history",
    "ignored_commits": "reading.attributes",
    "list_commits": "reading.history",
    "no_history": "reading.history",
    "no_lines": "lines.line_use",
    "open_repository": "repositories",
    "path_attributes": "reading.attributes",
    "read_blobs": "reading.blobs",
    "read_changes": "reading.changes",
    "read_history": "reading.history",
    "read_lines_in_use": "lines.line_use",
    "read_public_names": "lines.names",
    "read_versions": "reading.blobs",
    "combine_clones": "repositories",
    "user_email": "identity",
    "user_name": "identity",
    "without_credentials": "remotes",
}

__all__ = [
    "AccessError",
    "Changes",
    "CorruptRepositoryError",
    "DiskFullError",
    "History",
    "LinesInUse",
    "Listing",
    "NotARepositoryError",
    "ProgressCallback",
    "ReadingState",
    "RemoteError",
    "Repository",
    "Select",
    "combine_clones",
    "discard_clones",
    "ignored_commits",
    "list_commits",
    "no_history",
    "no_lines",
    "open_repository",
    "path_attributes",
    "read_blobs",
    "read_changes",
    "read_history",
    "read_lines_in_use",
    "read_public_names",
    "read_versions",
    "select_all",
    "user_email",
    "user_name",
    "without_credentials",
]

__getattr__ = lazy_names(__name__, _MODULES)
