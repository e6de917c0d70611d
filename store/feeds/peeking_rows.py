"""The readers of the feeds, without a mapping: each keeps the cells of the first rows, whatever they mean."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from kpi.text import clean
from store.feeds.csv_feed import CsvRows
from store.feeds.excel_feed import ExcelRows
from store.feeds.excel_guard import WORKBOOK
from store.feeds.fields import LONGEST_OTHER
from store.feeds.json_feed import JsonArrayRows, JsonLineRows
from store.feeds.json_values import as_text
from store.feeds.mapping import LONGEST_NAME, Mapping
from store.feeds.rows import SandboxRow
from store.feeds.source import CHUNK, Source
from store.feeds.xes_feed import TRACE_PREFIX, XesRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from store.feeds.rows import Found

MOST_ROWS, MOST_COLUMNS = 2_000, 1_000
MOST_LOOKED_AT = 10 * MOST_ROWS  # with those that are broken
LONGEST_CELL = LONGEST_OTHER
# Text to be read, and text to be kept: no file, however packed or broken, costs more than these.
LONGEST_LOOK, LONGEST_KEPT = 4 << 20, 4 << 20
_PER_CELL = 16  # what even an empty cell costs
_RAW_CELL = 4 * LONGEST_CELL  # cleaning shortens a text; this much of a raw one is enough
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_RELATIONS = "xl/_rels/workbook.xml.rels"
# Rows are not read as events here; this one's zone never matters.
_ZONE = "UTC"


class Head(Source):
    """A file that ends after its first 4 MiB of text; a workbook, whose contents stand last, is whole."""

    def __init__(self, path: str | Path) -> None:
        self._left = LONGEST_LOOK
        super().__init__(path)

    @property
    def was_cut(self) -> bool:
        """Whether there was more of it than has been looked at."""
        return self._left <= 0

    def look_at(self, longest: int) -> None:
        """Have the cut come after so many bytes from here."""
        self._left = longest

    def read(self, size: int) -> bytes:
        """As for any source, up to the cut."""
        if self.was_cut:
            return b""
        data = super().read(size)
        self._left -= len(data)
        return data

    def copy(self, longest: int) -> IO[bytes]:
        """As for any source; what a workbook may cost, its reader guards."""
        self.look_at(longest + 2 * CHUNK)
        return super().copy(longest)

    def sheet_names(self) -> tuple[str, ...]:
        """The names of the sheets with cells in a workbook that has been copied and found harmless."""
        if self._copy is None:
            return ()
        with zipfile.ZipFile(self._copy) as archive:
            sheets = _elements(archive, WORKBOOK, "sheet")
            kinds = {
                one.get("Id"): one.get("Type", "") for one in _elements(archive, _RELATIONS, "Relationship")
            }
        return tuple(
            clean(sheet.get("name", ""))
            for sheet in sheets
            if any(
                kinds.get(value, "").endswith("/worksheet") for key, value in sheet.items() if key != "name"
            )
        )


def _elements(archive: zipfile.ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of every such element of a part; none if there is no such part."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(attributes)

    if part in archive.namelist():
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        parser.Parse(archive.read(part), True)  # noqa: FBT003  expat's own way
    return found


class Kept:
    """What is kept of a file: its columns, its first rows, as many as there is room for, and what it is."""

    def __init__(self) -> None:
        self.encoding: str | None = None
        self.delimiter: str | None = None
        self.sheets: tuple[str, ...] = ()
        self.object_types: tuple[str, ...] = ()
        self.columns: list[str] = []
        self.rows: list[tuple[str, ...]] = []
        self._room = LONGEST_KEPT

    @property
    def full(self) -> bool:
        """Whether no further row is wanted."""
        return self._room < 0 or len(self.rows) >= MOST_ROWS

    def keep(self, line: int, cells: Sequence[str]) -> SandboxRow:
        """Keep a row's cells; it is no event for anybody."""
        if not self.full:
            row = tuple(map(cut, cells[:MOST_COLUMNS]))
            self._room -= sum(map(len, row)) + _PER_CELL * len(row)
            self.rows.append(row)
        return SandboxRow(line)

    def finish(self) -> None:
        """What is left to be done once no further row comes."""
        width = len(self.columns)
        self.rows = [row + ("",) * (width - len(row)) for row in self.rows]


def cut(cell: str) -> str:
    """A cell cleaned, at most 200 characters of it."""
    return clean(cell[:_RAW_CELL])[:LONGEST_CELL]


