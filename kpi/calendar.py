"""Working days: one table built once, then every question is a look-up (design, section 3, rules 1 to 4).

Days are `datetime.date`. The table runs from FIRST_YEAR to LAST_YEAR; a question that leads outside is a
`CalendarError`. Where the region's bank holidays are known for fewer years, `warnings` says so, for a person
to see: beyond them only weekends and closures are left out (rule 12).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kpi.errors import StagewatchError
from kpi.events import Instant, instant_of, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FIRST_YEAR = 1990
LAST_YEAR = 2100
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
NOON = time(12)
_DAY = 24 * 3600 * 1_000_000
_WEEKEND = (5, 6)
_RECENT_YEARS = 30  # events of so many years ago may well be imported
MOST_DAYS = 999  # rule 4
_LONG_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class CalendarError(StagewatchError):
    """A calendar that cannot be built, or a day that it does not know. The message is for people."""


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """What an organisation says about its days.

    `region` is a code of the package holidays, country or country-subdivision (`GB-ENG`), or None for
    no bank holidays. `weekdays` are the working ones, Monday = 0. `closures` and `extra_days` map a day
    to its reason; an extra day works even on a weekend or bank holiday, a closure beats everything.
    """

    region: str | None = "GB-ENG"
    zone: str = "Europe/London"
    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    closures: Mapping[date, str] = field(default_factory=dict)
    extra_days: Mapping[date, str] = field(default_factory=dict)


def parse_weekdays(text: str) -> tuple[int, ...]:
    """`Mon,Tue,Wed` as weekday numbers, Monday = 0; CalendarError names what it does not know."""
    numbers = set()
    for raw in text.split(","):
        name = raw.strip().title()
        short = name[:3]
        if short not in WEEKDAY_NAMES or name not in (short, _LONG_NAMES[WEEKDAY_NAMES.index(short)]):
            raise CalendarError(f"“{raw.strip()}” is no weekday; use {','.join(WEEKDAY_NAMES)}")
        numbers.add(WEEKDAY_NAMES.index(short))
    return tuple(sorted(numbers))


def load_zone(name: str) -> ZoneInfo:
    """The time zone called `name`, or a CalendarError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarError(f"“{name}” is no time zone; use a name like Europe/London") from error


def bank_holidays(region: str, first_year: int, last_year: int) -> tuple[dict[date, str], int, int]:
    """The region's bank holidays by day, and the first and last year for which they are known."""
    import holidays  # deferred: the first frame of the app needs no holiday (design, section 6)

    country, dash, subdivision = region.partition("-")
    unknown = CalendarError(f"no bank holidays are known for “{region}”; use a code like GB-ENG")
    if country not in holidays.list_supported_countries() or (dash and not subdivision):
        raise unknown
    try:
        known = holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise unknown from error
    first, last = max(first_year, known.start_year), min(last_year, known.end_year)
    table = holidays.country_holidays(
        country, subdiv=subdivision or None, years=range(first, last + 1), language=_language(known)
    )
    return dict(table.items()), first, last


def _language(known: object) -> str | None:
    supported = getattr(known, "supported_languages", ()) or ()
    return next((code for code in ("en_GB", "en_US") if code in supported), None)


