"""Manifests of .NET."""

from __future__ import annotations

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import Dependencies, read_xml


def read_msbuild(text: str) -> Dependencies:
    """Read MSBuild projects and shared properties: ``PackageReference`` and ``PackageVersion``."""
    found: Dependencies = {}
    for element in read_xml(text.lstrip("\ufeff")).iter():
        name = element.get("Include") or element.get("Update")
        if element.tag in ("PackageReference", "PackageVersion") and name:
            version = element.get("Version") or element.findtext("Version")
            found[Ecosystem.NUGET, name.lower()] = version.strip() if version else None
    return found


def read_packages_config(text: str) -> Dependencies:
    """Read ``packages.config``, the older format."""
    root = read_xml(text.lstrip("\ufeff"))
    return {
        (Ecosystem.NUGET, name.lower()): package.get("version")
        for package in root.iter("package")
        if (name := package.get("id"))
    }
