"""Follow lines through a history: who wrote them, and how long they were in use."""
