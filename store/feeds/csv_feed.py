"""CSV as a stream: `,` `;` tab or `|`, quoted line breaks, and a way on after whatever is broken."""

from __future__ import annotations

import csv
import operator
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from kpi.text import clean
from store.feeds.columns import check_columns
from store.feeds.encodings import Text
from store.feeds.errors import FeedError, RowError
from store.feeds.kept import cells_keeper
from store.feeds.lines import LONGEST_LINE, LineSource, LongLine
from store.feeds.reasons import BROKEN_LINE, NOT_TEXT, OVER_LONG
from store.feeds.row_blocks import block_reader
from store.feeds.rows import RAW_CONTENT, Raw, bad_row, shown
from store.feeds.wide import found_reader

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from store.feeds.mapping import Mapping
    from store.feeds.rows import BadRow, FeedEvent, Found, Possible
    from store.feeds.source import Source

DELIMITERS = (",", ";", "\t", "|")
LONGEST_FIELD = 1 << 20
LONGEST_RECORD = LONGEST_LINE
AT_ONCE = 100  # lines: one that is not plain has so many looked at one by one
_SAID = re.compile(r'"?sep=([^\w\s"]|\t)"?\s*', re.IGNORECASE)
_NEVER_CLOSED = "a quotation mark is never closed"
_LONG_LINE = "the line is longer than 2 MiB"
# Every broken quotation has its lines read a second time. After this much of that, no quotation may go on
# to another line any more, so that a file made of nothing else takes no longer than its size.
_READ_AGAIN = 64 << 20


class _CutError(RowError):
    """The record being read cannot go on: the file ends in it, or it is too long."""


