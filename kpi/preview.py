"""What a draft of targets would have done: the days on which tasks became due and overdue, then and under it.

A task becomes due on the first day of its life, its last day included, on which it is due or overdue (rule
5), and overdue on the first on which it is overdue; while paused it becomes neither. So a task that was
finished late had become overdue (rule 7). Cancelled tasks are no part of it: they count in no performance
figure (rule 7). Days are ordinals, as the store has them: a preview runs between two strokes of a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import MOST_DAYS
from kpi.clock import phases_lived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kpi.calendar import WorkingCalendar
    from kpi.calendars import Calendars
    from kpi.deadlines import Freeze, History, Phase
    from kpi.events import Instant
    from kpi.targets import Target


class PlainLife(NamedTuple):
    """A task of which one pair of deadlines held all its life; `ended_on` is None while it is open."""

    day_zero: int
    opened_on: int
    ended_on: int | None
    due_on: int
    done_by: int


class Alike(NamedTuple):
    """So many plain lives of one KPI and calendar that began and ended, for a period, on the same days.

    `last` is the last day of theirs up to the period's end. `is_new` says that they were opened within the
    period, `due_now` and `overdue_now` how many of them really became due and overdue within it.
    """

    calendar: WorkingCalendar
    day_zero: int
    last: int
    is_new: bool
    due_now: int
    overdue_now: int
    tasks: int


class MovedLife(NamedTuple):
    """A task whose deadlines moved, or may have: by freezes, closing dates or a change of the calendar.

    `target` is the one it really has.
    """

    day_zero: date
    opened_on: date
    ended_on: date | None
    ended_at: Instant | None
    target: Target
    freezes: tuple[Freeze, ...]
    dates: History | None


Counts = tuple[int, int, int, int]


class Turns(NamedTuple):
    """The days on which a task became due, and overdue; None if it never did."""

    due: int | None
    overdue: int | None


class PreviewRow(NamedTuple):
    """One KPI over a period: its tasks, and how many became due and overdue, then and under the draft."""

    kpi: str
    tasks: int
    due_now: int
    overdue_now: int
    due_draft: int
    overdue_draft: int


class Affected(NamedTuple):
    """A task that would have become due or overdue on another day, or not at all."""

    listing: str
    application: str | None
    due_now: date | None
    overdue_now: date | None
    due_draft: date | None
    overdue_draft: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `since` to `until`; what is open is known up to `until`."""

    since: int
    until: int

    def holds(self, day: int | None) -> bool:
        """Whether `day` lies within."""
        return day is not None and self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class PlainTasks:
    """A KPI's plain tasks: what became of them, and of how many it would have under any number of days.

    `due` and `overdue` have a count for each number of working days, from 0 to `MOST_DAYS`.
    """

    tasks: int
    due_now: int
    overdue_now: int
    due: Sequence[int]
    overdue: Sequence[int]

    @classmethod
    def of(cls, lives: Iterable[Alike], period: Period) -> PlainTasks:
        """Count them once; then any draft is two looks into a table.

        The n-th working day after day 0 is not after a day d where n is at most the working days from day 0
        to d. So a task turns within the period for each n above those to the day before the period, if it
        was open then, and up to those to its last day; overdue is a day later than due (rule 5).
        """
        tasks = due_now = overdue_now = 0
        due, overdue = [0] * (MOST_DAYS + 2), [0] * (MOST_DAYS + 2)
        known: WorkingCalendar | None = None
        rank: Sequence[int] = ()
        since, first = period.since, 0
        for calendar, zero, last, is_new, became_due, became_overdue, count in lives:
            if calendar is not known:
                known, rank, first = calendar, calendar.ranks, calendar.first.toordinal()
            start = rank[zero - first] - 1  # one more than n is where a count begins or ends
            for turns, until, before in ((due, last, since - 1), (overdue, last - 1, since - 2)):
                low = 0 if is_new or before < zero else rank[before - first] - start
                high = 0 if until < zero else rank[until - first] - start
                turns[low if low <= MOST_DAYS else MOST_DAYS + 1] += count
                turns[high if high <= MOST_DAYS else MOST_DAYS + 1] -= count
            tasks += count
            due_now += became_due
            overdue_now += became_overdue
        return cls(tasks, due_now, overdue_now, tuple(accumulate(due)), tuple(accumulate(overdue)))

    def under(self, target: Target) -> Counts:
        """How many became due and overdue, then and under `target`."""
        return self.due_now, self.overdue_now, self.due[target.due_days], self.overdue[target.done_by_days]


