"""A change of ``achievements.toml``: shown before it is written, and checked."""

import difflib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from achievement_pipeline.settings.additions import write_settings
from achievement_pipeline.settings.loading import check_config
from achievement_pipeline.sources.git.remotes import text_without_credentials


@dataclass(frozen=True)
class SettingsChange:
    """The settings as they are, and as they would be."""

    path: Path
    before: str
    after: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return self.before == self.after

    @property
    def fingerprint(self) -> str:
        """The name of exactly this change: who agreed to it agreed to no other."""
        return hashlib.sha256("\0".join([str(self.path), self.before, self.after]).encode()).hexdigest()

    def difference(self) -> Iterator[str]:
        """Yield the lines that differ, with ``+`` or ``-`` in front, and those beside them, without credentials."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=1, lineterm="")
        # the first two name the files; in front of each line that follows is what it is
        shown = (line for line in islice(lines, 2, None) if not line.startswith("@@"))
        yield from map(text_without_credentials, shown)

    def write(self) -> None:
        """Write it.

        Raises:
            SettingsError: The file can't be written.
        """
        write_settings(self.path, self.after)


def plan_change(path: Path, change: Callable[[str], str]) -> SettingsChange:
    """Return a change of the settings, checked.

    Args:
        path: The ``achievements.toml``, which may not exist yet.
        change: Returns the text of the file with the change; takes the text as it is.

    Raises:
        SettingsError: The file can't be changed in this way, or would be wrong.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = change(before)
    check_config(after, path)
    return SettingsChange(path, before, after)
