"""Read the dependencies in manifests, and compare them before and after a change.

Manifests are read as their own tools read them, with libraries where available. Generated files (lock files, compiled
requirements, Go's indirect dependencies) are no decision of an author and have no dependencies here. An unreadable
manifest has no dependencies and a note; readers never raise.
"""

from achievement_pipeline.judging.skills.manifests.reading import (
    DependencyChange,
    Manifest,
    changed_dependencies,
    read_manifest,
)

__all__ = ["DependencyChange", "Manifest", "changed_dependencies", "read_manifest"]
