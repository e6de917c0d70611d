"""Rows that are packed are the same rows."""

from __future__ import annotations

import pytest

from store.difference import Difference
from store.packed import PORTION, Unpacked, pack, unpacked


@pytest.mark.parametrize("many", [0, 1, PORTION - 1, PORTION, PORTION + 1, 2 * PORTION + 3])
def test_packed_rows_are_the_same_rows(many: int) -> None:
    rows = [(number, f"V-{number}", None, b"key", 1 << 62) for number in range(many)]
    parts = pack(rows)
    again = unpacked(parts)
    assert list(again) == rows == list(again)  # as often as one likes
    assert len(again) == many
    assert bool(again) == bool(rows)
    assert all(part <= PORTION for part, _ in parts)


def test_a_packed_difference_is_the_same_difference() -> None:
    rows = [[(place, "a"), (place + 1, None)] if place % 2 else [] for place in range(10)]
    difference = Difference._make([7, 3, *rows, {(1, 0, 2, 3): 4}, {(1, 2, 0): -5}])
    again = Difference.unpacked(difference.packed())
    plain = [list(field) if isinstance(field, Unpacked) else field for field in again]
    assert plain == list(difference)
    assert not again.is_empty()
    nothing = Difference._make([7, 0, *([] for _ in rows), {}, {}])
    assert Difference.unpacked(nothing.packed()).is_empty()
