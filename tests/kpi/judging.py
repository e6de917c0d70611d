"""Tasks of a replay as of a day, in the same form as the oracle's, so that the two can be compared."""

from __future__ import annotations

from datetime import date
from typing import Any

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.calendars import Calendars
from kpi.catalogue import Catalogue
from kpi.clock import CANCELLED, Replay, Rules, Task, replay
from kpi.deadlines import elapsed
from kpi.events import Event, instant_of, moment_of
from kpi.status import Status, status_on
from kpi.targets import Target, TargetSet

ENGLAND = WorkingCalendar(CalendarSpec())
UNCHANGED = Calendars.of(ENGLAND)


def event_of(row: dict[str, Any]) -> Event:
    first, last = row.get("first_interview_at"), row.get("last_interview_at")
    return Event(
        row["event"],
        instant_of(row["at"]),
        row.get("application"),
        row.get("actor"),
        row.get("owner"),
        row.get("closing_date"),
        instant_of(first) if first else None,
        instant_of(last) if last else None,
    )


def replay_rows(
    rows: list[dict[str, Any]],
    catalogue: Catalogue,
    sets: tuple[TargetSet, ...],
    calendar: WorkingCalendar | Calendars = ENGLAND,
    until: date = date(2090, 1, 1),
) -> dict[str, Replay]:
    """Every listing of rows in order of arrival, replayed as the store does it."""
    by_listing: dict[str, list[Event]] = {}
    for row in rows:
        by_listing.setdefault(row["listing"], []).append(event_of(row))
    rules, now = Rules(catalogue), ENGLAND.end_of(until)
    return {
        ref: replay(ref, sorted(events, key=lambda e: e.at), rules, sets, calendar, now)
        for ref, events in by_listing.items()
    }


def tasks_on(replays: dict[str, Replay], day: date, calendars: Calendars = UNCHANGED) -> list[dict[str, Any]]:
    """What the store's rows say of `day`, from replays of the whole history."""
    found: list[dict[str, Any]] = []
    for ref, result in replays.items():
        owner = next((name for begin, name in reversed(result.owners) if begin <= day), None)
        begun = [task for task in result.tasks if task.opened_on <= day]
        found += [_judge(ref, task, result, day, calendars) | {"user": owner} for task in begun]
    return found


def _judge(ref: str, task: Task, result: Replay, day: date, calendars: Calendars) -> dict[str, Any]:
    ended = task.ended_on is not None and task.ended_on <= day
    due_on, done_by, paused = task.due_on, task.done_by, task.paused
    if not ended and day < task.since:
        phase = [phase for phase in task.earlier if phase.begin <= day][-1]
        due_on, done_by, paused = phase.due_on, phase.done_by, phase.paused
    judged_on = task.ended_on if ended and task.ended_on else day
    status = Status.PAUSED if paused and not ended else status_on(judged_on, due_on, done_by)
    cancelled = ended and task.outcome == CANCELLED
    calendar = calendars.at(task.ended_at) if ended and task.ended_at is not None else calendars.on(day)
    return {
        "kpi": task.kpi.code,
        "stage": task.kpi.stage,
        "listing": ref,
        "application": task.application,
        "started_at": moment_of(task.started_at),
        "finished_at": moment_of(task.ended_at) if ended and task.ended_at is not None else None,
        "round": task.round,
        "target_set": result.target_set,
        "day_zero": task.day_zero,
        "due_on": due_on,
        "done_by": done_by,
        "status": "cancelled" if cancelled else status.value,
        "elapsed_working_days": elapsed(calendar, task.day_zero, judged_on, result.freezes),
        "in_time": judged_on <= done_by if ended and not cancelled else None,
    }


def one_set(numbers: dict[str, tuple[int, int]], default: tuple[int, int]) -> tuple[TargetSet, ...]:
    return (TargetSet(1, {code: Target(*pair) for code, pair in numbers.items()}, default=Target(*default)),)
