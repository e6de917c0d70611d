"""Quarantine: rows that were not understood, kept with their reason until they are read or dropped."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from store.feeds.reading import BadRow
    from store.plain import Plain
    from store.work import Store

# Of one import so many rows are kept; the others are counted. Who has more has the wrong mapping.
MOST_KEPT = 100_000
FROM_QUARANTINE = "quarantine q JOIN import_run r ON r.id = q.import_id"


class Chosen(NamedTuple):
    """Rows of the quarantine: of a source, a kind of reason, an import, or by their numbers; None: all."""

    source: str | None = None
    kind: str | None = None
    run: int | None = None
    ids: tuple[int, ...] | None = None

    def where(self) -> tuple[str, list[Any]]:
        """The condition on `quarantine q JOIN import_run r`, and its parameters."""
        parts, values = ["1 = 1"], []
        for condition, value in (
            ("r.source = ?", self.source),
            ("q.kind = ?", self.kind),
            ("r.id = ?", self.run),
        ):
            if value is not None:
                parts.append(condition)
                values.append(value)
        if self.ids is not None:
            parts.append(f"q.id IN ({', '.join('?' * len(self.ids))})" if self.ids else "1 = 0")
            values += self.ids
        return " AND ".join(parts), values


EVERY_ROW = Chosen()


def set_aside(plain: Plain, run: int, bad: Sequence[BadRow], *, held: int, times: Counter[int]) -> None:
    """Keep rows that were not understood; `held` of the same import are kept already.

    A row of a file that was imported before is kept once, with its latest reason. `times` is how often
    each line has been refused so far; lines that are over are forgotten.
    """
    source, file = plain.rows("SELECT source, file FROM import_run WHERE id = ?", (run,))[0]
    rows = []
    for row in bad[: max(0, MOST_KEPT - held)]:
        # In the wide form a row can be refused several times, once for each of its dates.
        said = (source, file, str(row.line), str(times[row.line]), row.content)
        key = blake2b("\x1f".join(said).encode(), digest_size=16, person=b"quarantine").digest()
        times[row.line] += 1
        rows.append((key, run, row.line, row.kind, row.reason, row.content, row.cells))
    for line in list(times)[:-1]:
        del times[line]
    plain.many(
        "INSERT INTO quarantine (key, import_id, line, kind, reason, content, cells) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
        "kind = excluded.kind, reason = excluded.reason, cells = excluded.cells",
        rows,
    )


def count_waiting(plain: Plain, chosen: Chosen) -> tuple[int, int]:
    """How many rows of the quarantine are chosen, and how many of them cannot be tried again."""
    where, values = chosen.where()
    ask = f"SELECT count(*), count(*) - count(q.cells) FROM {FROM_QUARANTINE} WHERE {where}"
    rows, without_cells = plain.rows(ask, values)[0]
    return rows, without_cells


def drop_rows(store: Store, chosen: Chosen) -> int:
    """Take rows out of the quarantine for good; how many."""
    where, values = chosen.where()
    with store.work("quarantine.drop") as work:
        dropped = work.plain.run(
            f"DELETE FROM quarantine WHERE id IN (SELECT q.id FROM {FROM_QUARANTINE} WHERE {where})",
            values,
        )
        work.changed = dropped > 0
    return dropped
