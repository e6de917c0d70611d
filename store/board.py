"""Reading the board: counts by stage and KPI, listings by user, the coming days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kpi.board import Board, Counts, KpiCounts, OutlookDay, StageCounts, UserRow, total
from kpi.calendar import FIRST_YEAR, LAST_YEAR
from kpi.forecast import outlook as forecast
from store.errors import StoreError
from store.sight import EVERYTHING, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpi.catalogue import Catalogue
    from store.organisation import Organisation
    from store.plain import Plain, Row

_NOTHING = Counts()
MIN_DAY, MAX_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)

# Per group and paused or not: all, those not yet due, those overdue. One pass over the rows.
_TALLY = "{n}, {n} FILTER (WHERE due_on > ?), {n} FILTER (WHERE done_by < ?)"


def _add_up(rows: Iterable[Row]) -> dict[Any, Counts]:
    """Rows of (group, paused, all, not yet due, overdue) as one Counts per group."""
    counts: dict[Any, Counts] = {}
    for group, paused, every, early, late in rows:
        before = counts.get(group, _NOTHING)
        if paused:
            counts[group] = replace(before, paused=int(every))
        else:
            on_track, overdue = int(early or 0), int(late or 0)
            counts[group] = Counts(on_track, int(every) - on_track - overdue, overdue, before.paused)
    return counts


# What was open at the end of a past day, as it was then: rule 13.
# The signs keep SQLite from going through the index of ended tasks, which is most of history, and
# from asking for the phases of every task: over ten million tasks a list took half a minute.
_PAST = (
    "SELECT {columns}, t.due_on, t.done_by, t.paused FROM task t "
    "WHERE +t.since <= ? AND (+t.ended_on IS NULL OR +t.ended_on > ?) "
    "UNION ALL "
    "SELECT {columns}, p.due_on, p.done_by, p.paused FROM task_phase p JOIN task t ON t.id = +p.task_id "
    "WHERE p.from_day <= ? AND p.until_day > ?"
)


def past_tasks(columns: str, day: date) -> tuple[str, tuple[int, ...]]:
    """A query for the tasks open at the end of a past day, with its parameters.

    `columns` are columns of the table task, each with the prefix `t.`; due_on, done_by and paused follow.
    """
    return _PAST.format(columns=columns), (day.toordinal(),) * 4


def owned_by(user: str, day: date) -> tuple[str, tuple[int | str, ...]]:
    """A condition on rows that have a listing_id: that the listing was this user's at the end of `day`."""
    at = day.toordinal()
    condition = (
        "tasks.listing_id IN (SELECT o.listing_id FROM listing_owner o WHERE o.owner = ? "
        "AND o.from_day <= ? AND (o.until_day IS NULL OR o.until_day > ?))"
    )
    return condition, (user, at, at)


def count_board(
    plain: Plain,
    organisation: Organisation,
    day: date,
    today: date,
    user: str | None = None,
    sight: Sight = EVERYTHING,
) -> Board:
    """The board as of the end of `day`: a past one as it was, a coming one with today's tasks (rule 13)."""
    at = day.toordinal()
    if not MIN_DAY <= day <= MAX_DAY:
        raise StoreError(
            f"{day} lies outside the years that can be counted ({MIN_DAY.year} to {MAX_DAY.year})"
        )
    if day < today and user is None and sight.listings is None:
        return _board(organisation.catalogue, organisation.name, day, _sum_changes(plain, at))
    if day < today:
        source, parameters = _past_source("t.kpi_id, t.listing_id", day, user, sight)
        rows = plain.rows(
            f"SELECT kpi_id, paused, {_TALLY.format(n='count(*)')} FROM {source} GROUP BY kpi_id, paused",
            (at, at, *parameters),
        )
    elif user is not None or sight.listings is not None:
        source, names = _open_source(user, sight)
        rows = plain.rows(
            f"SELECT kpi_id, paused, {_TALLY.format(n='count(*)')} FROM {source} GROUP BY kpi_id, paused",
            (at, at, *names),
        )
    else:
        rows = plain.rows(
            f"SELECT kpi_id, paused, {_TALLY.format(n='sum(tasks)')} FROM task_count GROUP BY kpi_id, paused",
            (at, at),
        )
    return _board(organisation.catalogue, organisation.name, day, _add_up(rows))


def _sum_changes(plain: Plain, day: int) -> dict[int, Counts]:
    """A past day's board, from the table of daily changes."""
    rows = plain.rows(
        "SELECT kpi_id, status, sum(tasks) FROM board_change WHERE day <= ? GROUP BY kpi_id, status", (day,)
    )
    counts: dict[int, list[int]] = {}
    for kpi_id, status, tasks in rows:
        counts.setdefault(kpi_id, [0, 0, 0, 0])[status] = int(tasks)
    return {kpi_id: Counts(*each) for kpi_id, each in counts.items()}


