"""One module per lane: from raw frames to activities, scores and skills."""
