"""Read the histories, pull requests and releases of a run, taking along what is stored. A broken one stops no other."""
