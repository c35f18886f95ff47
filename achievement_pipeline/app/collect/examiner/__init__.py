"""Analyse file contents in a separate process with resource limits, because they are untrusted."""
