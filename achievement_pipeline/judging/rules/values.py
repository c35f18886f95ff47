"""The ranges of what rules can be set to."""

from typing import Annotated

from pydantic import Field

Points = Annotated[float, Field(ge=0, le=100)]
Divisor = Annotated[float, Field(ge=0.01, le=1_000_000)]
Weight = Annotated[float, Field(ge=-100, le=100)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
