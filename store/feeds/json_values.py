"""JSON values out of a stream, one after another, with bounds on their length and depth."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from store.feeds.errors import FeedError, RowError
from store.feeds.lines import LONGEST_LINE
from store.feeds.reasons import BROKEN_LINE, NOT_TEXT, OVER_LONG
from store.feeds.rows import RAW_CONTENT
from store.feeds.source import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST = 100
DEEP = f"JSON nested deeper than {DEEPEST}"
BROKEN = "no JSON"
LONG_VALUE = "a JSON value of more than 2 MiB"
# Every broken value is looked at again from the next place where one may begin. After this much of that
# the file is given up, so that one made of nothing else takes no longer than its size.
READ_AGAIN = 64 << 20
_RECURSION = 64 << 10  # what giving up at the interpreter's own depth costs, in characters
_SOON = 2 << 10
_NEAR = 64
_ESCAPED = re.compile("[\ud800-\udfff]")
_NOT_WHITE = re.compile(r"[^ \t\r\n]")
_BETWEEN = " \t\r\n,"
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# A number stays the text that it is: no digit of a long id is lost, and none costs time.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse_constant)


def decode(text: str) -> Any:
    """The value that `text` is, its numbers as texts; RowError with the reason if it is none."""
    try:
        value, end = DECODER.raw_decode(text)
    except RecursionError as error:
        raise RowError(BROKEN_LINE, DEEP) from error
    except ValueError as error:
        raise RowError(BROKEN_LINE, _why(error)) from error
    if text[end:].strip():
        raise RowError(BROKEN_LINE, f"{BROKEN}, text after its end at character {end + 1}")
    refuse_deep(text, 0, end)
    return value


def refuse_deep(text: str, start: int, end: int) -> None:
    """RowError if the JSON between the two places is nested deeper than DEEPEST."""
    if text.count("{", start, end) + text.count("[", start, end) <= DEEPEST:
        return
    depth = 0
    for token in _STRUCTURE.finditer(text, start, end):
        if token[0] in "{[":
            depth += 1
            if depth > DEEPEST:
                raise RowError(BROKEN_LINE, DEEP)
        elif token[0] in "}]":
            depth -= 1


def as_text(value: object, name: str) -> str:
    """A single value as a cell's text; RowError for a list or an object."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    raise RowError(BROKEN_LINE, f"“{name[:_NEAR]}” is not a single value")


class JsonStream:
    """A JSON text read value by value; `read` gives the next bytes of UTF-8, at most as many as asked.

    `line` is where the next value begins, `raw` how the text of the last one does. Nothing
    longer than 2 MiB is ever held.
    """

    def __init__(self, read: Callable[[int], bytes], encoding: str) -> None:
        self.line = 1
        self.raw = ""
        self._read = read
        self._encoding = encoding
        self._undecodable = False
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._place = self._passed = 0
        self._ended = False
        self._again = READ_AGAIN
        self._after = 0  # where a value that is no use ends, if that is known
        if self.peek() == "\ufeff":
            self.take()

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            found = _NOT_WHITE.search(self._text, self._place)
            self._go_to(found.start() if found else len(self._text))
            if found:
                return found[0]
            if not self._fill(CHUNK):
                return ""

    def take(self) -> str:
        """The next character that is not white space, which is read then."""
        character = self.peek()
        self._go_to(self._place + len(character))
        return character

    def forget(self) -> None:
        """Take what comes next for no value: `skip` looks for an object."""
        self._after = 0
        self.raw = self._text[self._place : self._place + RAW_CONTENT]

    def value(self) -> Any:
        """The next value; RowError if it is broken, too long or too deep: then `skip` is next."""
        self.peek()
        self.forget()
        try:
            value, end = DECODER.raw_decode(self._text, self._place)
            whole = end < len(self._text)
        except (ValueError, RecursionError):
            value, end, whole = None, self._place, False
            if self._place > _SOON:  # an error counts the lines of all the text before it
                self._text, self._place = self._text[self._place :], 0
        if not whole:
            self._fill(LONGEST_LINE)
            value, end = self._last_try()
        self._after = end
        self.raw = self._text[self._place : min(end, self._place + RAW_CONTENT)]
        refuse_deep(self._text, self._place, end)
        if end - self._place > LONGEST_LINE:
            raise RowError(OVER_LONG, LONG_VALUE)
        if self._undecodable and _ESCAPED.search(self._text, self._place, end):
            raise RowError(NOT_TEXT, f"the value is no {self._encoding}")
        self._go_to(end)
        return value

    def pass_over(self) -> bool:
        """Pass over a value that is no use, if it is known where it ends; whether it was."""
        if self._after:
            self._go_to(self._after)
        return bool(self._after)

    def skip(self) -> bool:
        """Pass over a value that is no use; False if nothing that can be read follows.

        Where it is too broken to have an end, the next object that begins a line or follows another
        object is taken for the next value.
        """
        before = self._passed
        found = self._skip()
        self.raw = self.raw[: self._passed - before]
        return found

    def _skip(self) -> bool:
        if self.pass_over():
            return True
        self._go_to(self._place + self._text.startswith("{", self._place))
        while True:
            start = self._text.find("{", self._place)
            if start >= 0:
                before = self._text[max(0, start - _NEAR) : start]
                bare = before.rstrip(_BETWEEN)
                self._go_to(start)
                if "\n" in before[len(bare) :] or bare.endswith("}"):
                    return True
                self._go_to(start + 1)
                continue
            # What may stand between the last object and the next is kept.
            self._go_to(max(self._place, len(self._text) - _NEAR))
            kept = len(self._text) - self._place
            if not self._fill(kept + CHUNK):
                self._go_to(len(self._text))
                return False

    def _last_try(self) -> tuple[Any, int]:
        try:
            return DECODER.raw_decode(self._text, self._place)
        except RecursionError as error:
            self._charge(_RECURSION)
            raise RowError(BROKEN_LINE, DEEP) from error
        except ValueError as error:
            at = getattr(error, "pos", self._place)
            self._charge(at - self._place)
            cut = not self._ended and (at >= len(self._text) - 1 or "Unterminated" in str(error))
            problem = (OVER_LONG, LONG_VALUE) if cut else (BROKEN_LINE, _why(error))
            raise RowError(*problem) from error

    def _charge(self, characters: int) -> None:
        self._again -= max(characters, 0)
        if self._again < 0:
            raise FeedError(f"the JSON is broken in too many places; given up on line {self.line}")

    def _go_to(self, place: int) -> None:
        self.line += self._text.count("\n", self._place, place)
        self._passed += place - self._place
        self._place = place

    def _fill(self, ahead: int) -> bool:
        """Have `ahead` characters from here on, as far as the text goes; False if nothing came."""
        there = before = len(self._text) - self._place
        if there >= ahead or self._ended:
            return False
        parts = [self._text[self._place :]]
        while there < ahead and not self._ended:
            chunk = self._read(CHUNK)
            self._ended = not chunk
            parts.append(self._decoder.decode(chunk, final=self._ended))
            if not (self._undecodable or parts[-1].isascii()):
                self._undecodable = _ESCAPED.search(parts[-1]) is not None
            there += len(parts[-1])
        if there > before:
            self._text, self._place = "".join(parts), 0
        return there > before


def _why(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{BROKEN}, {error.msg[:1].lower()}{error.msg[1:]}"
    return BROKEN
