"""Read the dependencies of a manifest by its path, and compare two versions of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree as ET

import yaml

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests import (
    containers,
    dotnet,
    javascript,
    jvm,
    native,
    pipelines,
    python,
    ruby,
)
from achievement_pipeline.judging.skills.manifests.documents import Dependencies
from achievement_pipeline.judging.skills.path_patterns import path_expression
from achievement_pipeline.parsing.patterns import compile_pattern

_MAX_BYTES = 1_000_000
"""Maximum size of a manifest: larger ones are generated, and some readers are slow."""

_SHA = compile_pattern(r"[0-9a-f]{40}")
_VERSION = compile_pattern(r"\bv?(\d+(?:\.\d+)*)")
_MOST = 5_000
"""Maximum number of dependencies: manifests with more are generated."""
_LONGEST_NAME = 300
"""Maximum length of a package name, in characters: npm allows 214; Maven's coordinates are the longest."""

_Reader = Callable[[str], Dependencies]

_READERS: tuple[tuple[_Reader, tuple[str, ...]], ...] = (
    (python.read_pyproject, ("pyproject.toml",)),
    (python.read_requirements, ("*requirements*.txt", "*requirements*.in", "requirements/*.txt", "requirements/*.in")),
    (python.read_setup_cfg, ("setup.cfg",)),
    (python.read_setup_py, ("setup.py",)),
    (python.read_pipfile, ("Pipfile",)),
    (javascript.read_package_json, ("package.json",)),
    (javascript.read_composer_json, ("composer.json",)),
    (native.read_go_mod, ("go.mod",)),
    (native.read_cargo_toml, ("Cargo.toml",)),
    (jvm.read_pom, ("pom.xml", "*.pom")),
    (jvm.read_gradle, ("*.gradle", "*.gradle.kts")),
    (jvm.read_version_catalog, ("*.versions.toml",)),
    (ruby.read_gems, ("Gemfile", "gems.rb", "*.gemspec")),
    (dotnet.read_msbuild, ("*.csproj", "*.fsproj", "*.vbproj", "Directory.Packages.props", "Directory.Build.props")),
    (dotnet.read_packages_config, ("packages.config",)),
    (containers.read_dockerfile, ("Dockerfile", "Dockerfile.*", "*.dockerfile", "*.Dockerfile", "Containerfile")),
    (containers.read_compose, ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml")),
    (containers.read_chart, ("Chart.yaml", "requirements.yaml")),
    (pipelines.read_workflow, (".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml")),
    (pipelines.read_gitlab, (".gitlab-ci.yml", ".gitlab/ci/**.yml")),
    (pipelines.read_terraform, ("*.tf",)),
    (
        containers.read_kubernetes,
        tuple(
            f"{where}{ending}"
            for ending in (".yaml", ".yml")
            for where in (
                *(
                    f"{folder}/**"
                    for folder in ("k8s", "kubernetes", "kustomize", "manifests", "overlays", "argocd", "deploy")
                ),
                *(
                    "deployment",
                    "service",
                    "ingress",
                    "statefulset",
                    "daemonset",
                    "cronjob",
                    "kustomization",
                    "namespace",
                ),
            )
        ),
    ),
)
MANIFESTS = tuple(pattern for _, patterns in _READERS for pattern in patterns)
"""Paths of manifests with a reader, as patterns of `path_expression`."""

_PATTERNS = tuple((reader, compile_pattern(path_expression(patterns))) for reader, patterns in _READERS)


class Manifest(NamedTuple):
    """The dependencies in a manifest, or why it cannot be read."""

    dependencies: Dependencies
    note: str | None = None


class DependencyChange(NamedTuple):
    """The change of one dependency."""

    ecosystem: Ecosystem
    package: str
    change: str
    """``added``, ``upgraded`` or ``removed`` in a manifest, or ``imported`` by source code."""


def read_manifest(path: str, content: bytes) -> Manifest:
    """Read the dependencies in a manifest.

    Args:
        path: Its path in the repository, which gives the format.
        content: Its bytes: UTF-8, with or without a byte order mark.

    Returns:
        Its dependencies. If it cannot be read, or the path is not a manifest, there are none, and a note.
    """
    reader = next((reader for reader, pattern in _PATTERNS if pattern.search(path)), None)
    if reader is None:
        return Manifest({}, f"{path} is not a manifest")
    if len(content) > _MAX_BYTES:
        return Manifest({}, f"{path} is larger than {_MAX_BYTES:,} bytes")
    try:
        dependencies = reader(content.decode("utf-8-sig"))
    except (ValueError, yaml.YAMLError, ET.ParseError, RecursionError) as error:
        return Manifest({}, f"{path} cannot be read: {str(error).partition(chr(10))[0] or type(error).__name__}")
    if len(dependencies) > _MOST:
        return Manifest({}, f"{path} names more than {_MOST:,} dependencies")
    return Manifest({name: version for name, version in dependencies.items() if len(name[1]) <= _LONGEST_NAME})


def changed_dependencies(path: str, before: bytes | None, after: bytes | None) -> list[DependencyChange]:
    """Return how a change to a manifest changed its dependencies.

    A higher version is an upgrade; a lower one, or another condition on the same version, is not. If either side cannot
    be read, there are no changes, because everything on the other side would look added or removed.

    Args:
        path: Path of the manifest.
        before: Bytes before the change; None if it was added.
        after: Bytes after the change; None if it was deleted.

    Returns:
        Changes, ordered by ecosystem and package.
    """
    old = Manifest({}) if before is None else read_manifest(path, before)
    new = Manifest({}) if after is None else read_manifest(path, after)
    if old.note or new.note:
        return []
    changes = []
    for dependency in sorted(old.dependencies.keys() | new.dependencies.keys()):
        if dependency not in old.dependencies:
            changes.append(DependencyChange(*dependency, "added"))
        elif dependency not in new.dependencies:
            changes.append(DependencyChange(*dependency, "removed"))
        elif _is_upgrade(old.dependencies[dependency], new.dependencies[dependency]):
            changes.append(DependencyChange(*dependency, "upgraded"))
    return changes


def _is_upgrade(before: str | None, after: str | None) -> bool:
    if before is None or after is None or before == after:
        return False
    old, new = _numbers(before), _numbers(after)
    return new > old if old and new else True


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of the first version in a text; empty for names, branches and commits."""
    found = None if _SHA.fullmatch(version) else _VERSION.search(version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()
