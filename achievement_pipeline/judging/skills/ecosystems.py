"""Package ecosystems."""

from enum import StrEnum


class Ecosystem(StrEnum):
    """A namespace in which dependency names are unique."""

    PYPI = "pypi"
    NPM = "npm"
    GO = "go"
    CARGO = "cargo"
    MAVEN = "maven"
    """``group:artifact``; also for Gradle dependencies and plugins."""
    RUBYGEMS = "rubygems"
    PACKAGIST = "packagist"
    NUGET = "nuget"
    DOCKER = "docker"
    """Image names without the default registry, tag and digest."""
    HELM = "helm"
    KUBERNETES = "kubernetes"
    """``group/Kind``, or ``Kind`` for the core group."""
    TERRAFORM = "terraform"
    """``namespace/provider``."""
    KERNEL = "kernel"
    """The language of a notebook's kernel."""
    ACTIONS = "actions"
    """``owner/name`` of a GitHub Action."""
