"""How a file begins, seen without a mapping: its form, its columns, its first rows and their values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from store.feeds.errors import FeedError
from store.feeds.peeking_ocel import OcelPeek
from store.feeds.peeking_rows import (
    MOST_LOOKED_AT,
    CsvPeek,
    ExcelPeek,
    Head,
    JsonArrayPeek,
    JsonLinePeek,
    XesPeek,
    nameable,
)
from store.feeds.reading import recognise
from store.feeds.rows import BadRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

MOST_VALUES = 200
_Peeker = CsvPeek | JsonLinePeek | JsonArrayPeek | ExcelPeek | XesPeek | OcelPeek
_PEEKERS: dict[str, Callable[[Head, str | None], _Peeker]] = {
    "csv": CsvPeek,
    "jsonl": JsonLinePeek,
    "json": JsonArrayPeek,
    "xlsx": ExcelPeek,
    "xes": XesPeek,
    "ocel": OcelPeek,
}


@dataclass(frozen=True, slots=True)
class Peek:
    """How a file begins.

    `form` is one of `reading.FORMS`; `encoding` and `delimiter` are words, None where the form has none.
    `columns` are as a mapping names them, at most the first 1,000; `rows` are the cells of the first rows,
    cleaned and at most 200 characters each. `samples` gives, for each column that a mapping can name, the
    different values of about the first 2,000 rows and their counts: the first 200 values, blank ones
    left out. `rows_seen` is how many rows they are from. `sheets` are a workbook's, `sheet` the chosen one;
    `object_types` are OCEL's.
    """

    form: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    samples: Mapping[str, Mapping[str, int]]
    rows_seen: int
    encoding: str | None = None
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    object_types: tuple[str, ...] = ()


def peek(path: str | Path, rows: int = 20, sheet: str | None = None) -> Peek:
    """Look at how a file of events begins; `sheet` chooses one of a workbook's, else it is the first.

    At most 4 MiB of text are looked at, 32 MiB of OCEL, and of a workbook what may be read at all.
    FeedError in one line if the file cannot be read, or if no row with named columns is where it begins.
    """
    source = Head(path)
    try:
        form = recognise(source.head)
        peeker = _PEEKERS[form](source, sheet)
        problem = _read(peeker, source)
    finally:
        source.close()
    kept = peeker.kept
    if not any(kept.columns):
        raise FeedError(f"nothing to go by where the file begins: {problem or 'no column has a name'}")
    return Peek(
        form=form,
        columns=tuple(kept.columns),
        rows=tuple(kept.rows[:rows]),
        samples=_samples(kept.columns, kept.rows),
        rows_seen=len(kept.rows),
        encoding=kept.encoding,
        delimiter=kept.delimiter,
        sheets=kept.sheets,
        sheet=sheet,
        object_types=kept.object_types,
    )


def _read(peeker: _Peeker, source: Head) -> str:
    """Let the first rows be kept; the reason of the first that was none, if any.

    A file that breaks off is still worth a look if there were rows before, or if it was us who cut it.
    """
    problem = ""
    try:
        for item in islice(peeker, MOST_LOOKED_AT):
            if isinstance(item, BadRow):
                problem = problem or item.reason
            if peeker.kept.full:
                break
    except FeedError as error:
        if not peeker.kept.rows and not source.was_cut:
            raise
        problem = problem or str(error)
    peeker.kept.finish()
    return problem


def _samples(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> dict[str, dict[str, int]]:
    """The values of each column that can be named, with their counts; blank ones are none."""
    named = Counter(columns)
    samples = {}
    for place, column in enumerate(columns):
        if nameable(column) and named[column] == 1:
            counts: dict[str, int] = {}
            for row in rows:
                value = row[place]
                if value and (value in counts or len(counts) < MOST_VALUES):
                    counts[value] = counts.get(value, 0) + 1
            samples[column] = counts
    return samples
