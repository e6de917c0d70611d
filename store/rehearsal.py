"""Replay on paper: listings worked out again and compared with what the store holds, nothing written."""

from __future__ import annotations

import re
import secrets
from itertools import islice
from typing import TYPE_CHECKING, Any

from store.maintenance import PORTION, load_ground
from store.plain import Plain
from store.projection import project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.plain import Row
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
    paper = _Paper(plain)
    project(paper, ground, listings, now)
    return paper.would_change()


class _Paper(Plain):
    """Reads from the store; what would be written is noted instead."""

    def __init__(self, plain: Plain) -> None:
        super().__init__(plain.connection, postgres=plain.postgres)
        self._notes: list[tuple[str, list[Sequence[Any]]]] = []

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        self._notes.append((sql, [parameters]))
        return 0

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if rows:
            self._notes.append((sql, list(rows)))
        return 0

    def would_change(self) -> bool:
        """Whether anything noted is not in the store already, just so."""
        return any(self._is_news(sql, rows) for sql, rows in self._notes)

    def _is_news(self, sql: str, rows: list[Sequence[Any]]) -> bool:
        # A replay always writes these two, be they changed or not; whatever else it writes is a difference.
        if sql.startswith("UPDATE listing SET "):
            names = re.findall(r"(\w+) = \?", sql)[:-1]
            ask = f"SELECT id, {', '.join(names)} FROM listing WHERE id IN (…)"
            held = {row[0]: tuple(row[1:]) for row in self.where_in(ask, [row[-1] for row in rows])}
            return any(held.get(row[-1]) != tuple(row[:-1]) for row in rows)
        if sql.startswith("INSERT INTO application (listing_id, "):
            columns = sql[sql.index("(") + 1 : sql.index(")")]
            found = self.where_in(
                f"SELECT {columns} FROM application WHERE listing_id IN (…)", {row[0] for row in rows}
            )
            return not {tuple(row) for row in rows} <= set(found)
        return True
