"""A lively, plainly invented organisation: a seeded year of recruitment, as an ATS might export it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.events import moment_of
from kpi.targets import Target

if TYPE_CHECKING:
    from pathlib import Path

    from store.importing import ImportResult
    from store.work import Store

ORGANISATION = "Northbank NHS Trust (invented)"
EVENTS_FILE, MAPPING_FILE = "events.csv", "mapping.toml"
YEAR = 365
# No one of these exists: each is a play on words.
USERS = (
    "Al Pine", "Barb Dwyer", "Clay Potts", "Dee Light", "Ella Vator", "Faye Slift", "Gail Force",
    "Hazel Nutt", "Iris Bloom", "Jay Walker", "Olive Branch", "Rusty Gates", "Sandy Shore", "Terry Bull",
)  # fmt: skip
JOBS = (
    ("Staff nurse", "Ward 7", "clinical"), ("Healthcare assistant", "Ward 3", "clinical"),
    ("Consultant anaesthetist", "Theatres", "clinical"), ("Radiographer", "Imaging", "technical"),
    ("Data engineer", "Digital services", "technical"), ("Porter", "Estates", "support"),
    ("Ward clerk", "Ward 7", "support"), ("Pharmacist", "Pharmacy", "clinical"),
    ("Physiotherapist", "Therapies", "clinical"), ("Catering assistant", "Kitchens", "support"),
    ("Midwife", "Maternity", "clinical"), ("Biomedical scientist", "Pathology", "technical"),
)  # fmt: skip
TARGETS = {
    "draft.ready_to_publish": Target(10, 15), "approvals.ready_to_approve": Target(4, 7),
    "approvals.ready_to_reapprove": Target(2, 4), "approvals.rejected": Target(5, 10),
    "approvals.ready_to_publish": Target(1, 2), "shortlisting.closed": Target(2, 4),
    "shortlisting.online_scoring": Target(5, 8), "shortlisting.offline_scoring": Target(5, 8),
    "shortlisting.select_online": Target(2, 4), "shortlisting.select_offline": Target(2, 4),
    "interviews.ready_to_invite": Target(3, 5), "interviews.scheduled": Target(10, 15),
    "interviews.in_progress": Target(2, 3), "interviews.completed": Target(2, 4),
    "ready_to_offer.ready_to_start": Target(2, 5), "ready_to_offer.applicants_selected": Target(2, 4),
    "ready_to_offer.not_offered": Target(5, 10), "ready_to_offer.in_progress": Target(30, 45),
    "offers.started": Target(1, 3), "offers.sent": Target(4, 7), "offers.rejected": Target(3, 6),
    "offers.withdrawn": Target(3, 6), "checks.decision": Target(15, 25), "contracts.issue": Target(3, 5),
    "contracts.issued_offline": Target(5, 10), "contracts.sent": Target(5, 10),
    "contracts.rejected": Target(3, 6), "contracts.accepted": Target(15, 30),
    "end.ready_to_end": Target(8, 15),
}  # fmt: skip
COLUMNS = (
    "id", "activity", "when", "vacancy", "applicant", "done by", "recruiter", "job title", "department",
    "role type", "closes", "first interview", "last interview", "note",
)  # fmt: skip
MAPPING = """\
# How the columns of events.csv read as Stagewatch's fields.
[source]
name = "demo ATS"
timezone = "Europe/London"

[columns]
event_id = "id"
event = "activity"
at = "when"
listing = "vacancy"
application = "applicant"
actor = "done by"
owner = "recruiter"
title = "job title"
department = "department"
role_type = "role type"
closing_date = "closes"
first_interview_at = "first interview"
last_interview_at = "last interview"
note = "note"

[events]
"vacancy frozen" = "listing_frozen"
"vacancy unfrozen" = "listing_unfrozen"
"""
_THEIR_WORDS = {"listing_frozen": "vacancy frozen", "listing_unfrozen": "vacancy unfrozen"}


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the invented export and its mapping were written."""

    events: Path
    mapping: Path


def make_demo(store: Store, folder: Path, *, seed: int = 1, listings: int = 400) -> ImportResult:
    """Found the invented organisation in an empty store and import a year of its events, ending today."""
    from store.feeds.mapping import load_mapping  # deferred: the app itself never makes a demo
    from store.importing import import_file
    from store.organisation import found_organisation

    found_organisation(store, ORGANISATION, targets=TARGETS)
    files = write_demo(folder, seed=seed, listings=listings, now=store.clock())
    return import_file(store, files.events, load_mapping(files.mapping.read_text("utf-8")))


