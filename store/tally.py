"""What became of a file's rows: counted as they are read, and made sure that every row is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.feeds.reading import BadRow

REPORTED_ROWS = 100
REPORTED_KINDS = 1_000


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be understood: the line on which it begins, and one plain reason."""

    line: int
    reason: str


class Tally:
    """The counts of a running import: rows = added + duplicates + sandbox + quarantined, always.

    `kinds` counts the rows in quarantine by kind of reason, `first_bad` describes the first hundred.
    """

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.rows = self.added = self.duplicates = self.sandbox = self.quarantined = 0
        self.kinds: dict[str, int] = {}
        self.first_bad: list[Quarantined] = []
        self.plain_activities: dict[str, None] = {}

    def count(self, rows: int, events: int, added: int, bad: Sequence[BadRow]) -> None:
        """Count a batch of rows: so many were events, `added` of them new; `bad` were not understood."""
        self.rows += rows
        self.added += added
        self.duplicates += events - added
        self.sandbox += rows - events - len(bad)
        self.quarantined += len(bad)
        for row in bad:
            self.kinds[row.kind] = self.kinds.get(row.kind, 0) + 1
            if len(self.first_bad) < REPORTED_ROWS:
                self.first_bad.append(Quarantined(row.line, row.reason))

    def add(self, other: Tally) -> None:
        """Count in what another tally counted."""
        self.rows += other.rows
        self.added += other.added
        self.duplicates += other.duplicates
        self.sandbox += other.sandbox
        self.quarantined += other.quarantined

    def note_activities(self, kinds: Sequence[str]) -> None:
        """Remember names of events that the catalogue does not know."""
        for kind in kinds:
            if len(self.plain_activities) >= REPORTED_KINDS:
                break
            self.plain_activities[kind] = None

    def counts(self) -> tuple[int, int, int, int, int]:
        """(rows, added, duplicates, sandbox, quarantined); StoreError if a row is not accounted for."""
        rows, *parts = self.rows, self.added, self.duplicates, self.sandbox, self.quarantined
        if rows != sum(parts) or min(parts) < 0:
            raise StoreError(
                f"the import does not add up ({rows:,} rows, {sum(parts):,} accounted for); this batch was "
                "not kept, please report it"
            )
        return self.rows, self.added, self.duplicates, self.sandbox, self.quarantined