class CsvRows:
    """The rows of a CSV stream as feed items, in file order; to be iterated once.

    A quotation mark that is never closed would swallow all that follows. So where a record of several
    lines is broken (another number of cells than the header, too long, or the file ends in it), the first
    of its lines that is a whole row by itself is read as one, and the rows after it too.
    """

    def __init__(self, source: Source, mapping: Mapping, zone: str, possible: Possible | None = None) -> None:
        """Read the header; FeedError if it lacks a column that the mapping names."""
        text = Text(source)
        self._encoding = text.encoding
        self._lines = LineSource(text.read)
        self._pending: Iterator[str] = iter(())  # lines read from the file and not yet looked at
        self._held: list[str] = []  # the lines of the record being read
        self._block: list[str] = []  # the lines that are being read as one row each,
        self._place = 0  # and the place of the present one
        self._long: LongLine | None = None  # the next line, if it is over-long
        self._number = 0  # how many lines are done with
        self._ended = False  # the file has no more lines
        self._finished = False
        self._read_again = _READ_AGAIN
        self._delimiter, columns = self._recognise(set(mapping.wanted_columns))
        check_columns(columns, mapping)
        self._width = len(columns)
        keep = cells_keeper(columns)
        self._row = found_reader(
            mapping, zone, columns, lambda cells: Raw(_content(self._row_lines()), keep(cells)), possible
        )
        self._at_once = block_reader(mapping, zone, columns, possible)

    def __iter__(self) -> Iterator[Found]:
        """The rows; FeedError if the file cannot be read any further."""
        csv.field_size_limit(LONGEST_FIELD)
        while not self._finished:
            yield from self._plain_rows()
            yield from self._segment()

    def _plain_rows(self) -> Iterator[Found]:
        """The rows that are one whole line each, block by block, up to one that is not; most are."""
        while not self._lines.undecodable:
            lines = list(self._pending)
            if not lines:
                if not self._advance():
                    return
                lines = list(self._pending)
            yield from self._plain_block(lines)
            if operator.length_hint(self._pending):
                return

    def _plain_block(self, lines: list[str]) -> Iterator[Found]:
        """The rows of `lines` up to one that is not one whole line; that one and the rest are given back."""
        if self._lines.undecodable:
            self._give_back(lines)
            return
        for begin in range(0, len(lines), AT_ONCE):
            part = lines[begin : begin + AT_ONCE]
            events = self._events(part)
            if events is not None:
                yield from events
                self._number += len(part)
                continue
            done = yield from self._one_by_one(part)
            self._number += done
            if done < len(part):
                self._give_back(lines[begin + done :])
                return

    def _events(self, lines: list[str]) -> list[FeedEvent] | None:
        """The events of lines that are a row each; None if one of them has to be looked at by itself."""
        if self._at_once is None:
            return None
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        # Rows of several lines, and blank ones, are fewer than the lines.
        if len(rows) != len(lines) or set(map(len, rows)) != {self._width}:
            return None
        return self._at_once(self._number + 1, rows)

    def _one_by_one(self, lines: list[str]) -> Generator[Found, None, int]:
        """The rows of `lines` up to one that is not one whole line; how many those were."""
        base, width, read_row = self._number, self._width, self._row
        self._block = lines
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        done = 0
        with suppress(csv.Error):
            for cells in reader:
                if len(cells) != width or reader.line_num != done + 1:
                    break
                self._place = done
                done += 1
                cells.append("")
                yield read_row(base + done, cells)
        return done

    def _row_lines(self) -> list[str]:
        """The lines of the row being read."""
        return self._held or self._block[self._place : self._place + 1]

    def _segment(self) -> Iterator[Found]:
        """The rows of a block, or up to a broken quotation, an over-long line, or the end; with all care."""
        # Strict: text after a closing quotation mark may be the beginning of another row's quotation, and
        # rows between the two would be taken for a note.
        reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
        base, width, held, lines, read_row = self._number, self._width, self._held, self._lines, self._row
        try:
            for cells in reader:
                if len(cells) == width and not lines.undecodable:
                    cells.append("")
                    yield read_row(self._number + 1, cells)
                else:
                    yield from self._doubtful(cells)
                self._number = base + reader.line_num
                held.clear()
                if not operator.length_hint(self._pending):
                    return
        except (csv.Error, _CutError) as error:
            yield self._recover(_reason(error))
            return
        if self._long is not None:
            self._number += 1
            yield bad_row(self._number, RowError(OVER_LONG, _LONG_LINE), Raw(shown(self._long.head), None))
            self._long = None
        else:
            self._finished = True

    def _doubtful(self, cells: list[str]) -> Iterator[Found]:
        """A row that is blank, has another number of cells than the header, or may not be text."""
        if len(cells) <= 1 and not "".join(cells).strip():
            return
        whole = len(cells) == self._width
        found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        kind, problem = BROKEN_LINE, "" if whole else f"{found} where the header has {self._width}"
        if self._lines.undecodable and not _decodable(cells):
            kind, problem = NOT_TEXT, f"the line is no {self._encoding}"
        if not problem:
            cells.append("")
            yield self._row(self._number + 1, cells)
            return
        if len(self._held) > 1 and not whole:
            raise _CutError(kind, problem)
        yield bad_row(self._number + 1, RowError(kind, problem), Raw(_content(self._held), None))

    def _feed(self) -> Iterator[str]:
        """The lines for csv.reader, each kept in `_held` until its record is done with."""
        held = self._held
        size = 0
        while True:
            for line in self._pending:
                held.append(line)
                if len(held) == 1:
                    size = len(line)
                else:
                    size += len(line)
                    if size > LONGEST_RECORD:
                        raise _CutError(OVER_LONG, "a quotation mark is not closed for 2 MiB")
                yield line
                if held and self._read_again < 0:
                    raise _CutError(BROKEN_LINE, _NEVER_CLOSED)
            if not self._advance():
                break
        if held:
            raise _CutError(*((OVER_LONG, _LONG_LINE) if self._long else (BROKEN_LINE, _NEVER_CLOSED)))

    def _advance(self) -> bool:
        """Get more lines; False before an over-long one and at the end."""
        if self._long is None and not self._ended:
            block = self._lines.block()
            if isinstance(block, list):
                self._pending = iter(block)
                return True
            self._long, self._ended = block, block is None
        return False

    def _recover(self, problem: RowError) -> BadRow:
        """The record in `_held` as a bad row, with the reader placed where the next row begins."""
        line, lines = self._number + 1, self._held.copy()
        self._held.clear()
        self._read_again -= sum(map(len, lines))
        own = 1 if self._read_again < 0 else self._next_row(lines)
        self._number += own
        self._give_back(lines[own:])
        if problem.kind == OVER_LONG and own == len(lines) and sum(map(_quotes, lines)) % 2:
            self._skip_quotation()
        return bad_row(line, problem, Raw(_content(lines[:own]), None))

    def _next_row(self, lines: list[str]) -> int:
        """The place of the first of a record's lines that is a whole row by itself, but not of its first."""
        return next((place for place in range(1, len(lines)) if self._is_row(lines[place])), len(lines))

    def _is_row(self, line: str) -> bool:
        if line.count(self._delimiter) < self._width - 1:
            return False
        try:
            cells = next(csv.reader((line,), delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(cells) == self._width

    def _skip_quotation(self) -> None:
        """Pass over lines up to the one that closes the quotation, or to one that is a row by itself."""
        while True:
            for line in self._pending:
                if self._is_row(line):
                    self._give_back([line])
                    return
                self._number += 1
                if _quotes(line) % 2:
                    return
            if self._long is not None:
                closing, self._long = self._long.quotes % 2, None
                self._number += 1
                if closing:
                    return
            elif not self._advance() and self._ended:
                return

    def _give_back(self, lines: list[str]) -> None:
        if lines:
            self._pending = iter([*lines, *self._pending])

    def _recognise(self, wanted: set[str]) -> tuple[str, list[str]]:
        """The delimiter with which the header has most of the columns that are wanted, and the columns."""
        csv.field_size_limit(LONGEST_FIELD)
        header = self._header()
        delimiters: tuple[str, ...] = DELIMITERS
        if said := _SAID.fullmatch(header[0]):
            # Excel's own first line, which is no row: sep=;
            delimiters = (said[1],)
            self._number += 1
            self._give_back(header[1:])
            header = self._header()
        readings = []
        problem = ""
        for delimiter in delimiters:
            reader = csv.reader(header, delimiter=delimiter, strict=True)
            try:
                columns = [clean(cell) for cell in next(reader)]
            except csv.Error as error:
                problem = _reason(error).detail
                continue
            readings.append(
                (len(wanted.intersection(columns)), len(columns), reader.line_num, delimiter, columns)
            )
        if not readings:
            raise FeedError(f"the header cannot be read: {problem}")
        *_, used, delimiter, columns = max(readings, key=lambda reading: reading[:2])
        self._number += used
        self._give_back(header[used:])
        return delimiter, columns

    def _header(self) -> list[str]:
        """The first line that is not blank, and those that a quotation in it could go on to."""
        header: list[str] = []
        size = quotes = 0
        while (not header or quotes % 2) and size <= LONGEST_LINE and self._long is None:
            line = next(self._pending, None)
            if line is None:
                if not self._advance() and self._ended:
                    break
            elif header or line.strip():
                header.append(line)
                size += len(line)
                quotes += _quotes(line)
            else:
                self._number += 1
        if not header and self._long is not None:
            raise FeedError("no form of file that is known: its first line is longer than 2 MiB")
        if not header:
            raise FeedError("the file is empty")
        if not _decodable(header[:1]):
            raise FeedError(f"the header is not {self._encoding} text")
        return header


def _reason(error: csv.Error | _CutError) -> RowError:
    if isinstance(error, _CutError):
        return error
    text = str(error)
    if "limit" in text:
        return RowError(OVER_LONG, f"more than {LONGEST_FIELD:,} characters")
    if "new-line" in text:
        return RowError(BROKEN_LINE, "a carriage return in a cell without quotation marks")
    if "expected after" in text:
        return RowError(BROKEN_LINE, "text after a closing quotation mark")
    return RowError(BROKEN_LINE, _NEVER_CLOSED)


def _quotes(line: str) -> int:
    return line.count('"')


def _decodable(texts: list[str]) -> bool:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _content(lines: list[str]) -> str:
    return shown("".join(line[:RAW_CONTENT] for line in lines[:RAW_CONTENT]))
