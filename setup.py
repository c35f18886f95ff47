"""Where the project is at home is known where it is built: PROJECT_ADDRESS, such as https://github.com/acme/achievements.

With it, the metadata has addresses, and the links and pictures of the README lead to the files of this version, so that
they work on a package index. Everything else is in setup.cfg.
"""

import os
import re
from pathlib import Path

from setuptools import setup

_FOLDER = Path(__file__).parent
_LINK = re.compile(r'(?P<before>\]\(|(?:src|href)=")(?![a-z]+:|#)(?P<path>[^)"\s]+)')
_PICTURES = {".gif", ".jpg", ".png", ".svg", ".webp"}


def _absolute(text: str, address: str, version: str) -> str:
    """Let relative links lead to the tag of a version."""

    def follow(link: re.Match[str]) -> str:
        kind = "raw" if Path(link["path"]).suffix in _PICTURES else "blob"
        return f"{link['before']}{address}/{kind}/v{version}/{link['path']}"

    return _LINK.sub(follow, text)


def _of_home(address: str) -> dict[str, object]:
    """Return the metadata that depends on the address of the project."""
    code = (_FOLDER / "achievement_pipeline" / "__init__.py").read_text(encoding="utf-8")
    version = code.partition('__version__ = "')[2].partition('"')[0]
    return {
        "long_description": _absolute((_FOLDER / "README.md").read_text(encoding="utf-8"), address, version),
        "url": address,
        "project_urls": {
            "Source": address,
            "Documentation": f"{address}/tree/v{version}/docs",
            "Changelog": f"{address}/blob/v{version}/CHANGELOG.md",
            "Issues": f"{address}/issues",
        },
    }


_address = os.environ.get("PROJECT_ADDRESS", "").rstrip("/")
setup(**(_of_home(_address) if _address else {}))
