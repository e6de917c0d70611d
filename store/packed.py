"""Rows as bytes, a few hundred at a time: what processes hand each other.

A processor works twice as fast on what is still in its cache. So rows are packed as soon as there are some
hundreds, column by column, and unpacked only when they are written.
"""

from __future__ import annotations

import marshal
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from store.plain import Row

PORTION = 500

Parts = list[tuple[int, bytes]]


def pack(rows: Sequence[Row]) -> Parts:
    """The rows as bytes, with how many are in each part."""
    return [
        (len(part), pack_columns(zip(*part, strict=True)))
        for part in (rows[start : start + PORTION] for start in range(0, len(rows), PORTION))
    ]


def pack_columns(columns: Iterable[tuple[Any, ...]]) -> bytes:
    """Columns as bytes."""
    return marshal.dumps(tuple(columns))


def unpack_columns(packed: bytes) -> tuple[Sequence[Any], ...]:
    """The columns again."""
    columns: tuple[Sequence[Any], ...] = marshal.loads(packed)  # noqa: S302 - our own process wrote it
    return columns


class Unpacked:
    """So many rows, unpacked anew each time one goes through them: never are all of them there at once."""

    def __init__(self, rows: int, unpack: Callable[[], Iterator[Row]]) -> None:
        """Of how many there are, and of what gives them."""
        self._rows, self._unpack = rows, unpack

    def __len__(self) -> int:
        """How many rows there are."""
        return self._rows

    def __iter__(self) -> Iterator[Row]:
        """The rows in their order."""
        return self._unpack()


def unpacked(parts: Parts) -> Unpacked:
    """The rows that `pack` was given."""
    return Unpacked(
        sum(rows for rows, _ in parts),
        lambda: chain.from_iterable(zip(*unpack_columns(part), strict=True) for _, part in parts),
    )
