"""The block of achievements on a GitHub profile: what it says, and how it gets there."""
