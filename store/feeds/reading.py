"""The door to the feeds: a file and its mapping go in, events and bad rows come out, in file order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from store.feeds.csv_feed import CsvRows
from store.feeds.encodings import utf_16
from store.feeds.errors import FeedError
from store.feeds.excel_feed import ExcelRows
from store.feeds.json_feed import JsonArrayRows, JsonLineRows
from store.feeds.ocel_document import is_ocel
from store.feeds.ocel_feed import OcelRows
from store.feeds.rows import BadRow, FeedEvent, FeedItem, SandboxRow
from store.feeds.source import Source
from store.feeds.xes_feed import XesRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from store.feeds.mapping import Mapping
    from store.feeds.rows import Found, Possible

__all__ = ["BadRow", "Feed", "FeedError", "FeedEvent", "FeedItem", "SandboxRow", "open_feed"]

_OCEL = "ocel"
_ZIP = b"PK\x03\x04"
_BOM = b"\xef\xbb\xbf"
_NOT_JSON = re.compile(rb"\{\s*[^\s\"}]|\[\s*[^\s{\]]")
_READERS: dict[str, Callable[[Source, Mapping, str, Possible | None], Iterable[Found]]] = {
    "csv": CsvRows,
    "jsonl": JsonLineRows,
    "json": JsonArrayRows,
    "xlsx": ExcelRows,
    "xes": XesRows,
    _OCEL: OcelRows,
}


def open_feed(path: str | Path, mapping: Mapping, zone: str, possible: Possible | None = None) -> Feed:
    """Open a file of events, plain or gzip; its form is recognised by content.

    `zone` is the calendar's time zone, in which an instant given for a closing date becomes a day. Rows
    whose times lie outside `possible` are bad; without it, outside the years 1990 to 2095.
    FeedError if the file cannot be read at all: missing, a folder, no permission, neither form, or a
    column that the mapping names is not in its header.
    """
    source = Source(path)
    try:
        form = recognise(source.head)
        _check_objects(form, mapping)
        rows = _READERS[form](source, mapping, zone, possible)
        return Feed(source, form, _flat(rows) if mapping.milestones else cast("Iterable[FeedItem]", rows))
    except BaseException:
        source.close()
        raise


FORMS = tuple(_READERS)


class Feed:
    """An open file of events, read once from beginning to end; memory does not grow with the file.

    Iterating gives FeedEvent, BadRow and SandboxRow in file order, and raises FeedError, after what
    comes before it, where the file cannot be read any further. The file is closed then, and at its end,
    or by leaving the `with` block or calling `close`. `form` is one of FORMS.
    """

    def __init__(self, source: Source, form: str, rows: Iterable[FeedItem]) -> None:
        self.form = form
        self._source = source
        self._items = self._read(rows)

    def __iter__(self) -> Iterator[FeedItem]:
        """The items not read yet: asking again goes on where the last reader stopped."""
        return self._items

    def _read(self, rows: Iterable[FeedItem]) -> Iterator[FeedItem]:
        try:
            yield from rows
            self._source.finish()
        except FeedError:
            self._source.finish()
            raise
        finally:
            self._source.close()

    def progress(self) -> float:
        """The share of the file's own (compressed) bytes that has been read, 0 to 1."""
        return self._source.progress()

    def digest(self) -> str:
        """SHA-256 of the file's own bytes in hexadecimal; RuntimeError before the last item was read."""
        return self._source.digest()

    def close(self) -> None:
        """Close the file; what is left of it is not read."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_objects(form: str, mapping: Mapping) -> None:
    """FeedError if the file needs [objects] in the mapping and there are none, or the other way round."""
    if mapping.objects and form != _OCEL:
        raise FeedError("the mapping has [objects], which are for OCEL, and the file is none")
    if form == _OCEL and not mapping.objects:
        raise FeedError("the file is OCEL: say in the mapping, under [objects], which type is the listing")


def recognise(head: bytes) -> str:
    """The form of a file by how its text begins."""
    if not head.strip():
        raise FeedError("the file is empty")
    if head.startswith(_ZIP):
        return "xlsx"
    text = head
    if codec := utf_16(head):
        text = head.decode(codec, errors="replace").encode(errors="replace")
    text = text.removeprefix(_BOM).lstrip()
    if text.startswith(b"<"):
        return "xes"
    if b"\0" in text.partition(b"\n")[0]:
        raise FeedError("no form of file that is known: the file is not text")
    if text.startswith((b"{", b"[")) and not _NOT_JSON.match(text):
        if text.startswith(b"["):
            return "json"
        return _OCEL if is_ocel(text) else "jsonl"
    return "csv"


def _flat(rows: Iterable[Found]) -> Iterator[FeedItem]:
    """The items of rows that may have several each."""
    for found in rows:
        if isinstance(found, list):
            yield from found
        else:
            yield found
