"""Deadlines through freezes, moved closing dates and changed calendars: which held when (rules 4, 6, 13)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kpi.calendar import WorkingCalendar
    from kpi.calendars import Calendars
    from kpi.targets import Target


class Freeze(NamedTuple):
    """A freeze of a listing by days: frozen at the end of every day d with begin <= d < lifted."""

    begin: date
    lifted: date | None

    def holds(self, day: date) -> bool:
        """Whether the listing is frozen at the end of `day`."""
        return self.begin <= day and (self.lifted is None or day < self.lifted)


class Phase(NamedTuple):
    """What held for a task from the day `begin` until the day before the next phase's `begin`."""

    begin: date
    due_on: date
    done_by: date
    paused: bool


@dataclass(frozen=True, slots=True)
class History:
    """A value that changes by day: at the end of a day the last change on or before it holds."""

    days: tuple[date, ...]
    values: tuple[date, ...]

    @classmethod
    def of(cls, changes: Iterable[tuple[date, date]]) -> History:
        """From (day, value) in the order in which they happened; a day's last change holds."""
        last = dict(changes)
        return cls(tuple(last), tuple(last.values()))

    def at(self, day: date) -> date | None:
        """What held at the end of `day`, None before the first change."""
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None


def frozen_days(
    calendar: WorkingCalendar, day_zero: date, day: date, freezes: Sequence[Freeze], *, lifted_only: bool
) -> int:
    """The working days d with day_zero < d <= day that freezes took off the clock by the end of `day`.

    With `lifted_only`, those of freezes already lifted by then: only these have moved a deadline.
    """
    days = 0
    for freeze in freezes:
        if freeze.lifted is None or freeze.lifted > day:
            if lifted_only:
                continue
            end = day
        else:
            end = freeze.lifted
        days += calendar.working_days_between(max(freeze.begin, day_zero), end)
    return days


def elapsed(calendar: WorkingCalendar, day_zero: date, day: date, freezes: Sequence[Freeze]) -> int:
    """The working days on the clock at the end of `day`: since day 0, less the frozen ones (rule 13)."""
    days = calendar.working_days_between(day_zero, day)
    return days - frozen_days(calendar, day_zero, day, freezes, lifted_only=False) if freezes else days


def deadlines(
    calendar: WorkingCalendar, target: Target, day_zero: date, shift: int, closing: date | None
) -> tuple[date, date]:
    """(due_on, done_by) after a shift of so many working days; `closing` stands for both targets."""
    if closing is not None:
        moved = calendar.nth_working_day(closing, shift)
        return moved, moved
    nth = calendar.nth_working_day
    return nth(day_zero, target.due_days + shift), nth(day_zero, target.done_by_days + shift)


def open_deadlines(
    calendar: WorkingCalendar,
    target: Target,
    day_zero: date,
    day: date,
    freezes: Sequence[Freeze],
    closing: date | None,
) -> tuple[date, date]:
    """(due_on, done_by) of a task that is open at the end of `day`, as freezes lifted by then moved them."""
    shift = frozen_days(calendar, day_zero, day, freezes, lifted_only=True) if freezes else 0
    return deadlines(calendar, target, day_zero, shift, closing)


def phases_of(
    calendars: Calendars,
    target: Target,
    day_zero: date,
    opened_on: date,
    ended_on: date | None,
    freezes: Sequence[Freeze],
    closing: History | None,
) -> tuple[Phase, ...]:
    """The phases of a task from the day it is opened to its end; always at least one.

    From the day of a change of the calendar on both deadlines are those of the new one, counted from day 0.
    `closing` is the history of the closing date for a task that has it as its deadline, else None.
    """
    changes = calendars.turns(opened_on)
    one_date = closing is None or len(closing.days) < 2  # noqa: PLR2004 - one value never changes
    if one_date and not freezes and not changes:
        day = closing.days[0] if closing and closing.days else opened_on
        if day <= opened_on:
            known = closing.values[0] if closing and closing.days else None
            calendar = calendars.on(opened_on)
            return (Phase(opened_on, *deadlines(calendar, target, day_zero, 0, known), paused=False),)
    turns = {opened_on, *changes}
    for freeze in freezes:
        turns.update(day for day in freeze if day is not None)
    if closing:
        turns.update(closing.days)
    phases: list[Phase] = []
    only = calendars.only
    for day in sorted(turns):
        if day < opened_on or (ended_on is not None and day >= ended_on and day > opened_on):
            continue
        known = closing.at(day) if closing else None
        both = open_deadlines(only or calendars.on(day), target, day_zero, day, freezes, known)
        phase = Phase(day, *both, paused=any(freeze.holds(day) for freeze in freezes))
        if not phases or phases[-1][1:] != phase[1:]:
            phases.append(phase)
    return tuple(phases)


def final_deadlines(
    calendar: WorkingCalendar,
    target: Target,
    day_zero: date,
    ended_on: date,
    freezes: Sequence[Freeze],
    closing: History | None,
) -> tuple[date, date]:
    """(due_on, done_by) that a finished task keeps: a freeze that was still on counts up to its end.

    `calendar` is the one by which its end is judged, `Calendars.at`.
    """
    shift = frozen_days(calendar, day_zero, ended_on, freezes, lifted_only=False)
    known = closing.at(ended_on) if closing else None
    return deadlines(calendar, target, day_zero, shift, known)