class WorkingCalendar:
    """The working days of one organisation, as a table.

    `first` and `last` are the first and last day it knows; `latest_start` is the last day from which every
    deadline can be told. All questions are answered in constant time.
    """

    def __init__(self, spec: CalendarSpec) -> None:
        """Build the table; CalendarError if a name is unknown or no day would be a working day."""
        self.spec = spec
        self.zone = load_zone(spec.zone)
        if not spec.weekdays and not spec.extra_days:
            raise CalendarError("a calendar needs at least one working weekday")
        self.first, self.last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
        self.holidays: dict[date, str] = {}
        self.holidays_known = (FIRST_YEAR, LAST_YEAR)
        if spec.region is not None:
            self.holidays, *known = bank_holidays(spec.region, FIRST_YEAR, LAST_YEAR)
            self.holidays_known = (known[0], known[1])
        self._build()
        self._local: dict[int, tuple[date, Instant, date] | None] = {}
        self.nth_working_day = self._make_nth()
        self.working_days_between = self._make_between()

    def _build(self) -> None:
        off = {day for day in self.holidays if day not in self.spec.extra_days} | set(self.spec.closures)
        extra = {day for day in self.spec.extra_days if day not in self.spec.closures}
        weekdays = frozenset(self.spec.weekdays)
        start, stop = self.first.toordinal(), self.last.toordinal()
        self._working: list[date] = []  # the working days, in order
        self._rank: list[int] = []  # per day from `first`: how many working days up to and including it
        for ordinal in range(start, stop + 1):
            day = date.fromordinal(ordinal)
            if day in extra or ((ordinal + 6) % 7 in weekdays and day not in off):
                self._working.append(day)
            self._rank.append(len(self._working))
        # A target takes at most MOST_DAYS working days, and freezes may move it as far again.
        reach = 2 * MOST_DAYS
        if len(self._working) <= reach:
            raise CalendarError("this calendar has too few working days to count deadlines by")
        self.latest_start = self._working[-reach - 1]

    def _make_nth(self) -> Callable[[date, int], date]:
        working, rank, base, size = self._working, self._rank, self.first.toordinal(), len(self._rank)
        ordinal_of = date.toordinal

        def nth_working_day(day: date, n: int) -> date:
            """The n-th working day strictly after `day`; for n = 0 `day` itself (rule 2)."""
            index = ordinal_of(day) - base
            if 0 <= index < size and n >= 0:
                if n == 0:
                    return day
                place = rank[index] + n - 1
                if place < len(working):
                    return working[place]
            raise self._outside(day, n)

        return nth_working_day

    def _make_between(self) -> Callable[[date, date], int]:
        rank, base, size = self._rank, self.first.toordinal(), len(self._rank)

        def working_days_between(a: date, b: date) -> int:
            """How many working days d have a < d <= b; 0 where b is not after a (rule 3)."""
            left, right = a.toordinal() - base, b.toordinal() - base
            if not (0 <= left < size and 0 <= right < size):
                raise self._outside(b if 0 <= left < size else a, 0)
            return rank[right] - rank[left] if right > left else 0

        return working_days_between

    def _outside(self, day: date, n: int) -> CalendarError:
        if n < 0:
            return CalendarError(f"a number of working days cannot be negative, got {n}")
        asked = f"{n} working days after {day}" if n else str(day)
        return CalendarError(
            f"{asked} lies outside the years this calendar knows ({self.first.year} to {self.last.year})"
        )

    @property
    def ranks(self) -> Sequence[int]:
        """Per day from `first` on: how many working days there are up to and including it."""
        return self._rank

    def knows(self, day: date) -> bool:
        """Whether `day` lies within the table."""
        return self.first <= day <= self.last

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day; CalendarError outside the table."""
        if not self.knows(day):
            raise self._outside(day, 0)
        index = day.toordinal() - self.first.toordinal()
        before = self._rank[index - 1] if index else 0
        return self._rank[index] > before

    def first_difference(self, other: WorkingCalendar) -> date | None:
        """The first day that works in one of the two calendars only; None if there is none."""
        ranks = zip(self._rank, other._rank, strict=True)
        place = next((place for place, (mine, theirs) in enumerate(ranks) if mine != theirs), None)
        return None if place is None else self.first + timedelta(days=place)

    def day_of(self, instant: Instant) -> date:
        """The date of an instant in the calendar's zone, never in UTC (rule 1)."""
        place = instant // _DAY
        try:
            known = self._local[place]
        except KeyError:
            known = self._local[place] = self._dates_within(place * _DAY)
        if known is None:
            return moment_of(instant).astimezone(self.zone).date()
        before, midnight, after = known
        return after if instant >= midnight else before

    def _dates_within(self, begin: Instant) -> tuple[date, Instant, date] | None:
        """The date as a UTC day begins, when it changes, and to which; None if the clocks change on it.

        Clocks may go back over midnight: then a date comes, goes, and comes again.
        """
        hours = [moment_of(begin + hour * _DAY // 24).astimezone(self.zone) for hour in range(25)]
        if len({moment.utcoffset() for moment in hours}) > 1:
            return None
        before = hours[0].date()
        midnight = instant_of(datetime.combine(before + timedelta(days=1), time.min, tzinfo=self.zone))
        return before, midnight, before + timedelta(days=1)

    def midday(self, day: date) -> Instant:
        """Noon on `day` in the calendar's zone."""
        return instant_of(datetime.combine(day, NOON, tzinfo=self.zone))

    def end_of(self, day: date) -> Instant:
        """The last instant of `day` in the calendar's zone."""
        return instant_of(datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone)) - 1

    def next_working_days(self, day: date, count: int) -> tuple[date, ...]:
        """The `count` working days after `day`, as far as the table reaches."""
        if not self.knows(day):
            raise self._outside(day, 0)
        place = self._rank[day.toordinal() - self.first.toordinal()]
        return tuple(self._working[place : place + count])

    def working_day_before(self, day: date) -> date:
        """The last working day before `day`; CalendarError if the table knows none."""
        if not self.knows(day):
            raise self._outside(day, 0)
        index = day.toordinal() - self.first.toordinal()
        place = self._rank[index - 1] if index else 0
        if not place:
            raise CalendarError(f"this calendar knows no working day before {day}")
        return self._working[place - 1]

    def why(self, day: date) -> str:
        """Why `day` counts or not, in words: working day, weekend, bank holiday (which), closure (why)."""
        spec = self.spec
        if day in spec.closures:
            return f"closed: {spec.closures[day]}"
        if day in spec.extra_days:
            return f"extra working day: {spec.extra_days[day]}"
        if day.weekday() not in spec.weekdays:
            return "weekend" if day.weekday() in _WEEKEND else "not a working weekday"
        if day in self.holidays:
            return f"bank holiday: {self.holidays[day]}"
        return "working day"

    def warnings(self, today: date) -> tuple[str, ...]:
        """What a person should know about this calendar: years for which no holidays are known, or soon."""
        if self.spec.region is None:
            return ()
        first, last = self.holidays_known
        said = []
        if date(last, 12, 31) < today + timedelta(days=366):
            said.append(f"the bank holidays of {self.spec.region} are known only to {last}")
        if first > FIRST_YEAR and today.year - first < _RECENT_YEARS:
            said.append(f"the bank holidays of {self.spec.region} are known only from {first}")
        return tuple(f"{words}; other years are counted without them" for words in said)
