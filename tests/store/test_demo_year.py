"""The demo's year: it is plausible, has in it what its screens are to show, and is the same every time."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.events import instant_of
from store.demo import DemoFiles, write_demo
from store.demo_staff import BUSY, CARELESS, CROWDS, EVENINGS, NEWCOMERS, USERS

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
TODAY, LAST_MONDAY = date(2026, 11, 21), date(2026, 11, 9)
WORK = {"telephone call", "email sent", "put forward", "note_added"}
CALENDAR = WorkingCalendar(CalendarSpec())


class Row(NamedTuple):
    at: datetime
    cells: dict[str, str]

    @property
    def day(self) -> date:
        return self.at.date()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("year"), seed=1, listings=600, now=instant_of(NOW))


@pytest.fixture(scope="module")
def rows(files: DemoFiles) -> list[Row]:
    return rows_of(files.events)


def rows_of(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [Row(datetime.fromisoformat(row["when"]), row) for row in csv.DictReader(lines)]


def kinds(rows: list[Row], *wanted: str) -> list[Row]:
    return [row for row in rows if row.cells["activity"] in wanted]


def by_person_and_day(rows: list[Row]) -> Counter[tuple[str, date]]:
    return Counter((row.cells["done by"], row.day) for row in kinds(rows, *WORK))


def test_the_same_seed_gives_the_same_files(tmp_path: Path):
    def made(name: str, seed: int) -> list[bytes]:
        (tmp_path / name).mkdir()
        files = write_demo(tmp_path / name, seed=seed, listings=50, now=instant_of(NOW))
        return [file.read_bytes() for file in (files.events, files.late, files.mapping)]

    assert made("a", 7) == made("b", 7)
    assert made("a2", 7)[0] != made("c", 8)[0]


def test_forty_people_in_six_teams_each_called_something_else():
    assert (len(USERS), len(set(USERS)), len(CROWDS)) == (40, 40, 6)
    everybody = [*USERS, *(crowd.manager for crowd in CROWDS), *{crowd.partner for crowd in CROWDS}]
    assert len(everybody) == len(set(everybody))
    assert min(len(crowd.members) for crowd in CROWDS) < 5, "of a small team no baseline of its own is told"


def test_everybody_does_something_on_most_working_days(rows: list[Row]):
    done = by_person_and_day(rows)
    days = [day for back in range(1, 180) if CALENDAR.is_working(day := TODAY - timedelta(days=back))]
    old = [name for name in USERS if name not in NEWCOMERS]
    worked = sum((name, day) in done for name in old for day in days)
    assert worked > 0.75 * len(old) * len(days)
    assert 2.5 < sum(done[name, day] for name in old for day in days) / worked < 7


def test_it_is_done_in_working_hours_mostly_and_never_in_the_future(rows: list[Row]):
    done = kinds(rows, *WORK)
    outside = [row for row in done if not CALENDAR.is_working(row.day) or not 7 <= row.at.hour < 20]
    assert 0 < len(outside) < len(done) / 100
    assert {bool(row.cells["justification"]) for row in outside} == {True, False}
    assert Counter(row.cells["done by"] for row in outside).most_common(1)[0][0] == EVENINGS
    assert max(row.at for row in rows) <= NOW.replace(tzinfo=None)
    assert TODAY - min(row.day for row in rows) <= timedelta(days=370)


def test_what_is_done_is_done_for_a_listing_that_is_there(rows: list[Row]):
    begun: dict[str, datetime] = {}
    for row in rows:
        if row.cells["activity"] not in WORK:
            begun.setdefault(row.cells["vacancy"], row.at)
    too_early = [row for row in kinds(rows, *WORK) if row.at < begun[row.cells["vacancy"]]]
    assert 0 < len(too_early) < 30, "a few dates are wrong"
    ended = {row.cells["vacancy"]: row.at for row in kinds(rows, "recruitment_ended", "listing_cancelled")}
    assert not [
        row for row in kinds(rows, *WORK) if row.at.date() > ended.get(row.cells["vacancy"], NOW).date()
    ]


def test_who_has_applied_is_talked_to_from_then_on_and_put_forward_once(rows: list[Row]):
    applied = {row.cells["applicant"]: row.at for row in kinds(rows, "application_received")}
    about = [row for row in kinds(rows, *WORK) if row.cells["applicant"]]
    assert len(about) > 0.5 * len(kinds(rows, *WORK))
    assert all(applied[row.cells["applicant"]].date() < row.day for row in about)
    submitted = [row.cells["applicant"] for row in kinds(rows, "put forward")]
    assert len(submitted) == len(set(submitted)) > 1_000


def test_calls_have_minutes_and_some_e_mails_a_reply(rows: list[Row]):
    minutes = [int(row.cells["minutes"]) for row in kinds(rows, "telephone call")]
    assert min(minutes) == 1
    assert 0.3 < sum(one >= 5 for one in minutes) / len(minutes) < 0.8
    replies = Counter(row.cells["reply"] for row in kinds(rows, "email sent") if row.cells["applicant"])
    assert set(replies) == {"yes", "no"}


def test_newcomers_begin_when_they_join_and_do_less_at_first(rows: list[Row]):
    for name, days in NEWCOMERS.items():
        own = [row.day for row in rows if row.cells["done by"] == name]
        assert TODAY - timedelta(days=days) <= min(own)
        assert name not in {row.cells["recruiter"] for row in rows if row.day < min(own)}
    done = by_person_and_day(rows)
    newest = min(NEWCOMERS, key=NEWCOMERS.__getitem__)
    team = next(crowd.members for crowd in CROWDS if newest in crowd.members)
    month = [TODAY - timedelta(days=back) for back in range(1, NEWCOMERS[newest])]
    usual = sum(done[name, day] for name in team for day in month) / len(team)
    assert sum(done[newest, day] for day in month) < usual


def test_some_weeks_and_days_are_far_from_usual(rows: list[Row]):
    done = by_person_and_day(rows)
    weeks: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for (name, day), number in done.items():
        weeks[name][day - timedelta(days=day.weekday())] += number
    name = BUSY[0][0]
    before = sorted(weeks[name][LAST_MONDAY - timedelta(days=7 * n)] for n in range(1, 27))
    assert weeks[name][LAST_MONDAY] > 3 * before[13]
    days = sorted((number for number in done.values()), reverse=True)
    assert days[0] > 60
    assert any(48 <= number <= 60 for number in days), "one day is near the daily limit"
    assert days[6] < 48, "few are"


def test_less_is_done_about_christmas(rows: list[Row]):
    done = Counter(row.day for row in kinds(rows, *WORK))
    quiet = [done[day] for day in (date(2025, 12, 29), date(2025, 12, 30), date(2025, 12, 31))]
    assert 0 < max(quiet) < done[date(2026, 2, 3)] / 2


def test_notes_and_fields_are_missing_now_and_then_and_from_one_more_often(rows: list[Row]):
    explained = kinds(rows, "approval_rejected", "offer_rejected", "offer_withdrawn", "vacancy frozen")
    assert 0.02 < sum(not row.cells["note"] for row in explained) / len(explained) < 0.2
    calls = kinds(rows, "telephone call")
    empty = Counter(row.cells["done by"] for row in calls if not row.cells["outreach method"])
    assert 0 < empty.total() < len(calls) / 50
    assert empty.most_common(1)[0][0] == CARELESS
    assert any(not row.cells["source"] for row in kinds(rows, "put forward"))


def test_something_is_frozen_and_something_urgent_critical_and_internal(rows: list[Row]):
    last = {row.cells["vacancy"]: row for row in rows if row.cells["activity"] not in WORK}
    assert sum(row.cells["activity"] == "vacancy frozen" for row in last.values()) >= 1
    for column, values in (("urgency", 2), ("criticality", 2), ("internal", 2), ("role type", 3)):
        assert len({row.cells[column] for row in last.values()} - {""}) == values


def test_what_comes_in_late_is_some_weeks_old_and_not_in_the_export(files: DemoFiles, rows: list[Row]):
    late = rows_of(files.late)
    assert len(late) >= 3
    assert all(row.cells["activity"] == "telephone call" for row in late)
    assert len({row.cells["done by"] for row in late}) == 1
    assert all(timedelta(days=14) < TODAY - row.day < timedelta(days=32) for row in late)
    assert not {row.cells["id"] for row in late} & {row.cells["id"] for row in rows}


@pytest.mark.parametrize("listings", [1, 30])
def test_a_demo_of_few_listings_works_too_and_knows_nothing_of_the_afternoon(tmp_path: Path, listings: int):
    noon = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    rows = rows_of(write_demo(tmp_path, seed=5, listings=listings, now=instant_of(noon)).events)
    assert rows
    assert max(row.at for row in rows) <= noon.replace(tzinfo=None)
