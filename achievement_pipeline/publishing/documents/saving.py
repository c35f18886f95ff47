"""Writes finished documents to files."""

from __future__ import annotations

from pathlib import Path

from achievement_pipeline.publishing.channel import Rendered
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.system.leftovers import write_whole


def save(document: Finished[Rendered], path: Path) -> None:
    """Write a document to a file, the same bytes on every system, replacing an old one atomically.

    Raises:
        PublishingError: It failed a check; the file is unchanged.
    """
    text = document.release().text
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
