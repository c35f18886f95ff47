"""Which dependencies a manifest names, and what a change of it does to them.

Manifests are read as their own tools read them, by libraries where there is one; what is written by a program (lock
files, compiled requirements, indirect dependencies of Go) is no evidence of anybody's decision and names nothing. What
can't be read names nothing either, and says so: a reader never raises.
"""

from achievement_pipeline.judging.skills.manifests.reading import (
    DependencyChange,
    Manifest,
    changed_dependencies,
    read_manifest,
)

__all__ = ["DependencyChange", "Manifest", "changed_dependencies", "read_manifest"]
