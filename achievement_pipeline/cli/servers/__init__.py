"""Servers a command needs while it runs: the database that commands share, the local page."""
