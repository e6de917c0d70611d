"""The bytes of a file, plain or gzip, as a stream that knows how far it has come."""

from __future__ import annotations

import gzip
import os
import stat
import tempfile
import zlib
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from kpi.text import clean
from store.feeds.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 1 << 18
_GZIP = b"\x1f\x8b"
_Result = TypeVar("_Result")


class _Counted:
    """A raw file that counts and hashes what is read from it, and can show how it begins."""

    def __init__(self, raw: FileIO) -> None:
        self._raw = raw
        self._sha = sha256()
        self.taken = 0
        self.head = b""
        self.head = self.read(CHUNK)

    def read(self, size: int = -1, /) -> bytes:
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
            return data
        data = self._raw.read(size)
        self._sha.update(data)
        self.taken += len(data)
        return data

    def seek(self, _place: int, _whence: int = 0, /) -> int:
        """Only there because gzip asks for the method; a stream never goes back."""
        raise OSError("a stream cannot go back")

    def hexdigest(self) -> str:
        return self._sha.hexdigest()


class Source:
    """A file opened for reading from its beginning to its end.

    `head` is how its text begins, unpacked; what is seen there is still read. Every method but
    `progress` and `digest` raises FeedError if the file cannot be read.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the file; gzip is recognised by how it begins, whatever its name."""
        self._copy: IO[bytes] | None = None
        self._others: list[Callable[[], None]] = []
        self._raw = _opened(Path(path))
        try:
            found = os.fstat(self._raw.fileno())
            self._size = found.st_size if stat.S_ISREG(found.st_mode) else 0
            self._counted = _plainly(lambda: _Counted(self._raw))
            self._gzip = (
                gzip.GzipFile(fileobj=self._counted, mode="rb")
                if self._counted.head.startswith(_GZIP)
                else None
            )
            self.head = b""
            self.head = self.read(CHUNK)
        except BaseException:
            self.close()
            raise
        self._finished = False

    def read(self, size: int) -> bytes:
        """The next bytes of text, at most `size`; empty at the end."""
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
            return data
        unpacked = self._gzip
        # read1 gives back what is there before a break, where read would throw it away.
        return _plainly(lambda: self._counted.read(size) if unpacked is None else unpacked.read1(size))

    def copy(self, longest: int) -> IO[bytes]:
        """What is left of the text, at most `longest` bytes, as a file that can go back; ours to close."""
        self._copy = tempfile.TemporaryFile()  # noqa: SIM115  closed with the source
        while chunk := self.read(CHUNK):
            if self._copy.tell() + len(chunk) > longest:
                raise FeedError(f"the file is longer than {longest >> 20} MiB, the most for one of its form")
            _plainly(lambda: self._copy.write(chunk) if self._copy else 0)
        self._copy.seek(0)
        return self._copy

    def close_too(self, close: Callable[[], None]) -> None:
        """Have something closed together with the file."""
        self._others.append(close)

    def progress(self) -> float:
        """The share of the file's bytes that has been read, 0 to 1; 0 while the size is unknown."""
        if self._finished:
            return 1.0
        return min(1.0, self._counted.taken / self._size) if self._size else 0.0

    def digest(self) -> str:
        """SHA-256 of the file's bytes in hexadecimal; RuntimeError before `finish`."""
        if not self._finished:
            raise RuntimeError("the file has not been read to its end")
        return self._counted.hexdigest()

    def finish(self) -> None:
        """Read what is left of the file's own bytes, for the digest."""
        while self._size and self._counted.taken < self._size and _plainly(lambda: self._counted.read(CHUNK)):
            pass
        self._finished = True

    def close(self) -> None:
        """Close the file and all that goes with it; it may be closed already."""
        for close in self._others:
            close()
        self._raw.close()
        if self._copy is not None:
            self._copy.close()


def _opened(path: Path) -> FileIO:
    shown = clean(str(path))
    try:
        return FileIO(path)
    except FileNotFoundError as error:
        raise FeedError(f"there is no file “{shown}”") from error
    except IsADirectoryError as error:
        raise FeedError(f"“{shown}” is a folder, not a file") from error
    except PermissionError as error:
        raise FeedError(f"you have no permission to read “{shown}”") from error
    except (OSError, ValueError) as error:
        raise FeedError(f"“{shown}” cannot be opened: {_reason(error)}") from error


def _plainly(read: Callable[[], _Result]) -> _Result:
    """What `read` gives; every way in which a file can fail becomes a FeedError."""
    try:
        return read()
    except EOFError as error:
        raise FeedError("the gzip file breaks off: the rest of it is missing") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FeedError(f"the gzip file is damaged: {_reason(error)}") from error
    except OSError as error:
        raise FeedError(f"the file cannot be read any further: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return clean(getattr(error, "strerror", None) or str(error))
