"""The calendar through its changes: what counted on a day that has been stays counted as it was.

A change moves the deadlines of tasks that are open when it is made, from its day on. A task that had
ended keeps what it was (rule 7), and the board of a day before the change is the board that was shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import WorkingCalendar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from kpi.calendar import CalendarSpec
    from kpi.events import Instant


class CalendarChanged(NamedTuple):
    """A change: made at the instant `at`, on the day `from_day` of the organisation's zone."""

    at: Instant
    from_day: date
    spec: CalendarSpec


class Calendars:
    """The calendar the organisation was founded with, and its changes in the order in which they were made.

    `days` are those from which on the changes count. No change touches the zone. A calendar's table of days
    is made by `build` when it is first asked for: most questions are about the latest.
    """

    def __init__(
        self,
        first: CalendarSpec,
        changes: Sequence[CalendarChanged] = (),
        build: Callable[[CalendarSpec], WorkingCalendar] = WorkingCalendar,
    ) -> None:
        """Both `at` and `from_day` of the changes go up, or stay."""
        self.changes = tuple(changes)
        self._specs = (first, *(change.spec for change in self.changes))
        self.days = tuple(change.from_day for change in self.changes)
        self._instants = tuple(change.at for change in self.changes)
        self._build = build
        self._built: dict[int, WorkingCalendar] = {}

    @classmethod
    def of(cls, calendar: WorkingCalendar) -> Calendars:
        """A calendar that has never changed."""
        calendars = cls(calendar.spec)
        calendars._built[0] = calendar
        return calendars

    def __repr__(self) -> str:
        """For tests that fail."""
        return f"Calendars({self._specs[0]!r}, {self.changes!r})"

    @cached_property
    def only(self) -> WorkingCalendar | None:
        """The calendar if it has never changed."""
        return None if self.changes else self.latest

    @cached_property
    def latest(self) -> WorkingCalendar:
        """The calendar as it is now."""
        return self._nth(len(self.changes))

    def on(self, day: date) -> WorkingCalendar:
        """The calendar that counts at the end of `day`."""
        return self.only or self._nth(bisect_right(self.days, day))

    def at(self, instant: Instant) -> WorkingCalendar:
        """The calendar by which what ended at `instant` is judged for good."""
        return self.only or self._nth(bisect_left(self._instants, instant))

    def all_through(self, opened_on: date, ended_at: Instant | None) -> WorkingCalendar | None:
        """The one calendar of a life, from its first day to its end; None if a change falls within it."""
        first = bisect_right(self.days, opened_on)
        last = len(self.changes) if ended_at is None else bisect_left(self._instants, ended_at)
        return self._nth(last) if first == last else None

    def turns(self, opened_on: date) -> tuple[date, ...]:
        """The days after `opened_on` from which on another calendar counts."""
        return self.days[bisect_right(self.days, opened_on) :] if self.changes else ()

    def _nth(self, place: int) -> WorkingCalendar:
        found = self._built.get(place)
        if found is None:
            found = self._built[place] = self._build(self._specs[place])
        return found
