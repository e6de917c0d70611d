"""The projection: listings replayed, their tasks written, the counts moved by as much, in one transaction."""

from __future__ import annotations

import json
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.clock import Replay, Task, replay
from kpi.events import Event, instant_of
from store.corrections import CURRENT_ONLY, any_corrected
from store.counting import Stretch, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kpi.targets import TargetSet
    from store.organisation import Organisation
    from store.plain import Plain, Row

_TASK_COLUMNS = (
    "id, listing_id, listing, application, kpi_id, owner, target_set, started_at, day_zero, opened_on, "
    "since, due_on, done_by, paused, ended_at, ended_on, outcome"
)
_PHASE_COLUMNS = "task_id, from_day, until_day, due_on, done_by, paused"
_OWNER_COLUMNS = "listing_id, from_day, until_day, owner"
_FREEZE_COLUMNS = "listing_id, from_day, lifted_day"
_FACTS = ("title", "department", "role_type", "urgency")
_TIMES = ("first_interview_at", "last_interview_at")


class _TaskRow(NamedTuple):
    """A row of _TASK_COLUMNS."""

    id: int
    listing_id: int
    listing: str
    application: str | None
    kpi_id: int
    owner: str | None
    target_set: int
    started_at: int
    day_zero: int
    opened_on: int
    since: int
    due_on: int
    done_by: int
    paused: int
    ended_at: int | None
    ended_on: int | None
    outcome: str | None


class Ground(NamedTuple):
    """What every replay stands on; loaded once per transaction."""

    organisation: Organisation
    sets: tuple[TargetSet, ...]
    kpi_ids: dict[str, int]


class Projected(NamedTuple):
    """How many rows of tasks and phases were not as they should be, and from how many events."""

    changed: int
    events: int


class _Rows(NamedTuple):
    """What the store holds of some listings, or should hold: plain rows, ready to compare."""

    tasks: dict[int, _TaskRow]
    phases: set[Row]
    owners: set[Row]
    freezes: set[Row]


def project(plain: Plain, ground: Ground, listings: Sequence[tuple[int, str]], now: int) -> Projected:
    """Replay the listings, given as (id, ref), and write what differs from what the store holds.

    CalendarError if a deadline cannot be known; the transaction is then to be rolled back.
    """
    ids = [listing_id for listing_id, _ in listings]
    held = _held(plain, ids)
    events = _events(plain, ids)
    made = _Rows({}, set(), set(), set())
    summaries: list[tuple[Any, ...]] = []
    applications: list[tuple[int, str, str]] = []
    for listing_id, ref in listings:
        rows = events.get(listing_id, [])
        result = replay(
            ref,
            [event for event, _ in rows],
            ground.organisation.rules,
            ground.sets,
            ground.organisation.calendar,
            now,
        )
        _add_rows(made, listing_id, ref, result, ground.kpi_ids)
        summaries.append(
            _summary(listing_id, ref, result, [facts for event, facts in rows if event.at <= now])
        )
        applications += [
            (listing_id, application, application.casefold()) for application in result.applications
        ]
    changed = _write_tasks(plain, held, made)
    _count(held, made).write(plain)
    _write_sets(plain, held, made)
    plain.many(
        "INSERT INTO application (listing_id, ref, folded) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        applications,
    )
    plain.many(
        "UPDATE listing SET title = ?, department = ?, role_type = ?, urgency = ?, folded = ?, owner = ?, "
        "target_set = ?, open_tasks = ?, due_on = ?, done_by = ?, frozen = ?, next_moment = ? WHERE id = ?",
        summaries,
    )
    return Projected(changed, sum(map(len, events.values())))


def _held(plain: Plain, ids: list[int]) -> _Rows:
    tasks = {
        row[0]: _TaskRow(*row)
        for row in plain.where_in(f"SELECT {_TASK_COLUMNS} FROM task WHERE listing_id IN (…)", ids)
    }
    ask = plain.where_in
    return _Rows(
        tasks,
        set(ask(f"SELECT {_PHASE_COLUMNS} FROM task_phase WHERE task_id IN (…)", tasks)) if tasks else set(),
        set(ask(f"SELECT {_OWNER_COLUMNS} FROM listing_owner WHERE listing_id IN (…)", ids)),
        set(ask(f"SELECT {_FREEZE_COLUMNS} FROM listing_freeze WHERE listing_id IN (…)", ids)),
    )


def _events(plain: Plain, ids: list[int]) -> dict[int, list[tuple[Event, dict[str, str]]]]:
    only = f"{CURRENT_ONLY} AND " if any_corrected(plain) else ""
    rows = list(
        plain.where_in(
            "SELECT e.listing_id, e.at, coalesce(e.corrects, e.seq), e.kind, e.application, e.actor, "
            f"e.owner, e.detail FROM event e WHERE {only}e.listing_id IN (…)",
            ids,
        )
    )
    rows.sort(key=itemgetter(0, 1, 2))
    return {
        listing_id: [_event(row) for row in group] for listing_id, group in groupby(rows, key=itemgetter(0))
    }


