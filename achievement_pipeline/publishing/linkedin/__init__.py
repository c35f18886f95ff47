"""Posts on LinkedIn: text, login, sending, and what becomes of what was sent."""
