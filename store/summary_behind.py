"""The events and the tasks behind the figures and the flags of a weekly summary."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from kpi.acts import NOTE
from kpi.summary import FIGURES
from kpi.summary_course import find_flag
from kpi.text import clean
from store.errors import StoreError
from store.event_views import REPEATED
from store.summary_facts import EventLine, TaskLine
from store.summary_lines import local
from store.summary_rows import events_behind, in_few_words, load_record, sealed_content
from store.task_views import format_id

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from zoneinfo import ZoneInfo

    from kpi.catalogue import Catalogue
    from kpi.summary import Summary
    from store.plain import Plain

_EVENTS = (
    "SELECT e.seq, e.at, e.kind, l.ref, l.title, e.application, e.actor, e.detail, e.import_id FROM event e "
    "JOIN listing l ON l.id = e.listing_id WHERE e.seq IN (…)"
)
_TASKS = (
    "SELECT t.id, t.listing, l.title, t.application, t.kpi_id, t.opened_on, t.due_on, t.done_by, t.ended_on, "
    "t.outcome FROM task t JOIN listing l ON l.id = t.listing_id WHERE t.id IN (…)"
)


def read_events(
    plain: Plain, number: int, figure: str, zone: ZoneInfo, *, sealed: bool, imports: bool
) -> tuple[EventLine, ...]:
    """The events behind a figure, or a flag, in their order; with `imports`, when each was brought in."""
    record = load_record(plain, number)
    approved = sealed_content(plain, record)
    summary = _which(record.content.summary, None if approved is None else approved.summary, sealed=sealed)
    if figure in FIGURES:
        wanted = summary.figure(figure).events
    else:
        with in_few_words(number):
            wanted = find_flag(summary.flags, figure).events
    known = None if approved is None else events_behind(approved.summary)
    counted = events_behind(summary)
    began: dict[int, int] = {}
    if imports:
        began = dict(plain.rows("SELECT id, started_at FROM import_run"))
    return event_lines(plain, wanted, zone, began, () if known is None else counted - known)


def _which(now: Summary, approved: Summary | None, *, sealed: bool) -> Summary:
    if not sealed:
        return now
    if approved is None:
        raise StoreError("it has not been approved yet")
    return approved


def event_lines(
    plain: Plain,
    wanted: Collection[int],
    zone: ZoneInfo,
    began: Mapping[int, int],
    late: Collection[int] = (),
) -> tuple[EventLine, ...]:
    """Events by seq, in the order of time; `began` says when each import began, where it may be known."""
    lines = []
    for seq, at, kind, listing, title, application, actor, detail, run in sorted(
        plain.where_in(_EVENTS, wanted), key=lambda row: (row[1], row[0])
    ):
        said: dict[str, str] = {} if detail is None else json.loads(detail)
        lines.append(
            EventLine(
                seq=seq,
                at=local(at, zone),
                kind=kind,
                listing=listing,
                title=title,
                application=application,
                actor=actor,
                note=said.pop(NOTE, None),
                details=tuple((name, value) for name, value in said.items() if name not in REPEATED),
                known_at=local(began[run], zone) if run in began else None,
                late=seq in late,
            )
        )
    return tuple(lines)


def read_tasks(
    plain: Plain, catalogue: Catalogue, number: int, figure: str, *, sealed: bool
) -> tuple[TaskLine, ...]:
    """The tasks behind a figure, by deadline, as they are known now."""
    record = load_record(plain, number)
    approved = sealed_content(plain, record)
    summary = _which(record.content.summary, None if approved is None else approved.summary, sealed=sealed)
    if figure not in FIGURES:
        raise StoreError(f"“{clean(figure)}” is no figure; there are {', '.join(FIGURES)}")
    return task_lines(plain, catalogue, summary.figure(figure).tasks)


def task_lines(plain: Plain, catalogue: Catalogue, wanted: Collection[int]) -> tuple[TaskLine, ...]:
    """Tasks by id, by deadline."""
    day = date.fromordinal
    return tuple(
        TaskLine(
            id=format_id(task),
            listing=listing,
            title=title,
            application=application,
            kpi=catalogue.kpis[kpi - 1].code,
            kpi_name=catalogue.kpis[kpi - 1].title,
            opened_on=day(opened_on),
            due_on=day(due_on),
            done_by=day(done_by),
            ended_on=None if ended_on is None else day(ended_on),
            outcome=outcome,
        )
        for task, listing, title, application, kpi, opened_on, due_on, done_by, ended_on, outcome in sorted(
            plain.where_in(_TASKS, wanted), key=lambda row: (row[7], row[0])
        )
    )
