"""From judged slices to stored achievements: what differs is written, and the touched pieces of work are composed."""
