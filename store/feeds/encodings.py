"""The text of a file as UTF-8, whichever of the usual encodings it was written in."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Protocol

from store.feeds.source import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable

UTF_8, WINDOWS = "UTF-8", "Windows-1252"
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Which of the first four bytes are zero, where characters of ASCII begin a file that has no mark.
_ZEROS: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
_CODECS = {"utf-16-le": ("UTF-16", "surrogatepass"), "utf-16-be": ("UTF-16", "surrogatepass")}
_ESCAPED = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
_SURELY_MORE = 4 << 10  # a shorter head is the whole text, also that of a gzip file


class Bytes(Protocol):
    """A file's bytes: how they begin, and all of them, read from there on."""

    head: bytes

    @property
    def read(self) -> Callable[[int], bytes]:
        """The next bytes, at most as many as asked; empty at the end."""
        ...


class Text:
    """A file's bytes as UTF-8; bytes that its encoding cannot read stay invalid as UTF-8 too.

    `encoding` is UTF-8, UTF-16 or Windows-1252. It is decided once, by
    `source.head`, at most the first 256 KiB: Windows-1252 if more of the characters beyond ASCII there
    are not UTF-8 than are, and none is a byte that Windows-1252 leaves undefined. `head` is how the text
    begins; what is seen there is still read.
    """

    def __init__(self, source: Bytes) -> None:
        codec = _recognise(source.head)
        self.encoding, errors = _CODECS.get(codec, (WINDOWS, "surrogateescape")) if codec else (UTF_8, "")
        self.read: Callable[[int], bytes] = source.read
        self.head = source.head
        if not codec:
            return
        self._source = source
        self._decoder = codecs.getincrementaldecoder(codec)(errors)
        self._errors = errors
        self._ready = b""
        if source.head.startswith(tuple(_UTF_16)):
            source.read(len(codecs.BOM_UTF16_LE))
        self._ready = self._more()
        self.head = self._ready
        self.read = self._read

    def _read(self, size: int) -> bytes:
        """The next bytes of UTF-8, at most `size`; empty at the end."""
        if not self._ready:
            self._ready = self._more()
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def _more(self) -> bytes:
        while chunk := self._source.read(CHUNK):
            if text := self._decoder.decode(chunk):
                return text.encode(errors=self._errors)
        cut, _ = self._decoder.getstate()
        self._decoder.reset()
        return b"\xff" if cut else b""  # half a character at the end stays unreadable


def utf_16(head: bytes) -> str:
    """The codec of UTF-16, by its byte order mark or by how ASCII looks in it; empty for other texts."""
    for mark, codec in _UTF_16.items():
        if head.startswith(mark):
            return codec
    return _ZEROS.get(tuple(byte == 0 for byte in head[:4]), "")


def _recognise(head: bytes) -> str:
    """The codec of a text that begins like this; empty for UTF-8."""
    if codec := utf_16(head):
        return codec
    if head.isascii() or head.startswith(codecs.BOM_UTF8):
        return ""
    # The end of what is seen may cut a character in two; the end of the text may not.
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = decoder.decode(head, final=len(head) < _SURELY_MORE)
    wrong = len(_ESCAPED.findall(text))
    if wrong <= len(_BEYOND_ASCII.findall(text)):
        return ""
    try:
        head.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "cp1252"
