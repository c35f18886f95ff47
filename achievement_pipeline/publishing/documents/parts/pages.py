"""Pages: the template and the style of a channel's package."""

from __future__ import annotations

import functools
from importlib.resources import files

import jinja2

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.comparison import noun
from achievement_pipeline.publishing.documents.parts.themes import heading

_WORDS = (
    facts.company,
    facts.day,
    facts.evidence_words,
    facts.headline,
    facts.main_evidence,
    facts.outcome,
    facts.pieces,
    facts.place,
    facts.plain,
    facts.release,
    facts.result,
    facts.shown_by,
    facts.summary,
)


@functools.cache
def page_template(package: str) -> jinja2.Template:
    """Return the template ``page.html.j2`` of a package, which has functions of `facts` as filters."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {each.__name__: each for each in _WORDS} | {"theme": heading, "noun": noun}
    return environment.get_template("page.html.j2")


@functools.cache
def page_text(package: str, name: str) -> str:
    """Return a file of a package, such as ``page.css``, without blank lines around it."""
    return files(package).joinpath(name).read_text(encoding="utf-8").strip()
