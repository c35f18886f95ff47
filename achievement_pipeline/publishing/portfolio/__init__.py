"""The portfolio: one HTML file that shows everything, and loads nothing from anywhere.

Charts are SVG, with their numbers in tables too; the page works without its script, which only filters.
"""

from achievement_pipeline.publishing.portfolio.page import write_portfolio
from achievement_pipeline.publishing.portfolio.picture import draw_page

__all__ = ["draw_page", "write_portfolio"]
