"""Working days against numpy's busday functions, the published bank holidays and the golden values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays
from hypothesis import given
from hypothesis import strategies as st

from kpi.calendar import CalendarError, CalendarSpec, WorkingCalendar, parse_weekdays
from kpi.events import instant_of

UK = ("GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR")
GOVUK_DIVISION = {
    "GB-ENG": BankHolidays.ENGLAND_AND_WALES,
    "GB-WLS": BankHolidays.ENGLAND_AND_WALES,
    "GB-SCT": BankHolidays.SCOTLAND,
    "GB-NIR": BankHolidays.NORTHERN_IRELAND,
}
# hypothesis wants naive bounds and adds the zone itself.
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
# Scotland's World Cup holiday was proclaimed after the package's copy of the gov.uk table was taken.
PROCLAIMED_LATER = {"GB-SCT": {date(2026, 6, 15)}}
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@cache
def calendar(region: str | None) -> WorkingCalendar:
    return WorkingCalendar(CalendarSpec(region=region))


@cache
def busday(region: str | None) -> np.busdaycalendar:
    return np.busdaycalendar(holidays=sorted(calendar(region).holidays))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-04-02", 1, "2026-04-07"),
        ("2026-12-24", 1, "2026-12-29"),
        ("2027-12-24", 1, "2027-12-29"),
        ("2022-06-01", 1, "2022-06-06"),
        ("2023-05-05", 1, "2023-05-09"),
        ("2026-04-04", 1, "2026-04-07"),
        ("2026-01-02", 99, "2026-05-27"),
    ],
)
def test_golden_values_of_england_and_wales(start: str, days: int, expected: str) -> None:
    for region in ("GB-ENG", "GB-WLS"):
        found = calendar(region).nth_working_day(date.fromisoformat(start), days)
        assert found == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("region", "expected"), [("GB-SCT", date(2026, 5, 26)), ("GB-NIR", date(2026, 5, 28))]
)
def test_golden_values_of_scotland_and_northern_ireland(region: str, expected: date) -> None:
    assert calendar(region).nth_working_day(date(2026, 1, 2), 99) == expected


@pytest.mark.parametrize("region", UK)
def test_bank_holidays_are_the_published_ones(region: str) -> None:
    table = BankHolidays(use_cached_holidays=True)
    published = {entry["date"] for entry in table.get_holidays(division=GOVUK_DIVISION[region])}
    years = {day.year for day in published}
    assert len(years) >= 5
    # A holiday that falls on a weekend has a substitute day; the weekend day itself is no matter.
    known = {day for day in calendar(region).holidays if day.year in years and day.weekday() < 5}
    assert known - PROCLAIMED_LATER.get(region, set()) == {day for day in published if day.weekday() < 5}


@given(st.sampled_from((*UK, None)), DAYS, st.integers(1, 999))
def test_nth_working_day_is_numpys(region: str | None, day: date, n: int) -> None:
    expected = np.busday_offset(day, n, roll="backward", busdaycal=busday(region)).item()
    assert calendar(region).nth_working_day(day, n) == expected


@given(st.sampled_from((*UK, None)), DAYS)
def test_no_working_days_later_is_the_day_itself(region: str | None, day: date) -> None:
    assert calendar(region).nth_working_day(day, 0) == day


@given(st.sampled_from((*UK, None)), DAYS, DAYS)
def test_working_days_between_is_numpys(region: str | None, a: date, b: date) -> None:
    one = timedelta(days=1)
    expected = int(np.busday_count(a + one, b + one, busdaycal=busday(region))) if b > a else 0
    assert calendar(region).working_days_between(a, b) == expected


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20),
    st.dates(date(2025, 12, 1), date(2027, 1, 31)),
    st.integers(1, 60),
)
def test_own_weekdays_closures_and_extra_days(
    weekdays: set[int], closures: set[date], extra: set[date], day: date, n: int
) -> None:
    spec = CalendarSpec(
        region="GB-ENG",
        weekdays=tuple(weekdays),
        closures=dict.fromkeys(closures, "stocktaking"),
        extra_days=dict.fromkeys(extra, "open Saturday"),
    )
    own = WorkingCalendar(spec)

    def works(d: date) -> bool:
        if d in closures:
            return False
        return d in extra or (d.weekday() in weekdays and d not in own.holidays)

    expected, left = day, n
    while left:
        expected += timedelta(days=1)
        left -= works(expected)
    assert own.nth_working_day(day, n) == expected
    assert own.is_working(expected)
    assert own.working_days_between(day, expected) == n


@given(DAYS, st.integers(0, 999), st.integers(0, 999))
def test_two_steps_are_one(day: date, a: int, b: int) -> None:
    """Why a freeze may be added to a target's days, or to its deadline, alike."""
    nth = calendar("GB-ENG").nth_working_day
    assert nth(nth(day, a), b) == nth(day, a + b)


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
)
@given(moment=MOMENTS)
def test_the_day_of_an_instant_is_the_zones_not_utcs(zone: str, moment: datetime) -> None:
    own = WorkingCalendar(CalendarSpec(region=None, zone=zone))
    assert own.day_of(instant_of(moment)) == moment.astimezone(own.zone).date()


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)])
def test_a_day_ends_where_the_next_begins_also_when_clocks_change(day: date) -> None:
    own = calendar("GB-ENG")
    last = own.end_of(day)
    assert own.day_of(last) == day
    assert own.day_of(last + 1) == day + timedelta(days=1)
    assert own.day_of(own.midday(day)) == day


