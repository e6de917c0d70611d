"""Bringing a file of events in: read as a stream, kept batch by batch, replayed at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.text import clean
from store import tables
from store.corrections import corrections_of
from store.errors import StoreError
from store.feeds.errors import FeedError
from store.feeds.reading import BadRow, FeedEvent, open_feed
from store.maintenance import advance
from store.reading import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kpi.calendar import WorkingCalendar
    from store.feeds.mapping import Mapping
    from store.feeds.reading import Feed, SandboxRow
    from store.organisation import Organisation
    from store.plain import Plain, Row
    from store.work import Store, Work

    Item = FeedEvent | BadRow | SandboxRow

BATCH = 20_000
_EVENT_ID, _CONTENT = 8, slice(1, 8)  # places in _EVENT_COLUMNS
READING = 0.6  # the share of an import's time that goes into reading and keeping, before the replay
REPORTED_ROWS = 100
REPORTED_KINDS = 1_000
_EVENT_COLUMNS = "key, listing_id, application, kind, at, actor, owner, detail, event_id, import_id"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be understood: the line on which it begins, and one plain reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file's rows: rows = added + duplicates + sandbox + quarantined, always.

    `listings`, `applications` and `tasks_open` are the store's after the import. `plain_activities` are
    the names of events that the catalogue does not know, each once.
    """

    file: str
    rows: int
    events_added: int
    duplicates: int
    sandbox: int
    quarantined: tuple[Quarantined, ...]
    quarantined_total: int
    listings: int
    applications: int
    tasks_open: int
    plain_activities: tuple[str, ...]


class _Tally:
    """The counts of a running import."""

    def __init__(self) -> None:
        self.rows = self.added = self.duplicates = self.sandbox = self.quarantined = 0
        self.first_bad: list[Quarantined] = []
        self.plain_kinds: dict[str, None] = {}

    def refuse(self, line: int, reason: str) -> None:
        self.quarantined += 1
        if len(self.first_bad) < REPORTED_ROWS:
            self.first_bad.append(Quarantined(line, reason))


def import_file(
    store: Store, path: str | Path, mapping: Mapping, progress: Callable[[float], None] | None = None
) -> ImportResult:
    """Bring the events of `path` into the store; a row that is there already is counted, not added.

    `progress` is told the share of the work that is done, 0 to 1. FeedError if the file cannot be
    read: what came before the break is kept, and running the same file again adds only the rest.
    """
    organisation = _organisation(store)
    tally = _Tally()
    broken: StoreError | None = None
    with open_feed(path, mapping, organisation.spec.zone) as feed:
        run = _begin_run(store, mapping.name, clean(Path(path).name))
        try:
            for batch in _batches(feed):
                _keep(store, batch, organisation, mapping.name, run, tally)
                if progress is not None:
                    progress(feed.progress() * READING)
        except StoreError as error:
            broken = error
        if broken is None or isinstance(broken, FeedError):
            _end_run(store, run, tally, None if broken else feed.digest())
            _replay(store, progress)
    if broken is not None:
        kept = f"{tally.added:,} new events before that were kept" if tally.added else "nothing was added"
        raise FeedError(f"{broken}; {kept}, run the same file again for the rest") from broken
    return _result(store, clean(str(path)), tally)


def _replay(store: Store, progress: Callable[[float], None] | None) -> None:
    """Bring the tasks up to date; the rest of the progress is told by listings."""
    if progress is None:
        advance(store)
        return
    waiting = _read(store, "SELECT count(*) FROM listing WHERE next_moment = 0")[0]
    advance(store, lambda done: progress(min(1.0, READING + (1 - READING) * done / max(done, waiting))))
    progress(1.0)


def _read(store: Store, sql: str) -> Row:
    """The one row of a query."""
    reader = open_reader(store.location, store.clock)
    try:
        return reader.row(sql)
    finally:
        reader.close()


def _organisation(store: Store) -> Organisation:
    reader = open_reader(store.location, store.clock)
    try:
        return reader.rules
    finally:
        reader.close()


def _batches(feed: Feed) -> Iterator[list[Item]]:
    """The feed's items in lists of BATCH; those read before a FeedError still come out."""
    items = iter(feed)
    broken: list[FeedError] = []

    def safely() -> Iterator[Item]:
        try:
            yield from items
        except FeedError as error:
            broken.append(error)

    rest = safely()
    while batch := list(islice(rest, BATCH)):
        yield batch
    if broken:
        raise broken[0]


def _keep(
    store: Store, batch: list[Item], organisation: Organisation, source: str, run: int, tally: _Tally
) -> None:
    events = list(_events(batch, organisation, tally))
    with store.work() as work:
        added = _add(work, events, source, run) if events else 0
        tally.rows += len(batch)
        tally.added += added
        tally.duplicates += len(events) - added
        _write_run(work, run, tally)


def _events(batch: list[Item], organisation: Organisation, tally: _Tally) -> Iterator[FeedEvent]:
    calendar = organisation.calendar
    first, last = calendar.end_of(calendar.first), calendar.end_of(calendar.latest_start)
    known = organisation.catalogue.events
    for item in batch:
        if isinstance(item, FeedEvent):
            if not first <= item.at <= last:
                years = f"{calendar.first.year} to {calendar.latest_start.year}"
                tally.refuse(item.line, f"impossible time: outside {years}")
                continue
            if item.details and not _can_close(calendar, item.details.get("closing_date")):
                tally.refuse(item.line, "closing_date: outside the years that can be counted")
                continue
            if item.kind not in known and len(tally.plain_kinds) < REPORTED_KINDS:
                tally.plain_kinds[item.kind] = None
            yield item
        elif isinstance(item, BadRow):
            tally.refuse(item.line, item.reason)
        else:
            tally.sandbox += 1


