"""Large files of recruitment events as an ATS exports them: in the order of time, many listings at once.

Every listing walks the built-in catalogue from draft to the end of recruitment, with its applicants and with
the usual accidents, so that all KPIs' clocks start and end. The same arguments give the same file.
"""

from __future__ import annotations

import csv
import gzip
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from benchmarks.kept import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LONDON = ZoneInfo("Europe/London")
BEGIN, END = date(2022, 1, 3), date(2025, 9, 30)  # the first listing's day; the day of the export
STAFF = tuple(f"user-{number:02d}" for number in range(1, 61))
COLUMNS = (
    "id", "activity", "when", "vacancy", "applicant", "done by", "recruiter", "job title", "department",
    "closes", "first interview", "last interview",
)  # fmt: skip
_FIELDS = {
    "event_id": "id", "event": "activity", "at": "when", "listing": "vacancy", "application": "applicant",
    "actor": "done by", "owner": "recruiter", "title": "job title", "department": "department",
    "closing_date": "closes", "first_interview_at": "first interview", "last_interview_at": "last interview",
}  # fmt: skip
# What this ATS calls two of our events; the others go by our own names.
_THEIR_WORDS = {"listing_frozen": "vacancy on hold", "listing_unfrozen": "vacancy off hold"}
_JOBS = tuple(
    (f"{job}{band}", department)
    for job, department in (
        ("Staff nurse", "Ward 7"), ("Healthcare assistant", "Ward 3"), ("Radiographer", "Imaging"),
        ("Data engineer", "Digital services"), ("Porter", "Estates"), ("Pharmacist", "Pharmacy"),
        ("Physiotherapist", "Therapies"), ("Midwife", "Maternity"), ("Scientist", "Pathology"),
    )
    for band in ("", ", band 3", ", band 5", " (bank)")
)  # fmt: skip
_LATE = ("note_added", "approval_requested", "approval_granted", "listing_closed", "scoring_completed")
_DAY = 24 * 60  # minutes


class _Row(NamedTuple):
    """One event, in minutes since BEGIN on the clocks of London; sorts by time."""

    at: int
    listing: int
    place: int  # within its listing
    kind: str
    applicant: int  # 0 for the listing itself
    dates: tuple[int, int, int]  # closing day, first and last interview; 0 for none


def csv_file(events: int, *, ids: bool = True) -> Path:
    """The path of a CSV file of so many events; made once and kept."""
    skipped = 0 if ids else 1
    return kept(
        f"events-{events}{'' if ids else '-no-ids'}.csv",
        lambda path: write_cells(path, (cells[skipped:] for cells in rows(events)), COLUMNS[skipped:]),
    )


def xes_file(events: int) -> Path:
    """The path of a gzipped XES log of the same events, one trace for each listing; made once and kept."""
    return kept(f"events-{events}.xes.gz", lambda path: _write_xes(path, events))


