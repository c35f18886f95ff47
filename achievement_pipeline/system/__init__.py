"""This machine: files, locks, child processes and the terminal."""
