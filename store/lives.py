"""The tasks of a past period as previews and suggestions want them: days by KPI, and what moved them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from kpi.deadlines import History, elapsed
from kpi.preview import (
    Affected,
    Lives,
    MovedLife,
    Period,
    PlainLife,
    PlainTasks,
    Sample,
    Turns,
    alone,
    deadlines_of,
    moved_turns,
    plain_turns,
)
from store.alike import Packing
from store.bulk import collecting_rarely
from store.moved_by import closing_dates_said, freezes_by_listing
from store.target_sets import load_target_sets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kpi.deadlines import Freeze
    from kpi.preview import Alike
    from kpi.targets import Target, TargetSet
    from store.organisation import Organisation
    from store.plain import Plain, Row

# Two questions, for two indexes. Cancelled tasks count in no performance figure (rule 7).
_ENDED = "ended_on >= {since} AND opened_on <= {until} AND outcome = 'finished'"
_OPEN = "ended_on IS NULL AND opened_on <= {until}"
_FROZEN = "listing_id IN (SELECT listing_id FROM listing_freeze)"
# From so great a part of all tasks on, SQLite reads them in their own order faster than by an index.
_GREAT_PART = 4


class _Careful(NamedTuple):
    """A task, with what tells why its days alone may not say what another target would have made of it."""

    kpi_id: int
    day_zero: int
    opened_on: int
    ended_on: int | None
    due_on: int
    done_by: int
    ended_at: int | None
    listing_id: int
    target_set: int
    since: int
    listing: str
    application: str | None

    @property
    def life(self) -> PlainLife:
        """Its days."""
        return PlainLife._make(self[1:6])


@collecting_rarely()
def read_sample(plain: Plain, organisation: Organisation, since: date, until: date) -> Sample:
    """All tasks that lived within the period, which is not ahead."""
    period = Period(since.toordinal(), until.toordinal())
    tasks = _Tasks(plain, organisation, period)
    simple, careful = tasks.all()
    fixed: dict[int, list[PlainLife]] = defaultdict(list)
    moved: dict[int, list[MovedLife]] = defaultdict(list)
    single: dict[int, list[Alike]] = defaultdict(list)
    for row, life in careful:
        if isinstance(life, MovedLife):
            moved[row.kpi_id].append(life)
        elif tasks.is_fixed(row):
            fixed[row.kpi_id].append(life)
        else:
            single[row.kpi_id].append(alone(life, organisation.calendars, period))
    lives = {
        code: Lives(
            PlainTasks.of(chain(simple.get(kpi_id, ()), single[kpi_id]), period), fixed[kpi_id], moved[kpi_id]
        )
        for kpi_id, code in tasks.codes.items()
    }
    return Sample(period, organisation.calendars, lives)


@collecting_rarely()
def affected_tasks(
    plain: Plain, organisation: Organisation, kpi: str, target: Target, days: tuple[date, date]
) -> tuple[Affected, ...]:
    """The tasks of a KPI that would have become due or overdue within the days only then, or only now."""
    period = Period(days[0].toordinal(), days[1].toordinal())
    calendars, tasks = organisation.calendars, _Tasks(plain, organisation, period, kpi)
    found: list[tuple[_Careful, Turns, Turns]] = []
    for row, life in tasks.each():
        if isinstance(life, MovedLife):
            now = moved_turns(life, None, calendars, period.until)
            found.append((row, now, moved_turns(life, target, calendars, period.until)))
        elif not tasks.is_fixed(row):
            draft = deadlines_of(calendars, target, life.day_zero, life.opened_on)
            now = plain_turns(life, (life.due_on, life.done_by), period.until)
            found.append((row, now, plain_turns(life, draft, period.until)))
    views = (_affected(row, now, then, period) for row, now, then in found)
    return tuple(sorted((view for view in views if view is not None), key=_by_name))


def _affected(row: _Careful, now: Turns, then: Turns, period: Period) -> Affected | None:
    days = [date.fromordinal(day) if day is not None and period.holds(day) else None for day in (*now, *then)]
    if (days[0] is None, days[1] is None) == (days[2] is None, days[3] is None):
        return None
    return Affected(row.listing, row.application, *days)


def _by_name(view: Affected) -> tuple[str, str]:
    return view.listing, view.application or ""


Took = dict[int, int]


@collecting_rarely()
def durations(
    plain: Plain, organisation: Organisation, today: date, since: date | None
) -> dict[str, tuple[Took, Took]]:
    """Per KPI the tasks by how many working days they took: those that finished, those censored.

    Open tasks are censored at the end of `today`, cancelled ones at their end. `since` leaves out those
    whose clock started earlier.
    """
    calendars = organisation.calendars
    codes: dict[int, str] = dict(plain.rows("SELECT id, code FROM kpi"))
    found: dict[str, tuple[Took, Took]] = {
        code: (defaultdict(int), defaultdict(int)) for code in codes.values()
    }
    last, first = today.toordinal(), 0 if since is None else since.toordinal()
    end = f"CASE WHEN ended_on IS NULL OR ended_on > {last} THEN {last} ELSE ended_on END"
    finished = f"CASE WHEN outcome = 'finished' AND ended_on <= {last} THEN 1 ELSE 0 END"
    # What ended on the day of a change was counted by the calendar of its instant.
    turning = ", ".join(str(day.toordinal()) for day in calendars.days) or 0
    instant = f"CASE WHEN ended_on IN ({turning}) THEN ended_at END"
    ask = (
        f"SELECT kpi_id, day_zero, {end}, {finished}, {instant}, {{more}} FROM task "
        f"WHERE day_zero >= {first} AND day_zero <= {last} AND {{which}}"
    )
    simple = plain.rows(ask.format(more="count(*)", which=f"NOT {_FROZEN}") + " GROUP BY 1, 2, 3, 4, 5")
    frozen = plain.rows(ask.format(more="listing_id", which=_FROZEN))
    freezes = freezes_by_listing(plain, {row[-1] for row in frozen})
    each = [*((*row, ()) for row in simple), *((*row[:5], 1, freezes[row[5]]) for row in frozen)]
    for kpi_id, day_zero, ended, done, at, tasks, paused in each:
        start, stop = date.fromordinal(day_zero), date.fromordinal(ended)
        calendar = calendars.on(stop) if at is None else calendars.at(at)
        found[codes[kpi_id]][0 if done else 1][elapsed(calendar, start, stop, paused)] += tasks
    return found


class _Tasks:
    """The tasks of a period, of all KPIs or of one, and what is to be known of those that need care.

    Care is needed where a listing was frozen, where a date of the listing stands for the target, and where
    the calendar changed within a task's life.
    """

    def __init__(
        self, plain: Plain, organisation: Organisation, period: Period, kpi: str | None = None
    ) -> None:
        self._plain, self._organisation, self._period = plain, organisation, period
        codes: dict[int, str] = dict(plain.rows("SELECT id, code FROM kpi"))
        self.codes = {number: code for number, code in codes.items() if kpi in (None, code)}
        self._only = "" if kpi is None else f" AND kpi_id IN ({', '.join(map(str, self.codes))})"
        of_kpi = organisation.catalogue.by_code
        self._dated = {number for number, code in self.codes.items() if of_kpi[code].deadline}
        changed = (
            f"(opened_on <= {day.toordinal()} AND (ended_on IS NULL OR ended_on >= {day.toordinal()}))"
            for day in organisation.calendars.days
        )
        # None is numbered 0. NULL would not do: the condition is also asked turned round.
        numbers = ", ".join(map(str, sorted(self._dated))) or 0
        # A date of the listing stands for both numbers of the target.
        dated = f"(kpi_id IN ({numbers}) AND (due_on = done_by OR since <> opened_on))"
        self._needs_care = " OR ".join((_FROZEN, dated, *changed))

    def all(self) -> tuple[Mapping[int, list[Alike]], Iterator[tuple[_Careful, PlainLife | MovedLife]]]:
        """The simple tasks by KPI, those alike together, and each of the tasks that need care."""
        packing = Packing(self._organisation.calendars, self._period)
        # One pass: where a task needs care its own number stands, negative, in the place of the other.
        number = f"CASE WHEN {self._needs_care} THEN -id ELSE {packing.number} END"
        numbers = [number for (number,) in self._rows(number)]
        careful = [-number for number in numbers if number < 0]
        columns = ", ".join(_Careful._fields)
        rows = self._plain.where_in(f"SELECT {columns} FROM task WHERE id IN (…)", careful)
        simple = packing.read(number for number in numbers if number >= 0)
        return simple, self._with_care(list(map(_Careful._make, rows)))

    def each(self) -> Iterator[tuple[_Careful, PlainLife | MovedLife]]:
        """Every task: a moved life where deadlines did not stay the same, else a plain one."""
        return self._with_care(list(map(_Careful._make, self._rows(", ".join(_Careful._fields)))))

    def _rows(self, columns: str) -> list[Row]:
        """The columns of all tasks of the period."""
        days = {"since": self._period.since, "until": self._period.until}
        found = []
        for table, arm in ((self._ended_table(), _ENDED), ("task", _OPEN)):
            found += self._plain.rows(f"SELECT {columns} FROM {table} WHERE {arm.format(**days)}{self._only}")
        return found

    def _ended_table(self) -> str:
        if self._plain.postgres:
            return "task"  # the server knows its tables, and what to do
        ended = self._plain.value("SELECT count(*) FROM task WHERE ended_on >= ?", (self._period.since,))
        few = "SELECT count(*) FROM (SELECT 1 FROM task LIMIT ?)"
        great_part = self._plain.value(few, (_GREAT_PART * ended + 1,)) <= _GREAT_PART * ended
        return "task NOT INDEXED" if great_part else "task"

    def _with_care(self, rows: list[_Careful]) -> Iterator[tuple[_Careful, PlainLife | MovedLife]]:
        freezes = freezes_by_listing(self._plain, {row.listing_id for row in rows})
        said = closing_dates_said(
            self._plain, {row.listing_id for row in rows if self._is_unclear(row, freezes)}
        )
        for row in rows:
            yield row, self._life(row, tuple(freezes.get(row.listing_id, ())), said.get(row.listing_id, ()))

    def _is_unclear(self, row: _Careful, freezes: Mapping[int, list[Freeze]]) -> bool:
        """Whether only the listing's events tell which closing dates were said."""
        if row.kpi_id not in self._dated:
            return False
        if row.listing_id in freezes or self._changed_within(row) or row.since != row.opened_on:
            return True
        return row.due_on == row.done_by and not self.is_fixed(row)

    def _changed_within(self, row: _Careful) -> bool:
        """Whether the calendar changed within a task's life."""
        return any(
            row.opened_on <= day.toordinal() and (row.ended_on is None or day.toordinal() <= row.ended_on)
            for day in self._organisation.calendars.days
        )

    def is_fixed(self, row: _Careful) -> bool:
        """Whether a date of the listing was the deadline from the start, so that no target matters."""
        if row.kpi_id not in self._dated or row.since != row.opened_on or row.due_on != row.done_by:
            return False
        by_target = deadlines_of(self._organisation.calendars, self._target(row), row.day_zero, row.opened_on)
        return by_target != (row.due_on, row.done_by)

    def _life(
        self, row: _Careful, freezes: tuple[Freeze, ...], said: Sequence[tuple[int, date]]
    ) -> PlainLife | MovedLife:
        dates = None
        if row.kpi_id in self._dated:
            until = row.ended_at
            dates = History.of(
                (self._organisation.calendar.day_of(at), day)
                for at, day in said
                if until is None or at <= until
            )
        if not freezes and not self._changed_within(row) and (dates is None or not dates.days):
            return row.life
        return MovedLife(
            date.fromordinal(row.day_zero),
            date.fromordinal(row.opened_on),
            None if row.ended_on is None else date.fromordinal(row.ended_on),
            row.ended_at,
            self._target(row),
            freezes,
            dates,
        )

    def _target(self, row: _Careful) -> Target:
        return self._sets[row.target_set].target(self.codes[row.kpi_id])

    @cached_property
    def _sets(self) -> dict[int, TargetSet]:
        return {target_set.number: target_set for target_set in load_target_sets(self._plain)}
