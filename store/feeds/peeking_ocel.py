"""The first events of an OCEL document, each with what its objects say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from store.feeds.encodings import Text
from store.feeds.errors import RowError
from store.feeds.json_values import JsonStream, as_text
from store.feeds.mapping import OCEL_AT, OCEL_EVENT, OCEL_EVENT_ID, OCEL_OBJECT_ID, object_column
from store.feeds.ocel_document import EVENTS, OBJECTS, event_said, members, related, stated, types_said
from store.feeds.peeking_rows import LONGEST_KEPT, MOST_COLUMNS, MOST_ROWS, Head, Kept, cut, nameable
from store.feeds.rows import Raw, SandboxRow, bad_row, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.feeds.ocel_document import Member
    from store.feeds.rows import Found

# Events and objects stand far from each other in a document.
LONGEST_DOCUMENT = 32 << 20
_MOST_TYPES = 200
_MOST_RELATED = 100
_PER_CELL = 16


class _Object(NamedTuple):
    """An object: its type, its attributes by the names of their columns, and the ids it is related to."""

    type: str
    cells: dict[str, str]
    about: list[str]


class OcelPeek:
    """The events where a document begins, and the objects that are found there too."""

    def __init__(self, source: Head, _sheet: str | None) -> None:
        source.look_at(LONGEST_DOCUMENT)
        text = Text(source)
        self._stream = JsonStream(text.read, text.encoding)
        self.kept = _KeptEvents()
        self.kept.encoding = text.encoding

    def __iter__(self) -> Iterator[Found]:
        """The events that are wanted; FeedError where the document is broken, or has been cut."""
        for member in members(self._stream):
            self.kept.note_types(member)
            if member.section == OBJECTS:
                self.kept.add_object(member.key, member.value)
            elif member.section == EVENTS and not self.kept.enough:
                try:
                    self.kept.add_event(event_said(member), related(member.value))
                except RowError as error:
                    yield bad_row(member.line, error, Raw(shown(member.content), None))
                else:
                    yield SandboxRow(member.line)


class _KeptEvents(Kept):
    """Events and objects, which become rows once both are there."""

    def __init__(self) -> None:
        super().__init__()
        self._types: dict[str, None] = {}
        self._events: list[tuple[dict[str, str], list[str]]] = []
        self._objects: dict[str, _Object] = {}
        self._event_room = self._object_room = LONGEST_KEPT

    @property
    def enough(self) -> bool:
        """Whether no further event is wanted."""
        return len(self._events) >= MOST_ROWS or self._event_room < 0

    def note_types(self, member: Member) -> None:
        """Remember the types of objects that a member names."""
        for kind in types_said(member):
            if len(self._types) < _MOST_TYPES and nameable(object_column(kind)):
                self._types[kind] = None

    def add_event(self, said: dict[str, Any], about: list[str]) -> None:
        """Remember an event by its attributes, and the ids of its objects."""
        cells = _single(said)
        self._event_room -= _size(cells)
        self._events.append((cells, about[:_MOST_RELATED]))

    def add_object(self, key: str | None, value: object) -> None:
        """Remember an object, while there is room; what is none is passed over."""
        if not isinstance(value, dict) or self._object_room < 0:
            return
        identity = key if key is not None else value.get("id", value.get(OCEL_OBJECT_ID))
        kind = value.get("type", value.get("ocel:type"))
        if not isinstance(identity, str) or not isinstance(kind, str):
            return
        if kind in self._types and identity not in self._objects:
            said = {object_column(kind, name): one for name, one, _ in stated(value, "ocel:ovmap")}
            cells = _single({**said, object_column(kind): identity})
            self._object_room -= _size(cells)
            self._objects[identity] = _Object(kind, cells, related(value)[:_MOST_RELATED])

    def finish(self) -> None:
        """Make rows of the events: what they say, and what the first object of each type near them does."""
        places = {OCEL_EVENT_ID: 0, OCEL_EVENT: 1, OCEL_AT: 2}
        for kind in self._types:
            places.setdefault(object_column(kind), len(places))
        for number, (said, about) in enumerate(self._events, 1):
            cells = dict(said)
            for one in self._near(about):
                if object_column(one.type) not in cells:
                    cells |= one.cells
            row: dict[int, str] = {}
            for name, cell in cells.items():
                if name in places or len(places) < MOST_COLUMNS:
                    row[places.setdefault(name, len(places))] = cell
            self.keep(number, [row.get(place, "") for place in range(len(places))])
        self.columns = list(places)
        self.object_types = tuple(self._types)
        super().finish()

    def _near(self, about: list[str]) -> list[_Object]:
        """An event's own objects, and then those that these are related to."""
        own = [self._objects[one] for one in about if one in self._objects]
        others = [other for one in own for other in one.about][:_MOST_RELATED]
        return [*own, *(self._objects[one] for one in others if one in self._objects)]


def _single(said: dict[str, Any]) -> dict[str, str]:
    """The attributes that are single values and that a mapping can name."""
    return {
        name: cut(as_text(value, name))
        for name, value in said.items()
        if nameable(name) and not isinstance(value, (dict, list))
    }


def _size(cells: dict[str, str]) -> int:
    """About what the cells cost, in bytes."""
    return sum(_PER_CELL + len(name) + len(cell) for name, cell in cells.items())
