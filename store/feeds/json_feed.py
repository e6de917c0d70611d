"""JSON: one object a line, or one array of objects, each of them a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.feeds.encodings import Text
from store.feeds.errors import FeedError, RowError
from store.feeds.json_values import BROKEN, JsonStream, as_text, decode
from store.feeds.kept import keep_object
from store.feeds.lines import LineSource
from store.feeds.reasons import BROKEN_LINE, NOT_TEXT, OVER_LONG
from store.feeds.rows import Raw, bad_row, shown
from store.feeds.wide import found_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.feeds.mapping import Mapping
    from store.feeds.rows import Found, Possible
    from store.feeds.source import Source

NO_OBJECT = f"{BROKEN}, not an object in braces"


class _Rows:
    """What both forms of JSON share: an object becomes cells, and cells an item."""

    def __init__(self, source: Source, mapping: Mapping, zone: str, possible: Possible | None = None) -> None:
        columns = mapping.wanted_columns
        self._text = Text(source)
        self._raw = ""
        self._value: dict[str, Any] = {}
        self._cells = cells_reader(columns)
        self._row = found_reader(mapping, zone, columns, lambda _cells: self._as_it_stands(), possible)

    def _item(self, line: int, value: object, content: str) -> Found:
        """The item of a row's value; `content` is its text."""
        if not isinstance(value, dict):
            return bad_row(line, RowError(BROKEN_LINE, NO_OBJECT), Raw(shown(content), None))
        self._raw, self._value = content, value
        try:
            cells = self._cells(value)
        except RowError as error:
            return bad_row(line, error, self._as_it_stands())
        return self._row(line, cells)

    def _as_it_stands(self) -> Raw:
        return Raw(shown(self._raw), keep_object(self._value))


class JsonLineRows(_Rows):
    """The rows of JSON lines as feed items, in file order; to be iterated once.

    A column is a name, or a path of names with dots in between (`event.time`). Numbers and truth values
    become the text that stands in the file. A line that is broken spoils no other.
    """

    def __iter__(self) -> Iterator[Found]:
        """The rows; FeedError if the file cannot be read any further."""
        lines = LineSource(self._text.read)
        number = 0
        while (block := lines.block()) is not None:
            if not isinstance(block, list):
                number += 1
                problem = RowError(OVER_LONG, "the line is longer than 2 MiB")
                yield bad_row(number, problem, Raw(shown(block.head), None))
                continue
            for number, line in enumerate(block, number + 1):  # noqa: B020  the count goes on
                text = line.strip()
                if text:
                    yield self._read(number, text, doubtful=lines.undecodable)

    def _read(self, number: int, text: str, *, doubtful: bool) -> Found:
        try:
            if doubtful:
                text.encode()
            value = decode(text)
        except UnicodeEncodeError:
            problem = RowError(NOT_TEXT, f"the line is no {self._text.encoding}")
            return bad_row(number, problem, Raw(shown(text), None))
        except RowError as error:
            return bad_row(number, error, Raw(shown(text), None))
        return self._item(number, value, text)


class JsonArrayRows(_Rows):
    """The objects of a JSON array as feed items, in file order; to be iterated once. Columns as in lines.

    Where an object is broken, the next one is looked for at the beginning of a line or after another.
    """

    def __iter__(self) -> Iterator[Found]:
        """The rows; FeedError, after those that stand before it, where the file breaks off."""
        stream = JsonStream(self._text.read, self._text.encoding)
        stream.take()
        while character := stream.peek():
            line = stream.line
            if character == ",":
                stream.take()
                continue
            if character == "]":
                stream.take()
                if not stream.peek():
                    return
                line = stream.line
                problem = RowError(BROKEN_LINE, f"{BROKEN}, text after the end of the array")
                stream.forget()
            else:
                try:
                    value = stream.value()
                except RowError as error:
                    problem = error
                else:
                    yield self._item(line, value, stream.raw)
                    continue
            goes_on = stream.skip()
            yield bad_row(line, problem, Raw(shown(stream.raw), None))
            if not goes_on:
                return
        raise FeedError(f"the JSON ends in the middle, on line {stream.line}")


def cells_reader(columns: Sequence[str]) -> Callable[[dict[str, Any]], list[str]]:
    """A function from an object to its cells, with an empty one at the end; RowError as `as_text`.

    A column is looked for as a name first, and then as a path.
    """
    paths = [(column, column.split(".")) for column in columns]

    def cells(value: dict[str, Any]) -> list[str]:
        found = []
        for column, path in paths:
            inner: Any = value.get(column)
            if inner is None and len(path) > 1 and column not in value:
                inner = value
                for name in path:
                    inner = inner.get(name) if isinstance(inner, dict) else None
            found.append(inner if type(inner) is str else as_text(inner, column))
        found.append("")
        return found

    return cells
