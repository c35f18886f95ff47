"""Where the block of the profile goes: ``[publishing.github_profile]`` of ``achievements.toml``."""

from pydantic import Field

from achievement_pipeline.parsing.strict_model import StrictModel


class GitHubProfileSettings(StrictModel):
    """Where the block of the profile goes."""

    automatic: bool = Field(default=False, description="Whether the asset pushes; else it only shows the change")
    repository: str | None = Field(
        default=None, min_length=1, description="Clone URL of USER/USER: https://github.com/ann/ann"
    )
    message: str = Field(default="docs: update achievements", min_length=1, description="Of the commit")
    branch: str = Field(
        default="achievements-update", pattern=r"^\w[\w./-]*$", description="Of the pull request, where one is wanted"
    )
