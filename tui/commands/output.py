"""How commands print: JSON for machines, tables of plain text for people."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kpi.status import LOOKS, Status
from kpi.text import clean
from store.errors import StoreError
from tui.actor import visiting, writer

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Sequence

    from kpi.board import Counts, TaskView
    from store.reading import Reader


def print_json(document: Any) -> None:
    """One JSON document on a line of its own."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


@contextmanager
def reading(options: Namespace) -> Iterator[Reader]:
    """The chosen store for reading, its timers brought up to date first."""
    from store.reading import open_reader

    who = visiting("command line")
    reader = open_reader(options.store, who=who)
    try:
        visitor = reader.visitor()  # before anything is brought up to date: whoever reads has signed in
        if reader.pending():
            from store.maintenance import bring_up_to_date

            try:
                bring_up_to_date(reader.location)
            except StoreError as error:
                # What was known before is still worth seeing; that it is not the latest must be said.
                print(f"stagewatch: not brought up to date: {error}", file=sys.stderr)
        yield reader
        if visitor is not None:
            from store.permission import note_presence

            note_presence(reader.location, who, visitor)
    finally:
        reader.close()


@contextmanager
def writing(options: Namespace) -> Iterator[Any]:
    """The chosen store for an operation."""
    from store.location import find_location

    store = writer(find_location(options.store), "command line")
    try:
        yield store
    finally:
        store.close()


def counts_json(counts: Counts) -> dict[str, int]:
    """The five counts of a row of the board."""
    return {
        "tasks": counts.tasks,
        "on_track": counts.on_track,
        "due": counts.due,
        "overdue": counts.overdue,
        "paused": counts.paused,
    }


def task_json(task: TaskView) -> dict[str, Any]:
    """A task in the machine form."""
    return {
        "id": task.id,
        "kpi": task.kpi,
        "stage": task.stage,
        "listing": task.listing,
        "application": task.application,
        "user": task.user,
        "started_at": task.started_at.isoformat(),
        "day_zero": task.day_zero.isoformat(),
        "due_on": task.due_on.isoformat(),
        "done_by": task.done_by.isoformat(),
        "status": task.status.value,
        "elapsed_working_days": task.elapsed_working_days,
        "target_set": task.target_set,
        "finished_at": None if task.finished_at is None else task.finished_at.isoformat(),
        "in_time": task.in_time,
    }


def status_words(status: Status) -> str:
    """A status as glyph and word."""
    return f"{LOOKS[status].glyph} {LOOKS[status].word}"


def _plain(cell: object) -> str:
    text = "" if cell is None else str(cell)
    indent = len(text) - len(text.lstrip(" "))
    return " " * indent + clean(text)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[int] = ()
) -> None:
    """Aligned columns; those whose places are in `numbers` to the right. Cells are drawn as plain text."""
    from rich.cells import cell_len

    cells = [[_plain(cell) for cell in row] for row in rows]
    widths = [
        max([cell_len(heading), *(cell_len(row[place]) for row in cells)])
        for place, heading in enumerate(headings)
    ]

    def line(row: Sequence[str]) -> str:
        parts = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - cell_len(cell))
            parts.append(blank + cell if place in numbers else cell + blank)
        return "  ".join(parts).rstrip()

    print(line(headings))
    print("  ".join("─" * width for width in widths).rstrip())
    for row in cells:
        print(line(row))
