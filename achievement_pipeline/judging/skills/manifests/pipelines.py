"""Manifests of continuous integration and infrastructure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.containers import images_of
from achievement_pipeline.judging.skills.manifests.documents import (
    Dependencies,
    UnreadableManifestError,
    at,
    items,
    read_yaml,
    table,
    text_of,
    values_of,
)


def read_workflow(text: str) -> Dependencies:
    """Read a GitHub workflow or action: the actions it uses, and the images of jobs and services."""
    found: Dependencies = {}
    for document in read_yaml(text):
        for used in values_of(document, "uses"):
            name, _, version = (text_of(used) or "").partition("@")
            if name.startswith("docker://"):
                found |= images_of([name.removeprefix("docker://")])
            elif "/" in name and not name.startswith("."):
                found[Ecosystem.ACTIONS, "/".join(name.lower().split("/")[:2])] = version or None
        jobs = table(at(document, "jobs")).values()
        found |= images_of(image for job in jobs for image in _job_images(job))
    return found


def _job_images(job: Any) -> Iterator[Any]:  # noqa: ANN401 - any part of a document
    for container in (at(job, "container"), *table(at(job, "services")).values()):
        yield at(container, "image") if isinstance(container, dict) else container


def read_gitlab(text: str) -> Dependencies:
    """Read ``.gitlab-ci.yml``: the images of jobs and services."""
    found: Dependencies = {}
    for document in read_yaml(text):
        for image in (
            *values_of(document, "image"),
            *(each for some in values_of(document, "services") for each in items(some)),
        ):
            found |= images_of([at(image, "name") if isinstance(image, dict) else image])
    return found


def read_terraform(text: str) -> Dependencies:
    """Read ``*.tf``: required and configured providers. A provider without a source belongs to HashiCorp."""
    if "required_providers" not in text and 'provider "' not in text:
        return {}  # most files have neither, and parsing HCL is slow
    import hcl2  # noqa: PLC0415 - its grammar takes a second to load, and few repositories need it
    from lark.exceptions import LarkError  # noqa: PLC0415

    try:
        document = hcl2.loads(text, serialization_options=hcl2.SerializationOptions(strip_string_quotes=True))
    except LarkError as error:
        raise UnreadableManifestError(str(error)) from error
    found: Dependencies = {}
    for provider in (name for block in items(document.get("provider")) for name in block):
        if not provider.startswith("__"):
            found[Ecosystem.TERRAFORM, f"hashicorp/{provider.lower()}"] = None
    for required in (
        each for block in items(document.get("terraform")) for each in items(at(block, "required_providers"))
    ):
        for name, wanted in required.items():
            if not name.startswith("__"):
                found.pop((Ecosystem.TERRAFORM, f"hashicorp/{name.lower()}"), None)
                source = text_of(at(wanted, "source")) or f"hashicorp/{name}"
                version = at(wanted, "version") if isinstance(wanted, dict) else wanted
                found[Ecosystem.TERRAFORM, "/".join(source.lower().split("/")[-2:])] = text_of(version)
    return found
