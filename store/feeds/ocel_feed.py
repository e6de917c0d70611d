"""OCEL event logs in JSON, 1.0 and 2.0: an event belongs to objects of several types."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, NamedTuple

from store.feeds.encodings import Text
from store.feeds.errors import RowError
from store.feeds.json_values import JsonStream, as_text
from store.feeds.kept import cells_keeper
from store.feeds.mapping import OCEL_AT, OCEL_EVENT, OCEL_EVENT_ID, OCEL_OBJECT_ID, object_column
from store.feeds.ocel_document import EVENTS, OBJECTS, event_said, members, related
from store.feeds.ocel_objects import MOST_ROWS, OcelObjects, moment
from store.feeds.reasons import BROKEN_LINE
from store.feeds.rows import Raw, bad_row, named_content, row_reader, shown
from store.feeds.source import CHUNK
from store.feeds.wide import refuse_milestones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.feeds.mapping import Mapping
    from store.feeds.ocel_document import Member
    from store.feeds.rows import FeedItem, Possible
    from store.feeds.source import Source

LONGEST_FILE = 2 << 30


class _Row(NamedTuple):
    """One row of an event: the object that it is about, by type."""

    listing: str
    application: str


class OcelRows:
    """The events of an OCEL document as feed items, in its order; to be iterated once.

    An event has a row for each of its applications, and one for each listing of its that none of those
    belongs to. Of several listings, an application's are those that it is related to; of an event that
    names no listing, too. The row's `event_id` is the event's with the application's, or else
    the listing's. An item's line is that where its event begins.
    """

    def __init__(self, source: Source, mapping: Mapping, zone: str, possible: Possible | None = None) -> None:
        """Read all objects; FeedError if the document is broken anywhere: then nothing of it is read."""
        refuse_milestones(mapping, "OCEL")
        self._listing, self._application = mapping.objects.get("listing"), mapping.objects.get("application")
        columns = mapping.wanted_columns
        self._columns = [(column, *_of_object(column, mapping)) for column in columns]
        keep = cells_keeper(columns)
        self._row = row_reader(
            mapping, zone, columns, lambda cells: Raw(named_content(columns, cells), keep(cells)), possible
        )
        # Events mostly stand before their objects, and a stream cannot go back.
        self._file = source.copy(LONGEST_FILE)
        self._objects = self._opened(source)
        for member in members(_stream(self._file)):
            if member.section == OBJECTS:
                self._objects.add(member.key, member.value)
        self._objects.finish()

    def __iter__(self) -> Iterator[FeedItem]:
        """The events."""
        for member in members(_stream(self._file)):
            if member.section != EVENTS:
                continue
            try:
                yield from self._rows(member)
            except RowError as error:
                yield bad_row(member.line, error, Raw(shown(member.content), None))

    def _opened(self, source: Source) -> OcelObjects:
        wanted: dict[str, set[str]] = {kind: set() for kind in (self._listing, self._application) if kind}
        for _, kind, attribute in self._columns:
            if kind:
                wanted.setdefault(kind, set()).add(attribute)
        attributes = {kind: frozenset(names) for kind, names in wanted.items()}
        objects = OcelObjects(attributes, self._listing, self._application)
        source.close_too(objects.close)
        return objects

    def _rows(self, member: Member) -> list[FeedItem]:
        """The items of an event; RowError if it is none."""
        said = event_said(member)
        identity = as_text(said[OCEL_EVENT_ID], "id")
        about: dict[str, list[str]] = {}
        for one in related(member.value):
            about.setdefault(self._objects.find(one).type, []).append(one)
        items = []
        for row in self._split(about):
            chosen = {kind: ids[0] for kind, ids in about.items()}
            chosen |= {self._listing or "": row.listing, self._application or "": row.application}
            which = row.application or row.listing
            said[OCEL_EVENT_ID] = f"{identity} {which}" if identity and which else identity
            items.append(self._row(member.line, self._cells(said, chosen)))
        return items

    def _split(self, about: dict[str, list[str]]) -> list[_Row]:
        """The rows of an event about these objects, at least one."""
        listings = about.get(self._listing or "", []) if self._listing else []
        applications = about.get(self._application or "", []) if self._application else []
        named = set(listings)
        rows = []
        for application in applications:
            own = self._objects.listings_of(application) if len(listings) != 1 else listings
            if named:
                own = [one for one in own if one in named]
            rows += [_Row(listing, application) for listing in own or [""]]
            if len(rows) > MOST_ROWS:
                break
        covered = {row.listing for row in rows}
        if "" not in covered:
            rows += [_Row(listing, "") for listing in listings if listing not in covered]
        if len(rows) > MOST_ROWS:
            raise RowError(
                BROKEN_LINE, f"the event is about more than {MOST_ROWS:,} listings or applications"
            )
        return rows or [_Row("", "")]

    def _cells(self, said: dict[str, Any], chosen: dict[str, str]) -> list[str]:
        """The cells of a row, and the empty one; RowError for a value that is a list or an object."""
        cells = []
        for column, kind, attribute in self._columns:
            if column in said or not kind:
                cells.append(as_text(said.get(column), column))
                continue
            identity = chosen.get(kind, "")
            if attribute == OCEL_OBJECT_ID:
                cells.append(identity)
            elif identity:
                value = self._objects.find(identity).value(attribute, moment(said[OCEL_AT]))
                cells.append(as_text(value, column))
            else:
                cells.append("")
        cells.append("")
        return cells


class _Copy:
    """A file's text once more."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        self.head = file.read(CHUNK)
        file.seek(0)
        self.read = file.read


def _stream(file: IO[bytes]) -> JsonStream:
    text = Text(_Copy(file))
    return JsonStream(text.read, text.encoding)


def _of_object(column: str, mapping: Mapping) -> tuple[str, str]:
    """The type and attribute that a column names; empty texts if it can only be an event's attribute."""
    if column in (OCEL_EVENT, OCEL_AT, OCEL_EVENT_ID):
        return "", ""
    for kind in mapping.objects.values():
        if column.startswith(prefix := object_column(kind, "")):
            return kind, column.removeprefix(prefix)
    kind, colon, attribute = column.partition(":")
    return (kind, attribute) if colon else ("", "")
