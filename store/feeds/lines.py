"""The physical lines of a stream of UTF-8, in blocks; a line too long to hold is only a mark."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from store.feeds.source import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_LINE = 2 << 20
_HEAD = 8 << 10
_BOM = b"\xef\xbb\xbf"


class LongLine(NamedTuple):
    """A line over LONGEST_LINE bytes: how it begins, and how many quotation marks were in it."""

    head: str
    quotes: int


class LineSource:
    """Blocks of whole lines from `read`, a function from a number of bytes to at most as many.

    A line ends with a line feed, or with a carriage return in a file that has no line feeds. Bytes that
    are not UTF-8 become lone surrogates, and `undecodable` says from then on that there are some.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.undecodable = False
        self._read = read
        self._rest = b""
        first = read(CHUNK)
        self._old_mac = b"\r" in first[:-1] and b"\n" not in first
        self._again = first.removeprefix(_BOM)

    def block(self) -> list[str] | LongLine | None:
        """The next whole lines with their line ends, at least one; None at the end."""
        while chunk := self._next_chunk():
            end = chunk.rfind(b"\n") + 1
            if not end:
                self._rest += chunk
                if len(self._rest) > LONGEST_LINE:
                    return self._long_line()
                continue
            lines, self._rest = self._rest + chunk[:end], chunk[end:]
            if len(lines) > LONGEST_LINE and (first := lines.index(b"\n") + 1) > LONGEST_LINE:
                self._again, self._rest = lines[first:] + self._rest, b""
                return _mark(lines[:first])
            return self._text(lines)
        last, self._rest = self._rest, b""
        return self._text(last) if last else None

    def _next_chunk(self) -> bytes:
        if self._again:
            chunk, self._again = self._again, b""
        else:
            chunk = self._read(CHUNK)
        return chunk.replace(b"\r", b"\n") if self._old_mac else chunk

    def _long_line(self) -> LongLine:
        """Pass over the line that `_rest` begins with, without holding it."""
        mark = _mark(self._rest)
        quotes = mark.quotes
        self._rest = b""
        while chunk := self._next_chunk():
            end = chunk.find(b"\n") + 1
            quotes += chunk.count(b'"', 0, end or len(chunk))
            if end:
                self._again = chunk[end:]
                break
        return LongLine(mark.head, quotes)

    def _text(self, lines: bytes) -> list[str]:
        try:
            text = lines.decode()
        except UnicodeDecodeError:
            self.undecodable = True
            text = lines.decode(errors="surrogateescape")
        # Only a line feed ends a line here; str.splitlines knows a dozen other ends.
        return StringIO(text, newline="\n").readlines()


def _mark(line: bytes) -> LongLine:
    return LongLine(line[:_HEAD].decode(errors="replace"), line.count(b'"'))
