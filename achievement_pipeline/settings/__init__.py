"""Every setting, typed, in one place: environment variables and ``achievements.toml``.

Short or secret settings are environment variables. Long ones (people, repositories, rules) go in the
``achievements.toml`` of the user's configuration folder, or in the file given by ``--config``. One in the current
folder may be somebody else's: only its judging rules apply.
"""

from achievement_pipeline.settings.combined import ALL, APP_NAME, CONFIG_FILE_NAME, ME, Settings
from achievement_pipeline.settings.environment import CeleryTasks, Environment, LogFormat
from achievement_pipeline.settings.file import ConfigFile, RepositorySettings, ScheduleSettings
from achievement_pipeline.settings.loading import load_settings

__all__ = [
    "ALL",
    "APP_NAME",
    "CONFIG_FILE_NAME",
    "ME",
    "CeleryTasks",
    "ConfigFile",
    "Environment",
    "LogFormat",
    "RepositorySettings",
    "ScheduleSettings",
    "Settings",
    "load_settings",
]
