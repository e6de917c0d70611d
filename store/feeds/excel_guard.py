"""Whether a workbook may be opened: nothing in it may grow beyond what a real one can hold."""

from __future__ import annotations

import zipfile
import zlib
from typing import IO, TYPE_CHECKING, NoReturn
from xml.parsers import expat

from store.feeds.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Callable

WORKBOOK = "xl/workbook.xml"
MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14  # Excel's own limits
MOST_TEXTS = 2 << 20
MOST_PARTS = 10_000
LONGEST_SHEETS = 1 << 30
LONGEST_OTHER_PART = 128 << 20
LONGEST_PIECE = 8 << 20
DEEPEST = 100
_CHUNK = 1 << 16
_SHEETS = "xl/worksheets/"


def check_archive(file: IO[bytes]) -> None:
    """FeedError if the zip is damaged, no workbook, or unpacks to more than a workbook's share.

    A part never unpacks to more than its entry says, so what the entries say is enough to know. Every
    XML part is looked through once, as a stream, for what would make reading it dear.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS:
                raise FeedError(f"the workbook has more than {MOST_PARTS:,} parts")
            if WORKBOOK not in archive.namelist():
                raise FeedError("a zip archive that is no Excel workbook (.xlsx)")
            parts = [entry for entry in entries if entry.filename.endswith((".xml", ".rels"))]
            others = [entry for entry in parts if not entry.filename.startswith(_SHEETS)]
            if sum(entry.file_size for entry in parts) > LONGEST_SHEETS or any(
                entry.file_size > LONGEST_OTHER_PART for entry in others
            ):
                raise FeedError("the workbook unpacks to more than 1 GiB, or one of its lists to 128 MiB")
            for entry in parts:
                with archive.open(entry) as part:
                    _Part(part.read).check()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise FeedError("the workbook is damaged, or protected by a password") from error


class _Part:
    """One XML part, looked through with nothing kept."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._row = self._cells = self._texts = self._depth = self._began = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse_declarations

    def check(self) -> None:
        parser, taken = self._parser, 0
        try:
            while chunk := self._read(_CHUNK):
                taken += len(chunk)
                parser.Parse(chunk, False)  # noqa: FBT003  expat's own way
                if taken - parser.CurrentByteIndex > LONGEST_PIECE:
                    raise FeedError("over-long piece of XML in the workbook: more than 8 MiB")
            parser.Parse(b"", True)  # noqa: FBT003  expat's own way
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise FeedError("the workbook is damaged: its XML is broken") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FeedError(f"the workbook's XML is nested deeper than {DEEPEST}")
        local = name.rpartition(":")[2]
        if local == "c":
            self._cells += 1
            if self._cells > MOST_COLUMNS:
                raise FeedError(f"row {self._row} of the workbook has more than {MOST_COLUMNS:,} columns")
        elif local == "row":
            self._begin_row(attributes.get("r", ""))
        elif local == "si":
            self._texts += 1
            if self._texts > MOST_TEXTS:
                raise FeedError(f"the workbook has more than {MOST_TEXTS:,} texts")

    def _begin_row(self, number: str) -> None:
        row = int(number) if number.isdecimal() and len(number) < len("10000000") else self._row + 1
        if number and str(row) != number:
            raise FeedError("the workbook is damaged: a row's number is none")
        if not self._row < row <= MOST_ROWS:
            raise FeedError(f"the workbook's rows are out of order, or more than {MOST_ROWS:,}")
        self._row, self._cells, self._began = row, 0, self._parser.CurrentByteIndex

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._began and name.rpartition(":")[2] == "row":
            if self._parser.CurrentByteIndex - self._began > LONGEST_PIECE:
                raise FeedError(f"over-long row {self._row} in the workbook: more than 8 MiB")
            self._began = 0


def _refuse_declarations(_name: str, _system: str | None, _public: str | None, _internal: int) -> NoReturn:
    raise FeedError("the workbook's XML declares entities or other things of its own, which is refused")
