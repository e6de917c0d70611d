"""What somebody is to the organisation today, as far as their rights depend on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kpi.policy import GRANTABLE, Action, Role, Standing
from store.errors import StoreError

if TYPE_CHECKING:
    from datetime import date

    from store.plain import Plain


def standing_of(plain: Plain, number: int, today: date) -> Standing:
    """What a person is on the day `today`, as far as rights depend on it.

    StoreError for who is not there or deactivated: they have no rights at all.
    """
    row = plain.row(
        "SELECT p.role, m.team FROM person p LEFT JOIN membership m ON m.person = p.number "
        "AND m.until_day IS NULL WHERE p.number = ? AND p.active = 1",
        (number,),
    )
    if row is None:
        raise StoreError(f"person {number} is deactivated or not there, and may do nothing")
    day, role = today.toordinal(), Role(row[0])
    manages = plain.rows(
        "SELECT number FROM team WHERE manager = ? UNION SELECT team FROM delegation "
        "WHERE delegate = ? AND withdrawn_at IS NULL AND from_day <= ? AND until_day >= ?",
        (number, number, day, day),
    )
    own = plain.rows("SELECT number FROM team WHERE manager = ?", (number,))
    partners = plain.rows("SELECT number FROM team WHERE hr_partner = ?", (number,))
    listings = plain.rows("SELECT listing FROM assignment WHERE person = ?", (number,))
    return Standing(
        person=number,
        role=role,
        team=row[1],
        manages=frozenset(team for (team,) in manages),
        stands_in=frozenset(team for (team,) in set(manages) - set(own)),
        partners=frozenset(team for (team,) in partners),
        listings=frozenset(ref for (ref,) in listings),
        granted=_granted(plain, number, day) if role == Role.AUDITOR else frozenset(),
    )


def _granted(plain: Plain, number: int, day: int) -> frozenset[Action]:
    """What the grants hold that were approved, have begun and have not ended."""
    rows = plain.rows(
        "SELECT actions FROM access_grant WHERE person = ? AND approved_at IS NOT NULL AND ended_at IS NULL "
        "AND from_day <= ? AND until_day >= ?",
        (number, day, day),
    )
    said = {action for (actions,) in rows for action in json.loads(actions)}
    return frozenset(action for action in GRANTABLE if action.value in said)
