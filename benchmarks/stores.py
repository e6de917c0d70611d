"""Stores of any size for measuring: open tasks of all KPIs over a year, made by a real import."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.kept import kept
from kpi.catalogue import built_in
from kpi.targets import Target
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import Location
from store.organisation import found_organisation
from store.schema import CURRENT
from store.work import Store

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """
[source]
name = "benchmark"
[columns]
event = "event"
at = "at"
listing = "listing"
application = "application"
owner = "owner"
"""
USERS = 60
DAYS = 365


def store_with(tasks: int) -> Path:
    """The path of a SQLite store with `tasks` open tasks; made once a day and kept, for it takes a while."""
    today = datetime.now(UTC).date()
    now = datetime.combine(today, datetime.min.time(), UTC)
    return kept(f"open-{tasks}-{today:%Y%m%d}-{CURRENT}.db", lambda path: _make(path, tasks, now))


def _make(path: Path, tasks: int, now: datetime) -> None:
    events = path.with_suffix(".csv")
    write_events(events, tasks, now)
    store = Store(Location(path=path))
    try:
        targets = {kpi.code: Target(20 + place, 40 + 2 * place) for place, kpi in enumerate(built_in().kpis)}
        found_organisation(store, "Benchmark", targets=targets)
        result = import_file(store, events, load_mapping(MAPPING))
        if result.tasks_open != tasks:
            raise RuntimeError(f"wanted {tasks:,} open tasks, got {result.tasks_open:,}")
        with store.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()
        events.unlink()


def write_events(path: Path, tasks: int, now: datetime) -> None:
    """A CSV file with one event per listing, each of which starts exactly one clock."""
    rng = Random(1)
    starting = [
        (kpi.starts[0], kpi.subject)
        for kpi in built_in().kpis
        if not kpi.opens and sum(kpi.starts[0] in other.starts for other in built_in().kpis) == 1
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("event", "at", "listing", "application", "owner"))
        for number in range(tasks):
            event, subject = rng.choice(starting)
            at = now - timedelta(minutes=rng.randint(1, DAYS * 24 * 60))
            whose = f"A-{number:07d}" if subject == "application" else ""
            writer.writerow(
                (event, at.isoformat(), f"L-{number:07d}", whose, f"user-{rng.randint(1, USERS):02d}")
            )
