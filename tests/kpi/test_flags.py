"""Flags: what is worth a look, with the events behind it; what has its reason beside it is not flagged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kpi.benchmarks import STANDARD
from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.deadlines import Freeze
from kpi.summary import FLAG_CODES, Flag
from tests.kpi.weekly_facts import (
    MON,
    SAT,
    TUE,
    WED,
    act,
    days,
    facts_of,
    flags,
    history_of,
    instant,
    listing,
    summed,
    weekly,
)

HAND_OVER = {"justification": "candidate abroad"}


def test_a_plain_week_has_no_flag() -> None:
    assert flags(summed([act(1), act(2, "note_added", TUE)])) == {}


@pytest.mark.parametrize("kind", STANDARD.notes)
def test_a_change_of_status_needs_its_note(kind: str) -> None:
    found = flags(
        summed([act(1, kind, detail={"note": "  "}), act(2, kind), act(3, kind, detail={"note": "why"})])
    )
    assert found["missing_note"].events == (1, 2)
    assert found["missing_note"].said == "2 events without the note that it needs"


@pytest.mark.parametrize(
    ("noted", "flagged"),
    [
        ({"application": "A1"}, False),
        ({}, False),  # about the listing as a whole
        ({"application": "A2"}, True),
        ({"application": "A1", "day": TUE}, True),
        ({"application": "A1", "listing": 2}, True),
        ({"application": "A1", "person": 2}, True),
    ],
)
def test_a_note_of_its_own_is_that_days_about_the_same(noted: dict[str, Any], flagged: bool) -> None:
    acts = [act(1, "offer_rejected", application="A1"), act(2, "note_added", **noted)]
    assert ("missing_note" in flags(summed(acts, [listing(1), listing(2)]))) is flagged


def test_other_events_need_no_note() -> None:
    assert flags(summed([act(1, "offer_sent"), act(2)])) == {}


@pytest.mark.parametrize(
    ("said", "flagged"),
    [
        ({"hour": 7}, False),
        ({"hour": 6, "minute": 59}, True),
        ({"hour": 19, "minute": 59}, False),
        ({"hour": 20}, True),
        ({"day": SAT}, True),
        ({"hour": 22, "detail": HAND_OVER}, False),
        ({"hour": 22, "detail": {"justification": " "}}, True),
        ({"hour": 0}, False),  # a day without a time
        ({"hour": 0, "minute": 1}, True),
        ({"hour": 0, "day": SAT}, True),
        ({"hour": 22, "kind": "coffee_made"}, False),
        ({"hour": 22, "person": 2}, False),
    ],
)
def test_work_outside_business_hours_wants_a_justification(said: dict[str, Any], flagged: bool) -> None:
    found = flags(summed([act(1, **said)]))
    assert list(found) == (["outside_hours"] if flagged else [])


def test_business_hours_are_those_of_the_organisations_working_days() -> None:
    facts = facts_of([act(1, day=SAT), act(2, day=MON)])
    shifted = WorkingCalendar(CalendarSpec(closures={MON: "shut"}, extra_days={SAT: "open"}))
    assert flags(weekly(facts, calendar=shifted).summary(1))["outside_hours"].events == (2,)


def test_an_event_later_than_it_was_brought_in_is_in_the_future() -> None:
    acts = [act(1, known_at=instant(MON, 9, 59)), act(2, known_at=instant(MON, 10)), act(3)]
    assert flags(summed(acts))["in_future"].events == (1,)


def test_an_event_before_its_listings_first_could_not_be() -> None:
    listings = [listing(1, first_at=instant(WED)), listing(2, first_at=None)]
    acts = [act(1, day=TUE), act(2, day=WED), act(3, "coffee_made", TUE), act(4, day=MON, listing=2)]
    assert flags(summed(acts, listings))["before_listing"].events == (1, 3)


def test_a_reported_count_that_differs_is_flagged() -> None:
    facts = facts_of([act(1), act(2), act(3, "email_sent")])
    found = weekly(facts).summary(1, {"calls": 3, "emails": 1, "notes": 2})
    told = [(one.figure, one.said, one.events) for one in found.flags if one.code == "self_report"]
    assert told == [
        ("calls", "Calls: 3 reported, 2 logged", (1, 2)),
        ("notes", "Notes: 2 reported, 0 logged", ()),
    ]
    assert found.self_report == {"calls": 3, "emails": 1, "notes": 2}
    assert weekly(facts).summary(1).self_report is None


def test_a_report_is_held_against_all_that_was_logged_also_on_frozen_listings() -> None:
    facts = facts_of([act(1), act(2, listing=2)], [listing(), listing(2, freezes=(Freeze(MON, None),))])
    found = weekly(facts).summary(1, {"calls": 2})
    assert flags(found) == {}
    assert found.figure("calls").count == 1


def test_days_over_and_near_the_limit_protect() -> None:
    benchmarks = replace(STANDARD, limits=replace(STANDARD.limits, daily=5, near_percent=80))
    sizes = {MON: 6, TUE: 5, WED: 4, WED + days(1): 3}
    acts = [act(seq, day=day) for seq, day in enumerate(day for day, n in sizes.items() for _ in range(n))]
    found = flags(summed(acts, benchmarks=benchmarks))
    assert found["daily_limit"].days == (MON,)
    assert found["daily_limit"].events == tuple(range(6))
    assert found["near_daily_limit"].days == (TUE, WED)
    assert found["near_daily_limit"].said == "2 days near 5 activities"


def test_fields_that_the_benchmarks_ask_for_must_be_filled() -> None:
    fields = {"calls": ("method",), "phone_call": ("line", "method"), "submissions": ("source",)}
    acts = [
        act(1, detail={"custom.method": "visit"}),
        act(2, detail={"custom.method": " "}),
        act(3, "phone_call", detail={"custom.method": "mobile"}),
        act(4, "candidate_submitted"),
        act(5, "note_added"),
    ]
    found = summed(acts, benchmarks=replace(STANDARD, fields=fields)).flags
    told = [(one.figure, one.said, one.events) for one in found if one.code == "empty_field"]
    assert told == [
        ("calls", "Calls: line empty on 1 event, method empty on 1 event", (2, 3)),
        ("submissions", "Submissions: source empty on 1 event", (4,)),
    ]


def test_flags_look_at_listings_that_count_nowhere_too() -> None:
    cancelled = [listing(cancelled_on=MON)]
    assert flags(summed([act(1, "listing_cancelled")], cancelled))["missing_note"].events == (1,)


def test_an_event_that_a_decision_took_out_is_flagged_nowhere() -> None:
    facts = facts_of([act(1, "listing_frozen", hour=23)])
    assert flags(weekly(facts).summary(1, left_out={1})) == {}


def test_flags_stand_in_one_order() -> None:
    facts = facts_of(
        [act(1, "listing_frozen", hour=23), act(2), act(3, "email_sent")], history=history_of({1: [2000] * 9})
    )
    found = weekly(facts).summary(1, {"calls": 0, "emails": 0}).flags
    assert [(one.code, one.figure) for one in found] == [
        ("missing_note", None),
        ("outside_hours", None),
        ("outlier_own", "calls"),
        ("self_report", "calls"),
        ("self_report", "emails"),
    ]
    assert len({one.key for one in found}) == len(found)


# What an answer is kept under.


def test_a_flag_has_the_same_key_while_the_same_is_behind_it() -> None:
    one = Flag("missing_note", None, "1 event", (4,), (MON,))
    assert one.key == replace(one, said="in other words").key
    assert one.key.startswith("missing_note.")
    assert one.key != replace(one, events=(4, 5)).key != replace(one, days=()).key
    assert Flag("outlier_own", "calls", "…").key.startswith("outlier_own.calls.")


def test_an_answer_to_one_report_is_none_to_another() -> None:
    told = Flag("self_report", "calls", "Calls: 3 reported, 2 logged", (1, 2))
    assert told.key != replace(told, said="Calls: 4 reported, 2 logged").key


@pytest.mark.parametrize("code", FLAG_CODES)
def test_all_flags_but_the_one_about_short_history_need_an_answer(code: str) -> None:
    assert Flag(code, None, "").needs_answer is (code != "outlier_short")
