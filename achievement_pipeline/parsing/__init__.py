"""Parse text that other people wrote, within limits, and describe what is wrong with it."""
