"""What another calendar would do to the open tasks: exactly what a replay by it would make of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.deadlines import open_deadlines
from kpi.status import Status, status_on
from store.moved_by import closing_dates_said, freezes_by_listing
from store.target_sets import load_target_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kpi.calendar import WorkingCalendar
    from kpi.targets import Target
    from store.organisation import Organisation
    from store.plain import Plain


class Recoloured(NamedTuple):
    """How many of a KPI's open tasks go from one status to another; neither is ever `paused`."""

    before: Status
    after: Status
    tasks: int


@dataclass(frozen=True, slots=True)
class KpiEffect:
    """One KPI's open tasks: how many there are, of how many a deadline moves, and which change colour."""

    kpi: str
    title: str
    tasks: int
    moved: int
    recoloured: tuple[Recoloured, ...]


@dataclass(frozen=True, slots=True)
class CalendarEffect:
    """What a draft does to the open tasks, judged on `day`: how many of them move, how many change colour.

    `kpis` has the KPIs of which a deadline moves, in the catalogue's order.
    """

    day: date
    tasks: int
    moved: int
    recoloured: int
    kpis: tuple[KpiEffect, ...]


_Deadlines = tuple[date, date]


class _Move(NamedTuple):
    """So many open tasks of a KPI go from these deadlines to those."""

    kpi_id: int
    tasks: int
    before: _Deadlines
    after: _Deadlines
    paused: bool = False


_FROZEN = "listing_id IN (SELECT listing_id FROM listing_freeze)"


def effect_of(
    plain: Plain, organisation: Organisation, draft: WorkingCalendar, day: date, now: int
) -> CalendarEffect:
    """What becomes of the tasks that are open at the instant `now`, on `day`, if `draft` counts from then on.

    The tasks must be up to date.
    """
    tasks: dict[int, int] = dict(plain.rows("SELECT kpi_id, sum(tasks) FROM task_count GROUP BY kpi_id"))
    moved = Counter[int]()
    colours: Counter[tuple[int, Status, Status]] = Counter()
    for kpi_id, count, before, after, paused in _Draft(plain, organisation, draft, day, now).moves():
        moved[kpi_id] += count
        was, becomes = status_on(day, *before), status_on(day, *after)
        if was != becomes and not paused:
            colours[kpi_id, was, becomes] += count
    kpis = tuple(
        KpiEffect(kpi.code, kpi.title, int(tasks[number]), moved[number], _recoloured(colours, number))
        for number, kpi in enumerate(organisation.catalogue.kpis, 1)
        if moved[number]
    )
    return CalendarEffect(day, int(sum(tasks.values())), moved.total(), colours.total(), kpis)


def _recoloured(colours: Counter[tuple[int, Status, Status]], number: int) -> tuple[Recoloured, ...]:
    order = list(Status)
    found = [Recoloured(was, becomes, n) for (kpi, was, becomes), n in colours.items() if kpi == number]
    return tuple(sorted(found, key=lambda one: (order.index(one.before), order.index(one.after))))


