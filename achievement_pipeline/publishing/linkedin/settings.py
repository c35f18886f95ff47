"""The settings of posts on LinkedIn, in ``[publishing.linkedin]`` of ``achievements.toml``."""

from __future__ import annotations

import datetime as dt
import functools
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.publishing.documents.profile import WebAddress
from achievement_pipeline.publishing.outbox.slots import PostingTimes

if TYPE_CHECKING:
    import jinja2

API_URL = "https://api.linkedin.com"
OAUTH_URL = "https://www.linkedin.com/oauth/v2"

TEMPLATE = """\
{{ done }}{% if company %} ({{ company }}){% endif +%}

{% if summary %}
{{ summary }}

{% endif %}
{% if outcome %}
{{ outcome }}

{% endif %}
{% if link %}
{% if repository %}{{ repository }}: {% endif %}{{ link }}

{% endif %}
{{ hashtags }}
"""


class LinkedInVisibility(StrEnum):
    """Who sees a post, by LinkedIn's names."""

    PUBLIC = "PUBLIC"
    CONNECTIONS = "CONNECTIONS"


@functools.lru_cache(maxsize=8)
def compile_template(source: str) -> jinja2.Template:
    """Return a template that can reach nothing but what it is given."""
    # imported here: every command reads these settings, few render a post
    import jinja2  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    return SandboxedEnvironment(undefined=jinja2.StrictUndefined, trim_blocks=True).from_string(source)


def _compiles(source: str) -> str:
    import jinja2  # noqa: PLC0415

    try:
        compile_template(source)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"the template is wrong in line {error.lineno}: {error.message}") from error
    return source


class LinkedInSettings(StrictModel):
    """How posts are made."""

    automatic: bool = Field(default=False, description="Whether the asset posts what is due; else it only shows it")
    version: str = Field(
        default="202610", pattern=r"^20\d{2}(0[1-9]|1[0-2])$", description="Version of the API, YYYYMM; lives a year"
    )
    visibility: LinkedInVisibility = Field(default=LinkedInVisibility.PUBLIC, description="Who sees a post")
    template: Annotated[str, AfterValidator(_compiles)] = Field(
        default=TEMPLATE,
        description="Jinja2: title, done, company, summary, outcome, results, skills, hashtags, link, ...",
    )
    portfolio: WebAddress | None = Field(
        default=None, description="Linked where an achievement has no evidence that can be seen"
    )
    hashtags: int = Field(default=4, ge=0, le=30, description="At most so many hashtags, of the strongest skills")
    resend: bool = Field(
        default=False,
        description="After an unclear answer, send the identical text again and read 'duplicate' as 'done'",
    )
    redirect_port: int = Field(
        default=8765, ge=1024, le=65535, description="Port of the redirect URL http://localhost:PORT/callback"
    )
    times: PostingTimes = PostingTimes()


WARNED_BEFORE = dt.timedelta(days=14)
"""How long before a login expires people are warned."""
