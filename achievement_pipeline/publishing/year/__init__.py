"""The year in review: one page with charts, made to be shared; it loads nothing."""

from achievement_pipeline.publishing.year.page import write_year

__all__ = ["write_year"]
