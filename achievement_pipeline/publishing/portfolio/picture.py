"""The beginning of a page as a picture: an SVG that holds the page itself, so that no browser is needed to make it."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

_WIDTH = 1100
_HEIGHT = 1500
_VOID = frozenset({"area", "br", "col", "hr", "input", "meta", "wbr"})
_LEFT_OUT = frozenset({"form", "script", "title"})
"""Nothing of them is seen on a picture."""
_TOO_FAR_DOWN = "year"
"""Class of the sections that hold every single achievement: megabytes that no picture shows."""
_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"


def draw_page(page: str) -> str:
    """Draw the beginning of a page, as far as it fits on a high screen.

    Args:
        page: A page as `write_portfolio` writes it.

    Returns:
        An SVG of 1100 x 1500 pixels.
    """
    drawn = _Drawn()
    drawn.feed(page)
    return (
        f'<svg xmlns="{_SVG}" width="{_WIDTH}" height="{_HEIGHT}"><foreignObject width="100%" height="100%">'
        f'<body xmlns="{_XHTML}">{"".join(drawn.written)}</body></foreignObject></svg>'
    )


class _Drawn(HTMLParser):
    """Writes HTML as XML, which is stricter, without what is not seen."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []
        self._passed_over: list[str] = []
        """Open elements from the one on that is left out."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LEFT_OUT or ("class", _TOO_FAR_DOWN) in attrs or self._passed_over:
            if tag not in _VOID:
                self._passed_over.append(tag)
        elif tag not in ("html", "head", "body", "meta"):
            attributes = [("xmlns", _SVG), *attrs] if tag == "svg" else attrs
            written = "".join(f' {name}="{escape(value or "")}"' for name, value in attributes)
            self.written.append(f"<{tag}{written}{'/' if tag in _VOID else ''}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._passed_over:
            self._passed_over.pop()
        elif tag not in ("html", "head", "body"):
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._passed_over:
            self.written.append(escape(data, quote=False))
