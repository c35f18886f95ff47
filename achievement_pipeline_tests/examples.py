"""How many examples a law of its own cost tries."""

from hypothesis import settings


def examples(full: int) -> int:
    """Return `full`, or a quarter of it in the profile ``dev``, which is for every day (`conftest`)."""
    return max(2, full // 4) if settings.get_current_profile_name() == "dev" else full
