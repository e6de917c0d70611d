"""Bringing a file of events in: read as a stream, kept batch by batch, replayed at the end."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kpi.text import clean
from store import tables
from store.arrivals import Arrivals, add_events, arrivals_maker, possible_at
from store.bulk import collecting_rarely
from store.crew import Crew, processors
from store.errors import StoreError
from store.feeds.errors import FeedError
from store.feeds.reading import open_feed
from store.maintenance import advance, replay_few
from store.mappings import remember_mapping
from store.quarantine import set_aside
from store.reading import open_reader
from store.tally import Quarantined, Tally
from store.together import replayers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from store.feeds.mapping import Mapping
    from store.feeds.reading import BadRow, FeedItem
    from store.feeds.rows import Possible
    from store.organisation import Organisation
    from store.plain import Row
    from store.work import Store, Work

# Rows of a transaction: the more, the fewer pages of the indexes are written again and again. They come in
# so many pieces, so that what is worked on fits in a processor's cache; a batch of them is read ahead.
BATCH, PIECES, AHEAD = 20_000, 40, 40
LARGE = 4 << 20  # bytes from which it is worth starting a process to read a file
READING = 0.6  # the share of an import's time that goes into reading and keeping, before the replay
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file's rows: rows = added + duplicates + sandbox + quarantined, always.

    `run` is the import's number. `quarantined` describes the first rows that were not understood, `reasons`
    counts them all by kind. `listings`, `applications` and `tasks_open` are the store's after the import.
    `plain_activities` are the names of events that the catalogue does not know, each once. `complete` is
    False if it was stopped before the end of the file.
    """

    run: int
    file: str
    rows: int
    events_added: int
    duplicates: int
    sandbox: int
    quarantined: tuple[Quarantined, ...]
    quarantined_total: int
    reasons: tuple[tuple[str, int], ...]
    listings: int
    applications: int
    tasks_open: int
    plain_activities: tuple[str, ...]
    complete: bool = True


