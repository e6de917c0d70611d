"""Corrected events: every version of an event stands for the same one, whichever of them was named."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from store.plain import Plain


def all_versions(plain: Plain, events: Collection[int]) -> dict[int, frozenset[int]]:
    """The versions that there are of each of these events, by seq, itself among them."""
    rows = plain.where_in("SELECT seq, coalesce(corrects, seq) FROM event WHERE seq IN (…)", sorted(events))
    first: dict[int, int] = dict(rows)
    found: dict[int, set[int]] = {one: {one} for one in first.values()}
    for seq, one in plain.where_in("SELECT seq, corrects FROM event WHERE corrects IN (…)", sorted(found)):
        found[one].add(seq)
    return {event: frozenset(found[first[event]]) for event in events if event in first}
