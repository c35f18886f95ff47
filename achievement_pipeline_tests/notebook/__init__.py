"""A source that only these tests have: a lab notebook, of which each page is one activity."""
