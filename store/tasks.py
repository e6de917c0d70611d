"""Reading tasks: one by its number, or a list of any length of which only the part that is seen is read."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kpi.board import TaskView
from kpi.clock import FINISHED
from kpi.status import Status
from store.board import owned_by, past_tasks
from store.errors import StoreError
from store.sight import EVERYTHING, Sight
from store.task_views import ENDED, TASK_COLUMNS, views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from store.organisation import Organisation
    from store.plain import Plain, Row


class Sort(StrEnum):
    """By what a list of tasks is ordered."""

    DEADLINE = "deadline"
    STAGE = "stage"
    LISTING = "listing"
    AGE = "age"


_KEYS = {
    Sort.DEADLINE: ("done_by", "id"),
    Sort.STAGE: ("kpi_id", "done_by", "id"),
    Sort.LISTING: ("listing", "id"),
    Sort.AGE: ("started_at", "id"),
}
_PAST_COLUMNS = (
    "t.id, t.listing_id, t.listing, t.application, t.kpi_id, t.target_set, t.started_at, t.day_zero"
)
_NOT_ENDED = "NULL, NULL, NULL"
MOST_ANCHORS = 4_096
_LONGEST_CURSOR = 2_000


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Which tasks, as of the end of which day (None: today), in which order."""

    as_of: date | None = None
    stage: str | None = None
    kpi: str | None = None
    status: Status | None = None
    user: str | None = None
    listing: str | None = None
    application: str | None = None
    finished: bool = False
    sort: Sort = Sort.DEADLINE


def parse_id(text: str) -> int:
    """A task's number from its text form; StoreError if it is none."""
    if not re.fullmatch(r"[0-7]?[0-9a-f]{1,15}", text.strip().lower()):
        raise StoreError(f"“{text}” is no task's id; “stagewatch tasks” lists them")
    return int(text.strip(), 16)


