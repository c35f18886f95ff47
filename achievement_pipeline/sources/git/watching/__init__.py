"""Notice new commits cheaply: a hook and its spool, refs read from files, a digest of what a reading depends on."""
