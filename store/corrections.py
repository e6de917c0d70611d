"""Corrected events: the same id with newer content replaces the old version, and both stay in history."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.plain import Plain

# A condition on rows of `event e`: no later version of the same event has arrived.
CURRENT_ONLY = (
    "NOT EXISTS (SELECT 1 FROM event c WHERE c.corrects = coalesce(e.corrects, e.seq) AND c.seq > e.seq)"
)


def any_corrected(plain: Plain) -> bool:
    """Whether the store has a corrected event at all; most have none, and need not look for them."""
    return plain.value("SELECT 1 FROM event WHERE corrects IS NOT NULL LIMIT 1") is not None


def corrections_of(
    plain: Plain, columns: str, rows: Sequence[Sequence[Any]], content: slice
) -> list[tuple[Any, ...]]:
    """Of rows for the table event, those that say something new of an event that is there already.

    `rows` begin with their key, and all have an event id; `content` is what an event says within
    `columns`. What comes back has a key of its own, made of the first version's and the content, and
    `corrects` at its end.
    """
    names = columns.split(", ")[content]
    ask = f"SELECT key, seq, {', '.join(names)} FROM event WHERE key IN (…)"
    known = {bytes(row[0]): row[1:] for row in plain.where_in(ask, {row[0] for row in rows})}
    found = []
    for row in rows:
        seq, *said = known[row[0]]
        says = tuple(row[content])
        if tuple(said) != says:
            found.append((correction_key(row[0], says), *row[1:], seq))
    return found


def correction_key(key: bytes, content: tuple[Any, ...]) -> bytes:
    """The key of a version of the event with the first version's `key`, by what it says."""
    return blake2b(key + repr(content).encode(), digest_size=16, person=b"correction").digest()
