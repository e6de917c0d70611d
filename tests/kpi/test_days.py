"""A day as people write it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.days import DayError, parse_day

TODAY = date(2026, 11, 17)  # a Tuesday
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-17", date(2026, 11, 17)),
        (" 2026-1-2 ", date(2026, 1, 2)),
        ("17/11/2026", date(2026, 11, 17)),
        ("3/4/2026", date(2026, 4, 3)),
        ("3.4.26", date(2026, 4, 3)),
        ("03-04-2026", date(2026, 4, 3)),
        ("17/11", date(2026, 11, 17)),
        ("2/1", date(2027, 1, 2)),
        ("24.12.", date(2026, 12, 24)),
        ("17 Nov", date(2026, 11, 17)),
        ("17 NOVEMBER 2025", date(2025, 11, 17)),
        ("Nov 17, 2025", date(2025, 11, 17)),
        ("november 1", date(2026, 11, 1)),
        ("1st dec", date(2026, 12, 1)),
        ("2 jan", date(2027, 1, 2)),
        ("29 Feb 2028", date(2028, 2, 29)),
        ("Tue 17 Nov 2026", date(2026, 11, 17)),
        ("today", TODAY),
        ("Yesterday", date(2026, 11, 16)),
        ("tomorrow", date(2026, 11, 18)),
        ("monday", date(2026, 11, 16)),
        ("tue", TODAY),
        ("wed", date(2026, 11, 11)),
        ("last tuesday", date(2026, 11, 10)),
        ("last mon", date(2026, 11, 16)),
        ("next tuesday", date(2026, 11, 24)),
        ("next wed", date(2026, 11, 18)),
        ("+10", date(2026, 11, 27)),
        ("-5", date(2026, 11, 12)),
        ("−5", date(2026, 11, 12)),
        ("+ 2 weeks", date(2026, 12, 1)),
        ("-1w", date(2026, 11, 10)),
        ("+0", TODAY),
    ],
)
def test_what_people_write_means_the_day_they_mean(text: str, day: date) -> None:
    assert parse_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write a day: 2026-11-17"),
        ("   ", "write a day"),
        ("soon", "“soon” is no day; write 2026-11-17, 17/11/2026, 17 Nov, +10"),
        ("17", "is no day"),
        ("10", "is no day"),
        ("mo", "is no day"),
        ("17 Nov 202", "is no day"),
        ("foo 17 nov", "is no day"),
        ("17 foo", "is no day"),
        ("every monday", "is no day"),
        ("2026-11", "is no day"),
        ("1/2-2026", "is no day"),
        ("٣/٤/2026", "is no day"),
        ("31/11/2026", "there is no such day as “31/11/2026”"),
        ("2026-13-01", "there is no such day"),
        ("30 feb", "there is no such day"),
        ("29 feb 2026", "there is no such day"),
        ("0000-01-01", "there is no such day"),
        ("1989-12-31", "1989-12-31 lies outside the years that can be counted (1990 to 2100)"),
        ("1/1/2101", "lies outside the years"),
        ("+99999", "lies outside the years"),
        ("-999999999w", "there is no such day"),
    ],
)
def test_what_is_no_day_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(DayError) as refused:
        parse_day(text, TODAY)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_step_goes_from_the_day_that_is_looked_at() -> None:
    assert parse_day("+3", TODAY, date(2026, 1, 1)) == date(2026, 1, 4)
    assert parse_day("today", TODAY, date(2026, 1, 1)) == TODAY
    assert parse_day("mon", TODAY, date(2026, 1, 1)) == date(2026, 11, 16)


@given(DAYS, DAYS)
def test_a_day_written_in_full_is_that_day_whatever_today_is(day: date, today: date) -> None:
    for text in (f"{day}", f"{day:%d/%m/%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%a %d %b %Y}"):
        assert parse_day(text, today) == day


@given(st.dates(date(1992, 1, 1), date(2098, 1, 1)), st.integers(-180, 180))
def test_without_a_year_the_nearest_day_is_meant(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    if (day.month, day.day) != (2, 29):
        assert parse_day(f"{day.day} {day:%b}", today) == day


@given(st.text(max_size=30), DAYS)
def test_any_text_is_a_day_or_refused_in_words(text: str, today: date) -> None:
    with suppress(DayError):
        assert 1990 <= parse_day(text, today).year <= 2100
