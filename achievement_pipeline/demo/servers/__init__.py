"""Servers on loopback that answer from memory in the formats of the real APIs.

They serve the world of `achievements demo`, and the tests, which add faults to them.
"""
