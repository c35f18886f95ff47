"""The base of the models of settings, rules and requests."""

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """An immutable model that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)
