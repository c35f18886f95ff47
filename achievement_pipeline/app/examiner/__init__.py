"""Contents of files are examined in a process of its own, with limits: they are other people's."""
