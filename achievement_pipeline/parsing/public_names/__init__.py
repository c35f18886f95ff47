"""Find the public names, options and environment variables in lines of source."""

from achievement_pipeline.parsing.public_names.finding import (
    Found,
    PublicName,
    find_names,
    is_readable,
    names_in,
    without_moved,
)
from achievement_pipeline.parsing.public_names.forms import Kind

__all__ = ["Found", "Kind", "PublicName", "find_names", "is_readable", "names_in", "without_moved"]
