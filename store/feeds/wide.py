"""The wide form: a row is a listing or an application, each of its dates an event."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from store.feeds.errors import FeedError, RowError
from store.feeds.fields import LONGEST_OTHER, too_long
from store.feeds.reasons import NO_MILESTONE
from store.feeds.rows import (
    BadRow,
    FeedEvent,
    Found,
    SandboxRow,
    bad_row,
    row_reader,
    sandbox_marks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.feeds.mapping import Mapping
    from store.feeds.rows import FeedItem, Possible, Raw

# Columns of our own, which no file can have: names from files are cleaned.
_EVENT, _AT = "\0event", "\0at"


def found_reader(
    mapping: Mapping,
    zone: str,
    columns: Sequence[str],
    raw: Callable[[list[str]], Raw],
    possible: Possible | None = None,
) -> Callable[[int, list[str]], Found]:
    """As `rows.row_reader`; with milestones in the mapping, the function gives all events of a row.

    Each milestone that is not blank is one item of the list. A row without any is one bad row, or one
    sandbox row. An event's id is the row's with the name of its column, for an id names one event.
    """
    if not mapping.milestones:
        return row_reader(mapping, zone, columns, raw, possible)
    narrow = replace(mapping, columns={**mapping.columns, "event": _EVENT, "at": _AT}, events={})
    read = row_reader(narrow, zone, (*columns, _EVENT, _AT), raw, possible)
    places = {column: place for place, column in enumerate(columns)}
    milestones = [(column, places[column], event) for column, event in mapping.milestones.items()]
    made_up = sandbox_marks(mapping, places)

    def read_all(line: int, cells: list[str]) -> Found:
        own = cells[:-1]
        items: list[FeedItem] = [
            _named(column, read(line, [*own, event, cells[place], ""]), cells, raw)
            for column, place, event in milestones
            if cells[place].strip()
        ]
        if items:
            return items
        return SandboxRow(line) if made_up(cells) else bad_row(line, RowError(NO_MILESTONE), raw(cells))

    return read_all


def refuse_milestones(mapping: Mapping, form: str) -> None:
    """FeedError if the mapping has milestones: a file of this form has no rows to find them in."""
    if mapping.milestones:
        raise FeedError(f"[milestones] are for CSV, Excel and JSON; the file is {form}")


def _named(column: str, item: FeedItem, cells: list[str], raw: Callable[[list[str]], Raw]) -> FeedItem:
    """An item of the row that says from which column it is."""
    if isinstance(item, BadRow):
        return item._replace(reason=item.reason.replace(item.kind, f"{item.kind}: “{column}”", 1))
    if isinstance(item, FeedEvent) and item.event_id is not None:
        identity = f"{item.event_id} {column}"
        if len(identity) > LONGEST_OTHER:
            error = too_long("event_id", identity, LONGEST_OTHER)
            return _named(column, bad_row(item.line, error, raw(cells)), cells, raw)
        return item._replace(event_id=identity)
    return item
