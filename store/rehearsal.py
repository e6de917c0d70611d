"""Replay on paper: listings worked out again and compared with what the store holds, nothing written."""

from __future__ import annotations

import secrets
from itertools import islice
from typing import TYPE_CHECKING

from store.projection import compare, load_ground
from store.together import PORTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.plain import Plain, Row
    from store.projection import Ground

SAMPLE = 500
MOST_PROBLEMS = 20
_LISTING = "SELECT id, ref, next_moment FROM listing"


class Rehearsal:
    """One rehearsal: of every listing if `full`, else of some 500, other ones each time.

    Afterwards `listings` says how many there are, `replayed` how many were compared, and `pending` how many
    wait for their replay, which were left out.
    """

    def __init__(self, now: int, *, full: bool, tell: Callable[[float], None] | None) -> None:
        """Nothing is replayed yet."""
        self._now = now
        self._full = full
        self._tell = tell
        self.listings = self.replayed = self.pending = 0

    def problems(self, plain: Plain) -> list[str]:
        """A line for each listing whose replay gives something else, up to some twenty."""
        count = "SELECT count(*) FROM listing"
        self.listings = plain.value(count)
        self.pending = plain.value(f"{count} WHERE next_moment <= ?", (self._now,))
        ground = load_ground(plain)
        found: list[str] = []
        for page in self._pages(plain):
            still = [(row[0], row[1]) for row in page if row[2] is None or row[2] > self._now]
            found += self._compare(plain, ground, still)
            self.replayed += len(still)
            if self._tell is not None:
                self._tell(self.replayed / max(1, self.listings))
            if len(found) >= MOST_PROBLEMS:
                break
        return found[:MOST_PROBLEMS]

    def _pages(self, plain: Plain) -> Iterator[list[Row]]:
        highest = plain.value("SELECT max(id) FROM listing") or 0
        if not self._full and highest > SAMPLE:
            step = -(-highest // SAMPLE)
            chosen = range(1 + secrets.randbelow(step), highest + 1, step)
            yield list(plain.where_in(f"{_LISTING} WHERE id IN (…)", chosen))
            return
        page = plain.rows(f"{_LISTING} ORDER BY id LIMIT ?", (PORTION,))
        while page:
            yield page
            page = plain.rows(f"{_LISTING} WHERE id > ? ORDER BY id LIMIT ?", (page[-1][0], PORTION))

    def _compare(self, plain: Plain, ground: Ground, listings: Sequence[tuple[int, str]]) -> list[str]:
        if not listings or not _differs(plain, ground, listings, self._now):
            return []
        wrong = (ref for one, ref in listings if _differs(plain, ground, [(one, ref)], self._now))
        return [
            f"listing {ref}: what the store says of it is not what its events amount to"
            for ref in islice(wrong, MOST_PROBLEMS)
        ]


def _differs(plain: Plain, ground: Ground, listings: Sequence[tuple[int, str]], now: int) -> bool:
    return not compare(plain, ground, listings, now).is_empty()
