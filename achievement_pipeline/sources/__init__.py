"""READ: each module turns one outside system into dataframes. Nothing is judged here."""
