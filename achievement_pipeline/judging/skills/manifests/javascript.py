"""Manifests of JavaScript and PHP: JSON."""

from __future__ import annotations

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import Dependencies, at, read_json, table, text_of

_NPM_GROUPS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


def read_package_json(text: str) -> Dependencies:
    """Read ``package.json``. An alias (``npm:react@17``) gives the real package."""
    document = read_json(text)
    found: Dependencies = {}
    for group in _NPM_GROUPS:
        for name, value in table(at(document, group)).items():
            version = text_of(value)
            if version and version.startswith("npm:"):
                real, _, meant = version.removeprefix("npm:").rpartition("@")
                found[Ecosystem.NPM, (real or meant).lower()] = meant if real else None
            else:
                found[Ecosystem.NPM, name.lower()] = version
    return found


def read_composer_json(text: str) -> Dependencies:
    """Read ``composer.json``. PHP and its extensions have no vendor prefix and are ignored."""
    document = read_json(text)
    return {
        (Ecosystem.PACKAGIST, name.lower()): text_of(version)
        for group in ("require", "require-dev")
        for name, version in table(at(document, group)).items()
        if "/" in name
    }
