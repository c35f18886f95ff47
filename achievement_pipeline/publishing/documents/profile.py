"""The person that documents are about, as the user describes themselves. Nothing is inferred."""

from typing import Annotated

from pydantic import Field, StringConstraints

from achievement_pipeline.parsing.strict_model import StrictModel

Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"']+$")]


class Profile(StrictModel):
    """The user's description of themselves."""

    name: str = Field(default="", description="The name at the top of every document")
    label: str = Field(default="", description="What the user is: Software engineer")
    summary: str = Field(default="", description="Two or three sentences")
    url: WebAddress | None = Field(default=None, description="The user's own page")
    feed_url: WebAddress | None = Field(default=None, description="Where the user publishes the feed")
    emails: tuple[Email, ...] = Field(default=(), description="All addresses of the user, the canonical one first")