class _Draft:
    """The open tasks of which a draft moves a deadline."""

    def __init__(
        self, plain: Plain, organisation: Organisation, draft: WorkingCalendar, day: date, now: int
    ) -> None:
        self._plain, self._now = plain, now
        self._present, self._draft, self._day = organisation.calendar, draft, day
        kpis = organisation.catalogue.kpis
        self._codes = [kpi.code for kpi in kpis]
        self._dated = {number for number, kpi in enumerate(kpis, 1) if kpi.deadline}
        # None is numbered 0. NULL would not do: the condition is also asked turned round.
        self._in_dated = f"kpi_id IN ({', '.join(map(str, sorted(self._dated))) or 0})"
        self._sets = {one.number: one for one in load_target_sets(plain)}

    def moves(self) -> Iterator[_Move]:
        """Every move, alike ones together."""
        first = self._present.first_difference(self._draft)
        if first is not None:
            yield from self._moves_by_target(first.toordinal())
            yield from self._moves_where_dates_count(first.toordinal())
            yield from self._moves_of_frozen()

    def _moves_by_target(self, first: int) -> Iterator[_Move]:
        """Of tasks whose day 0 tells all; what must be done before the calendars differ stays as it is."""
        # The signs keep SQLite from going through the tasks in the order of an index, all over the table.
        rows = self._plain.rows(
            "SELECT +kpi_id, target_set, day_zero, count(*) FROM task WHERE ended_on IS NULL "
            f"AND +done_by >= ? AND NOT ({_FROZEN} OR {self._in_dated}) GROUP BY 1, 2, 3",
            (first,),
        )
        for kpi_id, number, day_zero, tasks in rows:
            before = self._by_target(self._present, kpi_id, number, day_zero)
            after = self._by_target(self._draft, kpi_id, number, day_zero)
            if before != after:
                yield _Move(kpi_id, tasks, before, after)

    def _moves_where_dates_count(self, first: int) -> Iterator[_Move]:
        """Of tasks that are due by a date of their listing once it is known: no calendar moves that."""
        rows = self._plain.rows(
            "SELECT listing_id, kpi_id, target_set, day_zero, due_on, done_by FROM task "
            f"WHERE ended_on IS NULL AND done_by >= ? AND {self._in_dated} AND NOT ({_FROZEN})",
            (first,),
        )
        doubtful: list[tuple[int, _Move]] = []
        for listing_id, kpi_id, number, day_zero, *held in rows:
            before = self._by_target(self._present, kpi_id, number, day_zero)
            after = self._by_target(self._draft, kpi_id, number, day_zero)
            if before != after and before == _days(held):
                # A date may lie on the day that both numbers of the target lead to.
                doubtful.append((listing_id, _Move(kpi_id, 1, before, after)))
        equal = (listing_id for listing_id, move in doubtful if move.before[0] == move.before[1])
        dates = _latest_dates(self._plain, equal, self._now)
        yield from (move for listing_id, move in doubtful if listing_id not in dates)

    def _moves_of_frozen(self) -> Iterator[_Move]:
        """Of tasks of listings that are or were frozen: how long a freeze was depends on the calendar too."""
        rows = self._plain.rows(
            "SELECT listing_id, kpi_id, target_set, day_zero, due_on, done_by, paused FROM task "
            f"WHERE ended_on IS NULL AND {_FROZEN}"
        )
        freezes = freezes_by_listing(self._plain, {row[0] for row in rows})
        dates = _latest_dates(self._plain, {row[0] for row in rows if row[1] in self._dated}, self._now)
        for listing_id, kpi_id, number, day_zero, *held, paused in rows:
            before = _days(held)
            after = open_deadlines(
                self._draft,
                self._target(kpi_id, number),
                date.fromordinal(day_zero),
                self._day,
                freezes[listing_id],
                dates.get(listing_id) if kpi_id in self._dated else None,
            )
            if before != after:
                yield _Move(kpi_id, 1, before, after, paused=bool(paused))

    def _target(self, kpi_id: int, number: int) -> Target:
        return self._sets[number].target(self._codes[kpi_id - 1])

    def _by_target(self, calendar: WorkingCalendar, kpi_id: int, number: int, day_zero: int) -> _Deadlines:
        target = self._target(kpi_id, number)
        return open_deadlines(calendar, target, date.fromordinal(day_zero), self._day, (), None)


def _days(held: Iterable[int]) -> _Deadlines:
    due_on, done_by = map(date.fromordinal, held)
    return due_on, done_by


def _latest_dates(plain: Plain, listings: Iterable[int], now: int) -> dict[int, date]:
    """The closing date that was said last by `now`, of those listings of which one was."""
    found = {}
    for listing_id, said in closing_dates_said(plain, listings).items():
        known = [day for at, day in said if at <= now]
        if known:
            found[listing_id] = known[-1]
    return found
