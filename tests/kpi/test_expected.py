"""Targets: the team's median, times open roles, working days, season and ramp-up; none from too little."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.acts import History, Person, TeamWeek
from kpi.benchmarks import STANDARD, Benchmarks
from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.rounding import half_up, median, twice_median
from kpi.summary import ACTIVITY, FACTORS, Target
from kpi.thresholds import Season
from kpi.weekly import Weekly
from tests.kpi.weekly_facts import (
    FRI,
    MON,
    NOTHING_BEFORE,
    SAT,
    SUN,
    THU,
    TUE,
    WED,
    days,
    facts_of,
    history_of,
    listing,
    owned_by,
    team_of,
    weekly,
)

FIVE = team_of(5)
WEEKS = 13


def even(per_head: int, people: int = 5, *, weeks: int = WEEKS, roles: int = 10, team: int = 7) -> History:
    """Weeks in which everybody of a team did as many calls."""
    return history_of(
        {person: [100 * per_head] * weeks for person in range(1, people + 1)}, team, roles=roles
    )


def roles(count: int) -> list[Any]:
    return [listing(number, started_on=MON, owners=owned_by(1)) for number in range(1, count + 1)]


def target(built: Weekly, figure: str = "calls", person: int = 1) -> Target:
    found = built.summary(person).target(figure)
    assert found is not None
    return found


def factors(found: Target) -> dict[str, int]:
    return {one.name: one.percent for one in found.factors}


def of(
    history: History = NOTHING_BEFORE,
    people: Sequence[Person] = FIVE,
    open_roles: int = 10,
    benchmarks: Benchmarks = STANDARD,
    calendar: WorkingCalendar | None = None,
) -> Target:
    facts = facts_of(listings=roles(open_roles), people=people, history=history)
    return target(weekly(facts, benchmarks) if calendar is None else weekly(facts, benchmarks, calendar))


def test_an_ordinary_week_is_expected_to_be_like_the_weeks_before() -> None:
    found = of(even(20))
    assert (found.value, found.base, found.source, found.why) == (2000, 2000, "team", "")
    assert factors(found) == dict.fromkeys(FACTORS, 100)
    assert [one.figure for one in weekly(facts_of()).summary(1).targets] == list(ACTIVITY)


def test_factors_multiply_and_are_rounded_once() -> None:
    """The worked example of docs/summaries.md."""
    facts = facts_of(
        listings=roles(12),
        people=(Person(1, 7, MON - days(44)), *FIVE[1:]),
        history=even(15),
    )
    season = Season("Winter freeze", THU, FRI, 50)
    closed = WorkingCalendar(CalendarSpec(closures={TUE: "building works"}))
    found = target(weekly(facts, replace(STANDARD, seasons=(season,)), closed))
    assert factors(found) == {"open_roles": 120, "working_days": 80, "season": 75, "ramp_up": 50}
    assert found.base == 1500
    assert found.value == 540  # 15 × 1.2 × 0.8 × 0.75 × 0.5


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(0, 50_000), st.integers(5, 12), st.integers(0, 40)), min_size=8, max_size=13
    )
)
def test_the_base_is_the_median_of_the_weeks_averages(weeks: list[tuple[int, int, int]]) -> None:
    past = [TeamWeek((total,) * len(ACTIVITY), people, open_roles) for total, people, open_roles in weeks]
    found = of(History({}, {7: past}, past))
    exact = statistics.median([Fraction(total, people) for total, people, _ in weeks])
    assert found.base == half_up(Fraction(exact))
    assert found.base == pytest.approx(np.median([total / people for total, people, _ in weeks]), abs=0.51)


def test_only_the_last_weeks_are_looked_at() -> None:
    old, new = even(50).organisation, even(20).organisation
    both = [*old, *new]
    assert of(History({}, {7: both}, both)).base == 2000


# From too little: the organisation's, or none.


def test_a_team_under_five_gets_the_organisations_base() -> None:
    history = History({}, {7: even(50, 4).organisation}, even(20, 9).organisation)
    found = of(history, [*team_of(4), *(Person(number, 8, None) for number in range(5, 10))])
    assert (found.base, found.source) == (2000, "organisation")


def test_weeks_in_which_the_team_was_under_five_do_not_count() -> None:
    mixed = [*even(50, 4, weeks=5).organisation, *even(20, 5, weeks=8).organisation]
    assert of(History({}, {7: mixed}, mixed)).base == 2000
    mixed = [*even(50, 4, weeks=6).organisation, *even(20, 5, weeks=7).organisation]
    history = History({}, {7: mixed}, even(30, 9).organisation)
    found = of(history)
    assert (found.base, found.source) == (3000, "organisation")


@pytest.mark.parametrize(
    ("history", "people", "why"),
    [
        (NOTHING_BEFORE, FIVE, "only 0 of the last 13 weeks are known with 5 people or more"),
        (even(20, weeks=7), FIVE, "only 7 of the last 13 weeks are known with 5 people or more"),
        (even(20), team_of(4), "targets begin with 5 people: of fewer, a colleague's work could be told"),
    ],
)
def test_without_enough_there_is_no_target_and_it_says_why(
    history: History, people: Sequence[Person], why: str
) -> None:
    found = of(history, people)
    assert (found.value, found.base, found.source, found.factors) == (None, None, None, ())
    assert why in found.why


def test_somebody_without_a_team_is_measured_by_the_organisation() -> None:
    facts = facts_of(people=(Person(1, None, None), *FIVE[1:], Person(6, 7, None)), history=even(20))
    assert target(weekly(facts)).source == "organisation"
    assert target(weekly(facts), person=2).source == "team"


# Factors.


@pytest.mark.parametrize(
    ("now", "percent"), [(10, 100), (15, 150), (7, 70), (0, 50), (3, 50), (20, 200), (60, 200)]
)
def test_open_roles_a_head_are_compared_and_bounded(now: int, percent: int) -> None:
    assert factors(of(even(20), open_roles=now))["open_roles"] == percent


def test_team_size_is_adjusted_for() -> None:
    """Ten people with twice the roles are expected to do as much each as five were."""
    ten = of(even(20), team_of(10), open_roles=20)
    assert (ten.value, factors(ten)["open_roles"]) == (2000, 100)
    assert factors(of(even(20), team_of(10), open_roles=10))["open_roles"] == 50


def test_without_open_roles_before_there_is_nothing_to_compare_with() -> None:
    found = of(even(20, roles=0), open_roles=5)
    assert factors(found)["open_roles"] == 100
    assert "to compare with" in found.factors[0].said


def test_frozen_roles_and_those_of_others_are_not_the_teams() -> None:
    listings = [
        *roles(10),
        listing(90, started_on=MON, owners=owned_by(99)),
        listing(91, started_on=MON, owners=owned_by(None)),
        listing(92, started_on=MON, cancelled_on=SUN),
    ]
    facts = facts_of(listings=listings, people=FIVE, history=even(20))
    assert factors(target(weekly(facts)))["open_roles"] == 100


@pytest.mark.parametrize(
    ("closed", "extra", "percent"),
    [((), (), 100), ((MON,), (), 80), ((MON, TUE, WED, THU, FRI), (), 0), ((), (SAT,), 120)],
)
def test_fewer_working_days_expect_less(
    closed: tuple[date, ...], extra: tuple[date, ...], percent: int
) -> None:
    spec = CalendarSpec(closures=dict.fromkeys(closed, "shut"), extra_days=dict.fromkeys(extra, "open"))
    found = of(even(20), calendar=WorkingCalendar(spec))
    assert factors(found)["working_days"] == percent
    assert found.value == 20 * percent


@pytest.mark.parametrize(
    ("seasons", "percent", "said"),
    [
        ((), 100, "no season"),
        ((Season("A", MON, SUN, 40),), 40, "A on 5 of 5 days"),
        ((Season("A", MON - days(9), TUE, 50),), 80, "A on 2 of 5 days"),
        ((Season("A", SAT, SUN, 0),), 100, "no season"),
        ((Season("A", MON, MON, 0), Season("B", FRI, FRI, 150)), 90, "A on 1 of 5 days; B on 1 of 5 days"),
        ((Season("A", MON, MON, 33), Season("B", TUE, TUE, 50)), 77, "A on 1"),  # 76.6
    ],
)
def test_a_season_counts_for_its_working_days(seasons: tuple[Season, ...], percent: int, said: str) -> None:
    found = of(even(20), benchmarks=replace(STANDARD, seasons=seasons))
    assert factors(found)["season"] == percent
    assert found.factors[2].said.startswith(said)


@pytest.mark.parametrize(
    ("joined_on", "percent"),
    [
        (None, 100),
        (FRI, 25),
        (MON, 25),
        (MON - days(29), 25),  # the week begins on day 30
        (MON - days(30), 50),
        (MON - days(59), 50),
        (MON - days(60), 75),
        (MON - days(89), 75),
        (MON - days(90), 100),
    ],
)
def test_somebody_new_is_expected_to_do_less(joined_on: date | None, percent: int) -> None:
    found = of(even(20), (Person(1, 7, joined_on), *FIVE[1:]))
    assert factors(found)["ramp_up"] == percent
    assert found.value == 20 * percent


def test_without_steps_nobody_ramps_up() -> None:
    found = of(even(20), (Person(1, 7, MON), *FIVE[1:]), benchmarks=replace(STANDARD, ramp=()))
    assert found.value == 2000


# Rounding, which all of it rests on.


@given(st.fractions())
def test_half_goes_up(value: Fraction) -> None:
    assert -Fraction(1, 2) < half_up(value) - value <= Fraction(1, 2)


@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_a_median_is_that_of_the_standard_library(values: list[int]) -> None:
    fractions = [Fraction(value) for value in values]
    assert median(fractions) == statistics.median(fractions) == Fraction(twice_median(values), 2)


def test_nothing_has_no_median() -> None:
    with pytest.raises(ValueError, match="no median"):
        twice_median([])
