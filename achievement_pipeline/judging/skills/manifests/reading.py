"""From a path and its content to dependencies, and from two contents to what changed."""

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
from achievement_pipeline.patterns import compile_pattern

_MAX_BYTES = 1_000_000
"""A larger file was not written by a person, and some readers are slow."""

_SHA = compile_pattern(r"[0-9a-f]{40}")
_VERSION = compile_pattern(r"\bv?(\d+(?:\.\d+)*)")
_MOST = 5_000
"""A manifest with more dependencies was not written by a person either."""
_LONGEST_NAME = 300
"""Characters above which a name is no package's: npm allows 214, Maven's coordinates are the longest."""

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
"""The paths that have a reader, as `path_expression` takes them."""

_PATTERNS = tuple((reader, compile_pattern(path_expression(patterns))) for reader, patterns in _READERS)


class Manifest(NamedTuple):
    """What a manifest names, or why it can't be read."""

    dependencies: Dependencies
    note: str | None = None


class DependencyChange(NamedTuple):
    """What became of one dependency."""

    ecosystem: Ecosystem
    package: str
    change: str
    """added, upgraded or removed."""


def read_manifest(path: str, content: bytes) -> Manifest:
    """Read the dependencies that a manifest names.

    Args:
        path: Where it stands in its repository: by this its form is known.
        content: Its bytes; UTF-8, with or without a mark.

    Returns:
        Its dependencies; none, and a note, where it can't be read or its path is of no manifest.
    """
    reader = next((reader for reader, pattern in _PATTERNS if pattern.search(path)), None)
    if reader is None:
        return Manifest({}, f"{path} is no manifest")
    if len(content) > _MAX_BYTES:
        return Manifest({}, f"{path} is larger than {_MAX_BYTES:,} bytes")
    try:
        dependencies = reader(content.decode("utf-8-sig"))
    except (ValueError, yaml.YAMLError, ET.ParseError, RecursionError) as error:
        return Manifest({}, f"{path} can't be read: {str(error).partition(chr(10))[0] or type(error).__name__}")
    if len(dependencies) > _MOST:
        return Manifest({}, f"{path} names more than {_MOST:,} dependencies")
    return Manifest({name: version for name, version in dependencies.items() if len(name[1]) <= _LONGEST_NAME})


def changed_dependencies(path: str, before: bytes | None, after: bytes | None) -> list[DependencyChange]:
    """Say what a change of a manifest did to the dependencies it names.

    A higher version is an upgrade; a lower one, or the same with another condition, is none. Where either side can't be
    read, nothing is said: all of the other side would look added or removed.

    Args:
        path: Where the manifest stands.
        before: Its bytes before the change; missing when it was added.
        after: Its bytes after the change; missing when it was deleted.

    Returns:
        The changes, in the order of ecosystem and package.
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
    """The numbers of the first version that is written; none for a name, a branch or a commit."""
    found = None if _SHA.fullmatch(version) else _VERSION.search(version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()
