"""What a feed yields, and how one row's cells become it: the same for every form of file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.text import clean
from store.feeds.errors import RowError, missing
from store.feeds.fields import LONGEST_OTHER, fields_of, tidier
from store.feeds.reasons import CONFLICT, CONFLICT_MARKER, NO_LISTING

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Callable, Sequence

    from store.feeds.fields import Details
    from store.feeds.mapping import Mapping

LONGEST_CONTENT = 500
# Cleaning shortens a text; this much of a raw one is enough to show it.
RAW_CONTENT = 4 * LONGEST_CONTENT


class Possible(NamedTuple):
    """When an event can have happened: instants in microseconds since 1970-01-01 UTC, both included.

    `first_day` and `last_day`, ISO and both included, are the same of closing dates.
    """

    first: int
    last: int
    first_day: str
    last_day: str


class FeedEvent(NamedTuple):
    """A row that was understood.

    `line` is where it begins in the file, `at` is in microseconds since 1970-01-01 UTC. `details` holds
    what else was said: title, department, role_type, urgency, criticality, note, minutes, reply,
    justification, custom.NAME; internal as yes or no; closing_date as an ISO day; first_interview_at and
    last_interview_at as ISO instants in UTC; None if nothing was.
    """

    line: int
    event_id: str | None
    kind: str
    at: int
    listing: str
    application: str | None
    actor: str | None
    owner: str | None
    details: Details | None


# The tuple's own constructor: a third of the time that FeedEvent(…) takes, once per row.
new_event: Callable[[tuple[Any, ...]], FeedEvent] = partial(tuple.__new__, FeedEvent)


class BadRow(NamedTuple):
    """A row that cannot be understood: one plain reason, and its text (cleaned, at most 500 characters).

    `kind` is one of `reasons.KINDS`, with which `reason` begins. `cells` is what `again.reread` needs to
    read the row again; None if it was no row of cells, or too long a one.
    """

    line: int
    reason: str
    content: str
    kind: str
    cells: str | None


class Raw(NamedTuple):
    """A row as it stands in the file: its text as BadRow's `content`, and its `cells`."""

    content: str
    cells: str | None


class SandboxRow(NamedTuple):
    """A row that the source itself calls made up."""

    line: int


FeedItem = FeedEvent | BadRow | SandboxRow
# What one row is: in the wide form, where it holds several events, a list.
Found = FeedItem | list[FeedItem]


def row_reader(
    mapping: Mapping,
    zone: str,
    columns: Sequence[str],
    raw: Callable[[list[str]], Raw],
    possible: Possible | None = None,
) -> Callable[[int, list[str]], FeedItem]:
    """A function from a row's line and cells to its item; all that can be is decided here, once.

    `columns` names the cells; a row has one more, which is empty and stands for what the mapping lacks.
    `zone` is the calendar's, for closing dates; `raw` gives a bad row as it stands in the file. Without
    `possible` years from 1990 to 2095 are.
    """
    places = {column: place for place, column in enumerate(columns)}
    pick, kinds, instant, actors, owners, pick_details, details = fields_of(mapping, zone, places, possible)
    tidy_listing, tidy_id, tidy_application = map(tidier, ("listing", "event_id", "application"))

    def read(line: int, cells: list[str]) -> FeedItem:
        event, at, listing, event_id, application, actor, owner = pick(cells)
        try:
            kind = kinds[event]
            # Most rows are short and plain: nothing in them is too long, only blanks are to be cleaned away.
            own = listing + event_id + application
            if len(own) <= LONGEST_OTHER and own.isascii() and own.isprintable():
                where, identity, whose = (
                    listing.strip(),
                    event_id.strip() or None,
                    application.strip() or None,
                )
            else:
                where, identity, whose = tidy_listing(listing), None, None
            if not where:
                raise missing(NO_LISTING, "listing", listing)
            when = instant(at)
            if identity is None and event_id:
                identity = tidy_id(event_id)
            if whose is None and application:
                whose = tidy_application(application)
            by = actors[actor] if actor else None
            owned_by = owners[owner] if owner else None
            more = details[pick_details(cells)] if pick_details else None
        except RowError as error:
            return bad_row(line, error, raw(cells))
        return new_event((line, identity, kind, when, where, whose, by, owned_by, more))

    return _without_sandbox(mapping, places, read) if mapping.sandbox else read


def _without_sandbox(
    mapping: Mapping, places: dict[str, int], read: Callable[[int, list[str]], FeedItem]
) -> Callable[[int, list[str]], FeedItem]:
    """`read`, but not for rows that the source marks as made up: nothing else about them matters."""
    made_up = sandbox_marks(mapping, places)

    def read_or_leave(line: int, cells: list[str]) -> FeedItem:
        return SandboxRow(line) if made_up(cells) else read(line, cells)

    return read_or_leave


def sandbox_marks(mapping: Mapping, places: abc.Mapping[str, int]) -> Callable[[list[str]], bool]:
    """Whether the source marks the row of these cells as made up."""
    marks = [(places[column], frozenset(values)) for column, values in mapping.sandbox.items()]

    def made_up(cells: list[str]) -> bool:
        return any(cells[place] in values or clean(cells[place]) in values for place, values in marks)

    return made_up


def bad_row(line: int, error: RowError, raw: Raw) -> BadRow:
    """A row that was refused, as it stands in the file; what version control left there is named so."""
    if CONFLICT_MARKER.match(raw.content):
        return BadRow(line, CONFLICT, raw.content, CONFLICT, None)
    return BadRow(line, str(error), raw.content, error.kind, raw.cells)


def named_content(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Cells with their columns' names as the content of a bad row; empty ones are left out."""
    said = zip(columns, cells, strict=False)  # a row's last cell is the empty one
    return shown("; ".join(f"{column}={cell[:RAW_CONTENT]}" for column, cell in said if cell))


def shown(text: str) -> str:
    """`text` as the content of a bad row: cleaned, at most 500 characters."""
    return clean(text[:RAW_CONTENT])[:LONGEST_CONTENT]
