"""Many rows read at once, column by column: most of a file is plain, and this takes half the time."""

from __future__ import annotations

from itertools import count, repeat
from typing import TYPE_CHECKING

from store.feeds.errors import RowError
from store.feeds.fields import LONGEST_OTHER, fields_of
from store.feeds.rows import new_event
from store.feeds.times import instants_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.feeds.mapping import Mapping
    from store.feeds.rows import FeedEvent, Possible

_Block = list["FeedEvent"] | None


def block_reader(
    mapping: Mapping, zone: str, columns: Sequence[str], possible: Possible | None = None
) -> Callable[[int, Sequence[list[str]]], _Block] | None:
    """A function from the first row's line and the cells of rows, a line each, to their events.

    It says what `rows.row_reader` would of each of them, or None where it takes that one to tell: a row that
    is not understood, or text that is not plain. There is no such function where rows are more than an
    event each, or may be made up.
    """
    if mapping.milestones or mapping.sandbox:
        return None
    places = {column: place for place, column in enumerate(columns)}
    pick, kinds, instant, actors, owners, pick_details, details = fields_of(mapping, zone, places, possible)
    instants = instants_reader(mapping.date_formats, possible)

    def read(line: int, rows: Sequence[list[str]]) -> _Block:
        cells: list[Sequence[str]] = [*zip(*rows, strict=True), ("",) * len(rows)]
        event, at, listing, event_id, application, actor, owner = pick(cells)
        where, identity, whose = _stripped(listing), _stripped(event_id), _stripped(application)
        if where is None or identity is None or whose is None or None in where:
            return None
        try:
            return [
                *map(
                    new_event,
                    zip(
                        count(line),
                        identity,
                        map(kinds.__getitem__, event),
                        instants(at) or map(instant, at),
                        where,
                        whose,
                        map(actors.__getitem__, actor),
                        map(owners.__getitem__, owner),
                        map(details.__getitem__, zip(*pick_details(cells), strict=True))
                        if pick_details
                        else repeat(None),
                        strict=False,
                    ),
                )
            ]
        except RowError:
            return None

    return read


def _stripped(column: Sequence[str]) -> list[str | None] | None:
    """The texts without blanks around them, None for blank ones; None if one is not short and plain."""
    whole = "".join(column)
    if not whole:
        return [None] * len(column)
    if not (whole.isascii() and whole.isprintable()) or len(max(column, key=len)) > LONGEST_OTHER:
        return None
    return [text.strip() or None for text in column]
