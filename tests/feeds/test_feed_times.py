"""Times as files write them: read in every listed form, or refused with the reason, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.events import instant_of, moment_of
from store.feeds.errors import RowError
from store.feeds.formats import FormatError, parse_format
from store.feeds.times import as_text, day_reader, instant_reader

# Naive, as a file without offsets has them; a day from the ends of what is possible.
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2095, 12, 30))  # noqa: DTZ001


def instant(text: str, *formats: str, timezone: str | None = "UTC") -> datetime:
    return moment_of(instant_reader(tuple(map(parse_format, formats)), timezone)(text))


def day(text: str, *formats: str, zone: str = "Europe/London") -> str:
    return day_reader(tuple(map(parse_format, formats)), zone)(text).isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04", "2026-03-04T00:00:00"),
        ("20260304", "2026-03-04T00:00:00"),
        ("2026-W10-3", "2026-03-04T00:00:00"),
        ("2026-03-04T10", "2026-03-04T10:00:00"),
        ("2026-03-04 10:11", "2026-03-04T10:11:00"),
        ("2026-03-04T10:11:12", "2026-03-04T10:11:12"),
        ("2026-03-04T10:11:12Z", "2026-03-04T10:11:12"),
        ("2026-03-04t10:11:12z", "2026-03-04T10:11:12"),
        ("  2026-03-04T10:11:12Z\t", "2026-03-04T10:11:12"),
        ("2026-03-04T10:11:12+00:00", "2026-03-04T10:11:12"),
        ("2026-03-04T10:11:12+05:30", "2026-03-04T04:41:12"),
        ("2026-03-04T10:11:12-0800", "2026-03-04T18:11:12"),
        ("2026-03-04T10:11:12.5Z", "2026-03-04T10:11:12.500000"),
        ("2026-03-04T10:11:12,250+01:00", "2026-03-04T09:11:12.250000"),
        ("2026-03-04T10:11:12.123456789Z", "2026-03-04T10:11:12.123456"),
        ("20260304T101112Z", "2026-03-04T10:11:12"),
        ("1990-01-01T00:00:00Z", "1990-01-01T00:00:00"),
        ("2095-12-31T23:59:59.999999Z", "2095-12-31T23:59:59.999999"),
    ],
)
def test_iso_8601_is_always_read(text: str, expected: str) -> None:
    assert instant(text) == datetime.fromisoformat(expected + "+00:00")
    assert instant(text, "DD/MM/YYYY") == datetime.fromisoformat(expected + "+00:00")


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("04/03/2026", "DD/MM/YYYY", "2026-03-04T00:00:00"),
        ("4/3/2026", "DD/MM/YYYY", "2026-03-04T00:00:00"),
        ("04/03/2026 10:11", "DD/MM/YYYY HH:mm", "2026-03-04T10:11:00"),
        ("4/3/26 9:05:07", "D/M/YY H:m:s", "2026-03-04T09:05:07"),
        ("4 Mar 2026", "D MMM YYYY", "2026-03-04T00:00:00"),
        ("4 march 2026", "D MMMM YYYY", "2026-03-04T00:00:00"),
        ("Mar 04, 2026 01:30 PM", "MMM DD, YYYY hh:mm A", "2026-03-04T13:30:00"),
        ("03/04/2026 12:05 am", "MM/DD/YYYY h:mm A", "2026-03-04T00:05:00"),
        ("2026-03-04T10:11:12.345 +0100", "YYYY-MM-DDTHH:mm:ss.SSS ZZ", "2026-03-04T09:11:12.345000"),
        ("04.03.2026 um 10:11", "DD.MM.YYYY [um] HH:mm", "2026-03-04T10:11:00"),
        ("20260304101112", "YYYYMMDDHHmmss", "2026-03-04T10:11:12"),
        ("04/03/2026 10:11", "%d/%m/%Y %H:%M", "2026-03-04T10:11:00"),
        ("Wed 04 Mar 2026", "%a %d %b %Y", "2026-03-04T00:00:00"),
        ("2026 063", "%Y %j", "2026-03-04T00:00:00"),
        ("04/03/2026 10:11 +0530", "%d/%m/%Y %H:%M %z", "2026-03-04T04:41:00"),
    ],
)
def test_a_listed_form_is_read(text: str, form: str, expected: str) -> None:
    assert instant(text, form) == datetime.fromisoformat(expected + "+00:00")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("DD/MM", "a year, a month and a day"),
        ("HH:mm", "a year, a month and a day"),
        ("DD/mm/YYYY", "a year, a month and a day"),
        ("DD/MM/YYYY YY", "each part once"),
        ("DD MMM/MM/YYYY", "each part once"),
        ("DD/MM/YYYY HH:mm hh A", "each part once"),
        ("DD/MM/YYYY DD", "a year, a month and a day"),
        ("yyyy-MM-DD", "“y” is not known"),
        ("DD/MM/YYYY hh:mm", "morning or afternoon"),
        ("%d/%m/%Y %I:%M", "morning or afternoon"),
        ("%d/%m/%Q", "“%Q” is not known"),
        ("%c", "“%c” is not known"),
        ("%d/%m/%Y %Z", "“%Z” is not known"),
        ("%Y-%W-%a", "“%W” is not known"),
        ("%d/%m/%Y %", "“%” is not known"),
        ("words", "“w” is not known"),
    ],
)
def test_a_form_that_cannot_work_is_refused(form: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        parse_format(form)


@pytest.mark.parametrize(
    ("text", "forms", "reason"),
    [
        ("", (), "no time"),
        ("  ", (), "no time"),
        ("\x1b\x07", (), "control characters only: time"),
        ("soon", (), "unknown time: “soon”"),
        ("2026-02-30", (), "unknown time: “2026-02-30”"),
        ("2026-03-04T25:00", (), "unknown time: “2026-03-04T25:00”"),
        ("31/04/2026", ("DD/MM/YYYY",), "unknown time: “31/04/2026”"),
        ("04/03/26", ("DD/MM/YYYY",), "unknown time: “04/03/26”"),
        ("1122026", ("DMYYYY",), "unknown time: “1122026”"),
        # Python alone reads these as a day, a separator and a time.
        ("20260304103000", (), "unknown time: “20260304103000”"),
        ("202603041030000", (), "unknown time: “202603041030000”"),
        ("2026-03-04112:00", (), "unknown time: “2026-03-04112:00”"),
        ("x" * 100, (), "unknown time: “" + "x" * 59 + "…”"),
        (
            "1989-12-31T23:59:59.999999Z",
            (),
            "impossible time: 1989-12-31T23:59:59.999999Z is before 1990",
        ),
        ("2096-01-01T00:00:00Z", (), "impossible time: 2096-01-01T00:00:00Z is after 2095"),
        (
            "0001-01-01T00:00:00+14:00",
            (),
            "impossible time: 0001-01-01T00:00:00+14:00 is before 1990",
        ),
        (
            "9999-12-31T23:59:59-14:00",
            (),
            "impossible time: 9999-12-31T23:59:59-14:00 is after 2095",
        ),
        (
            "03/04/2026",
            ("DD/MM/YYYY", "MM/DD/YYYY"),
            "ambiguous time: 03/04/2026 fits DD/MM/YYYY and MM/DD/YYYY with different meanings",
        ),
        (
            "2026-03-04",
            ("YYYY-DD-MM",),
            "ambiguous time: 2026-03-04 fits ISO 8601 and YYYY-DD-MM with different meanings",
        ),
        (
            "2026-03-04 10:00",
            ("YYYY-DD-MM HH:mm",),
            "ambiguous time: 2026-03-04 10:00 fits ISO 8601 and YYYY-DD-MM HH:mm with different meanings",
        ),
        (
            "20121210",
            ("DDMMYYHH",),
            "ambiguous time: 20121210 fits ISO 8601 and DDMMYYHH with different meanings",
        ),
    ],
)
def test_what_cannot_be_read_surely_is_refused(text: str, forms: tuple[str, ...], reason: str) -> None:
    with pytest.raises(RowError) as caught:
        instant(text, *forms)
    assert str(caught.value) == reason


def test_two_forms_that_agree_are_no_trouble() -> None:
    assert instant("13/04/2026", "DD/MM/YYYY", "MM/DD/YYYY") == datetime(2026, 4, 13, tzinfo=UTC)
    assert instant("04/13/2026", "DD/MM/YYYY", "MM/DD/YYYY") == datetime(2026, 4, 13, tzinfo=UTC)
    assert instant("04/04/2026", "DD/MM/YYYY", "MM/DD/YYYY") == datetime(2026, 4, 4, tzinfo=UTC)
    assert instant("2026-03-04", "YYYY-MM-DD", "D/M/YYYY") == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-03-04T10:00:00", "2026-03-04", "04/03/2026"])
def test_a_time_without_an_offset_needs_the_mappings_timezone(text: str) -> None:
    with pytest.raises(
        RowError, match="time zone missing: the time has no offset, and the mapping names no timezone"
    ):
        instant(text, "DD/MM/YYYY", timezone=None)
    written = datetime(2026, 3, 4, 10 if "10:00" in text else 0, tzinfo=UTC)
    assert instant(text, "DD/MM/YYYY", timezone="Asia/Tokyo") == written - timedelta(hours=9)


def test_an_offset_beats_the_mappings_timezone() -> None:
    assert instant("2026-07-01T10:00:00+02:00", timezone="Asia/Tokyo") == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert instant("2026-07-01T10:00:00+02:00", timezone=None) == datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("form", ["2026-{}", "{}/2026"])
@pytest.mark.parametrize(
    ("month_day", "clock", "expected"),
    [
        ((3, 29), "00:59", "00:59"),
        ((3, 29), "01:30", "01:30"),  # left out: read with the offset from before, so 02:30 in summer
        ((3, 29), "02:00", "01:00"),
        ((10, 25), "00:59", "23:59"),
        ((10, 25), "01:30", "00:30"),  # comes twice: the first
        ((10, 25), "02:00", "02:00"),
    ],
)
def test_clock_changes_are_read_in_one_known_way(
    form: str, month_day: tuple[int, int], clock: str, expected: str
) -> None:
    month, day_ = month_day
    text = (
        f"2026-{month:02d}-{day_:02d} {clock}"
        if form == "2026-{}"
        else f"{day_:02d}/{month:02d}/2026 {clock}"
    )
    read = instant(text, "DD/MM/YYYY HH:mm", timezone="Europe/London")
    assert f"{read:%H:%M}" == expected


@given(
    MOMENTS,
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_local_times_are_what_zoneinfo_says(moment: datetime, zone: str) -> None:
    expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert instant(moment.isoformat(), timezone=zone) == expected
    text = moment.replace(microsecond=0).strftime("%d/%m/%Y %H:%M:%S")
    assert instant(text, "DD/MM/YYYY HH:mm:ss", timezone=zone) == expected.replace(microsecond=0)


@given(MOMENTS)
def test_numbers_are_read_as_strptime_reads_them(moment: datetime) -> None:
    for pattern in ("%d/%m/%Y", "%m-%d-%Y %H:%M", "%Y.%m.%d %H h %M:%S", "%H:%M:%S %d %m %Y"):
        text = moment.strftime(pattern)
        assert parse_format(pattern).read(text) == datetime.strptime(text, pattern)  # noqa: DTZ007


@given(MOMENTS)
def test_an_instant_survives_being_written(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    text = as_text(instant_of(moment))
    assert datetime.fromisoformat(text) == moment
    assert instant(text) == moment


@given(st.text(max_size=40) | st.from_regex(r"[0-9TW:.,+Z -]{0,40}", fullmatch=True))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    for read in (
        instant_reader((parse_format("DD/MM/YYYY"), parse_format("%y%m%d%H")), "Europe/London"),
        day_reader((parse_format("D MMM YY"),), "Europe/London"),
    ):
        reasons = []
        try:
            read(text)
        except RowError as error:
            reasons.append(str(error))
        assert not any("\n" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-30", "2026-06-30"),
        ("30/06/2026", "2026-06-30"),
        ("2026-06-30T23:30:00", "2026-06-30"),  # no offset: the day as written
        ("2026-06-30T23:30:00Z", "2026-07-01"),  # half past midnight in London
        ("2026-06-30T23:30:00+01:00", "2026-06-30"),
        ("2026-12-31T23:30:00Z", "2026-12-31"),
    ],
)
def test_a_day_is_the_calendars(text: str, expected: str) -> None:
    assert day(text, "DD/MM/YYYY") == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "unknown time: “soon”"),
        ("1066-10-14", "impossible time: 1066-10-14 is before 1990-01-01"),
        ("0001-01-01T00:00+14:00", "impossible time: 0001-01-01T00:00+14:00 is before 1990-01-01"),
        ("03/04/2026", "ambiguous time: 03/04/2026 fits DD/MM/YYYY and MM/DD/YYYY with different meanings"),
    ],
)
def test_a_day_that_cannot_be_read_surely_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        day(text, "DD/MM/YYYY", "MM/DD/YYYY")
    assert str(caught.value) == reason
