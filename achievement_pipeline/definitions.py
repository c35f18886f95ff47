"""The code location: the one `Definitions` object."""

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.settings import load_settings

defs = build_defs(load_settings())
