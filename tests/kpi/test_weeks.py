"""Weeks: they part the days whatever their first weekday, and each has one name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.weeks import Week, WeekError, last_full_week, week_named, week_of

DAYS = st.dates(date(1990, 1, 8), date(2100, 12, 20))
FIRST_WEEKDAYS = st.integers(0, 6)
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@given(DAYS, FIRST_WEEKDAYS)
def test_weeks_part_the_days(day: date, first_weekday: int) -> None:
    week = week_of(day, first_weekday)
    assert day in week.days
    assert week.first.weekday() == first_weekday
    assert (week.days[0], week.days[-1], len(week.days)) == (week.first, week.last, 7)
    assert {week_of(one, first_weekday) for one in week.days} == {week}
    assert week_of(week.last + timedelta(days=1), first_weekday) == week.before(-1)


@given(DAYS, FIRST_WEEKDAYS)
def test_a_name_leads_back_to_its_week(day: date, first_weekday: int) -> None:
    week = week_of(day, first_weekday)
    assert week_named(week.label, first_weekday) == week
    assert week.before(1).label != week.label


@given(DAYS)
def test_weeks_from_monday_are_named_as_iso_8601_names_them(day: date) -> None:
    year, number, _ = day.isocalendar()
    assert week_of(day).label == f"{year}-W{number:02d}"


def test_the_thursday_names_the_week() -> None:
    assert week_of(date(2026, 11, 9)) == Week(date(2026, 11, 9))
    assert week_of(date(2026, 11, 9)).label == "2026-W46"
    assert week_of(date(2026, 11, 9), SUNDAY) == Week(date(2026, 11, 8))
    assert week_of(date(2026, 11, 9), SUNDAY).label == "2026-W46"
    assert week_named("2026-W46", SATURDAY).first == date(2026, 11, 7)
    assert week_of(date(2027, 1, 1)).label == "2026-W53"


def test_a_name_may_be_written_plainly() -> None:
    assert week_named(" 2026w46 ") == week_named("2026-W46")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "“” is no week; write a year and a week, as in 2026-W46"),
        ("week 46", "“week 46” is no week; write"),
        ("2026-46", "“2026-46” is no week"),
        ("2025-W53", "2025 has no week 53; its weeks are 01 to 52"),
        ("2026-W54", "2026 has no week 54; its weeks are 01 to 53"),
        ("2026-W00", "2026 has no week 00"),
        ("1989-W40", "1989-W40 lies outside the years that can be counted .1990 to 2100."),
        ("٢٠٢٦-W46", "is no week"),
    ],
)
def test_what_is_no_week_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(WeekError, match=said) as raised:
        week_named(text)
    assert "\n" not in str(raised.value)


@given(DAYS, FIRST_WEEKDAYS)
def test_the_last_full_week_is_over_and_no_later_one_is(today: date, first_weekday: int) -> None:
    week = last_full_week(today, first_weekday)
    assert week.last < today <= week.before(-1).last