def write_demo(folder: Path, *, seed: int, listings: int, now: int) -> DemoFiles:
    """Write the invented export and its mapping into `folder`; the same arguments give the same files."""
    files = DemoFiles(folder / EVENTS_FILE, folder / MAPPING_FILE)
    files.mapping.write_text(MAPPING, "utf-8")
    calendar = WorkingCalendar(CalendarSpec())
    moment = moment_of(now).astimezone(calendar.zone).replace(tzinfo=None)
    with files.events.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, row in enumerate(_rows(Random(seed), calendar, moment, listings), 1):
            writer.writerow((f"E{number:06d}", *row))
    return files


def _rows(rng: Random, calendar: WorkingCalendar, now: datetime, listings: int) -> list[tuple[str, ...]]:
    rows: list[tuple[datetime, tuple[str, ...]]] = []
    for number in range(1, listings + 1):
        begin = now.date() - timedelta(days=rng.randint(1, YEAR))
        if number <= len(_PARKED):
            # One listing waits at each of these, so that every stage has something on the board.
            begin = now.date() - timedelta(days=rng.randint(120, 160))
        walk = _Walk(rng, calendar, f"NB-{number:04d}", begin)
        walk.go()
        if number <= len(_PARKED):
            walk.park(_PARKED[number - 1], now)
        rows += [(at, row) for at, row in walk.rows if row and at <= now]
    return [row for _, row in sorted(rows, key=lambda item: item[0])]


# The events after which a listing is left waiting, and since at least and at most how many days.
_PARKED = (
    ("listing_marked_ready", 1, 9), ("approval_requested", 1, 8), ("approval_rejected", 2, 14),
    ("reapproval_requested", 1, 8), ("approval_granted", 1, 4), ("listing_published", 2, 12),
    ("listing_closed", 1, 8), ("shortlisting_online_chosen", 3, 12), ("shortlisting_offline_chosen", 3, 14),
    ("scoring_completed", 1, 7), ("applications_downloaded", 1, 7), ("shortlist_selected", 1, 8),
    ("interviews_arranged", 1, 3), ("interviews_started", 1, 1), ("interviews_finished", 1, 7),
    ("interview_feedback_completed", 1, 8), ("applicants_selected", 1, 7), ("nobody_selected", 2, 14),
    ("offer_started", 1, 5), ("offer_sent", 1, 12), ("offer_rejected", 1, 9), ("offer_withdrawn", 1, 9),
    ("offer_accepted", 5, 30), ("checks_decided", 1, 9), ("contract_sent", 2, 16),
    ("contract_issued_offline", 2, 16), ("contract_rejected", 1, 9), ("contract_accepted", 5, 40),
    ("listing_frozen", 4, 9), ("listing_frozen", 1, 20),
)  # fmt: skip


