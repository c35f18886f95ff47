"""Manifests with container images, Helm charts and Kubernetes objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import (
    Dependencies,
    at,
    items,
    read_yaml,
    table,
    text_of,
    values_of,
)
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

_INSTRUCTION = compile_pattern(r"(FROM|ARG|COPY|ADD)\s+(.*)", IGNORECASE)
_CONTINUATION = compile_pattern(r"\\[ \t]*+\n(?>(?:[ \t]*+#[^\n]*+\n)*)")
_HEREDOC = compile_pattern(r"<<-?\s*[\"']?(\w+)[\"']?")
_VARIABLE = compile_pattern(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_LONGEST = 1_000
_IMAGE = compile_pattern(r"\A[a-z0-9][a-z0-9._/:-]*(?:@sha256:[0-9a-f]+)?$", IGNORECASE)


def read_dockerfile(text: str) -> Dependencies:
    """Read a ``Dockerfile``: images in ``FROM`` and ``COPY --from`` except build stages; ``ARG`` defaults are expanded.

    The library dockerfile-parse is not used, because it takes the text of a here-document for instructions.
    """
    arguments: dict[str, str] = {}
    stages: set[str] = {"scratch"}
    images: list[str] = []
    for word, rest in _instructions(text):
        words = rest.split()
        if word == "ARG":
            name, _, default = rest.partition("=")
            arguments[name.strip()] = _expanded(default.strip().strip("\"'"), arguments)
        elif word == "FROM":
            image, *alias = [each for each in words if not each.startswith("--")] or [""]
            images.append(_expanded(image, arguments))
            stages |= {alias[1].lower()} if len(alias) > 1 and alias[0].lower() == "as" else set()
        else:
            images += [
                _expanded(each.removeprefix("--from="), arguments) for each in words if each.startswith("--from=")
            ]
    return images_of(image for image in images if image.lower() not in stages and not image.isdigit())


def _instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions that can name an image, without comments, continuations and here-documents."""
    found: list[tuple[str, str]] = []
    lines = iter(_CONTINUATION.sub(" ", text).splitlines())
    for line in lines:
        written = line.strip()
        instruction = _INSTRUCTION.match(written)
        if instruction:
            found.append((instruction[1].upper(), instruction[2]))
        heredoc = None if written.startswith("#") else _HEREDOC.search(written)
        if heredoc:
            for skipped in lines:
                if skipped.strip() == heredoc[1]:
                    break
    return found


def _expanded(value: str, arguments: dict[str, str]) -> str:
    """Expand arguments. Values are cut at the maximum length of a name, because nested arguments grow as 2**n."""
    return _VARIABLE.sub(lambda match: arguments.get(match[1] or match[3]) or match[2] or match[0], value[:_LONGEST])[
        :_LONGEST
    ]


def read_compose(text: str) -> Dependencies:
    """Read a Compose file: the images of its services."""
    services = [each for document in read_yaml(text) for each in table(at(document, "services")).values()]
    return images_of(at(service, "image") for service in services)


def read_chart(text: str) -> Dependencies:
    """Read Helm's ``Chart.yaml``: the charts it depends on."""
    return {
        (Ecosystem.HELM, name): text_of(at(each, "version"))
        for document in read_yaml(text)
        for each in items(at(document, "dependencies"))
        if (name := text_of(at(each, "name")))
    }


def read_kubernetes(text: str) -> Dependencies:
    """Read Kubernetes objects: their kinds and images."""
    found: Dependencies = {}
    for document in read_yaml(text):
        version, kind = text_of(at(document, "apiVersion")), text_of(at(document, "kind"))
        if version is None or kind is None:
            continue
        group = version.rpartition("/")[0]
        found[Ecosystem.KUBERNETES, f"{group}/{kind}" if group else kind] = version.rpartition("/")[2]
        found |= images_of(values_of(document, "image"))
    return found


def image_reference(image: str) -> tuple[str, str | None]:
    """Return the normalised image name and the tag: ``docker.io/library/postgres:16`` is ``postgres``, ``16``."""
    name = image.partition("@")[0]
    name, colon, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name.lower(), tag if colon else None


def images_of(images: Iterable[Any]) -> Dependencies:
    """Return the valid image references."""
    found: Dependencies = {}
    for value in images:
        image = _expanded(text_of(value) or "", {})
        if _IMAGE.match(image):
            name, tag = image_reference(image)
            found[Ecosystem.DOCKER, name] = tag
    return found
