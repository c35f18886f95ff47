"""Markdown as a page, as its readers see it."""

from collections.abc import Mapping

from markdown_it import MarkdownIt

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
"""Content-Security-Policy of such a page: it runs no script and reaches nothing."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1.5rem; max-width: 46rem; font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word; }}
h1, h2, h3 {{ line-height: 1.2; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #8888; padding: .3rem .6rem; text-align: start; }}
img {{ max-width: 100%; }}
</style></head><body>
{body}</body></html>
"""


def as_page(text: str, title: str, pictures: Mapping[str, str]) -> str:
    """Return Markdown as a page.

    Args:
        text: The Markdown, which may hold markup: serve the page under `POLICY`.
        title: Of the page, without markup.
        pictures: ``data:`` addresses by the path under which the text links them.
    """
    for path, address in pictures.items():
        text = text.replace(path, address)
    return _PAGE.format(title=title, body=MarkdownIt("commonmark").enable("table").render(text))
