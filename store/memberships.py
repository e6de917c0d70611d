"""Who is in which team, by days: what was before today never changes, and nobody is in two at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from store.plain import Plain


def move_to_team(plain: Plain, person: int, team: int | None, today: date) -> None:
    """From today on a person is in `team`, or in none; nothing is written before today.

    The team of a day is the one at its end: what began today has lasted no day and gives way.
    """
    day = today.toordinal()
    plain.run("DELETE FROM membership WHERE person = ? AND from_day >= ?", (person, day))
    plain.run(
        "UPDATE membership SET until_day = ? WHERE person = ? AND (until_day IS NULL OR until_day > ?)",
        (day, person, day),
    )
    if team is None:
        return
    goes_on = plain.run(
        "UPDATE membership SET until_day = NULL WHERE person = ? AND team = ? AND until_day = ?",
        (person, team, day),
    )
    if not goes_on:
        plain.run(
            "INSERT INTO membership (person, from_day, team, until_day) VALUES (?, ?, ?, NULL)",
            (person, day, team),
        )
