"""What a feed yields, and how one row's cells become it: the same for every form of file."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kpi.text import clean
from store.feeds.errors import RowError, missing
from store.feeds.mapping import DETAIL_FIELDS
from store.feeds.times import as_text, day_reader, instant_reader

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Callable, Sequence

    from store.feeds.mapping import Mapping

LONGEST = {"title": 500, "note": 10_000}
LONGEST_OTHER = 200
LONGEST_CONTENT = 500
_TIME_FIELDS = ("first_interview_at", "last_interview_at")
_CORE = ("event", "at", "listing", "event_id", "application", "actor", "owner")
_CACHED = 8_192
_Value = TypeVar("_Value", bound="str | None")
# Cleaning shortens a text; this much of a raw one is enough to show it.
RAW_CONTENT = 4 * LONGEST_CONTENT


class FeedEvent(NamedTuple):
    """A row that was understood.

    `line` is where it begins in the file, `at` is in microseconds since 1970-01-01 UTC. `details` holds
    what else was said: title, department, role_type, urgency, note; closing_date as an ISO day;
    first_interview_at and last_interview_at as ISO instants in UTC; None if nothing was.
    """

    line: int
    event_id: str | None
    kind: str
    at: int
    listing: str
    application: str | None
    actor: str | None
    owner: str | None
    details: dict[str, str] | None


class BadRow(NamedTuple):
    """A row that cannot be understood: one plain reason, and its text (cleaned, at most 500 characters)."""

    line: int
    reason: str
    content: str


class SandboxRow(NamedTuple):
    """A row that the source itself calls made up."""

    line: int


FeedItem = FeedEvent | BadRow | SandboxRow
# What one row is: in the wide form, where it holds several events, a list.
Found = FeedItem | list[FeedItem]


def row_reader(
    mapping: Mapping, zone: str, columns: Sequence[str], show: Callable[[list[str]], str]
) -> Callable[[int, list[str]], FeedItem]:
    """A function from a row's line and cells to its item; all that can be is decided here, once.

    `columns` names the cells; a row has one more, which is empty and stands for what the mapping lacks.
    `zone` is the calendar's, for closing dates; `show` gives a bad row's content.
    """
    places = {column: place for place, column in enumerate(columns)}
    pick = itemgetter(*(places[mapping.columns[name]] if name in mapping.columns else -1 for name in _CORE))
    instant = instant_reader(mapping.date_formats, mapping.timezone)
    kinds = _Cached(partial(_kind, mapping.events))
    listings = _Cached(partial(_needed, "listing"))
    applications, actors, owners = (
        _Cached(partial(_tidy, name)) for name in ("application", "actor", "owner")
    )
    details = _detail_reader(mapping, zone, places, instant)
    # The tuple's own constructor: a third of the time that FeedEvent(…) takes, once per row.
    new: Callable[[tuple[Any, ...]], FeedEvent] = partial(tuple.__new__, FeedEvent)

    def read(line: int, cells: list[str]) -> FeedItem:
        event, at, listing, event_id, application, actor, owner = pick(cells)
        try:
            kind = kinds[event]
            where = listings[listing]
            when = instant(at)
            identity = _tidy("event_id", event_id) if event_id else None
            whose, by, owned_by = applications[application], actors[actor], owners[owner]
            more = details(cells) if details else None
        except RowError as error:
            return BadRow(line, str(error), show(cells))
        return new((line, identity, kind, when, where, whose, by, owned_by, more))

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


def _detail_reader(
    mapping: Mapping, zone: str, places: dict[str, int], instant: Callable[[str], int]
) -> Callable[[list[str]], dict[str, str] | None] | None:
    """A function from cells to an event's details, or None if the mapping names none."""
    day = day_reader(mapping.date_formats, zone)
    readers: dict[str, Callable[[str], str | None]] = {
        "closing_date": partial(_timely, "closing_date", lambda raw: day(raw).isoformat()),
        **{name: partial(_timely, name, lambda raw: as_text(instant(raw))) for name in _TIME_FIELDS},
    }
    wanted = [
        (name, places[mapping.columns[name]], _Cached(readers.get(name) or partial(_tidy, name)))
        for name in DETAIL_FIELDS
        if name in mapping.columns
    ]

    def details(cells: list[str]) -> dict[str, str] | None:
        said = {}
        for name, place, texts in wanted:
            raw = cells[place]
            if raw and (text := texts[raw]):
                said[name] = text
        return said or None

    return details if wanted else None


class _Cached(dict[str, _Value]):
    """What `read` makes of a text, remembered: most values of a field come again and again.

    It is bounded in number and in length, for the file may hold anything.
    """

    def __init__(self, read: Callable[[str], _Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, raw: str) -> _Value:
        value = self._read(raw)
        if len(raw) <= LONGEST_OTHER:
            if len(self) >= _CACHED:
                self.clear()
            self[raw] = value
        return value


def _kind(events: abc.Mapping[str, str], raw: str) -> str:
    """Our name for an activity, where the mapping has one; else its own."""
    activity = _needed("event", raw)
    return events.get(activity, activity)


def _needed(name: str, raw: str) -> str:
    text = _tidy(name, raw)
    if text is None:
        raise missing(name, raw)
    return text


def _timely(name: str, read: Callable[[str], str], raw: str) -> str | None:
    """What `read` makes of a detail's time; the reason of a bad one names the field."""
    if not clean(raw):
        return None
    try:
        return read(raw)
    except RowError as error:
        raise RowError(f"{name}: {error}") from error


def _tidy(name: str, raw: str) -> str | None:
    """`raw` cleaned, None if nothing is left; RowError if it is longer than the field may be."""
    text = clean(raw)
    longest = LONGEST.get(name, LONGEST_OTHER)
    if len(text) > longest:
        raise RowError(f"over-long {name}: {len(text):,} characters where {longest:,} are allowed")
    return text or None


def shown(text: str) -> str:
    """`text` as the content of a bad row: cleaned, at most 500 characters."""
    return clean(text[:RAW_CONTENT])[:LONGEST_CONTENT]