def write_cells(path: Path, cells: Iterable[tuple[str, ...]], columns: tuple[str, ...] = COLUMNS) -> None:
    """Write a CSV file of these rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(cells)


def mapping(*, ids: bool = True) -> str:
    """How the columns of the CSV file read as our fields."""
    columns = "".join(f'{field} = "{name}"\n' for field, name in _FIELDS.items() if ids or name != "id")
    words = "".join(f'"{theirs}" = "{ours}"\n' for ours, theirs in _THEIR_WORDS.items())
    return f'[source]\nname = "benchmark ATS"\n[columns]\n{columns}[events]\n{words}'


XES_MAPPING = """
[source]
name = "benchmark log"
[columns]
listing = "case:concept:name"
event = "concept:name"
at = "time:timestamp"
application = "applicant"
actor = "org:resource"
owner = "recruiter"
title = "job title"
"""


def rows(events: int) -> Iterator[tuple[str, ...]]:
    """The first so many events of an export, as cells in the order of COLUMNS."""
    rng = Random(1)
    made: list[_Row] = []
    end = (END - BEGIN).days * _DAY
    listing = 0
    while len(made) < events:
        listing += 1
        walk = _Walk(rng, listing, rng.randrange(end))
        walk.go()
        made += [row for row in walk.rows if row.at < end]
    del made[events:]
    made.sort()
    facts = [(rng.choice(STAFF), *rng.choice(_JOBS)) for _ in range(listing + 1)]
    told = _Told()
    for number, (at, listing, _, kind, applicant, dates) in enumerate(made, 1):
        owner, title, department = facts[listing]
        closes, first, last = dates
        yield (
            f"E{number:08d}",
            _THEIR_WORDS.get(kind, kind),
            told.instant(at, number % 60),
            f"V-{listing:06d}",
            f"V-{listing:06d}-{applicant:02d}" if applicant else "",
            owner if number % 5 else STAFF[number % len(STAFF)],
            owner,
            title,
            department,
            told.day(closes) if closes else "",
            told.instant(first) if first else "",
            told.instant(last) if last else "",
        )


def late_rows(seed: int, count: int, listings: int) -> list[tuple[str, ...]]:
    """Events that come late, each on another of the file's first `listings` listings, as cells.

    Some change no task, some start clocks, end them or come before all else of their listing; ids are new.
    """
    rng = Random(seed)
    told = _Told()
    end = (END - BEGIN).days * _DAY
    return [
        (
            f"L{seed:04d}-{number:05d}",
            rng.choice(_LATE),
            told.instant(rng.randrange(end)),
            f"V-{listing:06d}",
            "",
            rng.choice(STAFF),
            rng.choice(STAFF),
            *rng.choice(_JOBS),
            *("",) * 3,
        )
        for number, listing in enumerate(rng.sample(range(1, listings + 1), count))
    ]


class _Told:
    """Minutes since BEGIN as ISO text with London's offset; the part that is the same all day is kept."""

    def __init__(self) -> None:
        self._days: dict[int, tuple[str, str]] = {}

    def instant(self, minutes: int, seconds: int = 0) -> str:
        number, minute = divmod(minutes, _DAY)
        day = self._days.get(number)
        if day is None:
            noon = datetime.combine(BEGIN + timedelta(days=number), time(12), LONDON)
            day = self._days[number] = (f"{noon:%Y-%m-%d}", noon.isoformat()[-6:])
        return f"{day[0]}T{minute // 60:02d}:{minute % 60:02d}:{seconds:02d}{day[1]}"

    def day(self, number: int) -> str:
        return (BEGIN + timedelta(days=number)).isoformat()


