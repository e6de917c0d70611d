"""A store with a long history: open tasks and many finished ones, put straight into the tables.

Events for so many would take an hour to import. The tasks stand in the order of their numbers, which are
spread over the listings as the numbers of real tasks are; counts are made by the store's own rule.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, TypeVar

from benchmarks.kept import kept
from kpi.catalogue import built_in
from kpi.events import instant_of
from store.counting import Tally, write_counts
from store.location import Location
from store.organisation import found_organisation
from store.plain import Plain
from store.schema import CURRENT
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_Row = TypeVar("_Row")
FIRST, TODAY = date(2016, 1, 4), date(2025, 9, 30)
NOW = instant_of(datetime.combine(TODAY, datetime.min.time(), UTC))
EACH = 33  # tasks of a listing
USERS = 60
_FROZEN = 50  # one listing in so many
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400_000_000
_STEP = 7_368_787  # a prime: multiples of it visit every task once, in an order like that of hashes
_TASK = (
    "id, listing_id, listing, application, kpi_id, owner, target_set, started_at, day_zero, opened_on, "
    "since, due_on, done_by, paused, ended_at, ended_on, outcome"
)
_PHASE = "task_id, from_day, until_day, due_on, done_by, paused"


def store_with_history(running: int, finished: int) -> Location:
    """A SQLite store with so many open tasks and so many finished ones; made once and kept."""
    return Location(
        path=kept(f"history-{running}-{finished}-{CURRENT}.db", lambda path: _make(path, running, finished))
    )


def _make(path: Path, running: int, finished: int) -> None:
    with closing(Store(Location(path=path), lambda: NOW)) as store:
        found_organisation(store, "Benchmark")
    history = _History(running, finished)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        _fill(Plain(connection, postgres=False), history)
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    with closing(Store(Location(path=path), lambda: NOW)) as store, store.work("benchmark") as work:
        write_counts(work.plain, history.tally.counts, history.tally.changes)


def _fill(plain: Plain, history: _History) -> None:
    """All rows but the counts; indexes are made afterwards, which is much quicker."""
    indexes = plain.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'task' AND sql IS NOT NULL"
    )
    for name, _ in indexes:
        plain.run(f"DROP INDEX {name}")
    for listings in batched(history.listings()):
        plain.insert("listing", "id, ref, open_tasks, frozen", listings)
        plain.insert(
            "listing_owner",
            "listing_id, from_day, owner",
            [(row[0], FIRST.toordinal(), _owner(row[0])) for row in listings],
        )
    for tasks in batched(history.tasks()):
        plain.insert("task", _TASK, tasks)
        plain.insert("task_phase", _PHASE, history.phases)
        history.phases.clear()
    for summaries in batched(history.summaries()):
        plain.many(
            "UPDATE listing SET owner = ?, target_set = 1, frozen = ?, open_tasks = ?, due_on = ?, "
            "done_by = ? WHERE id = ?",
            summaries,
        )
    for _, sql in indexes:
        plain.run(sql)


def batched(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """The rows in lists that fit in memory."""
    rest = iter(rows)
    while batch := list(islice(rest, 50_000)):
        yield batch


class _History:
    """The rows, and their counts."""

    def __init__(self, running: int, finished: int) -> None:
        """Nothing is made yet."""
        self.running, self.total = running, running + finished
        self.tally = Tally()
        self.phases: list[tuple[int, ...]] = []
        self.open: dict[int, tuple[int, int, int]] = {}  # by listing: open tasks, their earliest deadlines
        self._kpis = [(number, kpi.subject == "application") for number, kpi in enumerate(built_in().kpis, 1)]

    def _listings(self) -> range:
        return range(1, (self.total - 1) // EACH + 2)

    def listings(self) -> Iterator[tuple[int, str, int, int]]:
        return ((number, _ref(number), 0, 0) for number in self._listings())

    def summaries(self) -> Iterator[tuple[str | int | None, ...]]:
        for number in self._listings():
            tasks, due_on, done_by = self.open.get(number, (0, None, None))
            yield _owner(number), int(number % _FROZEN == 0), tasks, due_on, done_by, number

    def tasks(self) -> Iterator[tuple[int | str | None, ...]]:
        """Rows of _TASK in the order of their numbers; their phases are left in `phases`."""
        rng = Random(1)
        chance = rng.random
        first, today = FIRST.toordinal(), TODAY.toordinal()
        gap = (1 << 62) // self.total
        for place in range(self.total):
            which = place * _STEP % self.total
            number, listing = place * gap, which // EACH + 1
            kpi, applied = self._kpis[int(chance() * len(self._kpis))]
            running = (which + 1) * self.running // self.total > which * self.running // self.total
            day = today - int(chance() * 365) if running else first + int(chance() * (today - first - 60))
            due_on, done_by = day + 5 + kpi, day + 10 + 2 * kpi
            paused = int(running and listing % _FROZEN == 0)
            since = day
            if paused or chance() < 0.05:  # frozen now, or once
                since = min(day + 1 + int(chance() * 5), today)
                if since > day:
                    self._phase(number, kpi, (day, since, due_on, done_by, 1 - paused))
                    due_on, done_by = due_on + since - day, done_by + since - day
            ended_on = None if running else since + int(chance() * chance() * 60)
            self.tally.add([(kpi, since, ended_on, due_on, done_by, paused)], 1)
            if running:
                tasks, due, done = self.open.get(listing, (0, due_on, done_by))
                self.open[listing] = (tasks + 1, min(due, due_on), min(done, done_by))
            yield (
                number, listing, _ref(listing), f"{_ref(listing)}-01" if applied else None, kpi,
                _owner(listing), 1, _instant(day, 9), day, day, since, due_on, done_by, paused,
                None if ended_on is None else _instant(ended_on, 15), ended_on,
                None if ended_on is None else "finished",
            )  # fmt: skip

    def _phase(self, number: int, kpi: int, phase: tuple[int, int, int, int, int]) -> None:
        self.tally.add([(kpi, *phase)], 1)
        self.phases.append((number, *phase))


def _ref(listing: int) -> str:
    return f"V-{listing:07d}"


def _owner(listing: int) -> str:
    return f"user-{listing % USERS + 1:02d}"


def _instant(day: int, hour: int) -> int:
    return (day - _EPOCH) * _DAY + hour * 3_600_000_000
