"""A store in which 500 recruiters in teams of eight have worked for a year, for weekly summaries."""

from __future__ import annotations

import csv
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from benchmarks.kept import kept
from kpi.events import instant_of
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import Location
from store.organisation import found_organisation
from store.schema import CURRENT
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST, TODAY = date(2025, 1, 6), date(2026, 1, 5)  # both Mondays
NOW = instant_of(datetime.combine(TODAY, time(9), UTC))
PEOPLE, TEAM = 500, 8
EACH = 50  # events of a listing
_COLUMNS = (
    "id", "event", "at", "listing", "application", "actor", "owner", "title", "role_type", "urgency",
    "minutes", "note",
)  # fmt: skip
MAPPING = '[source]\nname = "benchmark"\n[columns]\nevent_id = "id"\n' + "".join(
    f'{name} = "{name}"\n' for name in _COLUMNS[1:]
)
_OPENING = ("listing_marked_ready", "approval_requested", "approval_granted", "listing_published")
_CLOSING = (
    "listing_closed", "shortlisting_online_chosen", "scoring_completed", "shortlist_selected",
    "interviews_arranged", "interview_feedback_completed", "applicants_selected", "offer_started",
    "offer_sent", "offer_accepted", "checks_decided", "contract_sent", "contract_accepted",
    "recruitment_ended",
)  # fmt: skip
_TALK = ("call_made", "call_made", "email_sent", "email_sent", "note_added", "candidate_submitted")
_APPLICANTS = 6


def store_with_work(events: int) -> Path:
    """The path of a SQLite store with so many events of a year; made once and kept, for it takes a while."""
    return kept(f"work-{events}-{CURRENT}.db", lambda path: _make(path, events))


def _make(path: Path, events: int) -> None:
    file = path.with_suffix(".csv")
    write_events(file, events)
    with closing(Store(Location(path=path), lambda: NOW)) as store:
        fill(store, file)
        with store.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    file.unlink()


def fill(store: Store, file: Path) -> None:
    """Found a store, bring the events of a file in, and say who is who."""
    found_organisation(store, "Benchmark")
    import_file(store, file, load_mapping(MAPPING))
    since, people = FIRST.toordinal() - 400, range(1, PEOPLE + 1)
    with store.work("benchmark") as work:
        insert = work.plain.insert
        insert(
            "person",
            "number, name, folded, role, active, created_at",
            [(n, f"Person {n:03d}", f"person {n:03d}", "recruiter", 1, 1) for n in people],
        )
        teams = range(1, PEOPLE // TEAM + 2)
        insert("team", "number, name, folded", [(n, f"Team {n:02d}", f"team {n:02d}") for n in teams])
        insert("membership", "person, from_day, team", [(n, since, (n - 1) // TEAM + 1) for n in people])
        insert("person_link", "ref, person", [(_user(n), n) for n in people])


def write_events(path: Path, events: int) -> None:
    """An export of so many events, in the order of time."""
    rng = Random(1)
    rows: list[tuple[str, ...]] = []
    for listing in count(1):
        rows += _listing(rng, listing)
        if len(rows) >= events:
            break
    del rows[events:]
    rows.sort()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number, (at, *cells) in enumerate(rows):
            writer.writerow((f"E{number:08d}", cells[0], at, *cells[1:]))


def _user(number: int) -> str:
    return f"user-{number:03d}"


def _listing(rng: Random, number: int) -> Iterator[tuple[str, ...]]:
    """Some eight weeks of work on one listing, by its owner and now and then by a colleague."""
    chance = rng.random
    owner = rng.randint(1, PEOPLE)
    ref, facts = f"L-{number:06d}", ("Staff nurse", ("technical", "clinical")[number % 2], "normal")
    begin, end = (datetime.combine(day, time(), UTC) for day in (FIRST, TODAY))
    at = begin + timedelta(minutes=int((chance() * 424 - 60) * 1440))
    middle = ["application_submitted"] * _APPLICANTS
    middle += [rng.choice(_TALK) for _ in range(EACH - len(_OPENING) - len(_CLOSING) - _APPLICANTS)]
    rng.shuffle(middle)
    for kind in (*_OPENING, *middle, *_CLOSING):
        at += timedelta(minutes=int(rng.expovariate(1 / 1_600)))
        if not begin <= at < end:
            continue
        hour = at.replace(hour=8 + at.hour % 9)
        about = f"{ref}-{rng.randint(1, _APPLICANTS):02d}" if kind in middle or "offer" in kind else ""
        actor = owner if chance() < 0.9 else rng.randint(1, PEOPLE)
        said = (str(rng.randint(1, 30)) if kind == "call_made" else "", "noted" if chance() < 0.3 else "")
        yield (hour.isoformat(), kind, ref, about, _user(actor), _user(owner), *facts, *said)
