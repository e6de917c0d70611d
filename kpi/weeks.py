"""Weeks: seven days from the organisation's first weekday on, named as ISO 8601 names them.

A week of any first weekday has one Thursday, and is called after the ISO week of that Thursday: so each week
has one name, each name one week, and where weeks begin on Monday the names are those of every calendar.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from kpi.calendar import FIRST_YEAR, LAST_YEAR
from kpi.errors import StagewatchError
from kpi.text import clean

MONDAY = 0
DAYS = 7
_THURSDAY = 3
_MOST_SHOWN = 40  # characters of what is no week
_NAME = re.compile(r"([0-9]{4})-?[Ww]([0-9]{2})")


class WeekError(StagewatchError):
    """What was written is no week, or one that cannot be counted. The message is for people."""


class Week(NamedTuple):
    """The seven days from `first` on."""

    first: date

    @property
    def last(self) -> date:
        """The seventh day."""
        return self.first + timedelta(days=DAYS - 1)

    @property
    def days(self) -> tuple[date, ...]:
        """All seven, in order."""
        return tuple(self.first + timedelta(days=place) for place in range(DAYS))

    @property
    def label(self) -> str:
        """Its name, as in `2026-W46`: the ISO week of the one Thursday within it."""
        ahead = (_THURSDAY - self.first.weekday()) % DAYS
        year, number, _ = (self.first + timedelta(days=ahead)).isocalendar()
        return f"{year}-W{number:02d}"

    def before(self, weeks: int) -> Week:
        """The week so many weeks earlier; later for a number below 0."""
        return Week(self.first - timedelta(weeks=weeks))


def week_of(day: date, first_weekday: int = MONDAY) -> Week:
    """The week that `day` lies in; `first_weekday` is 0 for Monday to 6 for Sunday."""
    return Week(day - timedelta(days=(day.weekday() - first_weekday) % DAYS))


def week_named(text: str, first_weekday: int = MONDAY) -> Week:
    """The week of a name such as `2026-W46`; WeekError in one line if there is no such week."""
    said = clean(text)[:_MOST_SHOWN]
    found = _NAME.fullmatch(said)
    if not found:
        raise WeekError(f"“{said}” is no week; write a year and a week, as in 2026-W46")
    year, number = int(found[1]), int(found[2])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise WeekError(f"{said} lies outside the years that can be counted ({FIRST_YEAR} to {LAST_YEAR})")
    try:
        thursday = date.fromisocalendar(year, number, _THURSDAY + 1)
    except ValueError as error:
        last = date(year, 12, 28).isocalendar().week
        raise WeekError(f"{year} has no week {number:02d}; its weeks are 01 to {last}") from error
    return week_of(thursday, first_weekday)


def last_full_week(today: date, first_weekday: int = MONDAY) -> Week:
    """The latest week whose seven days are over on `today`."""
    return week_of(today, first_weekday).before(1)
