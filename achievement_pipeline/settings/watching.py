"""Notice that the file of settings has changed, in processes that run for weeks."""

from achievement_pipeline.settings.combined import Settings
from achievement_pipeline.settings.loading import load_settings


class WatchedSettings:
    """The settings as their file is now.

    Attributes:
        settings: As they were last read.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the settings that were just read."""
        self.settings = settings
        self._seen = self._state()

    def reload(self) -> bool:
        """Read them again if their file has changed, and return whether they differ.

        Raises:
            SettingsError: The file has changed, and something in it is wrong. The earlier ones stay.
        """
        state = self._state()
        if state == self._seen:
            return False
        before, self.settings = self.settings, load_settings()
        self._seen = state
        return self.settings != before

    def _state(self) -> tuple[int, int] | None:
        path = self.settings.config_location
        return (path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None