class _Selection:
    """The SQL of a query: where the rows come from, and what they must fulfil."""

    def __init__(
        self,
        query: TaskQuery,
        organisation: Organisation,
        today: date,
        sight: Sight = EVERYTHING,
        *,
        counted: bool = False,
    ) -> None:
        self.day = query.as_of or today
        self.parameters: list[Any] = []
        self.conditions: list[str] = []
        self.columns = TASK_COLUMNS.format(ended=ENDED if query.finished else _NOT_ENDED)
        self.source = "task AS tasks"
        if counted:
            self.source = "task_count"
        elif query.finished:
            self._where("ended_on IS NOT NULL AND ended_on <= ?", self.day.toordinal())
        elif self.day < today:
            tasks, at_day = past_tasks(_PAST_COLUMNS, self.day)
            self.source = f"({tasks}) AS tasks"
            self.parameters += at_day
        else:
            self._where("ended_on IS NULL")
        self._filter(query, organisation)
        if sight.listings is not None:
            self._where(sight.condition("listing_id"))
        if query.user is not None:
            if query.finished or self.day < today:
                condition, parameters = owned_by(query.user, self.day)
                self._where(condition, *parameters)
            else:
                self._where("owner = ?", query.user)

    def _filter(self, query: TaskQuery, organisation: Organisation) -> None:
        numbers = kpi_numbers(query, organisation)
        if numbers is not None:
            self._where(f"kpi_id IN ({','.join('?' * len(numbers)) or 'NULL'})", *numbers)
        for column, value in (("listing", query.listing), ("application", query.application)):
            if value is not None:
                self._where(f"{column} = ?", value)
        if query.status is not None:
            self._where_status(query.status, finished=query.finished)

    def _where_status(self, status: Status, *, finished: bool) -> None:
        if status is Status.CANCELLED:
            self._where("outcome = 'cancelled'" if finished else "1 = 0")
            return
        if finished:
            self._where("1 = 0" if status is Status.PAUSED else f"outcome = '{FINISHED}'")
            day, days = "ended_on", []
        else:
            self._where(f"paused = {int(status is Status.PAUSED)}")
            day, days = "?", [self.day.toordinal()]
        if status is Status.ON_TRACK:
            # The second condition follows from the first; it lets an index skip all that is overdue.
            self._where(f"due_on > {day} AND done_by > {day}", *days, *days)
        elif status is Status.DUE:
            self._where(f"due_on <= {day} AND done_by >= {day}", *days, *days)
        elif status is Status.OVERDUE:
            self._where(f"done_by < {day}", *days)

    def _where(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.parameters += values

    def sql(self, columns: str, *more: str) -> str:
        where = " AND ".join((*self.conditions, *more))
        return f"SELECT {columns} FROM {self.source}" + (f" WHERE {where}" if where else "")


def kpi_numbers(query: TaskQuery, organisation: Organisation) -> tuple[int, ...] | None:
    """The numbers of the KPIs that a query asks for, None for all; StoreError for an unknown code."""
    if query.stage is None and query.kpi is None:
        return None
    catalogue = organisation.catalogue
    if query.stage is not None and catalogue.stage(query.stage) is None:
        known = ", ".join(stage.code for stage in catalogue.stages)
        raise StoreError(f"there is no stage “{query.stage}”; the stages are {known}")
    if query.kpi is not None and query.kpi not in catalogue.by_code:
        raise StoreError(f"there is no KPI “{query.kpi}”; “stagewatch catalogue” lists them")
    return tuple(
        number
        for number, kpi in enumerate(catalogue.kpis, 1)
        if query.stage in (None, kpi.stage) and query.kpi in (None, kpi.code)
    )


class TaskList:
    """The tasks of a query. `fetch` reads any part of it, in milliseconds wherever it lies.

    A page next to one that was read before is found by its neighbour's key; one that is far from all
    known places is counted off from the nearest, the beginning and the end included.
    """

    def __init__(
        self,
        plain: Plain,
        organisation: Organisation,
        query: TaskQuery,
        today: date,
        look: Callable[[], Sight] = lambda: EVERYTHING,
    ) -> None:
        """Prepare the list and count it. `look` is asked again whenever a part of it is read."""
        self.query = query
        self._look, self._sight = look, look()
        self._plain = plain
        self._organisation, self._today = organisation, today
        self._keys = _KEYS[query.sort]
        self.day = query.as_of or today
        if not organisation.calendar.knows(self.day):
            organisation.calendar.is_working(self.day)  # says which days it knows
        self._select()

    def _select(self) -> None:
        """Find out what of the tasks is seen."""
        self._selection = _Selection(self.query, self._organisation, self._today, self._sight)
        self._anchors: dict[int, tuple[Any, ...]] = {}  # place in the list -> key of the row there
        self.total = self._count()

    def _look_again(self) -> Sight:
        """What is seen now: listings may have been assigned, or taken away, since the list was made."""
        before, self._sight = self._sight, self._look()
        if self._sight.listings != before.listings:
            self._select()
        return self._sight

    def _count(self) -> int:
        query, day, today = self.query, self.day, self._today
        named = (query.user, query.listing, query.application)
        is_cut = self._sight.listings is not None or any(name is not None for name in named)
        if day < today or query.finished or is_cut:
            return int(self._plain.value(self._selection.sql("count(*)"), self._selection.parameters))
        # The table of counts has at most a few thousand rows, whatever the number of tasks.
        counted = _Selection(query, self._organisation, today, counted=True)
        return int(self._plain.value(counted.sql("coalesce(sum(tasks), 0)"), counted.parameters))

    def fetch(self, start: int, count: int) -> tuple[TaskView, ...]:
        """The tasks at the places `start` to `start + count - 1`, fewer at the end."""
        with self._plain.snapshot():
            sight = self._look_again()
            rows = self._rows(start, min(count, self.total - start)) if 0 <= start < self.total else []
            return views(self._plain, self._organisation, self.day, rows, sight)

    def after(self, key: Sequence[Any] | None, count: int) -> tuple[tuple[TaskView, ...], list[Any] | None]:
        """Up to `count` tasks behind the row with this key, and the key to go on from (None at the end)."""
        with self._plain.snapshot():
            sight = self._look_again()
            rows = self._ask(key, 0, count + 1, forward=True)
            more = len(rows) > count
            rows = rows[:count]
            following = list(self._key(rows[-1])) if more and rows else None
            return views(self._plain, self._organisation, self.day, rows, sight), following

    def _rows(self, start: int, count: int) -> list[Row]:
        """Read from the nearest known place, forward or backward."""
        options: list[tuple[int, Sequence[Any] | None, bool]] = [
            (start, None, True),
            (self.total - start - count, None, False),
        ]
        for place, known in self._anchors.items():
            if place < start:
                options.append((start - place - 1, known, True))
            elif place >= start + count:
                options.append((place - start - count, known, False))
        skip, key, forward = min(options, key=lambda option: option[0])
        rows = self._ask(key, skip, count, forward=forward)
        if not forward:
            rows.reverse()
        self._remember(start, rows)
        return rows

    def _remember(self, start: int, rows: list[Row]) -> None:
        if len(self._anchors) > MOST_ANCHORS:
            self._anchors.clear()
        if rows:
            self._anchors[start] = self._key(rows[0])
            self._anchors[start + len(rows) - 1] = self._key(rows[-1])

    def _ask(self, key: Sequence[Any] | None, skip: int, count: int, *, forward: bool) -> list[Row]:
        selection = self._selection
        order = ", ".join(f"{name}{'' if forward else ' DESC'}" for name in self._keys)
        parameters = list(selection.parameters)
        more: tuple[str, ...] = ()
        if key is not None:
            names, marks = ", ".join(self._keys), ", ".join("?" * len(self._keys))
            more = (f"({names}) {'>' if forward else '<'} ({marks})",)
            parameters += key
        sql = f"{selection.sql(selection.columns, *more)} ORDER BY {order} LIMIT ? OFFSET ?"
        return self._plain.rows(sql, (*parameters, count, skip))

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[_PLACES[name]] for name in self._keys)

    def cursor(self, key: Sequence[Any] | None) -> str | None:
        """A key as the opaque text that the command line hands out."""
        if key is None:
            return None
        return base64.urlsafe_b64encode(json.dumps([self.query.sort.value, *key]).encode()).decode()

    def parse_cursor(self, text: str) -> list[Any]:
        """A key from its text; StoreError if it was not made for such a list."""
        try:
            said: list[Any] = list(json.loads(base64.urlsafe_b64decode(text[:_LONGEST_CURSOR].encode())))
            sort, key = said[0], said[1:]
        except (binascii.Error, ValueError, TypeError, IndexError, RecursionError) as error:
            raise StoreError("this is no cursor; use the “next” of an earlier answer") from error
        if sort != self.query.sort.value or len(key) != len(self._keys):
            raise StoreError("this cursor belongs to another order; start again without it")
        if not all(isinstance(part, str) or (type(part) is int and abs(part) < 1 << 63) for part in key):
            raise StoreError("this is no cursor; use the “next” of an earlier answer")
        return key


