"""Two texts beside each other, line by line, with the parts that differ marked. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AROUND = 2  # lines that are the same and are shown around those that are not
# Matching the lines of two texts takes the product of their lengths; longer ones are only paired.
_MOST_LINES = 1_000
_LEAST_ALIKE = 3  # lines with fewer letters in common are two lines, not one that has changed


class Kind(Enum):
    """What became of a line, and the sign for it."""

    SAME = " "
    CHANGED = "≠"
    NEW = "+"
    GONE = "−"
    SKIPPED = "…"


class Piece(NamedTuple):
    """A part of a line, and whether the other side has something else in its place."""

    text: str
    differs: bool


class Pair(NamedTuple):
    """A line of each side; SKIPPED stands for `skipped` lines that are the same."""

    kind: Kind
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    skipped: int = 0


def beside(before: Sequence[str] | None, after: Sequence[str] | None) -> list[Pair]:
    """The lines of two texts as pairs, those that are the same and far from any change left out.

    None is no text at all: every line of the other one is new, or gone.
    """
    before, after = before or (), after or ()
    if max(len(before), len(after)) > _MOST_LINES:
        return _paired(before, after)
    pairs: list[Pair] = []
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (tag, first, last, other_first, other_last) in enumerate(codes):
        if tag == "equal":
            pairs += _same(before[first:last], begins=place == 0, ends=place == len(codes) - 1)
        else:
            pairs += _paired(before[first:last], after[other_first:other_last])
    return pairs


def _same(lines: Sequence[str], *, begins: bool, ends: bool) -> list[Pair]:
    """Lines that did not change: those next to a change, and how many stand between them."""
    above, below = 0 if begins else _AROUND, 0 if ends else _AROUND
    shown = [Pair(Kind.SAME, (Piece(line, False),), (Piece(line, False),)) for line in lines]
    hidden = len(lines) - above - below
    if hidden <= 1:
        return shown
    return [*shown[:above], Pair(Kind.SKIPPED, skipped=hidden), *shown[len(lines) - below :]]


def _paired(before: Sequence[str], after: Sequence[str]) -> list[Pair]:
    """Lines in their order; where one side has more, the other has none."""
    pairs = []
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else None
        new = after[place] if place < len(after) else None
        if old is None:
            pairs.append(Pair(Kind.NEW, (), (Piece(new or "", True),)))
        elif new is None:
            pairs.append(Pair(Kind.GONE, (Piece(old, True),), ()))
        elif old == new:
            pairs.append(Pair(Kind.SAME, (Piece(old, False),), (Piece(new, False),)))
        else:
            pairs.append(Pair(Kind.CHANGED, *_marked(old, new)))
    return pairs


def _marked(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two lines with what they have in common at the beginning and the end, and what differs between."""
    begin = _common(before, after)
    end = _common(before[begin:][::-1], after[begin:][::-1])
    if begin + end < _LEAST_ALIKE:
        begin = end = 0
    return _pieces(before, begin, end), _pieces(after, begin, end)


def _common(one: str, other: str) -> int:
    """With how many letters both begin."""
    pairs = zip(one, other, strict=False)
    differs = (place for place, (left, right) in enumerate(pairs) if left != right)
    return next(differs, min(len(one), len(other)))


def _pieces(text: str, begin: int, end: int) -> tuple[Piece, ...]:
    cut = len(text) - end
    parts = (Piece(text[:begin], False), Piece(text[begin:cut], True), Piece(text[cut:], False))
    return tuple(part for part in parts if part.text)


def folded(pieces: Sequence[Piece], width: int) -> list[tuple[Piece, ...]]:
    """A line broken where `width` cells are full; at least one line."""
    lines: list[tuple[Piece, ...]] = []
    line: list[Piece] = []
    room = width
    for text, differs in _chunks(pieces, width):
        if cell_len(text) > room:
            lines.append(tuple(line))
            line, room = [], width
        line.append(Piece(text, differs))
        room -= cell_len(text)
    return [*lines, tuple(line)]


def _chunks(pieces: Sequence[Piece], width: int) -> Iterator[Piece]:
    """The pieces in words with the blanks behind them; a word that fits on no line, letter by letter."""
    for text, differs in pieces:
        start = 0
        while start < len(text):
            blank = text.find(" ", start)
            end = len(text) if blank < 0 else blank + 1
            chunk = text[start:end]
            if cell_len(chunk) > width:
                yield from (Piece(letter, differs) for letter in chunk)
            else:
                yield Piece(chunk, differs)
            start = end
