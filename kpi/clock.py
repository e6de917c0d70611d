"""Replay: a listing's events in, its tasks out (design, section 3, rules 5 to 15).

A pure function: the same events, catalogue, target sets and calendars always give the same tasks. Events
after `now` wait; the result says at which instant something will next change by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.calendars import Calendars
from kpi.course import CANCELLED, FINISHED, Course, Ended, Rules
from kpi.deadlines import Freeze, History, Phase, final_deadlines, phases_of
from kpi.targets import Target, TargetSet, set_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from kpi.calendar import WorkingCalendar
    from kpi.catalogue import Kpi
    from kpi.events import Event, Instant

_LISTING_BITS, _OWN_BITS = 16, 47

__all__ = ["CANCELLED", "FINISHED", "Replay", "Rules", "Task", "phases_lived", "replay", "task_id"]


class Task(NamedTuple):
    """One KPI's clock on one listing or application.

    `due_on`, `done_by` and `paused` are what holds since the day `since`; `earlier` has the phases before
    that day, oldest first. `outcome` is None while open, else FINISHED or CANCELLED.
    """

    id: int
    kpi: Kpi
    application: str | None
    round: int
    started_at: Instant
    opened_at: Instant
    ended_at: Instant | None
    outcome: str | None
    day_zero: date
    opened_on: date
    ended_on: date | None
    due_on: date
    done_by: date
    paused: bool
    since: date
    earlier: tuple[Phase, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a listing's events amount to.

    `owners` is the listing's owner by day: (first day, owner). `freezes` are the listing's, in order.
    `next_moment` is when a timer or an event that lies ahead will change something, or None.
    """

    target_set: int
    first_at: Instant | None
    owners: tuple[tuple[date, str], ...]
    freezes: tuple[Freeze, ...]
    tasks: tuple[Task, ...]
    next_moment: Instant | None
    applications: tuple[str, ...]


def replay(
    listing: str,
    events: Sequence[Event],
    rules: Rules,
    sets: tuple[TargetSet, ...],
    calendar: WorkingCalendar | Calendars,
    now: Instant,
) -> Replay:
    """The tasks of one listing after `events`, which stand in the order of instant, then arrival.

    `calendar` is one that never changed, or the calendars through their changes. Events later than `now`
    are left for later and named by `next_moment`. CalendarError if a deadline falls outside the years that
    the calendar knows.
    """
    if isinstance(calendar, Calendars):
        calendars, calendar = calendar, calendar.latest
    else:
        calendars = Calendars.of(calendar)
    course = Course(rules, calendar)  # the zone is all it asks for, which no change touches
    taken = 0
    for event in events:
        if event.at > now:
            break
        course.take(event)
        taken += 1
    course.run_timers(now)
    moments = [at for at in (course.next_timer(), events[taken].at if taken < len(events) else None) if at]
    if not taken:
        return Replay(sets[0].number, None, (), (), (), min(moments, default=None), ())
    past = events[:taken]
    in_force = set_in_force(sets, past[0].at)
    freezes = course.all_freezes()
    closing = course.closing
    tasks = tuple(
        _task(listing, ended, rules.kpis, in_force, calendars, freezes, closing) for ended in course.clocks()
    )
    return Replay(
        target_set=in_force.number,
        first_at=past[0].at,
        owners=_owners(past, calendar),
        freezes=freezes,
        tasks=tasks,
        next_moment=min(moments, default=None),
        applications=tuple(course.applications),
    )


def _task(
    listing: str,
    ended: Ended,
    kpis: tuple[Kpi, ...],
    in_force: TargetSet,
    calendars: Calendars,
    freezes: tuple[Freeze, ...],
    closing: list[tuple[date, date]],
) -> Task:
    application, (place, times, started_at, opened_at), ended_at, outcome, _ = ended
    kpi = kpis[place]
    target = in_force.target(kpi.code)
    calendar = calendars.only
    day_of = (calendar or calendars.latest).day_of
    day_zero = day_of(started_at)
    opened_on = day_zero if opened_at == started_at else day_of(opened_at)
    ended_on = None if ended_at is None else day_of(ended_at)
    if calendar is None:
        calendar = calendars.all_through(opened_on, ended_at)
    if calendar is not None and not freezes and kpi.deadline is None:
        due_on = calendar.nth_working_day(day_zero, target.due_days)
        done_by = calendar.nth_working_day(day_zero, target.done_by_days)
        paused, since = False, opened_on
        earlier: tuple[Phase, ...] = ()
    else:
        dates = History.of(closing[: ended.dates]) if kpi.deadline else None
        *before, last = phases_lived(
            calendars, target, (day_zero, opened_on, ended_on), ended_at, freezes, dates
        )
        since, due_on, done_by, paused = last
        earlier = tuple(before)
    return _new_task(
        (
            task_id(listing, application, kpi.code, times),
            kpi,
            application,
            times,
            started_at,
            opened_at,
            ended_at,
            outcome,
            day_zero,
            opened_on,
            ended_on,
            due_on,
            done_by,
            paused,
            since,
            earlier,
        )
    )


def phases_lived(
    calendars: Calendars,
    target: Target,
    days: tuple[date, date, date | None],
    ended_at: Instant | None,
    freezes: tuple[Freeze, ...],
    dates: History | None,
) -> tuple[Phase, ...]:
    """The phases of a task through freezes, closing dates and changes of the calendar, oldest first.

    The last one is what holds now, or what the task keeps: of one that has ended it is not paused. `days`
    are its day 0, the day on which it was opened, and that of its end, if it has ended.
    """
    day_zero, opened_on, ended_on = days
    phases = phases_of(calendars, target, day_zero, opened_on, ended_on, freezes, dates)
    if ended_on is None or ended_at is None:
        return phases
    kept = final_deadlines(calendars.at(ended_at), target, day_zero, ended_on, freezes, dates)
    last = phases[-1]
    if not last.paused and kept == (last.due_on, last.done_by):
        return phases
    final = Phase(ended_on, *kept, paused=False)
    return (final,) if ended_on <= opened_on else (*phases, final)


def _owners(events: Sequence[Event], calendar: WorkingCalendar) -> tuple[tuple[date, str], ...]:
    """Rule 14, by day: the latest owner named, else the first actor named."""
    history: list[tuple[date, str]] = []
    named = False
    for event in events:
        if event.owner is not None:
            owner, named = event.owner, True
        elif not named and not history and event.actor is not None:
            owner = event.actor
        else:
            continue
        if history and history[-1][1] == owner:
            continue
        day = calendar.day_of(event.at)
        if history and history[-1][0] == day:
            history.pop()
        if not history or history[-1][1] != owner:
            history.append((day, owner))
    return tuple(history)


# The tuple's own constructor: a rebuild makes millions of tasks.
_new_task: Callable[[tuple[Any, ...]], Task] = partial(tuple.__new__, Task)


def task_id(listing: str, application: str | None, kpi: str, times: int) -> int:
    """A task's number, derived from what it is (rule 15): 63 bits of BLAKE2 hashes.

    The first 16 bits are the listing's, so that its tasks lie together in the store and are written and
    read together.
    """
    subject = "-" if application is None else "+" + application
    what = f"{listing}\x1f{subject}\x1f{kpi}\x1f{times}"
    own = int.from_bytes(blake2b(what.encode(), digest_size=8).digest(), "big") >> _LISTING_BITS + 1
    return _listing_bits(listing) << _OWN_BITS | own


@lru_cache(maxsize=64)
def _listing_bits(listing: str) -> int:
    return int.from_bytes(blake2b(listing.encode(), digest_size=_LISTING_BITS // 8).digest(), "big")
