"""Status, text and outlook: each rule with a test that would fail without it."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kpi.board import OutlookDay
from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.forecast import outlook
from kpi.status import Status, status_on
from kpi.text import clean

ENGLAND = WorkingCalendar(CalendarSpec())
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_a_task_is_always_due_before_it_is_overdue(due_on: date, extra: int, later: int) -> None:
    done_by = due_on + timedelta(days=extra)
    assert status_on(due_on - timedelta(days=1 + later), due_on, done_by) is Status.ON_TRACK
    assert status_on(due_on, due_on, done_by) is Status.DUE
    assert status_on(done_by, due_on, done_by) is Status.DUE
    assert status_on(done_by + timedelta(days=1 + later), due_on, done_by) is Status.OVERDUE


@given(st.text())
def test_clean_text_has_no_control_and_no_bidirectional_characters(text: str) -> None:
    cleaned = clean(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") for c in cleaned)
    assert not set(cleaned) & set(
        "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff"
    )
    assert clean(cleaned) == cleaned


def test_cleaning_keeps_what_people_write() -> None:
    assert clean("  Ward 7\nnights\t(José, 山田) ") == "Ward 7 nights (José, 山田)"
    assert clean("\x1b[31mred\x1b[0m") == "[31mred[0m"
    assert clean("\x9b31m\u202eevil") == "31mevil"


@given(st.lists(st.tuples(DAYS, st.integers(0, 20), st.integers(1, 5)), max_size=30), DAYS)
def test_the_outlook_is_what_the_board_will_show(tasks: list[tuple[date, int, int]], today: date) -> None:
    """Each day's figures are the change of the statuses since the working day before."""
    deadlines = [(due, due + timedelta(days=extra), n) for due, extra, n in tasks]
    coming = outlook(ENGLAND, today, 10, deadlines)

    def count(day: date, *statuses: Status) -> int:
        return sum(n for due, done, n in deadlines if status_on(day, due, done) in statuses)

    before = today
    for day in coming:
        past_due = count(day.day, Status.DUE, Status.OVERDUE) - count(before, Status.DUE, Status.OVERDUE)
        overdue = count(day.day, Status.OVERDUE) - count(before, Status.OVERDUE)
        assert (day.become_due, day.become_overdue) == (past_due, overdue)
        before = day.day


def test_the_outlook_names_the_coming_working_days() -> None:
    days = outlook(ENGLAND, date(2026, 4, 2), 2, [(date(2026, 4, 7), date(2026, 4, 7), 3)])
    assert days == (OutlookDay(date(2026, 4, 7), 3, 0), OutlookDay(date(2026, 4, 8), 0, 3))
