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
from kpi.course import CANCELLED, FINISHED, Course, Rules
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
    tasks = _tasks(listing, course, in_force, calendars, freezes)
    return Replay(
        target_set=in_force.number,
        first_at=past[0].at,
        owners=_owners(past, calendar),
        freezes=freezes,
        tasks=tasks,
        next_moment=min(moments, default=None),
        applications=tuple(course.applications),
    )


def _tasks(
    listing: str, course: Course, in_force: TargetSet, calendars: Calendars, freezes: tuple[Freeze, ...]
) -> tuple[Task, ...]:
    """The tasks of all clocks that ran. One pass with all that it needs at hand: a rebuild makes millions."""
    kpis, closing, target_of, only = course.rules.kpis, course.closing, in_force.target, calendars.only
    day_of = (only or calendars.latest).day_of  # any will do: no change touches the zone
    number_of = _numbers(listing)
    made = []
    for application, (place, times, started_at, opened_at), ended_at, outcome, dates in course.clocks():
        kpi = kpis[place]
        target = target_of(kpi.code)
        day_zero = day_of(started_at)
        opened_on = day_zero if opened_at == started_at else day_of(opened_at)
        ended_on = None if ended_at is None else day_of(ended_at)
        calendar = only or calendars.all_through(opened_on, ended_at)
        earlier: tuple[Phase, ...] = ()
        if calendar is not None and not freezes and kpi.deadline is None:
            due_on = calendar.nth_working_day(day_zero, target.due_days)
            done_by = calendar.nth_working_day(day_zero, target.done_by_days)
            paused, since = False, opened_on
        else:
            said = History.of(closing[:dates]) if kpi.deadline else None
            days = (day_zero, opened_on, ended_on)
            *before, last = phases_lived(calendars, target, days, ended_at, freezes, said)
            since, due_on, done_by, paused = last
            earlier = tuple(before)
        made.append(
            _new_task(
                (
                    number_of(application, kpi.code, times),
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
        )
    return tuple(made)


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
    named, latest = False, None
    for event in events:
        owner = event.owner
        if owner is not None:
            named = True
        elif not named and latest is None:
            owner = event.actor
        if owner is None or owner == latest:
            continue
        latest = owner
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
    return _numbers(listing)(application, kpi, times)


def _numbers(listing: str) -> Callable[[str | None, str, int], int]:
    """`task_id` for many tasks of one listing."""
    theirs = _listing_bits(listing) << _OWN_BITS
    begun = blake2b(f"{listing}\x1f".encode(), digest_size=8)
    number_of = int.from_bytes

    def number(application: str | None, kpi: str, times: int) -> int:
        whole = begun.copy()
        subject = "-" if application is None else "+" + application
        whole.update(f"{subject}\x1f{kpi}\x1f{times}".encode())
        return theirs | number_of(whole.digest(), "big") >> _LISTING_BITS + 1

    return number


@lru_cache(maxsize=64)
def _listing_bits(listing: str) -> int:
    return int.from_bytes(blake2b(listing.encode(), digest_size=_LISTING_BITS // 8).digest(), "big")
