"""Sensors, and what triggers each lane."""
