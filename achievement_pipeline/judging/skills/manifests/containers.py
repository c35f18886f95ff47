"""Manifests that name container images, charts and objects of Kubernetes."""

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
from achievement_pipeline.patterns import IGNORECASE, compile_pattern

_INSTRUCTION = compile_pattern(r"(FROM|ARG|COPY|ADD)\s+(.*)", IGNORECASE)
_CONTINUATION = compile_pattern(r"\\[ \t]*+\n(?:[ \t]*+#[^\n]*+\n)*+")
_HEREDOC = compile_pattern(r"<<-?\s*[\"']?(\w+)[\"']?")
_VARIABLE = compile_pattern(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
_LONGEST = 1_000
_IMAGE = compile_pattern(r"\A[a-z0-9][a-z0-9._/:-]*(?:@sha256:[0-9a-f]+)?$", IGNORECASE)


def read_dockerfile(text: str) -> Dependencies:
    """``Dockerfile``: the images of ``FROM`` and ``COPY --from``, less its own stages; arguments' defaults are put in.

    Written here: the library for it (dockerfile-parse) takes a here-document's text for instructions.
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
    """The instructions that can name an image, without comments, continuations and here-documents."""
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
    """Put arguments in. What is longer than any image can be is cut: arguments that hold arguments grow as 2**n."""
    return _VARIABLE.sub(lambda match: arguments.get(match[1] or match[3]) or match[2] or match[0], value[:_LONGEST])[
        :_LONGEST
    ]


def read_compose(text: str) -> Dependencies:
    """A compose file: the images of its services."""
    services = [each for document in read_yaml(text) for each in table(at(document, "services")).values()]
    return images_of(at(service, "image") for service in services)


def read_chart(text: str) -> Dependencies:
    """``Chart.yaml`` of Helm: the charts it depends on."""
    return {
        (Ecosystem.HELM, name): text_of(at(each, "version"))
        for document in read_yaml(text)
        for each in items(at(document, "dependencies"))
        if (name := text_of(at(each, "name")))
    }


def read_kubernetes(text: str) -> Dependencies:
    """Objects of Kubernetes: what they are, and the images they run."""
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
    """An image's name in its normal form, and its tag: ``docker.io/library/postgres:16`` is ``postgres``, ``16``."""
    name = image.partition("@")[0]
    name, colon, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name.lower(), tag if colon else None


def images_of(images: Iterable[Any]) -> Dependencies:
    """The images of these references; what is none, or stands for nothing known, is left out."""
    found: Dependencies = {}
    for value in images:
        image = _expanded(text_of(value) or "", {})
        if _IMAGE.match(image):
            name, tag = image_reference(image)
            found[Ecosystem.DOCKER, name] = tag
    return found
