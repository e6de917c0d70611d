"""Who uses a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi.audit_entry import Origin

SYSTEM = "system"  # who acts when nobody does; not a name, hence its own id


class Who(NamedTuple):
    """Who uses a store, and from where: the name of a person, or SYSTEM.

    `token` finds the token of their session, by the store's id; it is asked only where people sign in. An
    origin of “system” is the program itself, which needs none: its own upkeep, and what tests set up.
    """

    actor: str = SYSTEM
    origin: Origin = "system"
    token: Callable[[str], str | None] | None = None


NOBODY = Who()
