"""Read the reachable commits of git repositories and their changed files as dataframes."""

from typing import TYPE_CHECKING

from achievement_pipeline.lazy import lazy_names

if TYPE_CHECKING:
    from achievement_pipeline.sources.git.attributes import ignored_commits, path_attributes
    from achievement_pipeline.sources.git.blobs import read_blobs, read_versions
    from achievement_pipeline.sources.git.changes import Changes, ProgressCallback, read_changes
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
        list_commits,
        no_history,
        read_history,
        select_all,
    )
    from achievement_pipeline.sources.git.identity import user_email, user_name
    from achievement_pipeline.sources.git.line_use import LinesInUse, no_lines, read_lines_in_use
    from achievement_pipeline.sources.git.remotes import without_credentials
    from achievement_pipeline.sources.git.repositories import Repository, combine_clones, open_repository

_MODULES = {
    "AccessError": "errors",
    "Changes": "changes",
    "CorruptRepositoryError": "errors",
    "DiskFullError": "errors",
    "History": "history",
    "LinesInUse": "line_use",
    "Listing": "history",
    "NotARepositoryError": "errors",
    "ProgressCallback": "changes",
    "ReadingState": "history",
    "RemoteError": "errors",
    "Repository": "repositories",
    "Select": "history",
    "discard_clones": "clones",
    "select_all": "history",
    "ignored_commits": "attributes",
    "list_commits": "history",
    "no_history": "history",
    "no_lines": "line_use",
    "open_repository": "repositories",
    "path_attributes": "attributes",
    "read_blobs": "blobs",
    "read_changes": "changes",
    "read_history": "history",
    "read_lines_in_use": "line_use",
    "read_versions": "blobs",
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
    "read_versions",
    "select_all",
    "user_email",
    "user_name",
    "without_credentials",
]

__getattr__ = lazy_names(__name__, _MODULES)