class _Walk:
    """One listing's way through hiring."""

    def __init__(self, rng: Random, listing: int, begin: int) -> None:
        self.rng, self.listing, self.at = rng, listing, begin
        self.rows: list[_Row] = []
        self.applicants = range(1, rng.choice((3, 4, 5, 6, 8, 12, 20)))

    def say(
        self, kind: str, usual: float, applicant: int = 0, dates: tuple[int, int, int] = (0, 0, 0)
    ) -> None:
        """After about `usual` working days, in office hours, one event."""
        self.wait(usual)
        self.rows.append(_Row(self.at, self.listing, len(self.rows), kind, applicant, dates))

    def wait(self, usual: float) -> None:
        """Let about `usual` working days pass, never less than some minutes."""
        days = int(self.rng.expovariate(1 / usual) + 0.5) if usual else 0
        day = self.at // _DAY
        if days:
            day += days + days // 5 * 2
            while day % 7 > 4:  # BEGIN is a Monday
                day += 1
            later = day * _DAY + 8 * 60 + int(self.rng.random() * 600)
        else:
            later = 0
        self.at = max(later, self.at + 2 + int(self.rng.random() * 90))

    def go(self) -> None:
        """From the draft to the end of recruitment."""
        chance = self.rng.random
        self.approve()
        self.advertise()
        if chance() < 0.04:
            self.say("listing_cancelled", 4)
            return
        if chance() < 0.7:
            self.say("shortlisting_online_chosen", 2)
            self.say("scoring_completed", 5)
        else:
            self.say("shortlisting_offline_chosen", 2)
            self.say("applications_downloaded", 5)
        self.say("shortlist_selected", 2)
        self.interview()
        if chance() < 0.1:
            self.say("nobody_selected", 3)
        else:
            self.say("applicants_selected", 3)
            begun = self.at
            ends = []
            for applicant in self.rng.sample(self.applicants, self.rng.choice((1, 1, 1, 2))):
                self.at = begun
                self.offer(applicant)
                ends.append(self.at)
            self.at = max(ends)
        self.say("recruitment_ended", 8)

    def approve(self) -> None:
        self.say("listing_marked_ready", 0)
        self.say("approval_requested", 0.5)
        if self.rng.random() < 0.25:
            self.say("approval_rejected", 3)
            self.say("reapproval_requested", 5)
        self.say("approval_granted", 3)

    def advertise(self) -> None:
        self.wait(1)
        closes = self.at // _DAY + 14
        self.say("listing_published", 0, dates=(closes, 0, 0))
        if self.rng.random() < 0.08:
            self.say("listing_frozen", 3)
            self.say("listing_unfrozen", 10)
        for applicant in self.applicants:
            self.say("application_submitted", 0.6, applicant)
        self.say("listing_closed", 2)

    def interview(self) -> None:
        first = (self.at // _DAY + 14) * _DAY + 9 * 60 + 30
        last = first + 6 * 60
        self.say("interviews_arranged", 3, dates=(0, first, last))
        # Half of the systems say when interviews took place, the others leave it to the clock.
        if self.listing % 2:
            self.at = max(self.at, first)
            self.say("interviews_started", 0)
            self.at = max(self.at, last)
            self.say("interviews_finished", 0)
        self.at = max(self.at, last)
        self.say("interview_feedback_completed", 2)

    def offer(self, applicant: int) -> None:
        fate = self.rng.random()
        self.say("offer_started", 2, applicant)
        self.say("offer_sent", 1.5, applicant)
        if fate < 0.2:
            self.say("offer_rejected" if fate < 0.1 else "offer_withdrawn", 4, applicant)
            if fate < 0.05:
                self.say("offer_sent_to_another", 2, applicant)
                return
            self.say("offer_sent", 4, applicant)
        self.say("offer_accepted", 4, applicant)
        self.say("checks_decided", 15, applicant)
        self.say("contract_issued_offline" if fate > 0.75 else "contract_sent", 3, applicant)
        if fate > 0.95:
            self.say("contract_rejected", 5, applicant)
            self.say("contract_sent", 3, applicant)
        self.say("contract_accepted", 6, applicant)


def _write_xes(path: Path, events: int) -> None:
    traces: dict[str, list[tuple[str, ...]]] = {}
    for cells in rows(events):
        traces.setdefault(cells[3], []).append(cells)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n')
        for name, trace in traces.items():
            file.write(f'<trace>\n<string key="concept:name" value={quoteattr(name)}/>\n')
            file.writelines(_xes_event(cells) for cells in trace)
            file.write("</trace>\n")
        file.write("</log>\n")


def _xes_event(cells: tuple[str, ...]) -> str:
    """One event of an XES trace."""
    _, activity, at, _, applicant, actor, owner, title, *_ = cells
    strings = (
        ("concept:name", activity),
        ("org:resource", actor),
        ("applicant", applicant),
        ("recruiter", owner),
        ("job title", title),
    )
    attributes = "".join(f'<string key="{key}" value={quoteattr(said)}/>' for key, said in strings if said)
    return f'<event>{attributes}<date key="time:timestamp" value="{at}"/></event>\n'
