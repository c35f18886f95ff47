"""E-mail addresses as plain text."""

from achievement_pipeline.parsing.patterns import compile_pattern

NUMBERED_NOREPLY = r"^\d+\+(.+@users\.noreply\.github\.com)$"
"""GitHub's noreply address with the account's number in front of the login."""
_NUMBERED_NOREPLY = compile_pattern(NUMBERED_NOREPLY)


def plain_address(address: str) -> str:
    """Normalise an address for comparison: lower case, and one form for GitHub's two noreply forms of a login."""
    return _NUMBERED_NOREPLY.sub(r"\1", address.strip().lower())


def login_of(address: str) -> str:
    """Return the login that a noreply address of a git host names; empty for any other address."""
    login, _, host = address.partition("@")
    return login.rpartition("+")[2] if host.lower().startswith("users.noreply.") else ""
