"""Seeded NHS-style recruitment as rows in the order in which they arrive, made to be awkward.

`recruitment` walks listings through the catalogue with rework, ties, freezes, timers and late rows, around
Christmas, clock changes and midnight. `chaos` says anything at any time in any order. No two rows are equal,
so an import that drops repeated rows sees what the oracle sees.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, Any]

LONDON = ZoneInfo("Europe/London")
COLUMNS = (
    "event",
    "at",
    "listing",
    "application",
    "actor",
    "owner",
    "closing_date",
    "first_interview_at",
    "last_interview_at",
)
MAPPING = '[source]\nname = "generated recruitment"\n\n[columns]\n' + "".join(
    f'{column} = "{column}"\n' for column in COLUMNS
)

_LISTING_WORDS = """
    listing_marked_ready approval_requested reapproval_requested approval_granted approval_rejected
    listing_published listing_closed shortlisting_online_chosen shortlisting_offline_chosen
    scoring_completed applications_downloaded shortlist_selected interviews_arranged interviews_started
    interviews_finished interview_feedback_completed applicants_selected nobody_selected
    recruitment_ready_to_end recruitment_ended"""
_APPLICATION_WORDS = """
    offer_started offer_sent offer_accepted offer_rejected offer_withdrawn offer_sent_to_another
    checks_decided contract_sent contract_issued_offline contract_accepted contract_rejected"""
LISTING_EVENTS = tuple(_LISTING_WORDS.split())
APPLICATION_EVENTS = tuple(_APPLICATION_WORDS.split())
LIFE_EVENTS = ("listing_frozen", "listing_unfrozen", "listing_cancelled", "application_withdrawn")
PLAIN_EVENTS = ("phone_call", "note_added", "email_sent")
STAFF = tuple(f"staff-{number}" for number in range(1, 5))

# What an application may go through: state -> [(event, next state)].
OFFER_MOVES = {
    "chosen": [("offer_started", "started")],
    "started": [("offer_sent", "sent")] * 5 + [("offer_started", "started")],
    "sent": [("offer_accepted", "accepted"), ("offer_rejected", "open"), ("offer_withdrawn", "open")],
    "open": [("offer_sent", "sent"), ("offer_sent_to_another", "gone"), ("note_added", "gone")],
    "accepted": [("checks_decided", "checked")],
    "checked": [("contract_sent", "contract"), ("contract_issued_offline", "contract")],
    "contract": [
        ("contract_accepted", "hired"),
        ("contract_accepted", "hired"),
        ("contract_rejected", "refused"),
    ],
    "refused": [
        ("contract_sent", "contract"),
        ("contract_issued_offline", "contract"),
        ("offer_sent_to_another", "gone"),
        ("note_added", "gone"),
    ],
    "hired": [("phone_call", "done"), ("note_added", "done"), ("contract_sent", "contract")],
}
# Days worth starting near: Christmas, Easter, both clock changes, an early May, a jubilee.
AWKWARD_DAYS = (
    date(2025, 12, 22),
    date(2026, 3, 26),
    date(2026, 4, 1),
    date(2025, 10, 24),
    date(2026, 10, 22),
    date(2026, 12, 21),
    date(2023, 4, 27),
    date(2022, 5, 30),
    date(2027, 12, 20),
)
AWKWARD_TIMES = (time(23, 59, 59, 999999), time(0, 0), time(0, 15), time(23, 30), time(1, 30), time(12, 0))


def local_instant(rng: Random, day: date) -> datetime:
    """An instant in UTC on this London day: office hours, or a time that tells London from UTC."""
    clock = (
        rng.choice(AWKWARD_TIMES) if rng.random() < 0.4 else time(rng.randint(8, 18), rng.choice((0, 15, 30)))
    )
    return datetime.combine(day, clock.replace(fold=rng.randint(0, 1)), tzinfo=LONDON).astimezone(UTC)


def spoken(rng: Random, instant: datetime) -> datetime:
    """The same instant, told in UTC, in London or with some other offset."""
    kind = rng.random()
    if kind < 0.5:
        return instant.astimezone(LONDON)
    return (
        instant if kind < 0.8 else instant.astimezone(timezone(timedelta(hours=rng.choice((-5, 1, 5, 13)))))
    )


class Walk:
    """One listing's way through recruitment, told event by event in the order of time."""

    def __init__(self, rng: Random, listing: str, start: date, patience: int) -> None:
        """Begin on `start`; stop after about `patience` rows, wherever that is."""
        self.rng, self.listing, self.patience = rng, listing, patience
        self.now = local_instant(rng, start)
        self.rows: list[Row] = []
        self.applications = [f"{listing}-A{number}" for number in range(1, rng.randint(2, 5))]
        self.frozen = False

    def maybe(self, chance: float) -> bool:
        """True with this chance."""
        return self.rng.random() < chance

    def pass_time(self) -> None:
        """Nothing, minutes, or days go by."""
        kind = self.rng.random()
        if kind < 0.2:
            return
        if kind < 0.35:
            self.now += timedelta(minutes=self.rng.randint(1, 300))
        else:
            day = self.now.astimezone(LONDON).date() + timedelta(
                days=self.rng.choice((0, 1, 1, 2, 3, 4, 7, 10))
            )
            self.now = max(self.now, local_instant(self.rng, day))

    def put(self, event: str, application: str | None = None, **data: Any) -> None:
        """One row, at this moment."""
        row: Row = dict.fromkeys(COLUMNS)
        row.update(event=event, at=spoken(self.rng, self.now), listing=self.listing, application=application)
        row["actor"] = self.rng.choice(STAFF) if self.maybe(0.7) else None
        row["owner"] = self.rng.choice(STAFF) if self.maybe(0.05) else None
        row.update(data)
        self.rows.append(row)

    def say(self, event: str, application: str | None = None, **data: Any) -> None:
        """Let time pass and things come between, then the event; StopIteration when patience is out."""
        self.pass_time()
        if self.frozen and self.maybe(0.3):
            self.put("listing_unfrozen")
            self.frozen = False
            self.pass_time()
        while self.maybe(0.2):
            self.interrupt()
            self.pass_time()
        if len(self.rows) >= self.patience:
            raise StopIteration
        self.put(event, application, **data)

    def interrupt(self) -> None:
        """Something that is no step of recruitment."""
        kind, someone = self.rng.random(), self.rng.choice(self.applications)
        if kind < 0.45:
            self.put(self.rng.choice(PLAIN_EVENTS), self.rng.choice((None, someone)))
        elif kind < 0.6:
            self.put("note_added", owner=self.rng.choice(STAFF))
        elif kind < 0.74:
            self.put("listing_unfrozen" if self.frozen and self.maybe(0.8) else "listing_frozen")
            self.frozen = self.rows[-1]["event"] == "listing_frozen"
        elif kind < 0.9:
            self.freeze_and_wait()
        elif kind < 0.95:
            self.put("application_withdrawn", None if self.maybe(0.1) else someone)
        elif kind < 0.965:
            self.put("listing_cancelled")
        else:
            self.put(self.rng.choice(LISTING_EVENTS), self.rng.choice((None, None, someone)))

    def freeze_and_wait(self) -> None:
        """A freeze lifted later, often over a weekend, sometimes said twice."""
        self.put("listing_frozen")
        if self.maybe(0.3):
            self.pass_time()
            self.put("listing_frozen")
        if self.maybe(0.5):
            day = self.now.astimezone(LONDON).date()
            day += timedelta(
                days=(self.rng.choice((5, 6, 7)) - day.weekday()) % 7
            )  # Saturday, Sunday, Monday
            self.now = max(self.now, local_instant(self.rng, day))
        else:
            self.pass_time()
        self.put("listing_unfrozen")
        self.frozen = False
        if self.maybe(0.2):
            self.put("listing_unfrozen")

    def in_days(self, low: int, high: int) -> date:
        """A day this many days from now."""
        return self.now.astimezone(LONDON).date() + timedelta(days=self.rng.randint(low, high))

    def approve(self) -> None:
        """Approval, sent back as often as not."""
        self.say("approval_requested", owner=self.rng.choice((None, *STAFF)))
        while self.maybe(0.4):
            self.say("approval_rejected")
            self.say("reapproval_requested")
        self.say("approval_granted")

    def publish(self) -> None:
        """Published, applied to, its closing date moved, closed; sometimes published again."""
        while True:
            if self.maybe(0.5):
                self.say("listing_marked_ready")
            self.say("listing_published", closing_date=self.in_days(0, 21) if self.maybe(0.8) else None)
            for application in self.applications:
                if self.maybe(0.8):
                    self.say("application_submitted", application)
            while self.maybe(0.3):
                self.say("note_added", closing_date=self.in_days(-2, 14))
            self.say("listing_closed", closing_date=self.in_days(0, 3) if self.maybe(0.1) else None)
            if self.maybe(0.85):
                return

    def shortlist(self) -> None:
        """Online or offline, or one and then the other."""
        while True:
            way = self.rng.choice(("online", "offline"))
            if self.maybe(0.9):
                self.say(f"shortlisting_{way}_chosen")
            if self.maybe(0.9):
                self.say("scoring_completed" if way == "online" else "applications_downloaded")
            if self.maybe(0.8):
                break
        self.say("shortlist_selected")

    def interview(self) -> None:
        """Arranged, perhaps again; started and finished by the clock, or by someone who says so."""
        while True:
            first = local_instant(self.rng, self.in_days(-1, 12))
            last = first + timedelta(days=self.rng.choice((0, 0, 1, 2, -1)), hours=self.rng.randint(0, 7))
            say_first, say_last = self.maybe(0.85), self.maybe(0.85)
            self.say(
                "interviews_arranged",
                first_interview_at=spoken(self.rng, first) if say_first else None,
                last_interview_at=spoken(self.rng, last) if say_last else None,
            )
            if self.maybe(0.7):
                break
        midday = datetime.combine(
            first.astimezone(LONDON).date() - timedelta(days=1), time(12), tzinfo=LONDON
        )
        if self.maybe(0.2):
            self.now = max(self.now, midday.astimezone(UTC))  # a report at the timer's very moment
            self.put("interviews_started")
        elif self.maybe(0.3):
            self.say("interviews_started")
        if self.maybe(0.15):
            self.now = max(self.now, last)
            self.put("interviews_finished")
        elif self.maybe(0.25) or not say_last:
            self.say("interviews_finished")
        if self.maybe(0.8):
            self.now = max(self.now, last)
        self.say("interview_feedback_completed")

    def offer(self) -> None:
        """Every chosen application goes its own way, all at once."""
        if self.maybe(0.12):
            self.say("nobody_selected")
            if self.maybe(0.5):
                return
        self.say("applicants_selected")
        going = {one: "chosen" for one in self.applications if self.maybe(0.8)}
        if self.maybe(0.1):
            self.say("offer_started")
        while going:
            one = self.rng.choice(sorted(going))
            if self.maybe(0.03):
                self.say("application_withdrawn", one)
                del going[one]
                continue
            event, going[one] = self.rng.choice(OFFER_MOVES[going[one]])
            self.say(event, None if self.maybe(0.02) else one)
            if going[one] not in OFFER_MOVES:
                del going[one]

    def run(self) -> list[Row]:
        """The whole way, or as far as patience goes."""
        steps = [self.approve, self.publish, self.shortlist, self.interview, self.offer]
        if self.maybe(0.2):
            del steps[0 : self.rng.randint(1, 4)]  # a log that begins in the middle
        try:
            for step in steps:
                step()
            if self.maybe(0.3):
                self.say("recruitment_ready_to_end")
            if self.maybe(0.7):
                self.say("recruitment_ended", self.rng.choice((None, None, None, *self.applications)))
                while self.maybe(0.3):
                    self.interrupt()
        except StopIteration:
            pass
        return self.rows