@dataclass(frozen=True, slots=True)
class Lives:
    """One KPI's tasks that lived within a period. `fixed` have a deadline that no target moves."""

    plain: PlainTasks
    fixed: Sequence[PlainLife]
    moved: Sequence[MovedLife]

    @property
    def tasks(self) -> int:
        """How many there are."""
        return self.plain.tasks + len(self.fixed) + len(self.moved)


@dataclass(frozen=True)
class Sample:
    """The tasks of all KPIs that lived within a period, ready to be judged under any draft."""

    period: Period
    calendars: Calendars
    lives: Mapping[str, Lives]

    def row(self, kpi: str, target: Target) -> PreviewRow:
        """What `target` would have made of a KPI."""
        lives, calendars, until = self.lives[kpi], self.calendars, self.period.until
        fixed = (
            (turns, turns)
            for turns in (plain_turns(one, (one.due_on, one.done_by), until) for one in lives.fixed)
        )
        moved = (
            (moved_turns(one, None, calendars, until), moved_turns(one, target, calendars, until))
            for one in lives.moved
        )
        parts = (
            lives.plain.under(target),
            _count_turns(fixed, self.period),
            _count_turns(moved, self.period),
        )
        return PreviewRow(kpi, lives.tasks, *map(sum, zip(*parts, strict=True)))

    def preview(self, targets: Mapping[str, Target]) -> tuple[PreviewRow, ...]:
        """What a draft would have made of its KPIs, in its order."""
        return tuple(self.row(kpi, target) for kpi, target in targets.items())


def _count_turns(turns: Iterable[tuple[Turns, Turns]], period: Period) -> Counts:
    """The same of tasks of which it is known when they turned, then and under the draft."""
    found = [0, 0, 0, 0]
    for now, then in turns:
        for place, day in enumerate((*now, *then)):
            found[place] += period.holds(day)
    return found[0], found[1], found[2], found[3]


def deadlines_of(calendars: Calendars, target: Target, day_zero: int, opened_on: int) -> tuple[int, int]:
    """(due_on, done_by) of a task whose deadlines never move, by the calendar of the day it was opened."""
    nth, start = calendars.on(date.fromordinal(opened_on)).nth_working_day, date.fromordinal(day_zero)
    return nth(start, target.due_days).toordinal(), nth(start, target.done_by_days).toordinal()


def alone(life: PlainLife, calendars: Calendars, period: Period) -> Alike:
    """One plain life for a period."""
    now = plain_turns(life, (life.due_on, life.done_by), period.until)
    return Alike(
        calendars.on(date.fromordinal(life.opened_on)),
        life.day_zero,
        period.until if life.ended_on is None else min(life.ended_on, period.until),
        life.opened_on >= period.since,
        period.holds(now.due),
        period.holds(now.overdue),
        1,
    )


def plain_turns(life: PlainLife, deadlines: tuple[int, int], until: int) -> Turns:
    """When a task with these deadlines became due and overdue."""
    last = until if life.ended_on is None else min(life.ended_on, until)
    due, overdue = max(deadlines[0], life.opened_on), max(deadlines[1] + 1, life.opened_on)
    return Turns(due if due <= last else None, overdue if overdue <= last else None)


def moved_turns(life: MovedLife, target: Target | None, calendars: Calendars, until: int) -> Turns:
    """When a task whose deadlines moved became due and overdue under `target`, None for its own."""
    last = until if life.ended_on is None else min(life.ended_on.toordinal(), until)
    phases = phases_lived(
        calendars,
        target or life.target,
        (life.day_zero, life.opened_on, life.ended_on),
        life.ended_at,
        life.freezes,
        life.dates,
    )
    return _turns_in(phases, last)


def _turns_in(phases: tuple[Phase, ...], last: int) -> Turns:
    due = overdue = None
    ends = [phase.begin.toordinal() - 1 for phase in phases[1:]] + [last]
    for phase, end in zip(phases, ends, strict=True):
        begin, end = phase.begin.toordinal(), min(end, last)  # noqa: PLW2901 - not beyond what is known
        if phase.paused:
            continue
        if due is None and max(begin, phase.due_on.toordinal()) <= end:
            due = max(begin, phase.due_on.toordinal())
        if overdue is None and max(begin, phase.done_by.toordinal() + 1) <= end:
            overdue = max(begin, phase.done_by.toordinal() + 1)
    return Turns(due, overdue)
