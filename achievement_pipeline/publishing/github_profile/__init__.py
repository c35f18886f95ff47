"""The block of achievements on a GitHub profile: its content, and how it is pushed."""
