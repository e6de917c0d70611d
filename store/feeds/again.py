"""Rows that were not understood read again from their kept cells, with another mapping or at another time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.feeds.errors import RowError
from store.feeds.json_feed import cells_reader
from store.feeds.json_values import decode
from store.feeds.kept import cells_said, was_object
from store.feeds.reasons import BROKEN_LINE
from store.feeds.rows import RAW_CONTENT, Raw, bad_row, shown
from store.feeds.wide import found_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from store.feeds.mapping import Mapping
    from store.feeds.rows import Found, Possible

_AGAIN = "import the file again"


def reread(
    rows: Iterable[tuple[int, str]], mapping: Mapping, zone: str, possible: Possible | None = None
) -> Iterator[Found]:
    """What each row, given by its line and a BadRow's `cells`, is now: as `open_feed` would read it.

    Only a bad row's content differs: it is made of the cells. A row kept without a column that the
    mapping names is bad: its file has to be imported again.
    """
    columns = mapping.wanted_columns
    cells_of = cells_reader(columns)
    kept = Raw("", None)
    read = found_reader(mapping, zone, columns, lambda _cells: kept, possible)
    for line, text in rows:
        kept = Raw(shown(text), text)
        try:
            value = _kept_value(text, columns)
            kept = Raw(_content(value), text)
            cells = cells_of(value)
        except RowError as error:
            yield bad_row(line, error, kept)
        else:
            yield read(line, cells)


def _kept_value(text: str, columns: Sequence[str]) -> dict[str, Any]:
    """The row that was kept; RowError if it lacks one of the columns."""
    value = decode(text)
    if not isinstance(value, dict):
        raise RowError(BROKEN_LINE, f"what was kept of the row is damaged; {_AGAIN}")
    lacking = [] if was_object(value) else [column for column in columns if column not in value]
    if lacking:
        raise RowError(BROKEN_LINE, f"the row was kept without column “{lacking[0]}”; {_AGAIN}")
    return value


def _content(value: dict[str, Any]) -> str:
    return shown("; ".join(f"{name}={cell[:RAW_CONTENT]}" for name, cell in cells_said(value) if cell))
