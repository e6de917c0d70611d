"""What a draft of targets would have done: the days on which tasks became due and overdue, then and under it.

A task becomes due on the first day of its life, its last day included, on which it is due or overdue (rule
5), and overdue on the first on which it is overdue; while paused it becomes neither. So a task that was
finished late had become overdue (rule 7). Cancelled tasks are no part of it: they count in no performance
figure (rule 7). Days are ordinals, as the store has them: a preview runs between two strokes of a key.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.clock import phases_lived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kpi.calendar import WorkingCalendar
    from kpi.calendars import Calendars
    from kpi.deadlines import Freeze, History, Phase
    from kpi.events import Instant
    from kpi.targets import Target


class PlainLife(NamedTuple):
    """A task of which one pair of deadlines held all its life; `ended_on` is None while it is open.

    `kpi` is a number by which its giver tells KPIs apart. Any such tuples do: there are many.
    """

    kpi: int
    day_zero: int
    opened_on: int
    ended_on: int | None
    due_on: int
    done_by: int


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
class Lives:
    """One KPI's tasks that lived within a period. `fixed` have a deadline that no target moves."""

    plain: Sequence[PlainLife]
    fixed: Sequence[PlainLife]
    moved: Sequence[MovedLife]

    @property
    def tasks(self) -> int:
        """How many there are."""
        return len(self.plain) + len(self.fixed) + len(self.moved)


_NO_LIVES = Lives((), (), ())


@dataclass(frozen=True)
class Sample:
    """The tasks of all KPIs that lived within a period, ready to be judged under any draft."""

    period: Period
    calendars: Calendars
    lives: Mapping[str, Lives]

    def row(self, kpi: str, target: Target) -> PreviewRow:
        """What `target` would have made of a KPI."""
        lives, calendars, until = self.lives.get(kpi, _NO_LIVES), self.calendars, self.period.until
        fixed = (
            (turns, turns)
            for turns in (plain_turns(one, (one.due_on, one.done_by), until) for one in lives.fixed)
        )
        moved = (
            (moved_turns(one, None, calendars, until), moved_turns(one, target, calendars, until))
            for one in lives.moved
        )
        parts = (
            *(
                _count_plain(plain, _Drafted(calendar, target), self.period)
                for calendar, plain in _by_calendar(lives.plain, calendars)
            ),
            _count_turns(fixed, self.period),
            _count_turns(moved, self.period),
        )
        return PreviewRow(kpi, lives.tasks, *map(sum, zip(*parts, strict=True)))

    def preview(self, targets: Mapping[str, Target]) -> tuple[PreviewRow, ...]:
        """What a draft would have made of its KPIs, in its order."""
        return tuple(self.row(kpi, target) for kpi, target in targets.items())


class _Drafted(dict[int, tuple[int, int]]):
    """(due_on, done_by) under a target by day 0, for tasks whose deadlines never move."""

    def __init__(self, calendar: WorkingCalendar, target: Target) -> None:
        self._nth, self._target = calendar.nth_working_day, target

    def __missing__(self, day_zero: int) -> tuple[int, int]:
        start, target = date.fromordinal(day_zero), self._target
        found = (
            self._nth(start, target.due_days).toordinal(),
            self._nth(start, target.done_by_days).toordinal(),
        )
        self[day_zero] = found
        return found


def _by_calendar(
    lives: Sequence[PlainLife], calendars: Calendars
) -> Iterable[tuple[WorkingCalendar, Sequence[PlainLife]]]:
    """The lives by the calendar that held all through them."""
    if not calendars.changes:
        return [(calendars.latest, lives)]
    found: dict[WorkingCalendar, list[PlainLife]] = defaultdict(list)
    for life in lives:
        found[calendars.on(date.fromordinal(life[2]))].append(life)
    return found.items()


Counts = tuple[int, int, int, int]


def _count_plain(lives: Iterable[PlainLife], drafted: _Drafted, period: Period) -> Counts:
    """Of tasks whose deadlines never moved: how many became due and overdue, then and under the draft."""
    since, until = period.since, period.until
    due_now = overdue_now = due_then = overdue_then = 0
    for _, day_zero, opened_on, ended_on, due_on, done_by in lives:
        last = until if ended_on is None or ended_on > until else ended_on
        recent = opened_on >= since
        if due_on <= last:  # else it became neither, for it is due before it is overdue
            if recent or due_on >= since:
                due_now += 1
            if done_by < last and (recent or done_by + 1 >= since):
                overdue_now += 1
        due_then_on, done_then_by = drafted[day_zero]
        if due_then_on <= last:
            if recent or due_then_on >= since:
                due_then += 1
            if done_then_by < last and (recent or done_then_by + 1 >= since):
                overdue_then += 1
    return due_now, overdue_now, due_then, overdue_then


def _count_turns(turns: Iterable[tuple[Turns, Turns]], period: Period) -> Counts:
    """The same of tasks of which it is known when they turned, then and under the draft."""
    found = [0, 0, 0, 0]
    for now, then in turns:
        for place, day in enumerate((*now, *then)):
            found[place] += period.holds(day)
    return found[0], found[1], found[2], found[3]


def deadlines_of(calendars: Calendars, target: Target, day_zero: int, opened_on: int) -> tuple[int, int]:
    """(due_on, done_by) of a task whose deadlines never move, by the calendar of the day it was opened."""
    return _Drafted(calendars.on(date.fromordinal(opened_on)), target)[day_zero]


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
