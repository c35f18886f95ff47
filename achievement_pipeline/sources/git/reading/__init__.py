"""Read a repository into frames: commits, changed files, contents, tags and release notes."""