def test_a_question_outside_the_known_years_is_refused() -> None:
    own = calendar("GB-ENG")
    with pytest.raises(CalendarError, match="outside the years"):
        own.nth_working_day(date(1989, 12, 31), 1)
    with pytest.raises(CalendarError, match="outside the years"):
        own.nth_working_day(date(2100, 12, 1), 99)
    with pytest.raises(CalendarError, match="outside the years"):
        own.working_days_between(date(2100, 1, 1), date(2101, 1, 1))
    with pytest.raises(CalendarError, match="negative"):
        own.nth_working_day(date(2026, 1, 1), -1)
    with pytest.raises(CalendarError, match="outside the years"):
        own.is_working(date(2101, 1, 1))


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(CalendarError, match="working weekday"):
        WorkingCalendar(CalendarSpec(weekdays=()))


@pytest.mark.parametrize("region", ["XX", "GB-XXX", "", "Narnia", "utils", "HolidayBase", "gb-eng", "GB-"])
def test_an_unknown_region_is_refused(region: str) -> None:
    with pytest.raises(CalendarError, match="no bank holidays are known"):
        WorkingCalendar(CalendarSpec(region=region))


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(CalendarError, match="no time zone"):
        WorkingCalendar(CalendarSpec(zone="Europe/Atlantis"))


def test_a_calendar_warns_when_its_holidays_run_out() -> None:
    own = calendar("GB-ENG")
    assert own.warnings(date(2026, 11, 17)) == ()
    assert "known only to 2100" in own.warnings(date(2100, 2, 1))[0]
    spain = calendar("ES")
    assert "known only from 2008" in spain.warnings(date(2026, 11, 17))[0]
    assert calendar(None).warnings(date(2100, 2, 1)) == ()


def test_days_without_known_holidays_are_still_counted() -> None:
    """A visible warning, not a store that can never be brought up to date."""
    assert calendar("ES").nth_working_day(date(2000, 1, 7), 1) == date(2000, 1, 10)


@pytest.mark.parametrize(
    ("region", "weekdays"), [("GB-ENG", (0, 1, 2, 3, 4)), (None, (0,)), ("AE", (6, 0, 1, 2, 3))]
)
def test_from_the_latest_start_every_deadline_can_be_told(
    region: str | None, weekdays: tuple[int, ...]
) -> None:
    own = WorkingCalendar(CalendarSpec(region=region, weekdays=weekdays))
    assert own.nth_working_day(own.nth_working_day(own.latest_start, 999), 999) <= own.last


def test_a_day_may_begin_one_minute_after_midnight() -> None:
    """Newfoundland changed its clocks at 00:01 until 2011: the first minute of that day came twice."""
    own = WorkingCalendar(CalendarSpec(region=None, zone="America/St_Johns"))
    for minute in range(-30, 120):
        moment = datetime(2010, 11, 7, 2, 30, tzinfo=UTC) + timedelta(minutes=minute)
        assert own.day_of(instant_of(moment)) == moment.astimezone(own.zone).date()


def test_why_a_day_counts_or_not() -> None:
    own = WorkingCalendar(
        CalendarSpec(
            closures={date(2026, 3, 3): "Founder's day"}, extra_days={date(2026, 3, 7): "Recruitment fair"}
        )
    )
    assert own.why(date(2026, 3, 2)) == "working day"
    assert own.why(date(2026, 3, 3)) == "closed: Founder's day"
    assert own.why(date(2026, 3, 7)) == "extra working day: Recruitment fair"
    assert own.why(date(2026, 3, 8)) == "weekend"
    assert own.why(date(2026, 4, 3)) == "bank holiday: Good Friday"


def test_weekdays_are_read_by_name() -> None:
    assert parse_weekdays("Mon,Tue,Wed,Thu,Fri") == (0, 1, 2, 3, 4)
    assert parse_weekdays("sun, monday") == (0, 6)
    for text in ("Mon,Foo", "Mon-Fri", "Mon Tue", "Mondrian", "Mon,", ""):
        with pytest.raises(CalendarError, match="is no weekday"):
            parse_weekdays(text)


@given(st.dates(date(1990, 1, 3), date(2090, 12, 31)))
def test_the_working_day_before_is_the_last_one_that_comes_before(day: date) -> None:
    before = calendar("GB-ENG").working_day_before(day)
    assert before < day
    assert calendar("GB-ENG").is_working(before)
    assert calendar("GB-ENG").working_days_between(before, day) == calendar("GB-ENG").is_working(day)


def test_before_the_first_day_no_working_day_is_known() -> None:
    for day in (date(1990, 1, 1), date(1989, 6, 1)):
        with pytest.raises(CalendarError):
            calendar("GB-ENG").working_day_before(day)
