"""Excel workbooks (.xlsx), read row by row by openpyxl once they are known to be harmless."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from kpi.text import clean
from store.feeds.columns import check_columns
from store.feeds.errors import FeedError
from store.feeds.excel_guard import check_archive
from store.feeds.kept import cells_keeper
from store.feeds.rows import RAW_CONTENT, Raw, shown
from store.feeds.wide import found_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.feeds.mapping import Mapping
    from store.feeds.rows import Found, Possible
    from store.feeds.source import Source

LONGEST_FILE = 256 << 20
_SHOWN_SHEETS = 10
_AT_ONCE = 500


class ExcelRows:
    """The rows of one sheet as feed items, in the sheet's order; to be iterated once.

    The first row that is not blank is the header. A real date is a local time, as if written in ISO 8601
    without an offset; what a formula gave when the file was saved is its value. An item's line is its
    row's number.
    """

    def __init__(self, source: Source, mapping: Mapping, zone: str, possible: Possible | None = None) -> None:
        """Read the header; FeedError if the file is no workbook, or lacks a column that is wanted."""
        # A zip has its table of contents at the end, and a stream cannot go back.
        file = source.copy(LONGEST_FILE)
        check_archive(file)
        file.seek(0)
        self._number = 0
        self._rows = _rows(_opened(file, mapping.sheet))
        columns = self._header()
        check_columns(columns, mapping)
        wanted = mapping.wanted_columns
        self._places = [columns.index(column) for column in wanted]
        self._raw: Sequence[object] = ()
        self._keep = cells_keeper(columns)
        self._width = len(columns)
        self._row = found_reader(mapping, zone, wanted, lambda _cells: self._as_it_stands(), possible)

    def __iter__(self) -> Iterator[Found]:
        """The rows; FeedError if the workbook cannot be read any further."""
        for values in self._rows:
            self._number += 1
            if any(value is not None for value in values):
                width = len(values)
                cells = [_text(values[place]) if place < width else "" for place in self._places]
                self._raw = values
                cells.append("")
                yield self._row(self._number, cells)

    def _as_it_stands(self) -> Raw:
        values = self._raw
        texts = [_text(value) for value in values[: self._width]]
        cells = self._keep(texts + [""] * (self._width - len(texts)))
        said = (_text(value)[:RAW_CONTENT] for value in values[:RAW_CONTENT] if value is not None)
        return Raw(shown("; ".join(said)), cells)

    def _header(self) -> list[str]:
        for values in self._rows:
            self._number += 1
            columns = [clean(_text(value)[:RAW_CONTENT]) for value in values]
            if any(columns):
                return columns
        raise FeedError("the sheet is empty")


def _opened(file: IO[bytes], sheet: str | None) -> Any:
    """The sheet of that name, or the first one."""
    try:
        import openpyxl  # type: ignore[import-untyped]  # deferred: nothing else needs it
    except ImportError as error:
        raise FeedError("to read Excel workbooks, install openpyxl: pip install openpyxl") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets
    except Exception as error:  # a damaged workbook makes openpyxl fail in any way
        raise FeedError("the workbook is damaged: openpyxl cannot open it") from error
    names = {clean(one.title): one for one in sheets}
    if not names or (sheet is not None and sheet not in names):
        there = ", ".join(f"“{name[:40]}”" for name in list(names)[:_SHOWN_SHEETS]) or "none"
        raise FeedError(f"the workbook has no sheet “{sheet or ''}”; its sheets are {there}")
    found = names[sheet] if sheet is not None else sheets[0]
    found.reset_dimensions()  # what a file says of its own size is not to be believed
    return found


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    """The values of a sheet's rows, from the first; a row that is not there is empty."""
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                some = list(islice(rows, _AT_ONCE))
        except Exception as error:  # as above
            raise FeedError(f"the workbook is damaged after row {number:,}") from error
        if not some:
            return
        number += len(some)
        yield from some


def _text(value: object) -> str:
    """A cell's value as text; a whole number has no decimal point, as Excel shows it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
