"""Bringing tasks up to date: after an import, when a timer goes off, and all over again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.counting import recount
from store.organisation import load_organisation, load_target_sets
from store.projection import Ground, project
from store.schema import check_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.location import Location
    from store.plain import Plain
    from store.work import Store

# Listings per transaction: enough to make commits cheap, few enough that other writers wait a moment only
# and that their events fit in memory, however many each has.
PORTION, FIRST_PORTION = 2_000, 200
FEW_EVENTS, MANY_EVENTS = 15_000, 40_000


def load_ground(plain: Plain) -> Ground:
    """What every replay stands on."""
    organisation = load_organisation(plain)
    kpi_ids = {code: number for number, code in plain.rows("SELECT id, code FROM kpi")}
    return Ground(organisation, load_target_sets(plain), kpi_ids)


def bring_up_to_date(location: Location) -> int:
    """`advance` for those who only read: let what has happened by now take effect, and close again."""
    from store.work import Store  # deferred: readers start without SQLAlchemy

    store = Store(location)
    try:
        return advance(store)
    finally:
        store.close()


def advance(store: Store, progress: Callable[[int], None] | None = None) -> int:
    """Replay every listing for which something has happened by now; how many there were.

    New events, timers that have gone off, events that were dated ahead: all wait in `next_moment`.
    `progress` is told how many have been done so far.
    """
    done, portion = 0, FIRST_PORTION
    ground: Ground | None = None
    while True:
        with store.work() as work:
            if ground is None:
                check_version(work.plain, store.location)
                ground = load_ground(work.plain)
            listings = work.plain.rows(
                "SELECT id, ref FROM listing WHERE next_moment IS NOT NULL AND next_moment <= ? LIMIT ?",
                (work.now, portion),
            )
            if not listings:
                work.changed = False
                return done
            projected = project(work.plain, ground, [(row[0], row[1]) for row in listings], work.now)
        done += len(listings)
        portion = _next_portion(portion, projected.events)
        if progress is not None:
            progress(done)


def _next_portion(portion: int, events: int) -> int:
    """How many listings to take next, after so many with so many events."""
    if events > MANY_EVENTS:
        return max(1, portion // 4)
    return min(PORTION, portion * 2) if events < FEW_EVENTS else portion


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many listings were replayed, and how many rows of tasks and counts were not as they should be."""

    listings: int
    changed: int


def rebuild(store: Store, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
    """Recount the board and replay all listings, portion by portion.

    On a store that is up to date nothing changes (design, section 2).
    """
    with store.work() as work:
        check_version(work.plain, store.location)
        # First of all the counts are made to fit the tasks as they stand; every replay then moves them along.
        changed = recount(work.plain)
    advance(store)
    done, last, portion = 0, 0, FIRST_PORTION
    while True:
        with store.work() as work:
            listings = work.plain.rows(
                "SELECT id, ref FROM listing WHERE id > ? ORDER BY id LIMIT ?", (last, portion)
            )
            if not listings:
                work.changed = False
                return Rebuilt(done, changed)
            ground = load_ground(work.plain)
            projected = project(work.plain, ground, [(row[0], row[1]) for row in listings], work.now)
            total = work.plain.value("SELECT count(*) FROM listing")
        changed += projected.changed
        portion = _next_portion(portion, projected.events)
        last = listings[-1][0]
        done += len(listings)
        if progress is not None:
            progress(done, total)
