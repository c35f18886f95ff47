"""Where packages have their names."""

from enum import StrEnum


class Ecosystem(StrEnum):
    """Where the name of a dependency is unique."""

    PYPI = "pypi"
    NPM = "npm"
    GO = "go"
    CARGO = "cargo"
    MAVEN = "maven"
    """``group:artifact``, Gradle's dependencies and plugins too."""
    RUBYGEMS = "rubygems"
    PACKAGIST = "packagist"
    NUGET = "nuget"
    DOCKER = "docker"
    """Images, without registry of the default hub, tag and digest."""
    HELM = "helm"
    KUBERNETES = "kubernetes"
    """``group/Kind`` of an object; plain ``Kind`` for those of the core."""
    TERRAFORM = "terraform"
    """``namespace/provider``."""
    ACTIONS = "actions"
    """``owner/name`` of an action of GitHub's workflows."""
