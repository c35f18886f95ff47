"""Files outside ``docs/`` in the site: links to them work there as they do in the repository.

SECURITY.md, CONTRIBUTING.md and whatever else a page or the navigation names become pages; source code and deployment
files are copied as they are. README.md is the front page of the repository, as ``index.md`` is that of the site.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_ROOT = Path(__file__).parents[2]
_DOCS = "docs/"
_LINK = re.compile(r"(?<=\]\()([\w./-]+)(?=#[\w-]+\)|\))")


def on_config(config: MkDocsConfig) -> None:
    """Put the pages of a folder in place of its name in the navigation, in the order of their names."""
    for section in config.nav or ():
        for entries in section.values():
            if isinstance(entries, list):
                entries[:] = [_with_pages(entry) for entry in entries]


def _with_pages(entry: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
    [(title, target)] = entry.items()
    if isinstance(target, list) or not target.endswith("/"):
        return {title: target}
    pages = sorted((_ROOT / _DOCS / target).glob("*.md"), key=lambda page: (page.name != "README.md", page.name))
    return {title: [f"{target}{page.name}" for page in pages]}


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the files outside ``docs/`` that the navigation or a page names, and those that these name."""
    found = {_DOCS + file.src_uri for file in files}
    waiting = sorted({page for page in _leaves(config.nav) if _DOCS + page not in found} | found)
    while waiting:
        path = waiting.pop()
        if path not in found and _site_path(path) == path:
            found.add(path)
            files.append(File.generated(config, path, abs_src_path=str(_ROOT / path)))
        if path.endswith(".md") and (_ROOT / path).is_file():
            links = {normpath(join(dirname(path), link)) for link in _LINK.findall((_ROOT / path).read_text())}
            waiting += sorted(link for link in links - found if (_ROOT / link).is_file())


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn links between files of the repository into links between files of the site."""
    own = page.file.src_uri
    source = own if page.file.generated_by else _DOCS + own

    def in_site(match: re.Match[str]) -> str:
        path = normpath(join(dirname(source), match[0]))
        return relpath(_site_path(path), dirname(own) or ".") if (_ROOT / path).is_file() else match[0]

    return _LINK.sub(in_site, markdown)


def _site_path(path: str) -> str:
    """Return where a file of the repository is in the site."""
    return "index.md" if path == "README.md" else path.removeprefix(_DOCS)


def _leaves(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        yield from _leaves(list(nav.values()))
    elif isinstance(nav, list):
        for below in nav:
            yield from _leaves(below)
