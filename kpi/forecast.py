"""The coming working days: what becomes due and overdue if nothing moves (design, section 6)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kpi.board import OutlookDay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kpi.calendar import WorkingCalendar


def outlook(
    calendar: WorkingCalendar, day: date, days: int, deadlines: Iterable[tuple[date, date, int]]
) -> tuple[OutlookDay, ...]:
    """The `days` working days after `day`.

    `deadlines` are (due_on, done_by, how many) of running tasks. A task becomes due on its `due_on` and
    overdue on the day after its `done_by`; both may fall on a day off (an overdue Saturday follows a
    Friday), and what falls on days off is shown on the working day after them.
    """
    coming = calendar.next_working_days(day, days)
    becomes_due: Counter[date] = Counter()
    becomes_overdue: Counter[date] = Counter()
    for due_on, done_by, number in deadlines:
        if due_on > day:
            becomes_due[_on_or_after(calendar, due_on)] += number
        if done_by >= day:
            becomes_overdue[calendar.nth_working_day(done_by, 1)] += number
    return tuple(OutlookDay(d, becomes_due[d], becomes_overdue[d]) for d in coming)


def _on_or_after(calendar: WorkingCalendar, day: date) -> date:
    return day if calendar.is_working(day) else calendar.nth_working_day(day, 1)
