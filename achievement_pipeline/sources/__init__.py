"""Readers of git and of APIs, one per source. Each returns raw dataframes without judging them."""
