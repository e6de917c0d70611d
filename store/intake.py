"""What came in: imports and their counts, the quarantine, unmapped activities, how full the fields are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.acts import CUSTOM
from kpi.events import moment_of
from kpi.policy import Action
from kpi.text import clean
from store.errors import StoreError
from store.feeds.kept import cells_said
from store.feeds.mapping import DETAIL_FIELDS, load_mapping
from store.mappings import SavedMapping, saved_mapping, saved_mappings
from store.quarantine import EVERY_ROW, FROM_QUARANTINE, Chosen

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from store.feeds.likeness import Likeness
    from store.plain import Plain, Row
    from store.reading import Reader

# What is said of fields, users and activities is said of the latest so many events: it has to be counted.
LATEST = 1_000_000
_OWN_FIELDS = ("event_id", "application", "actor", "owner")


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import: rows = added + duplicates + sandbox + quarantined; times are in UTC.

    `finished_at` is None while it runs and if it was broken off; `digest` is the SHA-256 of the file, None if
    it was not read to its end. `waiting` of the quarantined rows are still in the quarantine.
    """

    id: int
    source: str
    file: str
    digest: str | None
    started_at: datetime
    finished_at: datetime | None
    rows: int
    added: int
    duplicates: int
    sandbox: int
    quarantined: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows of a source are in quarantine for one kind of reason; `again` can be tried again."""

    source: str
    kind: str
    rows: int
    again: int


@dataclass(frozen=True, slots=True)
class BadRowView:
    """One row in quarantine; `cells` are its columns and their raw cells (cleaned), None if it has none."""

    id: int
    run: int
    source: str
    file: str
    line: int
    kind: str
    reason: str
    content: str
    cells: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class ActivityCount:
    """How often an activity that the catalogue does not know came from a source."""

    source: str
    activity: str
    events: int


@dataclass(frozen=True, slots=True)
class FieldsFilled:
    """Of `events` events of a source and a user (None: it names nobody), how many say each field.

    `together` if they are of all whose figures may not be seen one by one.
    """

    source: str
    user: str | None
    events: int
    filled: tuple[tuple[str, int], ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class OwnerCount:
    """An owner whom no person matches, and how many listings are theirs.

    `by_link` if the store has people, and this owner is linked to none of them; else no event names them as
    the one who acted.
    """

    owner: str
    listings: int
    by_link: bool = False


_IMPORTS = (
    "SELECT r.id, r.source, r.file, r.digest, r.started_at, r.finished_at, r.rows, r.added, r.duplicates, "
    "r.sandbox, r.quarantined, (SELECT count(*) FROM quarantine q WHERE q.import_id = r.id) FROM import_run r"
)


class Intake:
    """The questions about what came in; they use the reader's connection."""

    def __init__(self, reader: Reader) -> None:
        """Made by `Reader.intake`."""
        self._reader = reader

    @property
    def zone(self) -> tzinfo:
        """The organisation's time zone."""
        return self._reader.rules.zone

    def imports(self, limit: int = 200, before: int | None = None) -> tuple[ImportView, ...]:
        """The latest imports first; with `before`, those that came before that number."""
        where, values = ("", []) if before is None else ("WHERE r.id < ?", [before])
        with self._reader.asking(Action.SEE_DATA) as plain:
            rows = plain.rows(f"{_IMPORTS} {where} ORDER BY r.id DESC LIMIT ?", (*values, limit))
        return tuple(map(_import_view, rows))

    def one_import(self, number: int) -> ImportView:
        """One import; StoreError if there is none of that number."""
        with self._reader.asking(Action.SEE_DATA) as plain:
            row = plain.row(f"{_IMPORTS} WHERE r.id = ?", (number,))
        if row is None:
            raise StoreError(f"there is no import {number}; “stagewatch imports list” shows them all")
        return _import_view(row)

    def reasons(self, chosen: Chosen = EVERY_ROW) -> tuple[ReasonCount, ...]:
        """The quarantine by source and kind of reason."""
        where, values = chosen.where()
        with self._reader.asking(Action.SEE_DATA) as plain:
            rows = plain.rows(
                f"SELECT r.source, q.kind, count(*), count(q.cells) FROM {FROM_QUARANTINE} WHERE {where} "
                "GROUP BY r.source, q.kind ORDER BY r.source, q.kind",
                values,
            )
        return tuple(ReasonCount(*row) for row in rows)

    def bad_rows(
        self, chosen: Chosen = EVERY_ROW, limit: int = 200, after: int | None = None
    ) -> tuple[BadRowView, ...]:
        """Rows in quarantine in the order in which they came; with `after`, those that follow that one."""
        where, values = chosen.where()
        with self._reader.asking(Action.SEE_DATA) as plain:
            rows = plain.rows(
                "SELECT q.id, q.import_id, r.source, r.file, q.line, q.kind, q.reason, q.content, q.cells "
                f"FROM {FROM_QUARANTINE} WHERE {where} AND q.id > ? ORDER BY q.id LIMIT ?",
                (*values, after or 0, limit),
            )
        return tuple(BadRowView(*(*row[:8], _cells(row[8]))) for row in rows)

    def bad_row_numbers(self, chosen: Chosen = EVERY_ROW) -> tuple[int, ...]:
        """The numbers of all the rows chosen, in the order in which they came."""
        where, values = chosen.where()
        with self._reader.asking(Action.SEE_DATA) as plain:
            rows = plain.rows(f"SELECT q.id FROM {FROM_QUARANTINE} WHERE {where} ORDER BY q.id", values)
        return tuple(row[0] for row in rows)

    def unmapped(self) -> tuple[ActivityCount, ...]:
        """Activities of the latest events that the catalogue does not know, by source and name."""
        with self._reader.asking(Action.SEE_DATA) as plain:
            rows = plain.rows(
                "SELECT r.source, e.kind, count(*) FROM event e JOIN import_run r ON r.id = e.import_id "
                "WHERE e.seq > ? GROUP BY r.source, e.kind ORDER BY r.source, e.kind",
                (_before_latest(plain),),
            )
        known = self._reader.rules.known_events
        return tuple(ActivityCount(*row) for row in rows if row[1] not in known)

    def alike(self, activity: str) -> tuple[Likeness, ...]:
        """The catalogue's events, those most like an activity first."""
        from store.feeds.activity_guessing import Activities  # deferred: few ask, and it takes its time

        return Activities(self._reader.rules.catalogue).ranked(activity)

    def fields_filled(self) -> tuple[FieldsFilled, ...]:
        """How completely the latest events' fields are filled, by source and by the user who acted."""
        said = [f"count(e.{field})" for field in _OWN_FIELDS]
        with self._reader.asking(Action.SEE_DATA) as plain:
            details = (*DETAIL_FIELDS, *_custom_fields(plain))
            # The details' text is written by us: its names stand just so.
            said += [f"sum(CASE WHEN e.detail LIKE '%\"{name}\": %' THEN 1 ELSE 0 END)" for name in details]
            rows = plain.rows(
                f"SELECT r.source, e.actor, count(*), {', '.join(said)} FROM event e "
                "JOIN import_run r ON r.id = e.import_id WHERE e.seq > ? GROUP BY r.source, e.actor",
                (_before_latest(plain),),
            )
        sight, sums = self._reader.sight(), dict[tuple[str, str, bool], list[int]]()
        for source, user, *counted in rows:
            key = (source, user or "", False) if sight.knows(user) else (source, "", True)
            held = sums.get(key, [0] * len(counted))
            sums[key] = [before + int(more) for before, more in zip(held, counted, strict=True)]
        fields = (*_OWN_FIELDS, *details)
        return tuple(
            FieldsFilled(source, user or None, events, tuple(zip(fields, filled, strict=True)), together)
            for (source, user, together), (events, *filled) in sorted(sums.items())
        )

    def unmatched_owners(self) -> tuple[OwnerCount, ...]:
        """Owners of listings whom no person matches, by name.

        Once the store has people, those who are linked to none; before, those whom none of the latest events
        names as its actor.
        """
        with self._reader.asking(Action.SEE_DATA) as plain:
            by_link = plain.value("SELECT 1 FROM person LIMIT 1") is not None
            known = (
                plain.rows("SELECT ref FROM person_link")
                if by_link
                else plain.rows("SELECT DISTINCT actor FROM event WHERE seq > ?", (_before_latest(plain),))
            )
            rows = plain.rows(
                "SELECT owner, count(*) FROM listing WHERE owner IS NOT NULL GROUP BY owner ORDER BY owner"
            )
        matched = {row[0] for row in known}
        return tuple(OwnerCount(owner, listings, by_link) for owner, listings in rows if owner not in matched)

    def mappings(self) -> tuple[SavedMapping, ...]:
        """The mappings that are kept, by name."""
        with self._reader.asking(Action.SEE_DATA) as plain:
            return saved_mappings(plain)

    def mapping(self, name: str) -> SavedMapping:
        """The mapping kept under a name; StoreError if there is none."""
        with self._reader.asking(Action.SEE_DATA) as plain:
            return saved_mapping(plain, name)


def _custom_fields(plain: Plain) -> tuple[str, ...]:
    """The organisation's own fields, as they stand among details, by the mappings that are kept."""
    named = {name for kept in saved_mappings(plain) for name in load_mapping(kept.text).custom}
    return tuple(CUSTOM + name for name in sorted(named))


def _import_view(row: Row) -> ImportView:
    number, source, file, digest, started, finished, *counts = row
    ended = None if finished is None else moment_of(finished)
    return ImportView(number, source, file, digest, moment_of(started), ended, *counts)


def _cells(text: str | None) -> tuple[tuple[str, str], ...] | None:
    if text is None:
        return None
    return tuple((clean(column), clean(cell)) for column, cell in cells_said(json.loads(text)))


def _before_latest(plain: Plain) -> int:
    return int(plain.value("SELECT coalesce(max(seq), 0) FROM event")) - LATEST
