"""What assets are given: the database, the settings, histories of git, and the clients of the sources."""
