"""Codes that several steps share. Imports nothing, so that the command line need not wait for it."""

from typing import Final

NOT_ASKED: Final = "not-asked"
"""Reason code of what the filter by author and date leaves out."""
PUBLIC_NAMES: Final = "public names"
"""The rule of ledger lines for the public names, options and variables that a piece of work added."""
IN_USE: Final = "in use"
"""The rule of ledger lines for how much of a piece of work is still in use."""
