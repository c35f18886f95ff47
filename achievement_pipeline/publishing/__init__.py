"""SHOW: the channels, all behind one privacy gate. Reads from the store, never judges."""
