"""Meaningful engagement: long enough, answered, or followed up; short outreach does not inflate it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.acts import Act
from kpi.benchmarks import STANDARD
from kpi.deadlines import Freeze
from kpi.engagement import meaningful, minutes_of
from tests.kpi.weekly_facts import FRI, MON, THU, TUE, WED, act, any_acts, days, listing, summed

RULES = STANDARD.engagement


def touch(seq: int, day: date = MON, **said: Any) -> Act:
    return act(seq, said.pop("kind", "call_made"), day, **{"application": "a"} | said)


def found(*touches: Act) -> tuple[int, ...]:
    return meaningful(touches, RULES, MON)


@pytest.mark.parametrize(
    ("detail", "counts"),
    [
        ({"minutes": "5"}, True),
        ({"minutes": "4.9"}, False),
        ({"minutes": "12 min"}, True),
        ({"minutes": "long"}, False),
        ({"minutes": ""}, False),
        ({"reply": "true"}, True),
        ({"reply": "Yes"}, True),
        ({"reply": "1"}, True),
        ({"reply": "no"}, False),
        ({"reply": "0"}, False),
        (None, False),
    ],
)
def test_long_enough_or_answered(detail: dict[str, str] | None, counts: bool) -> None:
    assert found(touch(1, detail=detail)) == ((1,) if counts else ())


def test_a_reply_counts_only_where_it_is_asked_for() -> None:
    rules = replace(RULES, reply=False)
    assert meaningful([touch(1, detail={"reply": "yes"})], rules, MON) == ()


@pytest.mark.parametrize(("gap", "counts"), [(0, False), (1, False), (2, True), (10, True), (11, False)])
def test_a_follow_up_comes_after_two_to_ten_days(gap: int, counts: bool) -> None:
    assert found(touch(1, FRI - days(gap), hour=9), touch(2, FRI)) == ((2,) if counts else ())


def test_a_follow_up_is_of_the_one_just_before_it() -> None:
    assert found(touch(1, MON), touch(2, THU), touch(3, FRI)) == (2,)


def test_a_follow_up_is_about_the_same_application_of_the_same_listing() -> None:
    assert found(touch(1, MON), touch(2, THU, application="b"), touch(3, THU, listing=2)) == ()


def test_an_email_follows_a_call() -> None:
    assert found(touch(1, MON), touch(2, WED, kind="email_sent")) == (2,)


def test_at_most_one_a_day_for_each_application_the_first() -> None:
    long = {"minutes": "20"}
    several = [touch(9, hour=8, detail=long), touch(2, hour=9, detail=long), touch(3, TUE, detail=long)]
    assert found(*several, touch(4, hour=10, application="b", detail=long)) == (3, 4, 9)


def test_what_is_about_no_application_is_not_known_to_be_engagement() -> None:
    assert found(touch(1, application=None, detail={"minutes": "60"})) == ()


def test_the_days_before_the_week_are_only_looked_back_at() -> None:
    assert found(touch(1, MON - days(3), detail={"minutes": "60"}), touch(2, MON)) == (2,)


def test_other_activities_are_no_engagement() -> None:
    acts = [touch(1, kind="note_added", detail={"minutes": "60"}), touch(2, detail={"minutes": "60"})]
    assert summed(acts).figure("engagement").events == (2,)


def test_a_frozen_listing_has_no_engagement() -> None:
    frozen = listing(freezes=(Freeze(MON, None),))
    assert summed([touch(1, detail={"minutes": "60"})], [frozen]).figure("engagement").count == 0


@settings(max_examples=25)
@given(any_acts())
def test_engagement_is_never_more_than_calls_and_emails(acts: tuple[Act, ...]) -> None:
    summary = summed(acts, [listing(number) for number in range(1, 5)])
    touches = {*summary.figure("calls").events, *summary.figure("emails").events}
    assert set(summary.figure("engagement").events) <= touches


@given(st.integers(0, 500), st.sampled_from(["", ".5", ",25", " min", "m", " Minutes"]))
def test_minutes_are_read_as_people_write_them(count: int, unit: str) -> None:
    assert minutes_of(f" {count}{unit} ") == count


@pytest.mark.parametrize("text", ["", "-5", "1:30", "9" * 400, "٥", "5 hours"])
def test_what_is_no_number_of_minutes_is_none(text: str) -> None:
    assert minutes_of(text) == 0
