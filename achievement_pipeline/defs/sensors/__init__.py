"""All sensors."""