def without_repeats(rows: Iterable[Row]) -> list[Row]:
    """The rows in order, each said once: two rows are the same if they say the same of the same instant."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for row in rows:
        instants = {key: value.astimezone(UTC) for key, value in row.items() if isinstance(value, datetime)}
        content = tuple(str((row | instants)[column]) for column in COLUMNS)
        if content not in seen:
            seen.add(content)
            kept.append(row)
    return kept


def arrive(rng: Random, rows: list[Row], late: float) -> list[Row]:
    """The order of arrival: mostly the order of time, this share of the rows some way behind."""
    due: list[tuple[float, int]] = []
    for place in range(len(rows)):
        delay = rng.choice((1, 3, 10, len(rows))) + 0.5 if rng.random() < late else 0
        due.append((place + delay, place))
    return [rows[place] for _, place in sorted(due)]


def recruitment(seed: int, listings: int = 4, *, late: float = 0.06) -> list[Row]:
    """Listings walking the real catalogue, their rows mixed together, in the order of arrival."""
    rng = Random(seed)
    rows: list[Row] = []
    for number in range(1, listings + 1):
        start = rng.choice(AWKWARD_DAYS) + timedelta(days=rng.randint(-20, 6))
        rows += Walk(rng, f"S{seed}-L{number}", start, rng.choice((8, 20, 40, 200, 200))).run()
    rows.sort(key=lambda row: row["at"].astimezone(UTC))
    return without_repeats(arrive(rng, rows, late))


def chaos(seed: int, listings: int = 2, events: int = 60) -> list[Row]:
    """Any event at any time in any order, with many ties. Listings share the names of their applications."""
    rng = Random(seed)
    start = rng.choice(AWKWARD_DAYS)
    days = [start + timedelta(days=rng.randint(0, 30)) for _ in range(max(4, events // 2))]
    moments = [local_instant(rng, day) for day in days]
    names = [*LISTING_EVENTS, *APPLICATION_EVENTS, *LIFE_EVENTS, *PLAIN_EVENTS]
    often = [
        *APPLICATION_EVENTS,
        "listing_frozen",
        "listing_unfrozen",
        "listing_unfrozen",
        "interviews_arranged",
    ]
    rows: list[Row] = []
    for _ in range(events):
        row: Row = dict.fromkeys(COLUMNS)
        row["event"] = rng.choice(often if rng.random() < 0.3 else names)
        row["at"] = spoken(rng, rng.choice(moments))
        row["listing"] = f"C{seed}-L{rng.randint(1, listings)}"
        row["application"] = rng.choice((None, None, "A1", "A2", "A3"))
        row["actor"] = rng.choice((None, *STAFF))
        row["owner"] = rng.choice((None, None, None, None, *STAFF))
        if rng.random() < 0.2:
            row["closing_date"] = start + timedelta(days=rng.randint(-5, 40))
        if row["event"] == "interviews_arranged" or rng.random() < 0.1:
            for column in ("first_interview_at", "last_interview_at"):
                moment = local_instant(rng, start + timedelta(days=rng.randint(-3, 33)))
                if rng.random() < 0.8:
                    row[column] = spoken(rng, rng.choice((moment, rng.choice(moments))))
        rows.append(row)
    return without_repeats(rows)


def days_to_check(rows: Iterable[Mapping[str, Any]], count: int = 20, seed: int = 0) -> list[date]:
    """Days worth judging: on, just before and just after events, and some long afterwards; sorted."""
    told = {row["at"].astimezone(LONDON).date() for row in rows}
    near = {day + timedelta(days=shift) for day in told for shift in (-1, 0, 1)}
    far = {max(told) + timedelta(days=shift) for shift in (5, 13, 30, 200)}
    chosen = Random(seed).sample(sorted(near), min(len(near), max(0, count - len(far))))
    return sorted({*chosen, *far})


def write_csv(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """The rows as CSV, in the order of arrival; instants as ISO with their offset, nothing as nothing."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            values = [row.get(column) for column in COLUMNS]
            writer.writerow("" if v is None else v.isoformat() if isinstance(v, date) else v for v in values)
