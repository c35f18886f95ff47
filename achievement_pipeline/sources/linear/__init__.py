"""Read the completed issues and projects of a Linear workspace as dataframes."""

from achievement_pipeline.sources.linear.client import API_URL, LinearClient
from achievement_pipeline.sources.linear.issues import Issues, read_issues
from achievement_pipeline.sources.linear.projects import Projects, read_projects

__all__ = ["API_URL", "Issues", "LinearClient", "Projects", "read_issues", "read_projects"]