def _past_source(
    columns: str, day: date, user: str | None, sight: Sight
) -> tuple[str, tuple[int | str, ...]]:
    tasks, parameters = past_tasks(columns, day)
    condition, names = ("1 = 1", ()) if user is None else owned_by(user, day)
    seen = sight.condition("tasks.listing_id")
    return f"({tasks}) AS tasks WHERE {condition} AND {seen}", (*parameters, *names)


def _open_source(user: str | None, sight: Sight) -> tuple[str, tuple[str, ...]]:
    """The open tasks of a user, of the listings that are seen, or of both."""
    condition, names = ("1 = 1", ()) if user is None else ("owner = ?", (user,))
    return f"task WHERE ended_on IS NULL AND {condition} AND {sight.condition('listing_id')}", names


def _board(catalogue: Catalogue, name: str, day: date, counts: dict[int, Counts]) -> Board:
    numbers = {kpi.code: number for number, kpi in enumerate(catalogue.kpis, 1)}
    stages = []
    for stage in catalogue.stages:
        kpis = tuple(
            KpiCounts(kpi.code, kpi.title, counts.get(numbers[kpi.code], _NOTHING)) for kpi in stage.kpis
        )
        stages.append(StageCounts(stage.code, stage.title, total(kpi.counts for kpi in kpis), kpis))
    return Board(day, name, tuple(stages), total(stage.counts for stage in stages))


def count_users(plain: Plain, day: date, today: date, sight: Sight = EVERYTHING) -> tuple[UserRow, ...]:
    """Each user's open listings by their most pressing task, users in the order of their names."""
    at = day.toordinal()
    if day < today:
        source, at_day = past_tasks("t.listing_id", day)
        listings = (
            "SELECT o.owner, open_tasks, paused, due_on, done_by FROM ("
            "SELECT listing_id, count(*) AS open_tasks, min(paused) AS paused, "
            "min(CASE WHEN paused = 0 THEN due_on END) AS due_on, "
            "min(CASE WHEN paused = 0 THEN done_by END) AS done_by "
            f"FROM ({source}) AS tasks GROUP BY listing_id) AS listing "
            "LEFT JOIN listing_owner o ON o.listing_id = listing.listing_id "
            "AND o.from_day <= ? AND (o.until_day IS NULL OR o.until_day > ?) "
            f"WHERE {sight.condition('listing.listing_id')}"
        )
        parameters: tuple[int, ...] = (*at_day, at, at)
    else:
        listings = (
            "SELECT owner, open_tasks, frozen AS paused, due_on, done_by FROM listing "
            f"WHERE open_tasks > 0 AND {sight.condition('id')}"
        )
        parameters = ()
    rows = plain.rows(
        f"SELECT owner, paused, {_TALLY.format(n='count(*)')}, sum(open_tasks) FROM ({listings}) AS listings "
        "GROUP BY owner, paused",
        (at, at, *parameters),
    )
    tasks: Counter[str | None] = Counter()
    for row in rows:
        tasks[row[0]] += int(row[5])
    counts = _add_up(row[:5] for row in rows)
    # By name; what belongs to nobody stands last.
    users = sorted(filter(sight.knows, counts), key=lambda user: (user is None, user or ""))
    return tuple(UserRow(user, counts[user], tasks[user]) for user in users)


def list_users(plain: Plain, sight: Sight = EVERYTHING) -> tuple[str, ...]:
    """Everyone who owns a listing with open tasks, by name."""
    rows = plain.rows(
        "SELECT DISTINCT owner FROM listing WHERE open_tasks > 0 AND owner IS NOT NULL ORDER BY owner"
    )
    return tuple(row[0] for row in rows if sight.knows(row[0]))


def read_outlook(
    plain: Plain,
    organisation: Organisation,
    day: date,
    today: date,
    days: int,
    user: str | None = None,
    sight: Sight = EVERYTHING,
) -> tuple[OutlookDay, ...]:
    """How many running tasks become due and overdue on each of the `days` working days after `day`."""
    at = day.toordinal()
    if day < today:
        source, parameters = _past_source("t.listing_id", day, user, sight)
        number, condition = "count(*)", "AND"
    elif user is not None or sight.listings is not None:
        source, parameters = _open_source(user, sight)
        number, condition = "count(*)", "AND"
    else:
        source, parameters = "task_count", ()
        number, condition = "sum(tasks)", "WHERE"
    rows = plain.rows(
        f"SELECT due_on, done_by, {number} FROM {source} {condition} paused = 0 AND done_by >= ? "
        "GROUP BY due_on, done_by",
        (*parameters, at),
    )
    deadlines = ((date.fromordinal(due), date.fromordinal(done), int(n)) for due, done, n in rows)
    return forecast(organisation.calendar, day, days, deadlines)
