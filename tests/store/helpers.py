"""Stores made for a test: founded, filled from rows in the oracle's form, read back in the oracle's form."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.calendar import CalendarSpec
from kpi.catalogue import Catalogue
from kpi.events import instant_of
from kpi.targets import Target
from store.feeds.mapping import load_mapping
from store.importing import ImportResult, import_file
from store.location import find_location
from store.organisation import found_organisation
from store.reading import Reader, open_reader
from store.tasks import TaskQuery
from store.work import Store
from tests.oracle import generate
from tests.store.ready_stores import make_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

LONG_AFTER = datetime(2090, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self, moment: datetime = LONG_AFTER) -> None:
        self.moment = moment

    def __call__(self) -> int:
        return instant_of(self.moment)


@contextmanager
def new_store(
    url: str,
    *,
    clock: Clock | None = None,
    spec: CalendarSpec | None = None,
    catalogue: Catalogue | None = None,
    targets: Mapping[str, Target] | None = None,
    anew: bool = False,
    filled: tuple[str, Callable[[Store], object]] | None = None,
) -> Iterator[Store]:
    """A founded store without events; a copy of one founded alike will do, if it is not to be `anew`.

    `filled` says what is to be in it and how it gets there; that too may be a copy.
    """
    store = Store(find_location(url), clock or Clock())
    contents = None if filled is None else filled[0]
    kind = store.clock(), repr(spec), None if targets is None else tuple(sorted(targets.items())), contents

    def found() -> None:
        found_organisation(store, "Northbank", spec=spec, catalogue=catalogue, targets=targets)
        if filled is not None:
            filled[1](store)

    try:
        if catalogue is None and not anew:
            make_ready(store, kind, found, often=filled is not None)
        else:
            found()
        yield store
    finally:
        store.close()


@contextmanager
def reader_of(store: Store) -> Iterator[Reader]:
    """A reader with the store's own clock."""
    reader = open_reader(store.location, store.clock)
    try:
        yield reader
    finally:
        reader.close()


def import_rows(store: Store, rows: Iterable[Mapping[str, Any]], folder: Path) -> ImportResult:
    """Import rows as the CSV file they make, in their order."""
    path = folder / "rows.csv"
    generate.write_csv(rows, path)
    return import_file(store, path, load_mapping(generate.MAPPING))


def tasks_of(reader: Reader, day: date) -> list[dict[str, Any]]:
    """All tasks, open and ended, as of a day, without ids."""
    found = []
    for finished in (False, True):
        tasks = reader.task_list(TaskQuery(as_of=day, finished=finished))
        every = tasks.fetch(0, tasks.total)
        assert len(every) == tasks.total
        found += [_plain(task) for task in every]
    return sorted(found, key=repr)


def _plain(task: Any) -> dict[str, Any]:
    names = (
        "kpi", "stage", "listing", "application", "user", "started_at", "day_zero", "due_on", "done_by",
        "elapsed_working_days", "target_set", "finished_at", "in_time",
    )  # fmt: skip
    return {name: getattr(task, name) for name in names} | {"status": task.status.value}


def expected(tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The oracle's tasks, in the same form."""
    return sorted(map(_ordered, tasks), key=repr)


def _ordered(task: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "kpi", "stage", "listing", "application", "user", "started_at", "day_zero", "due_on", "done_by",
        "elapsed_working_days", "target_set", "finished_at", "in_time", "status",
    )  # fmt: skip
    return {name: task[name] for name in names}


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that replay has written, to be compared before and after."""
    tables = {
        "task": "*",
        "task_phase": "*",
        "task_count": "*",
        "board_change": "*",
        "listing_owner": "*",
        "listing_freeze": "*",
        "application": "*",
        "listing": "id, ref, title, owner, target_set, open_tasks, due_on, done_by, frozen, next_moment",
    }
    with reader_of(store) as reader:
        return {
            table: sorted(reader._plain.rows(f"SELECT {columns} FROM {table}"), key=repr)
            for table, columns in tables.items()
        }
