"""The portfolio: one HTML file that shows everything, and loads nothing from anywhere.

Charts are SVG whose numbers also stand in tables; the page works without its script, which only filters.
"""

from achievement_pipeline.publishing.portfolio.page import write_portfolio
from achievement_pipeline.publishing.portfolio.picture import draw_page

__all__ = ["draw_page", "write_portfolio"]