_PLACES = {name.strip(): place for place, name in enumerate(TASK_COLUMNS.format(ended=ENDED).split(","))}


def find_views(
    plain: Plain,
    organisation: Organisation,
    numbers: Iterable[int],
    day: date,
    today: date,
    sight: Sight = EVERYTHING,
) -> dict[int, TaskView]:
    """Tasks by number, open or ended as of the end of `day`; those not there, or not seen, are left out."""
    wanted, found = list(numbers), dict[int, TaskView]()
    for finished in (False, True):
        selection = _Selection(TaskQuery(as_of=day, finished=finished), organisation, today, sight)
        rows = list(
            plain.where_in(selection.sql(selection.columns, "id IN (…)"), wanted, selection.parameters)
        )
        seen = views(plain, organisation, day, rows, sight)
        found.update(zip((row[0] for row in rows), seen, strict=True))
    return found


def find_task(
    plain: Plain, organisation: Organisation, task_id: str, day: date, today: date
) -> tuple[Row, TaskView]:
    """One task as of the end of `day`, with its row; StoreError if there is none, or not yet."""
    number = parse_id(task_id)
    for finished in (False, True):
        selection = _Selection(TaskQuery(as_of=day, finished=finished), organisation, today)
        row = plain.row(selection.sql(selection.columns, "id = ?"), (*selection.parameters, number))
        if row is not None:
            return row, views(plain, organisation, day, [row])[0]
    began = plain.value("SELECT opened_on FROM task WHERE id = ?", (number,))
    if began is None:
        raise StoreError(f"there is no task “{task_id}”; “stagewatch tasks” lists them")
    raise StoreError(f"task {task_id} was not on the board on {day}; it came on {date.fromordinal(began)}")
