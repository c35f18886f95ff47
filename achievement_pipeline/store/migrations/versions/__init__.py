"""One file a version of the tables, named by its revision: ``0001_what_it_does.py``."""