def _event(row: Row) -> tuple[Event, dict[str, str]]:
    _, at, _, kind, application, actor, owner, detail = row
    if detail is None:
        return Event(kind, at, application, actor, owner), {}
    facts: dict[str, str] = json.loads(detail)
    closing = facts.get("closing_date")
    first, last = (facts.get(name) for name in _TIMES)
    event = Event(
        kind,
        at,
        application,
        actor,
        owner,
        date.fromisoformat(closing) if closing else None,
        instant_of(datetime.fromisoformat(first)) if first else None,
        instant_of(datetime.fromisoformat(last)) if last else None,
    )
    return event, facts


def _add_rows(made: _Rows, listing_id: int, ref: str, result: Replay, kpi_ids: dict[str, int]) -> None:
    owner = result.owners[-1][1] if result.owners else None
    for task in result.tasks:
        made.tasks[task.id] = _task_row(task, listing_id, ref, owner, result.target_set, kpi_ids)
        until = task.since
        for phase in reversed(task.earlier):
            made.phases.add(
                (
                    task.id,
                    phase.begin.toordinal(),
                    until.toordinal(),
                    phase.due_on.toordinal(),
                    phase.done_by.toordinal(),
                    int(phase.paused),
                )
            )
            until = phase.begin
    ends = [day.toordinal() for day, _ in result.owners[1:]] + [None]
    made.owners.update(
        (listing_id, day.toordinal(), end, name)
        for (day, name), end in zip(result.owners, ends, strict=False)
    )
    made.freezes.update(
        (listing_id, freeze.begin.toordinal(), None if freeze.lifted is None else freeze.lifted.toordinal())
        for freeze in result.freezes
    )


def _task_row(
    task: Task, listing_id: int, ref: str, owner: str | None, target_set: int, kpi_ids: dict[str, int]
) -> _TaskRow:
    return _TaskRow(
        task.id,
        listing_id,
        ref,
        task.application,
        kpi_ids[task.kpi.code],
        owner,
        target_set,
        task.started_at,
        task.day_zero.toordinal(),
        task.opened_on.toordinal(),
        task.since.toordinal(),
        task.due_on.toordinal(),
        task.done_by.toordinal(),
        int(task.paused),
        task.ended_at,
        None if task.ended_on is None else task.ended_on.toordinal(),
        task.outcome,
    )


def _summary(listing_id: int, ref: str, result: Replay, facts: Iterable[dict[str, str]]) -> tuple[Any, ...]:
    known: dict[str, str] = {}
    for said in facts:
        known.update(said)
    running = [task for task in result.tasks if task.ended_on is None]
    frozen = bool(result.freezes) and result.freezes[-1].lifted is None
    return (
        *(known.get(name) for name in _FACTS),
        f"{ref}\n{known.get('title', '')}".casefold(),
        result.owners[-1][1] if result.owners else None,
        result.target_set,
        len(running),
        min((task.due_on.toordinal() for task in running), default=None),
        min((task.done_by.toordinal() for task in running), default=None),
        int(frozen),
        result.next_moment,
        listing_id,
    )


def _write_tasks(plain: Plain, held: _Rows, made: _Rows) -> int:
    stale = [(key,) for key, row in held.tasks.items() if made.tasks.get(key) != row]
    fresh = sorted(row for key, row in made.tasks.items() if held.tasks.get(key) != row)
    gone = held.phases - made.phases
    # A phase must not outlive its task for a moment, so phases of rewritten tasks are written anew.
    rewritten = {key for (key,) in stale}
    plain.many(
        "DELETE FROM task_phase WHERE task_id = ? AND from_day = ?",
        [row[:2] for row in held.phases if row in gone or row[0] in rewritten],
    )
    plain.many("DELETE FROM task WHERE id = ?", stale)
    marks = ", ".join("?" * len(_TASK_COLUMNS.split(",")))
    plain.many(f"INSERT INTO task ({_TASK_COLUMNS}) VALUES ({marks})", fresh)
    plain.many(
        f"INSERT INTO task_phase ({_PHASE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
        [row for row in made.phases if row not in held.phases or row[0] in rewritten],
    )
    return len(set(rewritten) | {row[0] for row in fresh} | {row[0] for row in held.phases ^ made.phases})


def _count(held: _Rows, made: _Rows) -> Tally:
    tally = Tally()
    tally.add(_stretches(held), -1)
    tally.add(_stretches(made), 1)
    return tally


def _stretches(rows: _Rows) -> Iterator[Stretch]:
    for task in rows.tasks.values():
        if task.ended_on is None or task.since < task.ended_on:
            yield Stretch(task.kpi_id, task.since, task.ended_on, task.due_on, task.done_by, task.paused)
    for task_id, *stretch in rows.phases:
        yield Stretch(rows.tasks[task_id].kpi_id, *stretch)


def _write_sets(plain: Plain, held: _Rows, made: _Rows) -> None:
    for table, columns, old, new in (
        ("listing_owner", _OWNER_COLUMNS, held.owners, made.owners),
        ("listing_freeze", _FREEZE_COLUMNS, held.freezes, made.freezes),
    ):
        plain.many(
            f"DELETE FROM {table} WHERE listing_id = ? AND from_day = ?", [row[:2] for row in old - new]
        )
        marks = ", ".join("?" * len(columns.split(",")))
        plain.many(f"INSERT INTO {table} ({columns}) VALUES ({marks})", sorted(new - old))
