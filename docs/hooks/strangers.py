"""Who reads the documentation tells nobody: a page that would load something from another server fails the build."""

import re

from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

_LOADED = re.compile(r"""<(?:img|script|iframe|source|link)\b[^>]*\b(?:src|srcset|href)=["']?(?:https?:)?//[^>]*>""")


def on_post_page(output: str, page: Page, **_: object) -> None:
    """Refuse a page that loads something from elsewhere; links to other sites are fine.

    Raises:
        PluginError: It does.
    """
    if found := _LOADED.search(output):
        raise PluginError(f"{page.file.src_uri} would load something from another server: {found[0]}")
