"""Teams, who leads them, and who stands in for the manager when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from kpi.policy import Role
from store.errors import StoreError
from store.people import add_person, change_person, deactivate_person
from store.people_rows import PeopleConflictError
from store.teams import add_team, change_team, delegate, end_delegation
from tests.store.helpers import Clock
from tests.store.recorded import MONDAY, changes_of, entries, last_seq

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.work import Store

MOYRA, RAY, NORTH, SOUTH = 1, 2, 1, 2
TODAY = MONDAY.date()
TOMORROW = TODAY + timedelta(days=1)
FRIDAY = TODAY + timedelta(days=4)


def refusal(store: Store, act: Callable[[], object]) -> str:
    """What a refusal says; the log has it without names, and nothing else."""
    last = last_seq(store.location)
    with pytest.raises(StoreError) as error:
        act()
    told = entries(store.location, last)
    assert {(entry.outcome, entry.changes) for entry in told} <= {("refused", ())}
    assert not any(name in str(entry.reason) for entry in told for name in ("Moyra", "Ray", "Hal"))
    return str(error.value)


# ------------------------------------------------------------------------------------------- teams


def test_a_team_is_led_by_who_has_the_role_for_it(peopled: Store) -> None:
    hal = add_person(peopled, "Hal", Role.HR_PARTNER).number
    team = add_team(peopled, " East \n", manager=MOYRA, hr_partner=hal)
    assert (team.number, team.name, team.manager, team.hr_partner) == (3, "East", MOYRA, hal)
    assert changes_of(entries(peopled.location)[-1]) == {
        "name": (None, "East"), "manager": (None, MOYRA), "hr_partner": (None, hal),
    }  # fmt: skip
    for act, why in (
        (partial(change_team, peopled, NORTH, manager=hal), "Hal is no team manager"),
        (partial(change_team, peopled, NORTH, hr_partner=MOYRA), "Moyra is no HR business partner"),
        (partial(add_team, peopled, "West", manager=RAY), "Ray is no team manager"),
        (partial(add_team, peopled, "West", manager=9), "there is no person 9"),
        (partial(change_team, peopled, 9, name="West"), "there is no team 9"),
        (partial(add_team, peopled, "ＮＯＲＴＨ"), "team 1 is called “North” already"),
        (partial(change_team, peopled, SOUTH, name="north"), "team 1 is called “North” already"),
    ):
        assert why in refusal(peopled, act)
    deactivate_person(peopled, hal)
    assert "Hal is deactivated and can lead no team" in refusal(
        peopled, partial(change_team, peopled, NORTH, hr_partner=hal)
    )
    assert change_team(peopled, 3, name="East & West").team.hr_partner == hal  # as they were before


def test_a_change_of_nothing_writes_nothing(peopled: Store) -> None:
    change_team(peopled, NORTH, manager=MOYRA)
    last = last_seq(peopled.location)
    assert not change_team(peopled, NORTH).changed
    assert not change_team(peopled, NORTH, name="North", manager=MOYRA, hr_partner=None).changed
    assert last_seq(peopled.location) == last
    assert change_team(peopled, NORTH, name="NORTH", manager=None).changed
    assert last_seq(peopled.location) == last + 1


def test_a_newer_change_is_no_overwrite(peopled: Store) -> None:
    other = add_person(peopled, "Hal", Role.TEAM_MANAGER).number
    form = change_team(peopled, NORTH).team
    change_team(peopled, NORTH, manager=MOYRA)
    with pytest.raises(PeopleConflictError, match=r"manager was nobody when .* is Moyra now; Hal was not"):
        change_team(peopled, NORTH, manager=other, expected=form)
    assert entries(peopled.location)[-1].reason == "team 1: manager was changed meanwhile"
    assert change_team(peopled, NORTH, name="Far north", expected=form).team.manager == MOYRA


# --------------------------------------------------------------------------------------- delegates


def test_somebody_stands_in_from_one_day_to_the_end_of_another(peopled: Store) -> None:
    change_team(peopled, NORTH, manager=MOYRA)
    made = delegate(peopled, NORTH, RAY, TODAY, FRIDAY)
    assert (made.number, made.team, made.delegate, made.from_day, made.until_day) == (
        1, NORTH, RAY, TODAY, FRIDAY,
    )  # fmt: skip
    assert changes_of(entries(peopled.location)[-1]) == {
        "team": (None, NORTH), "delegate": (None, RAY), "from": (None, "2026-11-16"),
        "until": (None, "2026-11-20"),
    }  # fmt: skip
    yesterday = TODAY - timedelta(days=1)
    for act, why in (
        (partial(delegate, peopled, NORTH, MOYRA, TODAY, FRIDAY), "Moyra is the manager of team 1"),
        (partial(delegate, peopled, NORTH, MOYRA, FRIDAY, TODAY), "until: 2026-11-16 comes before"),
        (partial(delegate, peopled, SOUTH, RAY, yesterday, FRIDAY), "has been"),
        (partial(delegate, peopled, 9, RAY, TODAY, FRIDAY), "there is no team 9"),
        (partial(delegate, peopled, SOUTH, 9, TODAY, FRIDAY), "there is no person 9"),
        (partial(change_team, peopled, NORTH, manager=RAY), "Ray is no team manager"),
    ):
        assert why in refusal(peopled, act)
    change_team(peopled, NORTH, manager=None)
    change_person(peopled, RAY, role="team_manager")
    assert "Ray stands in there by delegation 1, end that first" in refusal(
        peopled, partial(change_team, peopled, NORTH, manager=RAY)
    )


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        (date(2026, 11, 16), date(2026, 11, 17), True),
        (date(2026, 11, 16), date(2026, 11, 18), False),
        (date(2026, 11, 19), date(2026, 11, 19), False),
        (date(2026, 11, 20), date(2026, 11, 30), False),
        (date(2026, 11, 17), date(2026, 11, 23), False),
        (date(2026, 11, 21), date(2026, 11, 21), True),
    ],
)
def test_one_at_a_time_stands_in_at_a_team(peopled: Store, first: date, last: date, fits: bool) -> None:
    delegate(peopled, NORTH, RAY, date(2026, 11, 18), date(2026, 11, 20))
    delegate(peopled, SOUTH, RAY, first, last)  # which is another team
    if fits:
        assert delegate(peopled, NORTH, MOYRA, first, last).number == 3
    else:
        assert "Ray stands in from 2026-11-18 to 2026-11-20 already (delegation 1)" in refusal(
            peopled, partial(delegate, peopled, NORTH, MOYRA, first, last)
        )


def test_a_delegation_is_ended_at_once_or_before_it_begins(peopled: Store) -> None:
    delegate(peopled, NORTH, RAY, TODAY, FRIDAY)
    delegate(peopled, SOUTH, RAY, TOMORROW, FRIDAY)
    assert end_delegation(peopled, 1).delegate == RAY
    assert changes_of(entries(peopled.location)[-1]) == {"withdrawn": (None, "2026-11-16T09:00:00+00:00")}
    assert delegate(peopled, NORTH, MOYRA, TODAY, FRIDAY).number == 3  # nobody stands in any more
    peopled.clock = Clock(datetime(2026, 11, 20, 23, tzinfo=UTC))
    assert end_delegation(peopled, 2).until_day == FRIDAY
    peopled.clock = Clock(datetime(2026, 11, 21, 1, tzinfo=UTC))
    for number, why in ((1, "has ended already"), (2, "has ended"), (3, "has ended"), (4, "there is no")):
        assert f"delegation {number}" in (said := refusal(peopled, partial(end_delegation, peopled, number)))
        assert why in said


def test_the_deactivated_stand_in_for_nobody(peopled: Store) -> None:
    deactivate_person(peopled, RAY)
    assert "Ray is deactivated and can stand in for nobody" in refusal(
        peopled, partial(delegate, peopled, NORTH, RAY, TODAY, FRIDAY)
    )
