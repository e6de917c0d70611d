"""`stagewatch changes`: what changed between two days, page by page."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from kpi.changes import Change
from kpi.status import LOOKS
from tui.change_words import change_words
from tui.commands.output import print_table, reading, task_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from kpi.changes import ChangeView
    from store.changes import ChangeList

PORTION = 2_000
SHOWN = 50
_KINDS = {
    "entered": Change.ENTERED,
    "left": Change.LEFT,
    "due": Change.BECAME_DUE,
    "overdue": Change.BECAME_OVERDUE,
}


def run(options: Namespace) -> None:
    """Print the changes that fit the options."""
    from store.changes import ChangeQuery
    from store.permission import permit_export

    query = ChangeQuery(
        since=options.since,
        until=options.until,
        kinds=None if options.kind is None else frozenset({_KINDS[options.kind]}),
        user=options.user,
        stage=options.stage,
        kpi=options.kpi,
    )
    with reading(options) as reader, reader.translated():
        if options.json:
            permit_export(reader)
        changes = reader.changes(query)
        pages = _Pages(changes, options)
        if options.json:
            _print_json(pages, changes)
        else:
            _print_table(pages, changes)


class _Pages:
    """The asked-for part of a list, read in portions; `next` is known at the end."""

    def __init__(self, changes: ChangeList, options: Namespace) -> None:
        self._changes = changes
        self._limit: int | None = options.limit if options.json or options.limit else SHOWN
        self._key = changes.parse_cursor(options.after) if options.after else None
        self.next: str | None = None

    def __iter__(self) -> Iterator[ChangeView]:
        left = self._limit
        while left is None or left > 0:
            portion = PORTION if left is None else min(PORTION, left)
            found, self._key = self._changes.after(self._key, portion)
            yield from found
            left = None if left is None else left - portion
            if self._key is None:
                return
        self.next = self._changes.cursor(self._key)


def _print_json(pages: _Pages, changes: ChangeList) -> None:
    """One document, written as it is read."""
    counts = {kind.value: changes.counts.of(kind) for kind in Change}
    head = {"since": changes.since.isoformat(), "until": changes.until.isoformat(), "counts": counts}
    sys.stdout.write(json.dumps(head)[:-1] + ', "changes": [')
    for place, change in enumerate(pages):
        said = {"change": change.kind.value, "day": change.day.isoformat(), **task_json(change.task)}
        sys.stdout.write(("" if place == 0 else ", ") + json.dumps(said, ensure_ascii=False))
    sys.stdout.write('], "next": ' + json.dumps(pages.next) + "}\n")


def _print_table(pages: _Pages, changes: ChangeList) -> None:
    counts = changes.counts
    print(f"Between {changes.since} and {changes.until}, each at its end:")
    print(
        f"{counts.entered:,} entered, {counts.left:,} left, {counts.became_due:,} became due, "
        f"{counts.became_overdue:,} became overdue."
    )
    rows = [
        [
            " ".join(change_words(change)),
            change.day,
            change.task.done_by,
            change.task.kpi_title,
            change.task.listing,
            change.task.application,
            change.task.user,
            f"{LOOKS[change.task.status].glyph} {LOOKS[change.task.status].word}",
            change.task.id,
        ]
        for change in pages
    ]
    if not rows:
        print("No such changes.")
        return
    print()
    headings = ["Change", "On", "Done by", "KPI", "Listing", "Application", "User", "Status then", "Task id"]
    print_table(headings, rows)
    if pages.next:
        print(f"\n{len(rows):,} of {changes.total:,}; go on with --after {pages.next}")
