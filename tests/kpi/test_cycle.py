"""Time to fill and to offer: by urgency and criticality, with open listings, against lifelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from kpi.acts import ListingFacts, Ownership
from kpi.benchmarks import STANDARD
from kpi.cycle import calendar_days, metric_of
from kpi.deadlines import Freeze
from kpi.summary import CycleGroup
from kpi.thresholds import CycleRule
from tests.kpi.weekly_facts import (
    ENGLAND,
    FRI,
    LONG_AGO,
    MON,
    SUN,
    TUE,
    WED,
    WEEK,
    days,
    listing,
    owned_by,
    summed,
)

SINCE = WEEK.before(12).first


def role(number: int = 1, **said: Any) -> ListingFacts:
    """A listing that began four weeks before the week."""
    return listing(number, **{"started_on": MON - days(28)} | said)


def cycles(*listings: ListingFacts) -> tuple[CycleGroup, ...]:
    return summed(listings=listings).cycle


@pytest.mark.parametrize(
    ("urgency", "criticality", "metric"),
    [
        (None, None, "time_to_fill"),
        ("routine", "minor", "time_to_fill"),
        ("URGENT", None, "time_to_offer"),
        (None, "Critical", "time_to_offer"),
    ],
)
def test_urgency_and_criticality_choose_the_metric(
    urgency: str | None, criticality: str | None, metric: str
) -> None:
    one = listing(urgency=urgency, criticality=criticality)
    assert metric_of(one, STANDARD.cycle) == metric


def test_the_first_rule_that_fits_counts() -> None:
    rules = (CycleRule("urgent", "critical", "time_to_offer"), CycleRule("urgent", None, "time_to_fill"))
    cycle = replace(STANDARD.cycle, rules=rules, default="time_to_offer")
    assert metric_of(listing(urgency="urgent", criticality="critical"), cycle) == "time_to_offer"
    assert metric_of(listing(urgency="urgent", criticality="minor"), cycle) == "time_to_fill"
    assert metric_of(listing(criticality="critical"), cycle) == "time_to_offer"


def test_a_filled_listing_has_its_days_working_and_of_the_calendar() -> None:
    (group,) = cycles(role(filled_on=TUE))
    assert (group.group, group.metric) == ("other, external", "time_to_fill")
    assert (group.finished, group.open, group.unfilled) == (1, 0, 0)
    assert (group.working_p50, group.calendar_p50) == (21, 29)
    assert (group.working_p85, group.calendar_p85) == (21, 29)
    assert group.listings == ("L1",)


def test_an_urgent_listing_is_done_with_its_offer() -> None:
    (group,) = cycles(role(urgency="urgent", offered_on=MON - days(21), filled_on=TUE))
    assert (group.metric, group.working_p50, group.calendar_p50) == ("time_to_offer", 5, 7)


def test_frozen_days_are_taken_off_both() -> None:
    (group,) = cycles(role(filled_on=TUE, freezes=(Freeze(MON - days(21), MON - days(7)),)))
    assert (group.working_p50, group.calendar_p50) == (11, 15)


def test_open_listings_are_counted_and_never_dropped_silently() -> None:
    """Half of what is known only to have lasted longer says no median."""
    (group,) = cycles(role(1, filled_on=MON - days(21)), role(2), role(3))
    assert (group.finished, group.open) == (1, 2)
    assert group.listings == ("L1", "L2", "L3")
    assert (group.working_p50, group.working_p85) == (None, None)


def test_what_ended_without_a_fill_is_said() -> None:
    (group,) = cycles(role(1, ended_on=WED), role(2, filled_on=WED, ended_on=WED))
    assert (group.finished, group.open, group.unfilled) == (1, 0, 1)


def test_kinds_of_roles_are_apart() -> None:
    groups = cycles(
        role(1), role(2, role_type="technical"), role(3, internal=True), role(4, urgency="urgent"), role(5)
    )
    assert [(one.group, one.metric, one.listings) for one in groups] == [
        ("other, external", "time_to_fill", ("L1", "L5")),
        ("other, external", "time_to_offer", ("L4",)),
        ("other, internal", "time_to_fill", ("L3",)),
        ("technical, external", "time_to_fill", ("L2",)),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"started_on": None},
        {"started_on": SUN + days(1)},
        {"started_on": LONG_AGO, "filled_on": SINCE - days(1)},
        {"started_on": LONG_AGO, "ended_on": SINCE - days(1)},
        {"started_on": LONG_AGO, "cancelled_on": SINCE - days(1)},
        {"owners": owned_by(2)},
        {"owners": owned_by(None)},
        {"freezes": (Freeze(MON, None),)},
        {"cancelled_on": SUN},
    ],
)
def test_what_is_not_in_the_cycle(said: dict[str, Any]) -> None:
    assert cycles(role(**said)) == ()


def test_the_weeks_last_day_is_in_the_week() -> None:
    (group,) = cycles(role(1, filled_on=SUN), role(2, ended_on=SUN))
    assert (group.finished, group.open, group.unfilled) == (1, 0, 1)


def test_the_weeks_looked_at_include_their_first_day() -> None:
    (group,) = cycles(role(started_on=LONG_AGO, filled_on=SINCE))
    assert group.finished == 1


def test_what_happens_after_the_week_does_not_count() -> None:
    assert cycles(role(filled_on=SUN + days(1), cancelled_on=SUN + days(2))) == cycles(role())


def test_a_finished_listing_is_of_who_owned_it_then_an_open_one_of_who_owns_it_now() -> None:
    mine_then = (Ownership(LONG_AGO, WED, 1), Ownership(WED, None, 2))
    (group,) = cycles(role(1, owners=mine_then, filled_on=TUE), role(2, owners=mine_then))
    assert (group.listings, group.open) == (("L1",), 0)


def test_a_frozen_and_a_cancelled_listing_are_counted_as_left_out() -> None:
    listings = [role(1, freezes=(Freeze(MON, None),)), role(2, cancelled_on=SINCE), role(3)]
    excluded = summed(listings=listings).excluded
    assert (excluded.frozen_listings, excluded.cancelled_listings) == (1, 1)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 80), st.booleans()), min_size=1, max_size=25))
def test_percentiles_are_those_of_lifelines(lasted: Sequence[tuple[int, bool]]) -> None:
    """Each listing ended on Friday, filled or not, so many days after its start."""
    ends = {True: "filled_on", False: "ended_on"}
    listings = [
        role(number, started_on=FRI - days(length), **{ends[done]: FRI})
        for number, (length, done) in enumerate(lasted, 1)
    ]
    (group,) = cycles(*listings)
    assert (group.finished, group.unfilled) == (
        sum(done for _, done in lasted),
        sum(not done for _, done in lasted),
    )
    off = [np.datetime64(day) for day in ENGLAND.holidays]
    working = [
        int(np.busday_count(FRI - days(length - 1), FRI + days(1), holidays=off)) for length, _ in lasted
    ]
    seen = [done for _, done in lasted]
    if any(seen):
        assert_fits([length for length, _ in lasted], seen, (group.calendar_p50, group.calendar_p85))
        assert_fits(working, seen, (group.working_p50, group.working_p85))


def assert_fits(lengths: list[int], seen: list[bool], found: tuple[int | None, ...]) -> None:
    curve = KaplanMeierFitter().fit(lengths, seen).survival_function_["KM_estimate"]
    for share, told in zip((Fraction(1, 2), Fraction(17, 20)), found, strict=True):
        # Its curve is a product of floats: on the very edge it may lie a hair beside ours.
        edges = (curve[curve <= float(1 - share) + hair] for hair in (-1e-9, 1e-9))
        assert told in {None if one.empty else int(one.index[0]) for one in edges}


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    st.integers(0, 90),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=3),
)
def test_calendar_days_are_those_that_were_not_frozen(
    start: date, length: int, gaps: list[tuple[int, int]]
) -> None:
    end, freezes, begin = start + days(length), [], start - days(20)
    for gap, lasts in gaps:
        freezes.append(Freeze(begin + days(gap), begin + days(gap + lasts)))
        begin = begin + days(gap + lasts)
    counted = [
        day
        for day in (start + days(n) for n in range(1, length + 1))
        if not any(freeze.begin < day <= (freeze.lifted or end) for freeze in freezes)
    ]
    assert calendar_days(start, end, freezes) == len(counted)


# Context.


def test_priorities_say_what_is_urgent_critical_or_long() -> None:
    listings = [
        role(3, urgency="Urgent", criticality="critical"),
        role(1, started_on=LONG_AGO),
        role(2, urgency="routine"),
        role(4, urgency="urgent", offered_on=TUE),
        role(5, urgency="urgent", freezes=(Freeze(MON, None),)),
    ]
    working = ENGLAND.working_days_between(LONG_AGO, SUN)
    assert summed(listings=listings).priorities == (
        f"L1: long cycle, {working} working days so far",
        "L3: urgency Urgent; criticality critical",
    )