def import_file(
    store: Store,
    path: str | Path,
    mapping: Mapping,
    progress: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> ImportResult:
    """Bring the events of `path` into the store; a row that is there already is counted, not added.

    `progress` is told the share of the work that is done, 0 to 1. `stopped` is asked after every batch;
    once it says yes, no more is read, and what was kept stays. FeedError if the file cannot be
    read: what came before the break is kept, and running the same file again adds only the rest.
    """
    organisation = organisation_of(store)
    possible = possible_at(organisation, store.clock())
    if _size(path) is not None:
        open_feed(path, mapping, organisation.spec.zone, possible).close()  # refused before anything is noted
    reading = Reading(path, mapping, organisation.spec.zone, possible, organisation.known_events)
    tally = Tally()
    # Who replays gets ready while the file is read.
    with replayers(store.location) if reading.is_large else nullcontext() as crew:
        run, complete, broken = _bring_in(store, reading, tally, progress, stopped)
        _replay(store, progress, crew)
    if broken is not None:
        kept = "nothing was added"
        if tally.added:
            kept = f"{tally.added:,} new events before that were kept, import it again once it is whole"
        raise FeedError(f"{broken}; {kept}") from broken
    return _result(store, run, clean(str(path)), tally, complete=complete)


def _bring_in(
    store: Store,
    reading: Reading,
    tally: Tally,
    progress: Callable[[float], None] | None,
    stopped: Callable[[], bool] | None,
) -> tuple[int, bool, FeedError | None]:
    """Keep a file's rows, batch by batch: the import's number, whether all were read, what broke it off."""
    complete, piece, times = True, max(1, BATCH // PIECES), Counter[int]()
    run: int | None = None
    broken: FeedError | None = None
    try:
        with collecting_rarely():
            for batch in _portions(reading.pieces(piece), -(-BATCH // piece)):
                with store.work("import.file", origin="import") as work:
                    run = run or begin_run(work, reading.mapping, reading.path)
                    bad = keep(work, batch, run, tally)
                    set_aside(work.plain, run, bad, held=tally.quarantined - len(bad), times=times)
                    if batch[-1].digest is not None:
                        end_run(work, run, batch[-1].digest)
                        replay_few(work)
                if progress is not None:
                    progress(batch[-1].progress * READING)
                if stopped is not None and stopped():
                    complete = False
                    break
    except FeedError as error:
        broken = error
    if broken is not None or run is None:
        with store.work("import.file", origin="import") as work:
            run = run or begin_run(work, reading.mapping, reading.path)
            end_run(work, run, None)
    return run, complete, broken


def organisation_of(store: Store) -> Organisation:
    """The store's organisation; StoreError if there is none, or it is of another version."""
    reader = open_reader(store.location, store.clock)
    try:
        return reader.rules
    finally:
        reader.close()


class Reading(NamedTuple):
    """A file being read for an import, and all that decides what its rows are."""

    path: str | Path
    mapping: Mapping
    zone: str
    possible: Possible
    known: Collection[str]

    @property
    def is_large(self) -> bool:
        """Whether other processes should help with the file, and can."""
        return processors() > 1 and (_size(self.path) or 0) >= LARGE

    def pieces(self, size: int) -> Iterator[Arrivals]:
        """The file's rows, `size` at a time; FeedError, after what stands before it, where it breaks off.

        A large file is read by another process while this one writes.
        """
        if not self.is_large:
            yield from self.pieces_here(size)
            return
        with Crew(1, AHEAD) as crew:
            crew.members[0].ask("read", self, size)
            for answer in crew.members[0].answers():
                yield Arrivals(*answer)

    def pieces_here(self, size: int) -> Iterator[Arrivals]:
        """The same, read by this process."""
        arrivals = arrivals_maker(self.mapping.name, self.known)
        with open_feed(self.path, self.mapping, self.zone, self.possible) as feed:
            items: list[FeedItem] = []
            # One piece is always held back: the last one goes out with the file's digest.
            try:
                for following in _portions(feed, size):
                    if items:
                        yield arrivals(items)._replace(progress=feed.progress())
                    items = following
            except FeedError:
                yield arrivals(items)._replace(progress=feed.progress())
                raise
            yield arrivals(items)._replace(progress=1.0, digest=feed.digest())


def _size(path: str | Path) -> int | None:
    """The size of a file in bytes; None for a pipe, which can be opened once only."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return 0  # opening it will say what is wrong
    return found.st_size if S_ISREG(found.st_mode) or S_ISDIR(found.st_mode) else None


def _portions(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """The items in lists of `size`; those that come before a FeedError still come out."""
    broken: list[FeedError] = []

    def safely() -> Iterator[_Item]:
        try:
            yield from items
        except FeedError as error:
            broken.append(error)

    rest = safely()
    while portion := list(islice(rest, size)):
        yield portion
    if broken:
        raise broken[0]


def keep(work: Work, batch: Sequence[Arrivals], run: int, tally: Tally) -> list[BadRow]:
    """Keep the events of a batch and count every row in `tally`; those that were not understood.

    The run's own counts are brought up to the tally's.
    """
    bad = [row for arrivals in batch for row in arrivals.bad_rows()]
    items, events = sum(one.items for one in batch), sum(one.events for one in batch)
    tally.count(items, events, add_events(work.plain, batch, run), bad)
    for arrivals in batch:
        tally.note_activities(arrivals.unknown)
    work.plain.run(
        "UPDATE import_run SET rows = ?, added = ?, duplicates = ?, sandbox = ?, quarantined = ? "
        "WHERE id = ?",
        (*tally.counts(), run),
    )
    return bad


def begin_run(work: Work, mapping: Mapping, path: str | Path) -> int:
    """Note that an import has begun, and how its source is read; the import's number."""
    remember_mapping(work, mapping)
    run = tables.ImportRun(
        source=mapping.name,
        file=clean(Path(path).name),
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


def end_run(work: Work, run: int, digest: str | None) -> None:
    """Note that an import has come to its end; `digest` is that of the whole file, if it was read."""
    work.plain.run("UPDATE import_run SET digest = ?, finished_at = ? WHERE id = ?", (digest, work.now, run))


def _replay(store: Store, progress: Callable[[float], None] | None, crew: Crew | None) -> None:
    """Bring the tasks up to date; the rest of the progress is told by listings."""
    if progress is None:
        advance(store, crew=crew)
        return
    waiting = _read(store, "SELECT count(*) FROM listing WHERE next_moment = 0")[0]
    share = 1 - READING
    advance(store, lambda done: progress(min(1.0, READING + share * done / max(done, waiting))), crew)
    progress(1.0)


def _read(store: Store, sql: str) -> Row:
    """The one row of a query."""
    reader = open_reader(store.location, store.clock)
    try:
        return reader.row(sql)
    finally:
        reader.close()


def _result(store: Store, run: int, file: str, tally: Tally, *, complete: bool) -> ImportResult:
    listings, applications, tasks_open = _read(
        store,
        "SELECT (SELECT count(*) FROM listing), (SELECT count(*) FROM application), "
        "(SELECT coalesce(sum(tasks), 0) FROM task_count)",
    )
    return ImportResult(
        run=run,
        file=file,
        rows=tally.rows,
        events_added=tally.added,
        duplicates=tally.duplicates,
        sandbox=tally.sandbox,
        quarantined=tuple(tally.first_bad),
        quarantined_total=tally.quarantined,
        reasons=tuple(sorted(tally.kinds.items())),
        listings=listings,
        applications=applications,
        tasks_open=int(tasks_open),
        plain_activities=tuple(tally.plain_activities),
        complete=complete,
    )
