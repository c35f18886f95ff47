"""Every setting: environment variables and achievements.toml, typed, in one place."""
