"""The sample world: repositories, issues, runs and people of Harborline, a made-up ferry company."""
