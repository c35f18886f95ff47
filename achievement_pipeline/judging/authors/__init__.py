"""Whether an author is a person, a bot or an agent, and which of their addresses and accounts are one person."""
