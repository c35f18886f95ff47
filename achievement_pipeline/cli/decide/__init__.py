"""Commands that decide: `edit`, `approve`, `hide`, `pin`, `add`, `merge`, `split`, `undo`, `review`, `web`."""
