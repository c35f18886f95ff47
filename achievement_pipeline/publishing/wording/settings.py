"""``[wording]`` of the user's ``achievements.toml``."""

from pydantic import Field, model_validator

from achievement_pipeline.parsing.strict_model import StrictModel


class WordingSettings(StrictModel):
    """The language model that proposes wordings. Off without an address; there is no default."""

    address: str | None = Field(
        default=None, description="Base URL of an API like OpenAI's, such as http://127.0.0.1:11434/v1; unset: off"
    )
    model: str = Field(default="", max_length=200, description="Name of the model there")
    timeout: int = Field(default=120, ge=1, le=3600, description="Seconds that an answer may take")

    @model_validator(mode="after")
    def _names_its_model(self) -> "WordingSettings":
        if self.address and not self.model:
            raise ValueError("Name the model too: model = ...")
        return self
