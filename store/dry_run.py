"""An import tried dry: what would become of every row, and nothing written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kpi.policy import Action
from store.arrivals import CONTENT, EVENT_COLUMNS, EVENT_ID, known_listings, possible_at
from store.corrections import correction_key
from store.importing import Reading
from store.moment import driver_in_words
from store.organisation import load_organisation
from store.permission import permit
from store.plain import Plain, connect
from store.schema import check_version
from store.tally import Quarantined, Tally
from store.who import NOBODY
from store.work import system_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from store.arrivals import Arrivals
    from store.feeds.mapping import Mapping
    from store.location import Location
    from store.who import Who

PIECE = 5_000  # rows that are looked for at a time


@dataclass(frozen=True, slots=True)
class Trial:
    """What an import would do: rows = added + duplicates + sandbox + quarantined_total.

    `quarantined` describes the first rows that would not be understood, `reasons` counts them all by kind.
    `complete` is False if it was stopped before the end of the file.
    """

    rows: int
    added: int
    duplicates: int
    sandbox: int
    quarantined: tuple[Quarantined, ...]
    quarantined_total: int
    reasons: tuple[tuple[str, int], ...]
    plain_activities: tuple[str, ...]
    complete: bool


def dry_run(
    location: Location,
    path: str | Path,
    mapping: Mapping,
    progress: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    clock: Callable[[], int] = system_now,
    by: Who = NOBODY,
) -> Trial:
    """Read the whole file as an import would; `progress` and `stopped` as there. FeedError as there.

    StoreError if `by` may not import.
    """
    permit(location, by, Action.BRING_IN, clock)
    tally, complete = Tally(), True
    with closing(connect(location)) as plain, driver_in_words(location):
        check_version(plain, location)
        organisation = load_organisation(plain)
        possible = possible_at(organisation, clock())
        reading = Reading(path, mapping, organisation.spec.zone, possible, organisation.known_events)
        with closing(_Seen(plain)) as seen:
            for arrivals in reading.pieces(PIECE):
                added = seen.take(arrivals)
                tally.count(arrivals.items, arrivals.events, added, arrivals.bad_rows())
                tally.note_activities(arrivals.unknown)
                if progress is not None:
                    progress(arrivals.progress)
                if stopped is not None and stopped():
                    complete = False
                    break
    rows, added, duplicates, sandbox, quarantined = tally.counts()
    return Trial(
        rows=rows,
        added=added,
        duplicates=duplicates,
        sandbox=sandbox,
        quarantined=tuple(tally.first_bad),
        quarantined_total=quarantined,
        reasons=tuple(sorted(tally.kinds.items())),
        plain_activities=tuple(tally.plain_activities),
        complete=complete,
    )


class _Seen:
    """The events of the store and of the file so far; the file's stand in a temporary file, not in memory."""

    def __init__(self, plain: Plain) -> None:
        self._store = plain
        self._file = Plain(sqlite3.connect("", isolation_level=None), postgres=False)
        self._file.run("PRAGMA journal_mode = OFF")
        self._file.run("CREATE TABLE seen (key BLOB PRIMARY KEY, correction BLOB) WITHOUT ROWID")

    def take(self, arrivals: Arrivals) -> int:
        """How many of the events an import would add."""
        # A listing that the store does not know stands for itself: it differs from every known one.
        listings: dict[str, Any] = {ref: ref for ref in arrivals.listings}
        listings.update(known_listings(self._store, arrivals.listings))
        rows = list(arrivals.rows(listings))
        first = self._first_versions([row[0] for row in rows])
        new: dict[bytes, bytes] = {}
        corrected: set[bytes] = set()
        for row in rows:
            key, correction = row[0], correction_key(row[0], tuple(row[CONTENT]))
            if key not in first:
                first[key] = new[key] = correction
            elif row[EVENT_ID] is not None and first[key] != correction:
                corrected.add(correction)
        known = self._first_versions(list(corrected))
        new.update((key, b"") for key in corrected if key not in known)
        self._file.run("BEGIN")
        self._file.many("INSERT INTO seen VALUES (?, ?)", list(new.items()))
        self._file.run("COMMIT")
        return len(new)

    def _first_versions(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """For each key that is known, the key that its first version would have as a correction."""
        names = ", ".join(EVENT_COLUMNS.split(", ")[CONTENT])
        ask = f"SELECT key, {names} FROM event WHERE key IN (…)"
        found = {
            bytes(row[0]): correction_key(bytes(row[0]), row[1:]) for row in self._store.where_in(ask, keys)
        }
        found.update(self._file.where_in("SELECT key, correction FROM seen WHERE key IN (…)", keys))
        return found

    def close(self) -> None:
        """Let go of the temporary file."""
        self._file.close()
