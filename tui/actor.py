"""Who acts: until people sign in, the name under which the machine knows the person at the terminal."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from kpi.text import clean

if TYPE_CHECKING:
    from kpi.audit_entry import Origin
    from store.location import Location
    from store.work import Store

MOST_CHARACTERS = 100


def writer(location: Location, origin: Origin) -> Store:
    """The store for an operation of the person at the terminal; to be closed afterwards."""
    from store.audit import Who  # deferred: writing needs what reading does not
    from store.work import Store

    return Store(location, who=Who(who(), origin))


def who() -> str:
    """The login name of the person at the terminal."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a user without an entry in the machine's list
        name = f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
    return clean(name)[:MOST_CHARACTERS] or "unknown"
