"""Who was in which team on which day, after any changes in any order, by clocks that may be set back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.errors import StoreError
from store.memberships import move_to_team
from store.people import change_person
from tests.store.recorded import MONDAY

if TYPE_CHECKING:
    from datetime import date
    from typing import Any

    from store.plain import Plain
    from store.work import Store

START = MONDAY.date()
RAY = 2
# Days that pass before a change (or come back: two machines' clocks differ), and the team it is to.
MOVES = st.lists(st.tuples(st.integers(-2, 4), st.sampled_from([None, 1, 2])), max_size=12)
DAYS = [START + timedelta(days=number) for number in range(-24, 60)]


def held(plain: Plain) -> list[tuple[Any, ...]]:
    return plain.rows(
        "SELECT from_day, until_day, team FROM membership WHERE person = ? ORDER BY from_day", (RAY,)
    )


def team_on(rows: list[tuple[Any, ...]], day: date) -> int | None:
    """The team of a day; never two."""
    number = day.toordinal()
    found = [team for first, until, team in rows if first <= number and (until is None or number < until)]
    assert len(found) < 2, f"in {found} on {day}"
    return found[0] if found else None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(moves=MOVES)
def test_each_day_has_the_team_that_was_last_said_for_it(
    peopled: Store, moves: list[tuple[int, int | None]]
) -> None:
    with peopled.work("test", origin="system") as work:
        today, wanted = START, {day: 1 if day >= START else None for day in DAYS}
        for passed, team in moves:
            before = held(work.plain)
            today += timedelta(days=passed)
            move_to_team(work.plain, RAY, team, today)
            rows = held(work.plain)
            assert [team_on(rows, day) for day in DAYS if day < today] == [
                team_on(before, day) for day in DAYS if day < today
            ]
            assert sum(until is None for _, until, _ in rows) == (team is not None)
            wanted |= {day: team for day in DAYS if day >= today}
        assert [team_on(held(work.plain), day) for day in DAYS] == list(wanted.values())
        work.session.rollback()
        work.changed = False


def test_the_database_takes_no_second_open_membership(peopled: Store) -> None:
    for values in ("(2, 800000, 2, NULL)", "(1, 9, 1, 9)", "(1, 9, 1, 8)", "(1, 9, 77, NULL)"):
        with pytest.raises(StoreError), peopled.work("test", origin="system") as work:
            work.plain.run(f"INSERT INTO membership (person, from_day, team, until_day) VALUES {values}")
    assert change_person(peopled, RAY, team=1).changed is False
