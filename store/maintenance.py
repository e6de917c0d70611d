"""Bringing tasks up to date: after an import, when a timer goes off, and all over again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.counting import recount
from store.difference import note_put_right
from store.projection import compare, load_ground
from store.schema import check_version
from store.together import FIRST_PORTION, WAITING, Together, is_worth_a_crew, next_portion

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.crew import Crew
    from store.location import Location
    from store.work import Store, Work


def bring_up_to_date(location: Location) -> int:
    """`advance` for those who only read: let what has happened by now take effect, and close again."""
    from store.work import Store  # deferred: readers start without SQLAlchemy

    store = Store(location)
    try:
        return advance(store)
    finally:
        store.close()


def advance(store: Store, progress: Callable[[int], None] | None = None, crew: Crew | None = None) -> int:
    """Replay every listing for which something has happened by now; how many there were.

    New events, timers that have gone off, events that were dated ahead: all wait in `next_moment`.
    `progress` is told how many have been done so far. `crew` is one of `together.replayers`, if there is one.
    """
    with store.work("tasks.advance") as work:
        check_version(work.plain, store.location)
        many = is_worth_a_crew(work.plain, work.now, waiting=True)
        work.changed = False
    done, portion = 0, FIRST_PORTION
    if many:
        together = Together(store, waiting=True, progress=progress, crew=crew)
        together.run()
        done = together.listings
    # What is left: few listings, or what has come in behind the crew's backs.
    while True:
        with store.work("tasks.advance") as work:
            listings = work.plain.rows(
                f"SELECT id, ref FROM listing WHERE {WAITING} LIMIT ?", (work.now, portion)
            )
            if not listings:
                work.changed = False
                return done
            pairs = [(row[0], row[1]) for row in listings]
            found = compare(work.plain, load_ground(work.plain), pairs, work.now)
            found.write(work.plain)
        done += len(listings)
        portion = next_portion(portion, found.events)
        if progress is not None:
            progress(done)


def replay_few(work: Work) -> None:
    """Replay the listings that wait in a transaction that is under way, if they are few."""
    listings = work.plain.rows(
        f"SELECT id, ref FROM listing WHERE {WAITING} LIMIT ?", (work.now, FIRST_PORTION + 1)
    )
    if 0 < len(listings) <= FIRST_PORTION:
        pairs = [(row[0], row[1]) for row in listings]
        compare(work.plain, load_ground(work.plain), pairs, work.now).write(work.plain)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many listings were replayed, and how many rows of tasks and counts were not as they should be."""

    listings: int
    changed: int


def rebuild(store: Store, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
    """Recount the board and replay all listings, portion by portion.

    On a store that is up to date nothing changes (design, section 2).
    """
    with store.work("tasks.rebuild") as work:
        check_version(work.plain, store.location)
        # First of all the counts are made to fit the tasks as they stand; every replay then moves them along.
        changed = recount(work.plain)
        work.changed = changed > 0
        note_put_right(work, changed)
        total = work.plain.value("SELECT count(*) FROM listing")
        many = is_worth_a_crew(work.plain, work.now, waiting=False)
    advance(store)
    tell = None if progress is None else lambda done: progress(done, total)
    if many:
        together = Together(store, waiting=False, progress=tell)
        together.run()
        return Rebuilt(together.listings, changed + together.changed)
    return _rebuild_alone(store, changed, tell)


def _rebuild_alone(store: Store, changed: int, tell: Callable[[int], None] | None) -> Rebuilt:
    done, last, portion = 0, 0, FIRST_PORTION
    while True:
        with store.work("tasks.rebuild") as work:
            listings = work.plain.rows(
                "SELECT id, ref FROM listing WHERE id > ? ORDER BY id LIMIT ?", (last, portion)
            )
            if not listings:
                work.changed = False
                return Rebuilt(done, changed)
            pairs = [(row[0], row[1]) for row in listings]
            found = compare(work.plain, load_ground(work.plain), pairs, work.now)
            found.write(work.plain)
            work.changed = not found.is_empty()
            note_put_right(work, found.changed)
        changed += found.changed
        portion = next_portion(portion, found.events)
        last = listings[-1][0]
        done += len(listings)
        if tell is not None:
            tell(done)