class _Walk:
    """One listing's way through hiring, in local time; working hours on working days, mostly."""

    def __init__(self, rng: Random, calendar: WorkingCalendar, ref: str, begin: date) -> None:
        self.rng = rng
        self.calendar = calendar
        self.ref = ref
        self.title, self.department, self.role = rng.choice(JOBS)
        self.owner = rng.choice(USERS)
        self.at = self._hours(begin if calendar.is_working(begin) else calendar.nth_working_day(begin, 1))
        self.rows: list[tuple[datetime, tuple[str, ...]]] = []
        self.kinds: list[str] = []

    def _hours(self, day: date) -> datetime:
        minutes = self.rng.randint(8 * 60, 18 * 60)
        return datetime.combine(day, time(minutes // 60, minutes % 60))

    def wait(self, usual: float) -> None:
        """Let about `usual` working days pass; sometimes far more, as work gets stuck."""
        days = round(self.rng.lognormvariate(0, 0.6) * usual)
        if self.rng.random() < 0.04:
            days += self.rng.randint(5, 25)
        later = self._hours(self.calendar.nth_working_day(self.at.date(), days))
        self.at = max(self.at + timedelta(minutes=self.rng.randint(5, 90)), later)

    def say(self, kind: str, usual: float = 1.0, applicant: str = "", note: str = "", **dates: str) -> None:
        """After about `usual` working days, one event."""
        self.wait(usual)
        self.kinds.append(kind)
        row = (
            _THEIR_WORDS.get(kind, kind),
            self.at.strftime("%Y-%m-%d %H:%M"),
            self.ref,
            applicant,
            self.owner if self.rng.random() < 0.8 else self.rng.choice(USERS),
            self.owner,
            self.title,
            self.department,
            self.role,
            dates.get("closes", ""),
            dates.get("first", ""),
            dates.get("last", ""),
            note,
        )
        self.rows.append((self.at, row))

    def go(self) -> None:
        """From the draft to the end of recruitment, with the usual accidents."""
        rng = self.rng
        self._approve()
        closes = self.calendar.nth_working_day(self.at.date(), rng.randint(8, 15))
        self.say("listing_published", 1, closes=closes.isoformat())
        if rng.random() < 0.08:
            self.say("listing_frozen", 3, note="Vacancy panel asked to hold")
            self.say("listing_unfrozen", 10)
        applicants = [f"{self.ref}-{place:02d}" for place in range(1, rng.randint(4, 9))]
        for applicant in applicants:
            self.say("application_received", 0.6, applicant)
        self.say("listing_closed", 3)
        if rng.random() < 0.05:
            self.say("listing_cancelled", 4, note="Funding withdrawn")
            return
        self._shortlist()
        self._interview()
        if rng.random() < 0.1:
            self.say("nobody_selected", 3)
            self.say("recruitment_ended", 8)
            return
        self.say("applicants_selected", 3)
        for applicant in rng.sample(applicants, rng.choice((1, 1, 1, 2))):
            self._offer(applicant)
        self.say("recruitment_ended", 6)

    def _approve(self) -> None:
        self.say("listing_marked_ready", 0)
        self.say("approval_requested", 0.5)
        if self.rng.random() < 0.25:
            self.say("approval_rejected", 3, note="Band does not match the description")
            self.say("reapproval_requested", 5)
        self.say("approval_granted", 3)

    def _shortlist(self) -> None:
        if self.rng.random() < 0.7:
            self.say("shortlisting_online_chosen", 2)
            self.say("scoring_completed", 5)
        else:
            self.say("shortlisting_offline_chosen", 2)
            self.say("applications_downloaded", 5)
        self.say("shortlist_selected", 2)
        self.say("phone_call", 0.3, note="Talked through the panel's dates")

    def _interview(self) -> None:
        self.wait(3)
        first = datetime.combine(
            self.calendar.nth_working_day(self.at.date(), self.rng.randint(5, 9)), time(9, 30)
        )
        last = first + timedelta(hours=self.rng.choice((6, 30)))
        form = "%Y-%m-%d %H:%M"
        self.say("interviews_arranged", 0.2, first=first.strftime(form), last=last.strftime(form))
        # Both come by themselves: places to park, not rows of the export.
        self.kinds += ["interviews_started", "interviews_finished"]
        self.rows += [(datetime.combine(first - timedelta(days=1), time(12)), ()), (last, ())]
        self.at = max(self.at, last)
        self.say("interview_feedback_completed", 2)

    def _offer(self, applicant: str) -> None:
        rng = self.rng
        self.say("offer_started", 2, applicant)
        self.say("offer_sent", 1.5, applicant)
        fate = rng.random()
        if fate < 0.2:
            self.say("offer_rejected" if fate < 0.12 else "offer_withdrawn", 4, applicant)
            self.say("offer_sent", 4, applicant)
        self.say("offer_accepted", 4, applicant)
        self.say("checks_decided", 15, applicant)
        self.say("contract_issued_offline" if rng.random() < 0.25 else "contract_sent", 3, applicant)
        if rng.random() < 0.1:
            self.say("contract_rejected", 5, applicant)
            self.say("contract_sent", 3, applicant)
        self.say("contract_accepted", 6, applicant)

    def park(self, stop: tuple[str, int, int], now: datetime) -> None:
        """Cut the way behind the event `stop[0]` and move it so that this was some days ago."""
        kind, least, most = stop
        while kind not in self.kinds:
            self.rows, self.kinds = [], []
            self.go()
        place = self.kinds.index(kind)
        was = self.rows[place][0].date()
        possible = [now.date() - timedelta(days=days) for days in range(least, most + 1)]
        # Whole weeks keep office days on office days.
        same_weekday = [day for day in possible if day.weekday() == was.weekday()]
        shift = self.rng.choice(same_weekday or possible) - was
        self.rows = [(at + shift, _shifted(row, shift)) for at, row in self.rows[: place + 1]]
        self.kinds = self.kinds[: place + 1]


def _shifted(row: tuple[str, ...], shift: timedelta) -> tuple[str, ...]:
    return tuple(_shift_date(cell, shift) if place in _DATES else cell for place, cell in enumerate(row))


def _shift_date(cell: str, shift: timedelta) -> str:
    if not cell:
        return cell
    if len(cell) == len("2026-01-01"):
        return (date.fromisoformat(cell) + shift).isoformat()
    return (datetime.fromisoformat(cell) + shift).strftime("%Y-%m-%d %H:%M")


_DATES = (1, 9, 10, 11)
