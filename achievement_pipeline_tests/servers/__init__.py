"""Servers on loopback that speak as the real APIs do, faults included, for tests and benchmarks."""
