"""A lively, plainly invented organisation: a seeded year of recruitment, as an ATS might export it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.events import moment_of
from kpi.targets import Target
from store.demo_activity import Activity
from store.demo_staff import CROWDS, Staff
from store.demo_walk import COLUMNS, PARKED, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from store.demo_walk import Row
    from store.importing import ImportResult
    from store.work import Store

ORGANISATION = "Northbank NHS Trust (invented)"
EVENTS_FILE, LATE_FILE, MAPPING_FILE = "events.csv", "late.csv", "mapping.toml"
YEAR, LISTINGS = 365, 600
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
urgency = "urgency"
criticality = "criticality"
internal = "internal"
closing_date = "closes"
first_interview_at = "first interview"
last_interview_at = "last interview"
note = "note"
minutes = "minutes"
reply = "reply"
justification = "justification"

# Fields of the organisation's own: they stand among an event's details as custom.outreach_method.
[custom]
outreach_method = "outreach method"
source = "source"

[events]
"telephone call" = "call_made"
"email sent" = "email_sent"
"put forward" = "candidate_submitted"
"vacancy frozen" = "listing_frozen"
"vacancy unfrozen" = "listing_unfrozen"
"""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the invented export was written, what comes in later, and how both are read."""

    events: Path
    late: Path
    mapping: Path


def files_in(folder: Path) -> DemoFiles:
    """Where they stand, or will stand."""
    return DemoFiles(folder / EVENTS_FILE, folder / LATE_FILE, folder / MAPPING_FILE)


def make_demo(store: Store, folder: Path, *, seed: int = 1, listings: int = LISTINGS) -> ImportResult:
    """Found the invented organisation in an empty store and import a year of its events, ending today."""
    from store.feeds.mapping import load_mapping  # deferred: the app itself never makes a demo
    from store.importing import import_file
    from store.organisation import found_organisation

    found_organisation(store, ORGANISATION, targets=TARGETS)
    files = write_demo(folder, seed=seed, listings=listings, now=store.clock())
    return import_file(store, files.events, load_mapping(files.mapping.read_text("utf-8")))


def write_demo(folder: Path, *, seed: int, listings: int, now: int) -> DemoFiles:
    """Write the invented export and its mapping into `folder`; the same arguments give the same files."""
    files = files_in(folder)
    files.mapping.write_text(MAPPING, "utf-8")
    calendar = WorkingCalendar(CalendarSpec())
    moment = moment_of(now).astimezone(calendar.zone).replace(tzinfo=None)
    rng = Random(seed)
    staff = Staff(rng, calendar, moment.date())
    walks = list(_walks(rng, calendar, staff, moment, listings))
    activity = Activity(rng, calendar, staff, moment)
    rows = [row for walk in walks for row in walk.rows()]
    rows += [*activity.around(walks), *activity.busy(walks)]
    rows += [*activity.too_early(walks), *activity.saturday(walks)]
    _write(files.events, "E", [row for row in rows if row[0] <= moment])
    _write(files.late, "L", activity.late(walks))
    return files


def _walks(
    rng: Random, calendar: WorkingCalendar, staff: Staff, now: datetime, listings: int
) -> Iterator[Walk]:
    for number in range(1, listings + 1):
        begin = now.date() - timedelta(days=rng.randint(1, YEAR))
        if number <= len(PARKED):
            # One listing waits at each of these, so that every stage has something on the board.
            begin = now.date() - timedelta(days=rng.randint(120, 160))
        # The last of them is of the team whose manager one can be: there it is to be left out as frozen.
        crowd = CROWDS[0] if number == len(PARKED) else None
        walk = Walk(rng, calendar, staff, f"NB-{number:04d}", begin, crowd)
        walk.go()
        if number <= len(PARKED):
            walk.park(PARKED[number - 1], now)
        yield walk


def _write(file: Path, letter: str, rows: list[tuple[datetime, Row]]) -> None:
    """Write rows by their time, each with an id."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for number, (_, row) in enumerate(sorted(rows, key=itemgetter(0)), 1):
            writer.writerow((f"{letter}{number:06d}", *row))