def _can_close(calendar: WorkingCalendar, closing: str | None) -> bool:
    """Whether a closing date, if there is one, leaves room for every freeze that may move it."""
    return closing is None or calendar.first.isoformat() <= closing <= calendar.latest_start.isoformat()


def _add(work: Work, events: list[FeedEvent], source: str, run: int) -> int:
    plain = work.plain
    listings = _listing_ids(plain, dict.fromkeys(event.listing for event in events))
    before = plain.value("SELECT coalesce(max(seq), 0) FROM event")
    marks = ", ".join("?" * len(_EVENT_COLUMNS.split(",")))
    rows = [_event_row(event, source, listings[event.listing], run) for event in events]
    added = plain.many(
        f"INSERT INTO event ({_EVENT_COLUMNS}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING", rows
    )
    named = [row for row in rows if row[_EVENT_ID] is not None] if added < len(rows) else []
    added += plain.many(
        f"INSERT INTO event ({_EVENT_COLUMNS}, corrects) VALUES ({marks}, ?) ON CONFLICT (key) DO NOTHING",
        corrections_of(plain, _EVENT_COLUMNS, named, _CONTENT),
    )
    if added:
        plain.run(
            "UPDATE listing SET next_moment = 0 WHERE id IN (SELECT listing_id FROM event WHERE seq > ? "
            "UNION SELECT o.listing_id FROM event n JOIN event o ON o.seq = n.corrects OR "
            "o.corrects = n.corrects WHERE n.seq > ? AND n.corrects IS NOT NULL)",
            (before, before),
        )
    return added


def _listing_ids(plain: Plain, refs: Iterable[str]) -> dict[str, int]:
    """The numbers of listings by reference; those seen for the first time get one."""
    wanted = list(refs)
    ask = "SELECT ref, id FROM listing WHERE ref IN (…)"
    found = {row[0]: row[1] for row in plain.where_in(ask, wanted)}
    new = [ref for ref in wanted if ref not in found]
    if new:
        plain.many("INSERT INTO listing (ref, open_tasks, frozen) VALUES (?, 0, 0)", [(ref,) for ref in new])
        found.update((row[0], row[1]) for row in plain.where_in(ask, new))
    return found


def _event_row(event: FeedEvent, source: str, listing_id: int, run: int) -> tuple[Any, ...]:
    details = event.details
    text = json.dumps(details, ensure_ascii=False, sort_keys=True) if details else None
    return (
        event_key(event, source, text),
        listing_id,
        event.application,
        event.kind,
        event.at,
        event.actor,
        event.owner,
        text,
        event.event_id,
        run,
    )


def event_key(event: FeedEvent, source: str, details: str | None) -> bytes:
    """What tells a repeated event: its id in its source, or without one all that it says.

    Cleaned text has no control characters, so the separator cannot occur in a field.
    """
    if event.event_id is not None:
        said: tuple[str, ...] = ("id", source, event.event_id)
    else:
        said = (
            "content",
            source,
            event.kind,
            str(event.at),
            event.listing,
            event.application or "",
            event.actor or "",
            event.owner or "",
            details or "",
        )
    return blake2b("\x1f".join(said).encode(), digest_size=16).digest()


def _begin_run(store: Store, source: str, file: str) -> int:
    with store.work() as work:
        run = tables.ImportRun(
            source=source,
            file=file,
            started_at=work.now,
            rows=0,
            added=0,
            duplicates=0,
            sandbox=0,
            quarantined=0,
        )
        work.session.add(run)
        work.session.flush()
        if run.id is None:
            raise StoreError("the import could not be noted; nothing was changed")
        return run.id


def _write_run(work: Work, run: int, tally: _Tally) -> None:
    work.plain.run(
        "UPDATE import_run SET rows = ?, added = ?, duplicates = ?, sandbox = ?, quarantined = ? "
        "WHERE id = ?",
        (tally.rows, tally.added, tally.duplicates, tally.sandbox, tally.quarantined, run),
    )


def _end_run(store: Store, run: int, tally: _Tally, digest: str | None) -> None:
    with store.work() as work:
        _write_run(work, run, tally)
        work.plain.run(
            "UPDATE import_run SET digest = ?, finished_at = ? WHERE id = ?", (digest, work.now, run)
        )


def _result(store: Store, file: str, tally: _Tally) -> ImportResult:
    listings, applications, tasks_open = _read(
        store,
        "SELECT (SELECT count(*) FROM listing), (SELECT count(*) FROM application), "
        "(SELECT coalesce(sum(tasks), 0) FROM task_count)",
    )
    return ImportResult(
        file=file,
        rows=tally.rows,
        events_added=tally.added,
        duplicates=tally.duplicates,
        sandbox=tally.sandbox,
        quarantined=tuple(tally.first_bad),
        quarantined_total=tally.quarantined,
        listings=listings,
        applications=applications,
        tasks_open=int(tasks_open),
        plain_activities=tuple(tally.plain_kinds),
    )
