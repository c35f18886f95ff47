"""Manifests of the JVM: Maven and Gradle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import (
    Dependencies,
    at,
    read_toml,
    read_xml,
    table,
    text_of,
)
from achievement_pipeline.parsing.patterns import DOTALL, compile_pattern

_LONGEST = 1_000
"""Maximum length of a name or version, in characters."""
_PROPERTY = compile_pattern(r"\$\{([^{}]++)\}")
# Gradle files are programs, and no library reads them without running them. These forms are from Gradle's manual.
_GRADLE_COORDINATES = compile_pattern(r"""["']([\w.-]+):([\w.-]+)(?::([^"':@\s]+))?(?:[:@][^"']*)?["']""")
_GRADLE_MAP = compile_pattern(
    r"""group\s*+[:=]\s*+["']([\w.-]++)["']\s*+,\s*+name\s*+[:=]\s*+["']([\w.-]++)["']"""
    r"""(?:\s*+,\s*+version\s*+[:=]\s*+["']([^"']++)["'])?"""
)
_GRADLE_PLUGINS = compile_pattern(r"\A\s*+plugins\s*+\{")
_GRADLE_PLUGIN = compile_pattern(
    r"""\bid\s*+(?>(?:\(\s*+)?)["']([\w.-]++)["']\s*+\)?+(?:\s*+version\s*+(?>(?:\(\s*+)?)["']([^"']++)["'])?"""
)
_GRADLE_DECLARATION = compile_pattern(
    r"\A\s*+(?:\w*(?:[iI]mplementation|[aA]pi|[cC]ompile|[rR]untime|[pP]rocessor|Only|classpath|kapt|ksp|platform))\b"
)
_COMMENT = compile_pattern(r"/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*+", DOTALL)


def read_pom(text: str) -> Dependencies:
    """Read ``pom.xml``: parent, dependencies and plugins at any depth. Properties of the same file are expanded."""
    root = read_xml(text)
    properties = {each.tag: (each.text or "").strip() for each in root.findall("properties/*")}
    found: Dependencies = {}
    for element in root.iter():
        if element.tag in ("dependency", "parent", "plugin"):
            group, artifact, version = (
                _child(element, name, properties) for name in ("groupId", "artifactId", "version")
            )
            if group is None and element.tag == "plugin":
                group = "org.apache.maven.plugins"
            if group and artifact:
                found[Ecosystem.MAVEN, f"{group}:{artifact}"] = version or found.get(
                    (Ecosystem.MAVEN, f"{group}:{artifact}")
                )
    return found


def _child(element: ET.Element, name: str, properties: dict[str, str]) -> str | None:
    value = (element.findtext(name) or "").strip()[:_LONGEST]
    return _PROPERTY.sub(lambda match: properties.get(match[1], match[0])[:_LONGEST], value)[:_LONGEST] or None


def read_gradle(text: str) -> Dependencies:
    """Read ``build.gradle`` and ``build.gradle.kts``: dependencies and plugins in the forms of Gradle's manual."""
    found: Dependencies = {}
    in_plugins = False
    for line in _COMMENT.sub("", text).splitlines():
        if in_plugins or _GRADLE_PLUGINS.match(line):
            in_plugins = "}" not in line
            for plugin, version in _GRADLE_PLUGIN.findall(line):
                found[Ecosystem.MAVEN, _plugin(plugin)] = version or None
        elif _GRADLE_DECLARATION.match(line):
            for group, artifact, version in (*_GRADLE_COORDINATES.findall(line), *_GRADLE_MAP.findall(line)):
                found[Ecosystem.MAVEN, f"{group}:{artifact}"] = version or None
    return found


def read_version_catalog(text: str) -> Dependencies:
    """Read ``libs.versions.toml``, Gradle's version catalog."""
    document = read_toml(text)
    versions = table(document.get("versions"))
    found: Dependencies = {}
    for name, version in _catalogued(document.get("libraries"), "module"):
        found[Ecosystem.MAVEN, name] = _catalogue_version(version, versions)
    for name, version in _catalogued(document.get("plugins"), "id"):
        found[Ecosystem.MAVEN, _plugin(name)] = _catalogue_version(version, versions)
    return found


def _catalogued(entries: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any part of a document
    for entry in table(entries).values():
        if isinstance(entry, str):
            called, _, version = entry.rpartition(":")
        else:
            group, artifact = text_of(at(entry, "group")), text_of(at(entry, "name"))
            called = text_of(at(entry, name)) or (f"{group}:{artifact}" if group and artifact else "")
            version = at(entry, "version")
        if called:
            yield called, version


def _catalogue_version(version: Any, versions: dict[str, Any]) -> str | None:  # noqa: ANN401 - any part of a document
    return text_of(versions.get(str(at(version, "ref")))) if isinstance(version, dict) else text_of(version)


def _plugin(name: str) -> str:
    """Return the coordinates by which Gradle resolves a plugin."""
    return f"{name}:{name}.gradle.plugin"
