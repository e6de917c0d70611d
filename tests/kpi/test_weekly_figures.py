"""Activity, outcomes and tasks of a week: whose they are, what they weigh, what counts nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpi.acts import Ownership, Person
from kpi.benchmarks import STANDARD
from kpi.deadlines import Freeze
from kpi.figures import Counting, acts_from, owners_while_open, why_left_out
from kpi.summary import ACTIVITY, FIGURES
from tests.kpi.weekly_facts import (
    FRI,
    KNOWN,
    LONG_AGO,
    MON,
    SUN,
    THU,
    TUE,
    WED,
    WEEK,
    act,
    counts,
    days,
    facts_of,
    listing,
    owned_by,
    summed,
    task,
    weekly,
)

STANDARD_COUNTING = Counting(STANDARD, 1, KNOWN)


def test_every_figure_stands_in_every_summary_in_one_order() -> None:
    assert tuple(one.name for one in summed().figures) == FIGURES
    assert counts(summed()) == {}


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("call_made", "calls"),
        ("phone_call", "calls"),
        ("email_sent", "emails"),
        ("candidate_submitted", "submissions"),
        ("interviews_arranged", "interviews"),
        ("note_added", "notes"),
        ("offer_started", "stage_moves"),
        ("listing_frozen", "stage_moves"),
        ("application_withdrawn", "stage_moves"),
    ],
)
def test_what_an_event_counts_as(kind: str, figure: str) -> None:
    found = {name: n for name, n in counts(summed([act(1, kind)])).items() if name in ACTIVITY}
    assert found == {figure: 1}


@pytest.mark.parametrize("kind", ["email_received", "coffee_made"])
def test_what_is_nobodys_work_counts_nowhere(kind: str) -> None:
    assert counts(summed([act(1, kind)])) == {}


def test_activity_is_of_who_did_it_and_outcomes_are_of_who_owns_the_listing() -> None:
    bens = listing(2, owners=owned_by(2))
    facts = facts_of(
        [act(5, "offer_sent", listing=2), act(6, "contract_accepted", person=2)], [listing(), bens]
    )
    both = weekly(facts)
    assert counts(both.summary(1)) == {"stage_moves": 1, "hires": 1}
    assert counts(both.summary(2)) == {"stage_moves": 1, "offers": 1}
    assert both.summary(1).figure("hires").events == (6,)


def test_an_outcome_is_of_who_owned_the_listing_on_its_day() -> None:
    handed_over = listing(owners=(Ownership(LONG_AGO, WED, 2), Ownership(WED, None, 1)))
    acts = [act(1, "offer_sent", TUE, person=3), act(2, "offer_sent", WED, person=3)]
    both = weekly(facts_of(acts, [handed_over]))
    assert both.summary(1).figure("offers").events == (2,)
    assert both.summary(2).figure("offers").events == (1,)


def test_what_nobody_linked_did_or_owns_is_nobodys() -> None:
    assert counts(summed([act(1, "offer_sent", person=None)], [listing(owners=owned_by(None))])) == {}


def test_only_the_seven_days_count() -> None:
    acts = [act(1, day=MON - days(1)), act(2, day=MON), act(3, day=SUN), act(4, day=SUN + days(1))]
    assert summed(acts).figure("calls").events == (2, 3)


@pytest.mark.parametrize(
    ("role_type", "internal", "weight"),
    [
        (None, False, 100),
        ("clerical", False, 100),
        ("Technical", False, 125),
        ("clerical", True, 70),
        ("technical", True, 88),  # 87.5, and half goes up
    ],
)
def test_an_event_weighs_what_its_listing_is(role_type: str | None, internal: bool, weight: int) -> None:
    assert STANDARD_COUNTING.weight(role_type, internal) == weight
    found = summed([act(1), act(2)], [listing(role_type=role_type, internal=internal)]).figure("calls")
    assert (found.count, found.weighted) == (2, 2 * weight)


def test_tasks_and_engagement_weigh_nothing() -> None:
    weighed = {one.group for one in summed().figures if one.weighted is not None}
    assert weighed == {"activity", "outcomes"}


def test_a_named_event_is_not_every_other_event() -> None:
    activity = dict(STANDARD.activity) | {"calls": ("*",), "stage_moves": ("listing_frozen",)}
    counting = Counting(replace(STANDARD, activity=activity), 1, KNOWN)
    assert counting.activity("listing_frozen") == ACTIVITY.index("stage_moves")
    assert counting.activity("offer_sent") == ACTIVITY.index("calls")
    assert counting.activity("call_made") is None


# What counts nowhere.


def test_a_frozen_listing_counts_nowhere_and_is_counted_as_such() -> None:
    frozen = listing(2, freezes=(Freeze(WED, None),), started_on=LONG_AGO)
    acts = [act(1), act(2, listing=2), act(3, "offer_sent", listing=2)]
    found = summed(acts, [listing(), frozen], [task(listing=2), task(2)])
    assert counts(found) == {"calls": 1, "tasks_overdue": 1}
    excluded = found.excluded
    assert (excluded.frozen_listings, excluded.frozen_events, excluded.frozen_tasks) == (1, 2, 1)
    assert excluded.cancelled_listings == excluded.cancelled_events == excluded.cancelled_tasks == 0


@pytest.mark.parametrize(
    ("freeze", "why"),
    [
        (Freeze(MON, None), "frozen"),
        (Freeze(SUN, None), "frozen"),
        (Freeze(MON, SUN), None),  # lifted on the last day: not frozen at its end
        (Freeze(MON, SUN + days(1)), "frozen"),
        (Freeze(SUN + days(1), None), None),
    ],
)
def test_frozen_is_what_is_frozen_at_the_weeks_end(freeze: Freeze, why: str | None) -> None:
    assert why_left_out(listing(freezes=(freeze,)), WEEK.last) == why


def test_a_cancelled_listing_counts_nowhere_from_its_week_on() -> None:
    found = summed([act(1)], [listing(cancelled_on=SUN)], [task(ended_on=TUE, outcome="finished")])
    assert counts(found) == {}
    assert (found.excluded.cancelled_listings, found.excluded.cancelled_events) == (1, 1)
    assert found.excluded.cancelled_tasks == 1
    assert counts(summed([act(1)], [listing(cancelled_on=SUN + days(1))])) == {"calls": 1}


def test_what_is_frozen_and_cancelled_is_cancelled() -> None:
    both = listing(freezes=(Freeze(MON, None),), cancelled_on=WED)
    assert why_left_out(both, WEEK.last) == "cancelled"


def test_an_event_that_is_activity_and_outcome_is_left_out_once() -> None:
    found = summed([act(1, "offer_sent")], [listing(cancelled_on=FRI)])
    assert found.excluded.cancelled_events == 1


def test_an_event_that_a_decision_takes_out_is_nowhere_in_the_persons_week() -> None:
    facts = facts_of([act(1), act(2, "offer_sent"), act(3, "listing_frozen", person=2)])
    both = weekly(facts)
    found = both.summary(1, left_out={1, 2, 99})
    assert counts(found) == {}
    assert found.excluded.contested_events == 2
    assert counts(both.summary(1)) == {"calls": 1, "stage_moves": 1, "offers": 1}
    assert both.summary(2, left_out={1}) == both.summary(2)


def test_sandbox_rows_are_said() -> None:
    assert weekly(replace(facts_of(), sandbox_rows=12)).summary(1).excluded.sandbox_rows == 12


# Tasks.


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ({"ended_on": FRI, "outcome": "finished"}, "tasks_in_time"),
        ({"ended_on": SUN, "outcome": "finished"}, "tasks_late"),
        ({"ended_on": MON, "done_by": MON, "outcome": "finished"}, "tasks_in_time"),
        ({"ended_on": MON - days(1), "outcome": "finished", "opened_on": LONG_AGO}, None),
        ({"ended_on": SUN + days(1), "outcome": "finished", "done_by": SUN}, "tasks_open"),
        ({"ended_on": WED, "outcome": "cancelled"}, None),
        ({"done_by": SUN}, "tasks_open"),
        ({"done_by": SUN - days(1)}, "tasks_overdue"),
        ({"done_by": SUN - days(1), "paused": True}, "tasks_open"),
        ({"opened_on": SUN + days(1)}, None),
        ({"person": 2}, None),
        ({"person": None}, None),
    ],
)
def test_a_task_counts_in_one_figure(said: dict[str, object], figure: str | None) -> None:
    found = summed(tasks=[task(41, **said)])
    assert counts(found) == ({} if figure is None else {figure: 1})
    if figure is not None:
        assert found.figure(figure).tasks == (41,)


# Open roles.


def test_an_open_role_has_begun_and_is_not_over() -> None:
    lasts = [SUN - days(14), SUN - days(7), SUN]

    def weeks(**said: Any) -> list[tuple[int, int]]:
        return list(owners_while_open(listing(**{"started_on": THU - days(7)} | said), lasts))

    assert weeks() == [(1, 1), (2, 1)]
    assert weeks(filled_on=SUN) == [(1, 1)]
    assert weeks(ended_on=SUN - days(7)) == weeks(cancelled_on=LONG_AGO) == weeks(started_on=None) == []
    assert weeks(offered_on=MON) == [(1, 1), (2, 1)]
    assert weeks(freezes=(Freeze(FRI - days(7), MON),)) == [(2, 1)]
    assert weeks(owners=(Ownership(LONG_AGO, MON, 2), Ownership(MON, None, None))) == [(1, 2)]


def test_acts_are_wanted_from_as_many_days_before_as_a_follow_up_looks_back() -> None:
    assert acts_from(WEEK, STANDARD) == MON - days(STANDARD.engagement.follow_up_until_days)


def test_nobody_else_has_a_summary() -> None:
    with pytest.raises(KeyError):
        weekly(facts_of(people=[Person(1, None, None)])).summary(2)
