"""The user's decisions, and the texts that are proposed to them."""