def nameable(column: str) -> bool:
    """Whether a mapping can name such a column: names in mappings are clean and of 1 to 200 characters."""
    return 0 < len(column) <= LONGEST_NAME and clean(column) == column


def _no_mapping(sheet: str | None = None) -> Mapping:
    return Mapping(name="peek", columns={}, sheet=sheet)


class CsvPeek(CsvRows):
    """The first rows of a CSV file."""

    def __init__(self, source: Head, _sheet: str | None) -> None:
        self.kept = Kept()
        super().__init__(source, _no_mapping(), _ZONE)
        self.kept.encoding = self._encoding
        self.kept.delimiter = _DELIMITERS.get(self._delimiter, self._delimiter)
        self._row = lambda line, cells: self.kept.keep(line, cells[: self._width])

    def _recognise(self, wanted: set[str]) -> tuple[str, list[str]]:
        delimiter, columns = super()._recognise(wanted)
        self.kept.columns = columns[:MOST_COLUMNS]
        return delimiter, columns


class ExcelPeek(ExcelRows):
    """The first rows of a workbook's sheet."""

    def __init__(self, source: Head, sheet: str | None) -> None:
        self.kept = Kept()
        super().__init__(source, _no_mapping(sheet), _ZONE)
        self.kept.sheets = source.sheet_names()
        self._places = list(range(len(self.kept.columns)))
        self._row = lambda line, cells: self.kept.keep(line, cells[:-1])

    def _header(self) -> list[str]:
        columns = super()._header()
        self.kept.columns = columns[:MOST_COLUMNS]
        return columns


class XesPeek(XesRows):
    """The first events of an XES log, with every attribute that they and their traces have."""

    def __init__(self, source: Head, _sheet: str | None) -> None:
        self.kept = Kept()
        super().__init__(source, _no_mapping(), _ZONE)
        self._cells = self._defaults = [""] * MOST_COLUMNS
        self._row = lambda line, cells: self.kept.keep(line, cells[: len(self.kept.columns)])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        key = attributes.get("key")
        if key is not None and key not in self._wanted and not self._deep and self._part in self._places:
            column = TRACE_PREFIX + key if self._part == "trace" else key
            if len(self.kept.columns) < MOST_COLUMNS and nameable(column):
                self._wanted[key] = len(self.kept.columns)
                self.kept.columns.append(column)
        super()._start(name, attributes)


class JsonLinePeek(JsonLineRows):
    """The first rows of JSON lines."""

    def __init__(self, source: Head, _sheet: str | None) -> None:
        super().__init__(source, _no_mapping(), _ZONE)
        self.kept = _KeptPaths()
        self.kept.encoding = self._text.encoding

    def _item(self, line: int, value: object, _content: str) -> Found:
        return self.kept.keep_value(line, value)


class JsonArrayPeek(JsonArrayRows):
    """The first rows of an array of objects."""

    def __init__(self, source: Head, _sheet: str | None) -> None:
        super().__init__(source, _no_mapping(), _ZONE)
        self.kept = _KeptPaths()
        self.kept.encoding = self._text.encoding

    def _item(self, line: int, value: object, _content: str) -> Found:
        return self.kept.keep_value(line, value)


class _KeptPaths(Kept):
    """The first rows of a JSON file: every path of names that leads to single values is a column."""

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, int] = {}
        self._no_values: set[str] = set()  # paths that lead to lists or objects, at least at times

    def keep_value(self, line: int, value: object) -> Found:
        """Keep a row's object."""
        cells = [""] * len(self._places)
        for path, text in self._leaves("", value) if isinstance(value, dict) else ():
            place = self._places.setdefault(path, len(self._places))
            cells += [""] * (place + 1 - len(cells))
            cells[place] = text
        return self.keep(line, cells)

    def _leaves(self, before: str, value: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name, inner in value.items():
            path = before + name
            # A dot within a name would be taken for a step of the path.
            if not nameable(path) or (before and "." in name):
                continue
            if isinstance(inner, (dict, list)):
                if len(self._no_values) < MOST_COLUMNS:
                    self._no_values.add(path)
                if isinstance(inner, dict) and "." not in name:
                    yield from self._leaves(f"{path}.", inner)
            elif path in self._places or len(self._places) < MOST_COLUMNS:
                yield path, as_text(inner, path)

    def finish(self) -> None:
        """Name the columns, once all rows are there: those that hold single values and nothing else."""
        there = [(path, place) for path, place in self._places.items() if path not in self._no_values]
        self.columns = [path for path, _ in there]
        self.rows = [tuple(row[place] if place < len(row) else "" for _, place in there) for row in self.rows]
