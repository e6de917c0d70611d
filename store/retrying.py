"""Rows of the quarantine tried again, with the mapping as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi.policy import Action
from store.arrivals import arrivals_maker, possible_at
from store.errors import StoreError
from store.feeds.again import reread
from store.feeds.mapping import load_mapping
from store.feeds.reading import BadRow
from store.importing import begin_run, end_run, keep, organisation_of
from store.maintenance import advance
from store.mappings import saved_mapping
from store.moment import one_moment
from store.permission import permit
from store.quarantine import FROM_QUARANTINE, count_waiting
from store.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store.feeds.mapping import Mapping
    from store.feeds.reading import FeedItem
    from store.feeds.rows import Found
    from store.plain import Plain
    from store.quarantine import Chosen
    from store.work import Store, Work

PORTION = 5_000
FILE = "quarantine"


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of the rows that were tried again.

    Of `rows` chosen, `understood` are gone from the quarantine, `still` were not understood again, and
    `without_cells` cannot be tried, for they are no row of cells (a broken line). What was understood gave
    `added` new events, `duplicates` that were known already, and `sandbox` rows. `complete` is False if
    it was stopped before all of them had been tried: the rest waits as before, and is not counted.
    """

    rows: int
    understood: int
    still: int
    without_cells: int
    added: int
    duplicates: int
    sandbox: int
    complete: bool = True


def retry_rows(
    store: Store,
    chosen: Chosen,
    mapping: Mapping | None = None,
    progress: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Retried:
    """Read rows of the quarantine again: with `mapping`, which is kept for its source, or with those kept.

    With a mapping only rows of its source are tried. What is understood becomes events of a new import
    of the source; what is not stays, with its new reason. `progress` and `stopped` as for an import.
    StoreError, before anything is tried, if a source has no mapping kept.
    """
    if mapping is not None:
        if chosen.source not in (None, mapping.name):
            raise StoreError(
                f"the mapping is of the source “{mapping.name}”, the rows are of “{chosen.source}”; "
                "nothing was changed"
            )
        chosen = chosen._replace(source=mapping.name)
    permit(store.location, store.who, Action.BRING_IN, store.clock)  # what waits is not for everybody to know
    with one_moment(store.location) as plain:
        waiting, without_cells = count_waiting(plain, chosen)
        mappings = _mappings(plain, chosen, mapping)
    tally, tried, understood = Tally(), 0, 0
    wanted, is_stopped = waiting - without_cells, False
    for one in mappings:
        of_run = Tally()
        for rows, read in _of_source(store, chosen, one, of_run):
            tried += rows
            understood += read
            if progress is not None:
                progress(tried / max(1, tried, wanted))
            is_stopped = stopped is not None and stopped() and tried < wanted
            if is_stopped:
                break
        tally.add(of_run)
        if is_stopped:
            break
    advance(store)
    return Retried(
        rows=tried + without_cells,
        understood=understood,
        still=tried - understood,
        without_cells=without_cells,
        added=tally.added,
        duplicates=tally.duplicates,
        sandbox=tally.sandbox,
        complete=not is_stopped,
    )


def _mappings(plain: Plain, chosen: Chosen, mapping: Mapping | None) -> list[Mapping]:
    """The mapping of each source that has rows to try."""
    where, values = chosen.where()
    ask = f"SELECT DISTINCT r.source FROM {FROM_QUARANTINE} WHERE {where} AND q.cells IS NOT NULL ORDER BY 1"
    sources = [row[0] for row in plain.rows(ask, values)]
    if mapping is not None:
        return [mapping] if sources else []
    return [load_mapping(saved_mapping(plain, source).text) for source in sources]


def _of_source(store: Store, chosen: Chosen, mapping: Mapping, of_run: Tally) -> Iterator[tuple[int, int]]:
    """Try the rows of the mapping's source, portion by portion: (how many rows, how many understood).

    `of_run` counts what came of those that have been tried.
    """
    organisation = organisation_of(store)
    with store.work("quarantine.retry") as work:
        run = begin_run(work, mapping, FILE)
    arrivals = arrivals_maker(mapping.name, organisation.known_events)
    where, values = chosen._replace(source=mapping.name).where()
    ask = (
        f"SELECT q.id, q.line, q.cells FROM {FROM_QUARANTINE} WHERE {where} AND q.cells IS NOT NULL "
        "AND q.id > ? ORDER BY q.id LIMIT ?"
    )
    zone, possible = organisation.spec.zone, possible_at(organisation, store.clock())
    last = 0
    while True:
        with store.work("quarantine.retry") as work:
            rows = work.plain.rows(ask, (*values, last, PORTION))
            if not rows:
                end_run(work, run, None)
                break
            found = list(reread([(line, cells) for _, line, cells in rows], mapping, zone, possible))
            ids = [row[0] for row in rows]
            keep(work, [arrivals(_flat(found))], run, of_run)
            understood = _sort(work, ids, found)
        last = ids[-1]
        yield len(rows), understood


def _flat(found: list[Found]) -> list[FeedItem]:
    items: list[FeedItem] = []
    for one in found:
        items += one if isinstance(one, list) else [one]
    return items


def _sort(work: Work, ids: list[int], found: list[Found]) -> int:
    """Let go of the rows that were understood, give the others their new reason; how many went."""
    gone, still = [], []
    for number, one in zip(ids, found, strict=True):
        bad = [item for item in (one if isinstance(one, list) else [one]) if isinstance(item, BadRow)]
        if bad:
            still.append((bad[0].kind, bad[0].reason, number))
        else:
            gone.append((number,))
    work.plain.many("DELETE FROM quarantine WHERE id = ?", gone)
    work.plain.many("UPDATE quarantine SET kind = ?, reason = ? WHERE id = ?", still)
    return len(gone)
