"""The projection: listings replayed, and compared with what the store holds of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.clock import Replay, Task, replay
from kpi.events import Event, Instant, instant_of
from store.corrections import CURRENT_ONLY, any_corrected
from store.counting import Tally
from store.difference import (
    APPLICATION_COLUMNS,
    FREEZE_COLUMNS,
    LISTING_COLUMNS,
    OWNER_COLUMNS,
    PHASE_COLUMNS,
    TASK_COLUMNS,
    Difference,
)
from store.organisation import load_organisation
from store.target_sets import load_target_sets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kpi.targets import TargetSet
    from store.counting import Stretch
    from store.organisation import Organisation
    from store.plain import Plain, Row

_FACTS = ("title", "department", "role_type", "urgency", "criticality")
_INTERNAL = {"yes": 1, "no": 0}
_TIMES = ("first_interview_at", "last_interview_at")
# What an event says beside its columns: all of it, and the last three fields of an Event out of it.
_Dates = tuple[date | None, Instant | None, Instant | None]
_Detail = tuple[dict[str, str], _Dates]
_NO_DATES: _Dates = (None, None, None)
_KPI = 4  # its place in TASK_COLUMNS
_OF_STRETCH: Callable[[Row], Stretch] = itemgetter(_KPI, 10, 15, 11, 12, 13)  # its fields' places there
_AT, _LISTING, _ORDER, _DETAIL = 1, 5, 6, 7  # places in a row of _events


# The tuple's own constructor: a rebuild makes millions of these.
_new_event: Callable[[tuple[Any, ...]], Event] = partial(tuple.__new__, Event)


class Ground(NamedTuple):
    """What every replay stands on; loaded once per transaction."""

    organisation: Organisation
    sets: tuple[TargetSet, ...]
    kpi_ids: dict[str, int]


def load_ground(plain: Plain) -> Ground:
    """What every replay stands on."""
    organisation = load_organisation(plain)
    kpi_ids = {code: number for number, code in plain.rows("SELECT id, code FROM kpi")}
    return Ground(organisation, load_target_sets(plain), kpi_ids)


class _Rows(NamedTuple):
    """What the store holds of some listings, or should hold: plain rows, ready to compare."""

    tasks: dict[int, Row]
    phases: set[Row]
    owners: set[Row]
    freezes: set[Row]
    applications: set[Row]
    listings: set[Row]


def compare(plain: Plain, ground: Ground, listings: Sequence[tuple[int, str]], now: int) -> Difference:
    """Replay the listings, given as (id, ref), and find what the store does not hold as it should.

    CalendarError if a deadline cannot be known.
    """
    ids = [listing_id for listing_id, _ in listings]
    plain.by_index()
    held = _held(plain, ids)
    events = _events(plain, ids)
    made = _Rows({}, set(), set(), set(), set(), set())
    organisation, sets, kpi_ids = ground
    rules, calendars = organisation.rules, organisation.calendars
    for listing_id, ref in listings:
        told, facts = _told(events[listing_id], now)
        result = replay(ref, told, rules, sets, calendars, now)
        _add_rows(made, listing_id, ref, result, kpi_ids)
        made.listings.add(_summary(listing_id, ref, result, facts))
    return _difference(held, made, sum(map(len, events.values())))


def _held(plain: Plain, ids: list[int]) -> _Rows:
    ask = plain.where_in
    tasks = {row[0]: row for row in ask(f"SELECT {TASK_COLUMNS} FROM task WHERE listing_id IN (…)", ids)}
    return _Rows(
        tasks,
        set(ask(f"SELECT {PHASE_COLUMNS} FROM task_phase WHERE task_id IN (…)", tasks)),
        set(ask(f"SELECT {OWNER_COLUMNS} FROM listing_owner WHERE listing_id IN (…)", ids)),
        set(ask(f"SELECT {FREEZE_COLUMNS} FROM listing_freeze WHERE listing_id IN (…)", ids)),
        set(ask(f"SELECT {APPLICATION_COLUMNS} FROM application WHERE listing_id IN (…)", ids)),
        set(ask(f"SELECT {LISTING_COLUMNS} FROM listing WHERE id IN (…)", ids)),
    )


def _events(plain: Plain, ids: list[int]) -> dict[int, list[Row]]:
    """The listings' events in order, each as `_told` wants it: an Event's fields first, its detail last."""
    only = f"{CURRENT_ONLY} AND " if any_corrected(plain) else ""
    found: dict[int, list[Row]] = {listing_id: [] for listing_id in ids}
    for row in plain.where_in(
        "SELECT e.kind, e.at, e.application, e.actor, e.owner, e.listing_id, "
        f"coalesce(e.corrects, e.seq), e.detail FROM event e WHERE {only}e.listing_id IN (…)",
        ids,
    ):
        found[row[_LISTING]].append(row)
    for rows in found.values():
        rows.sort(key=itemgetter(_ORDER))
        rows.sort(key=itemgetter(_AT))
    return found


def _told(rows: Sequence[Row], now: int) -> tuple[list[Event], dict[str, str]]:
    """The rows as events, and the latest that those up to now say of their listing."""
    events: list[Event] = []
    known: dict[str, str] = {}
    details: dict[str, _Detail] = {}  # an export repeats the same with every event of a listing
    before = None
    for row in rows:
        text, dates = row[_DETAIL], _NO_DATES
        if text is not None:
            detail = details.get(text)
            if detail is None:
                detail = details[text] = _detail(text)
            facts, dates = detail
            if detail is not before and row[_AT] <= now:
                known.update(facts)
                before = detail
        events.append(_new_event(row[:_LISTING] + dates))
    return events, known


def _detail(text: str) -> _Detail:
    facts = json.loads(text)
    if '_date": ' not in text and '_at": ' not in text:
        return facts, _NO_DATES
    closing = facts.get("closing_date")
    first, last = (facts.get(name) for name in _TIMES)
    return facts, (
        date.fromisoformat(closing) if closing else None,
        instant_of(datetime.fromisoformat(first)) if first else None,
        instant_of(datetime.fromisoformat(last)) if last else None,
    )


def _add_rows(made: _Rows, listing_id: int, ref: str, result: Replay, kpi_ids: dict[str, int]) -> None:
    owner = result.owners[-1][1] if result.owners else None
    target_set = result.target_set
    for task in result.tasks:
        made.tasks[task.id] = _task_row(task, listing_id, ref, owner, target_set, kpi_ids)
        if task.earlier:
            made.phases.update(_phase_rows(task))
    ends = [day.toordinal() for day, _ in result.owners[1:]] + [None]
    made.owners.update(
        (listing_id, day.toordinal(), end, name)
        for (day, name), end in zip(result.owners, ends, strict=False)
    )
    made.freezes.update(
        (listing_id, freeze.begin.toordinal(), None if freeze.lifted is None else freeze.lifted.toordinal())
        for freeze in result.freezes
    )
    made.applications.update((listing_id, name, name.casefold()) for name in result.applications)


def _phase_rows(task: Task) -> Iterator[Row]:
    """Rows of PHASE_COLUMNS, the latest first."""
    until = task.since
    for phase in reversed(task.earlier):
        yield (
            task.id,
            phase.begin.toordinal(),
            until.toordinal(),
            phase.due_on.toordinal(),
            phase.done_by.toordinal(),
            int(phase.paused),
        )
        until = phase.begin


def _task_row(
    task: Task, listing_id: int, ref: str, owner: str | None, target_set: int, kpi_ids: dict[str, int]
) -> Row:
    """A row of TASK_COLUMNS."""
    return (
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


def _summary(listing_id: int, ref: str, result: Replay, known: dict[str, str]) -> Row:
    """A row of LISTING_COLUMNS."""
    running = [task for task in result.tasks if task.ended_on is None]
    frozen = bool(result.freezes) and result.freezes[-1].lifted is None
    return (
        *(known.get(name) for name in _FACTS),
        _INTERNAL.get(known.get("internal", "")),
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


def _difference(held: _Rows, made: _Rows, events: int) -> Difference:
    was, now = held.tasks, made.tasks
    stale = [key for key, row in was.items() if now.get(key) != row]
    fresh = [row for key, row in now.items() if was.get(key) != row] if was else list(now.values())
    rewritten = set(stale)
    # Phases of tasks that are written anew are written anew too.
    phases_out = [row for row in held.phases if row not in made.phases or row[0] in rewritten]
    phases_in = [row for row in made.phases if row not in held.phases or row[0] in rewritten]
    tally = Tally()
    tally.add(_stretches([held.tasks[key] for key in stale], phases_out, held), -1)
    tally.add(_stretches(fresh, phases_in, made), 1)
    changed = rewritten | {row[0] for row in fresh} | {row[0] for row in held.phases ^ made.phases}
    return Difference(
        events=events,
        changed=len(changed),
        tasks_out=[(key,) for key in sorted(stale)],
        tasks_in=sorted(fresh, key=itemgetter(0)),
        phases_out=[row[:2] for row in phases_out],
        phases_in=sorted(phases_in),
        owners_out=[row[:2] for row in held.owners - made.owners],
        owners_in=sorted(made.owners - held.owners),
        freezes_out=[row[:2] for row in held.freezes - made.freezes],
        freezes_in=sorted(made.freezes - held.freezes, key=itemgetter(0, 1)),
        applications_in=sorted(made.applications - held.applications),
        listings=list(made.listings - held.listings),
        counts={key: tasks for key, tasks in tally.counts.items() if tasks},
        changes={key: tasks for key, tasks in tally.changes.items() if tasks},
    )


def _stretches(tasks: Iterable[Row], phases: Iterable[Row], rows: _Rows) -> Iterator[Stretch]:
    yield from map(_OF_STRETCH, tasks)
    for task_id, *stretch in phases:
        yield (rows.tasks[task_id][_KPI], *stretch)
