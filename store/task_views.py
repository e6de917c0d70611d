"""Tasks as they are shown: rows of the table with their status on a day, their clock and their user."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from kpi.board import TaskView
from kpi.clock import CANCELLED, FINISHED
from kpi.deadlines import Freeze, elapsed
from kpi.events import moment_of
from kpi.status import Status, status_on
from store.moved_by import freezes_by_listing
from store.sight import EVERYTHING, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kpi.calendar import WorkingCalendar
    from store.organisation import Organisation
    from store.plain import Plain, Row

TASK_COLUMNS = (
    "id, listing_id, listing, application, kpi_id, target_set, started_at, day_zero, due_on, "
    "done_by, paused, {ended}"
)
ENDED = "ended_at, ended_on, outcome"


def format_id(number: int) -> str:
    """A task's number as people and commands see it: 16 hexadecimal digits."""
    return f"{number:016x}"


class _TaskRow(NamedTuple):
    """A row of TASK_COLUMNS."""

    id: int
    listing_id: int
    listing: str
    application: str | None
    kpi_id: int
    target_set: int
    started_at: int
    day_zero: int
    due_on: int
    done_by: int
    paused: int
    ended_at: int | None
    ended_on: int | None
    outcome: str | None


def views(
    plain: Plain, organisation: Organisation, day: date, rows: Sequence[Row], sight: Sight = EVERYTHING
) -> tuple[TaskView, ...]:
    """Rows as they look at the end of `day`."""
    if not rows:
        return ()
    found = [_TaskRow(*row) for row in rows]
    listings = {row.listing_id for row in found}
    freezes, owners = freezes_by_listing(plain, listings), _owners(plain, listings, day)
    return tuple(
        _view(row, organisation, day, freezes.get(row.listing_id, ()), sight.name(owners.get(row.listing_id)))
        for row in found
    )


def _view(
    row: _TaskRow, organisation: Organisation, day: date, freezes: Sequence[Freeze], user: str | None
) -> TaskView:
    kpi = organisation.catalogue.kpis[row.kpi_id - 1]
    stage = organisation.catalogue.stage(kpi.stage)
    ended_on = None if row.ended_on is None else date.fromordinal(row.ended_on)
    judged_on = ended_on or day
    day_zero = date.fromordinal(row.day_zero)
    due_on, done_by = date.fromordinal(row.due_on), date.fromordinal(row.done_by)
    calendar = calendar_for(organisation, day, row.ended_at)
    if row.outcome == CANCELLED:
        status = Status.CANCELLED
    else:
        status = Status.PAUSED if row.paused else status_on(judged_on, due_on, done_by)
    return TaskView(
        id=format_id(row.id),
        kpi=kpi.code,
        kpi_title=kpi.title,
        stage=kpi.stage,
        stage_title=kpi.stage if stage is None else stage.title,
        listing=row.listing,
        application=row.application,
        user=user,
        started_at=moment_of(row.started_at),
        day_zero=day_zero,
        due_on=due_on,
        done_by=done_by,
        status=status,
        elapsed_working_days=elapsed(calendar, day_zero, judged_on, freezes),
        target_set=row.target_set,
        finished_at=None if row.ended_at is None else moment_of(row.ended_at),
        in_time=judged_on <= done_by if row.outcome == FINISHED else None,
    )


def calendar_for(organisation: Organisation, day: date, ended_at: int | None) -> WorkingCalendar:
    """The calendar by which a task is counted as of the end of `day`, or has been since its end."""
    calendars = organisation.calendars
    return calendars.on(day) if ended_at is None else calendars.at(ended_at)


def _owners(plain: Plain, listing_ids: Iterable[int], day: date) -> dict[int, str]:
    """Whose each listing was at the end of `day`."""
    at = day.toordinal()
    ask = (
        "SELECT listing_id, owner FROM listing_owner WHERE from_day <= ? "
        "AND (until_day IS NULL OR until_day > ?) AND listing_id IN (…)"
    )
    return {row[0]: row[1] for row in plain.where_in(ask, listing_ids, (at, at))}
