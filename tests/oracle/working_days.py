"""Working days by numpy's busday functions, after rules 2, 3 and 12 of the design's section 3."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from govuk_bank_holidays.bank_holidays import BankHolidays

if TYPE_CHECKING:
    from collections.abc import Iterable

MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})
YEARS = range(2000, 2061)
SUBDIVISIONS = {
    "GB-ENG": "england-and-wales",
    "GB-WLS": "england-and-wales",
    "GB-SCT": "scotland",
    "GB-NIR": "northern-ireland",
}


@dataclass(frozen=True, eq=False)
class Calendar:
    """A zone, the working weekdays (Monday is 0), the days off, and the odd days worked all the same.

    Raises ValueError where no weekday is a working one. A day outside `years` is an error, not a guess.
    """

    zone: str = "Europe/London"
    holidays: frozenset[date] = frozenset()
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    extra: frozenset[date] = frozenset()
    years: range = YEARS
    table: np.busdaycalendar = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Turn the plain description into numpy's own calendar."""
        mask = [weekday in self.weekdays for weekday in range(7)]
        off = set(self.holidays)
        if self.extra:
            # numpy cannot name a working Sunday: so name every single day that is not worked instead.
            day, end = date(self.years[0], 1, 1), date(self.years[-1], 12, 31)
            while day <= end:
                if day.weekday() not in self.weekdays:
                    off.add(day)
                day += timedelta(days=1)
            mask, off = [True] * 7, off - self.extra
        days_off = np.array(sorted(off), dtype="datetime64[D]")
        object.__setattr__(self, "table", np.busdaycalendar(weekmask=mask, holidays=days_off))

    def day_of(self, instant: datetime) -> date:
        """The day of an instant: its date in this calendar's zone (rule 1)."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def check(self, day: date) -> date:
        """The same day; ValueError where its holidays are not known (rule 12)."""
        if day.year not in self.years:
            raise ValueError(f"{day} is past the years whose holidays are known")
        return day


def calendar_from_holidays(
    subdivision: str = "GB-ENG",
    zone: str = "Europe/London",
    *,
    years: range = YEARS,
    closures: Iterable[date] = (),
) -> Calendar:
    """A calendar from the package `holidays`: "GB-ENG", "IT", "US-NY", with Monday to Friday worked."""
    country, _, part = subdivision.partition("-")
    known = holidays.country_holidays(country, subdiv=part or None, years=years)
    return Calendar(zone=zone, holidays=frozenset(known) | frozenset(closures), years=years)


def calendar_from_govuk(subdivision: str = "GB-ENG", zone: str = "Europe/London") -> Calendar:
    """A calendar from gov.uk's own table, as the package `govuk-bank-holidays` carries it (no network)."""
    events = BankHolidays(use_cached_holidays=True).get_holidays(division=SUBDIVISIONS[subdivision])
    known = frozenset(event["date"] for event in events)
    first, last = min(known).year, max(known).year
    return Calendar(zone=zone, holidays=known, years=range(first, last + 1))


@lru_cache(maxsize=200_000)
def is_working_day(calendar: Calendar, day: date) -> bool:
    """True on a working day."""
    return bool(np.is_busday(np.datetime64(calendar.check(day)), busdaycal=calendar.table))


@lru_cache(maxsize=200_000)
def nth_working_day(calendar: Calendar, day: date, n: int) -> date:
    """Rule 2: that day itself for n = 0, else the n-th working day strictly after it."""
    if n < 0:
        raise ValueError("n counts forward only")
    if n == 0:
        return calendar.check(day)
    start = np.datetime64(calendar.check(day))
    moved = np.busday_offset(start, n, roll="backward", busdaycal=calendar.table)
    return calendar.check(moved.astype(date))


@lru_cache(maxsize=200_000)
def working_days_between(calendar: Calendar, a: date, b: date) -> int:
    """Rule 3: how many working days d have a < d <= b; none where b is not after a."""
    calendar.check(a)
    calendar.check(b)
    if b <= a:
        return 0
    one = np.timedelta64(1, "D")
    return int(np.busday_count(np.datetime64(a) + one, np.datetime64(b) + one, busdaycal=calendar.table))
