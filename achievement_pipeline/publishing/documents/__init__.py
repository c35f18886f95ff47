"""Documents: brag, resume, digest, feed, CSV and JSON."""
