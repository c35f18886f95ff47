"""Templates of the brag document: those of this package, or the user's own of the same name.

The user's own are rendered in Jinja's sandbox. They come from the folder that the user's settings name, never from a
work tree, and get nothing but the finished words of `Brag`, already escaped for the format.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.brag.content import describe
from achievement_pipeline.publishing.brag.markup import HTML, MARKDOWN, Format
from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.parts.pages import page_text
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_PACKAGE = "achievement_pipeline.publishing.brag"
_DOCUMENT = "brag.md.j2"
_PAGE = "brag.html.j2"


def write_brag_document(achievements: Sequence[PublicAchievement], about: About) -> str:
    """Write the brag document in Markdown.

    Raises:
        PublishingError: The user's own template fails; the message has the position.
    """
    return _written(_DOCUMENT, achievements, about, MARKDOWN)


def write_brag_page(achievements: Sequence[PublicAchievement], about: About) -> str:
    """Write the brag document as an HTML page, to be read or printed.

    Raises:
        PublishingError: The user's own template fails; the message has the position.
    """
    return _written(_PAGE, achievements, about, HTML)


def _written(name: str, achievements: Sequence[PublicAchievement], about: About, markup: Format) -> str:
    try:
        template = _environment(tuple(about.templates.items())).get_template(name)
        style = Markup(page_text(_PACKAGE, "page.css"))  # noqa: S704 - ours
        text = template.render(brag=describe(achievements, about, markup), style=style)
    except jinja2.TemplateError as error:
        if name not in about.templates:
            raise
        line = f", line {error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
        raise PublishingError(f"Your template {name}{line}: {error}. What it can use: docs/exports.md.") from error
    return text.strip("\n") + "\n"


@functools.lru_cache(maxsize=4)
def _environment(own: tuple[tuple[str, str], ...]) -> ImmutableSandboxedEnvironment:
    own_first = jinja2.ChoiceLoader([jinja2.DictLoader(dict(own)), jinja2.PackageLoader(_PACKAGE, "")])
    return ImmutableSandboxedEnvironment(
        loader=own_first,
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
