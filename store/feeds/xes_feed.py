"""XES event logs as a stream, read by expat with nothing switched on that could be turned against us."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from kpi.text import clean
from store.feeds.errors import FeedError
from store.feeds.kept import cells_keeper
from store.feeds.rows import Raw, named_content, row_reader, shown
from store.feeds.wide import refuse_milestones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.feeds.mapping import Mapping
    from store.feeds.rows import FeedItem, Possible
    from store.feeds.source import Source

TRACE_PREFIX = "case:"
LONGEST_PIECE = 2 << 20
DEEPEST = 200
MOST_NAMES = 100_000
_SHOWN_NAME = 60
_CHUNK = 1 << 16
# What may hold what; anything else within them is an attribute, or nothing that we know.
_PARTS = {
    "": ("log",),
    "log": ("trace", "event", "global"),
    "trace": ("event",),
    "event": (),
    "global": (),
}


class XesRows:
    """The events of an XES stream as feed items, in file order; to be iterated once.

    A column `case:NAME` is the trace's attribute NAME, any other name the event's. The defaults of the log's
    `<global>` and the attributes of attributes are not looked at: what an event does not say, it does not
    say. An item's line is that of its `<event>`.
    """

    def __init__(self, source: Source, mapping: Mapping, zone: str, possible: Possible | None = None) -> None:
        refuse_milestones(mapping, "XES")
        self._source = source
        columns = mapping.wanted_columns
        keep = cells_keeper(columns)
        self._row = row_reader(
            mapping, zone, columns, lambda cells: Raw(named_content(columns, cells), keep(cells)), possible
        )
        of_trace: dict[str | None, int] = {}
        of_event: dict[str | None, int] = {}
        for place, column in enumerate(columns):
            if column.startswith(TRACE_PREFIX):
                of_trace[column.removeprefix(TRACE_PREFIX)] = place
            else:
                of_event[column] = place
        self._places = {"trace": of_trace, "event": of_event}
        self._ready: list[FeedItem] = []
        self._deep = 0  # how many elements deep we are in one that is none of the log's parts
        self._line = 0
        # The part of the log that we are in, the attributes looked for there, and where they go; and
        # the same of the parts around it.
        self._part = ""
        self._wanted: dict[str | None, int] = {}
        self._cells = self._defaults = [""] * (len(columns) + 1)
        self._around: list[tuple[str, dict[str | None, int], list[str]]] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse_declarations

    def __iter__(self) -> Iterator[FeedItem]:
        """The events; FeedError, after those that stand before it, where the XML breaks off."""
        taken = 0
        while True:
            chunk = self._source.read(_CHUNK)
            taken += len(chunk)
            problem: FeedError | None = None
            try:
                self._parse(chunk, taken)
            except FeedError as error:
                problem = error
            yield from self._ready
            self._ready.clear()
            if problem is not None:
                raise problem
            if not chunk:
                return

    def _parse(self, chunk: bytes, taken: int) -> None:
        """Let expat read on; an empty chunk is the end. What it finds stands in `_ready`."""
        parser = self._parser
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            if not chunk:
                raise FeedError(f"the XML ends in the middle, on line {error.lineno}") from error
            words = expat.ErrorString(error.code)
            raise FeedError(f"the XML is broken on line {error.lineno}: {words}") from error
        except (LookupError, ValueError) as error:
            raise FeedError(f"the XML's encoding cannot be read: {clean(str(error))}") from error
        # What expat has not got past is held in memory until it is whole; so are all names.
        if chunk and taken - parser.CurrentByteIndex > LONGEST_PIECE:
            raise FeedError(f"over-long piece of XML (more than 2 MiB) on line {parser.CurrentLineNumber}")
        if len(parser.intern) > MOST_NAMES:
            raise FeedError(f"the XML uses more than {MOST_NAMES:,} different names")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._deep:
            self._deep += 1
            if self._deep > DEEPEST:
                line = self._parser.CurrentLineNumber
                raise FeedError(f"the XML is nested deeper than {DEEPEST} on line {line}")
            return
        parts = _PARTS[self._part]
        if parts and (local := name.rpartition(":")[2]) in parts:
            self._enter(local)
            return
        if not self._part:
            raise FeedError(f"not an XES log: the XML begins with <{shown(name)[:_SHOWN_NAME]}>")
        self._deep = 1
        place = self._wanted.get(attributes.get("key"))
        if place is not None:
            self._cells[place] = attributes.get("value", "")

    def _enter(self, part: str) -> None:
        self._around.append((self._part, self._wanted, self._cells))
        self._part = part
        if part in self._places:
            # An event begins with what its trace has said so far.
            self._wanted, self._cells = self._places[part], self._cells.copy()
            self._line = self._parser.CurrentLineNumber
        else:
            # What `<global>` says an attribute would be is a guess about this event, and not read.
            self._wanted, self._cells = {}, self._defaults

    def _end(self, _name: str) -> None:
        if self._deep:
            self._deep -= 1
            return
        if self._part == "event":
            self._ready.append(self._row(self._line, self._cells))
        self._part, self._wanted, self._cells = self._around.pop()


def _refuse_declarations(_name: str, _system: str | None, _public: str | None, internal: int) -> None:
    # Entities that grow, or that fetch files, need a declaration; no event log does.
    if internal:
        raise FeedError("the XML declares entities or other things of its own, which is refused")
