"""Who acts: until people sign in, the name under which the machine knows the person at the terminal."""

from __future__ import annotations

import getpass
import os

from kpi.text import clean

MOST_CHARACTERS = 100


def who() -> str:
    """The login name of the person at the terminal."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the machine's list
        name = f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return clean(name)[:MOST_CHARACTERS] or "unknown"
