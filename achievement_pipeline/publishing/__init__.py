"""SHOW: the ways out, all of them through one privacy gate. Reads from the store, never judges."""
