"""What the board, the lists and the explanations are made of: frozen results, the same for every face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from kpi.status import Status


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks (or listings) have each status."""

    on_track: int = 0
    due: int = 0
    overdue: int = 0
    paused: int = 0

    @property
    def tasks(self) -> int:
        """All of them."""
        return self.on_track + self.due + self.overdue + self.paused

    def of(self, status: Status) -> int:
        """The count of one open status."""
        return int(getattr(self, status.value))


def total(counts: Iterable[Counts]) -> Counts:
    """The sum of several counts."""
    rows = [(c.on_track, c.due, c.overdue, c.paused) for c in counts]
    return Counts(*(sum(column) for column in zip(*rows, strict=True))) if rows else Counts()


@dataclass(frozen=True, slots=True)
class KpiCounts:
    """One KPI's row."""

    code: str
    title: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class StageCounts:
    """One stage's row and its KPIs'."""

    code: str
    title: str
    counts: Counts
    kpis: tuple[KpiCounts, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All stages as of the end of a day."""

    as_of: date
    organisation: str
    stages: tuple[StageCounts, ...]
    totals: Counts


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user's open listings, each counted once by its most pressing task. Never a rank."""

    user: str | None
    listings: Counts
    tasks: int


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task as of a day. Days of the calendar's zone; instants in UTC.

    `elapsed_working_days` are counted from day 0, the frozen ones left out. `in_time` is None for a
    task that is open or was cancelled.
    """

    id: str
    kpi: str
    kpi_title: str
    stage: str
    stage_title: str
    listing: str
    application: str | None
    user: str | None
    started_at: datetime
    day_zero: date
    due_on: date
    done_by: date
    status: Status
    elapsed_working_days: int
    target_set: int
    finished_at: datetime | None
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """One day of a task's clock: whether it counted, and why."""

    day: date
    counted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A task's clock, day by day from day 0 to the day asked about (or the task's last).

    `started` is when it began, in the organisation's zone.
    """

    task: TaskView
    started: datetime
    kpi_words: str
    target_words: str
    days: tuple[ExplainedDay, ...]
    due_on: date
    done_by: date
    status: Status


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of a listing, as it is shown: `at` in the organisation's zone, `details` (field, value)."""

    at: datetime
    kind: str
    application: str | None
    actor: str | None
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A listing or an application that matches; `application` is None for a listing.

    `target_set` is the number of the set that its listing lives under, None before its first event.
    """

    listing: str
    application: str | None
    title: str | None
    user: str | None
    open_tasks: int
    target_set: int | None


@dataclass(frozen=True, slots=True)
class OutlookDay:
    """How many open tasks become due and overdue on one coming working day, if nothing moves."""

    day: date
    become_due: int
    become_overdue: int
