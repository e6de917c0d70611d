"""The counts behind the board, kept exact in the transaction that changes the tasks they count.

`task_count` has the open tasks per KPI, due day and done-by day: one pass answers today and any coming day.
`board_change` has, per KPI and day, by how much each status's count differs from the day before: the sum up
to a past day is the board as it was at that day's end (design, section 3, rule 13).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from store.plain import Plain

Key = tuple[int, ...]
ON_TRACK, DUE, OVERDUE, PAUSED = range(4)
_FEW = 20
_FOREVER = 1 << 30  # a day after all others


# What held for a task on the days from the first to before the second (None: it still does): the number of
# its KPI, the two days, due_on, done_by, and whether it was paused.
Stretch = tuple[int, int, int | None, int, int, int]


class Tally:
    """Changes of both tables, gathered before they are written."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self.counts: defaultdict[Key, int] = defaultdict(int)
        self.changes: defaultdict[Key, int] = defaultdict(int)

    def add(self, stretches: Iterable[Stretch], step: int) -> None:
        """Count the stretches in (`step` 1) or out (-1); one of no day at all counts for nothing.

        By rule 5 a task is on track before `due_on`, due from then to `done_by`, overdue after it; a paused
        one is paused all along. `changes` gets the days on which a status begins and on which it ceases.
        """
        counts, changes = self.counts, self.changes
        for kpi_id, begin, until, due_on, done_by, paused in stretches:
            if until is None:
                counts[kpi_id, paused, due_on, done_by] += step
            if paused:
                changes[kpi_id, begin, PAUSED] += step
                if until is not None:
                    changes[kpi_id, until, PAUSED] -= step
                continue
            if until is not None and until <= due_on:  # most tasks are nothing but on track
                changes[kpi_id, begin, ON_TRACK] += step
                changes[kpi_id, until, ON_TRACK] -= step
                continue
            end = _FOREVER if until is None else until
            if begin < due_on:
                changes[kpi_id, begin, ON_TRACK] += step
                changes[kpi_id, due_on, ON_TRACK] -= step
            overdue = done_by + 1
            start = max(begin, due_on)
            if start < end and start < overdue:
                changes[kpi_id, start, DUE] += step
                changes[kpi_id, min(overdue, end), DUE] -= step
            start = max(begin, overdue)
            if start < end:
                changes[kpi_id, start, OVERDUE] += step
                if until is not None:
                    changes[kpi_id, until, OVERDUE] -= step


def write_counts(plain: Plain, counts: Mapping[Key, int], changes: Mapping[Key, int]) -> None:
    """Move both tables by so much."""
    _move(plain, "task_count", ("kpi_id", "paused", "due_on", "done_by"), counts)
    _move(plain, "board_change", ("kpi_id", "day", "status"), changes)


def _move(plain: Plain, table: str, key: tuple[str, ...], by: Mapping[Key, int]) -> None:
    names, where = ", ".join(key), " AND ".join(f"{name} = ?" for name in key)
    marks = ", ".join("?" * len(key))
    moved = [(tasks, *place) for place, tasks in sorted(by.items()) if tasks]
    if plain.postgres and len(moved) > _FEW:
        _move_at_once(plain, table, names, key, moved)
        return
    places = [row[1:] for row in moved]
    # A row is made before it is moved: no count may be negative, not even in a row that is about to be added.
    plain.many(f"INSERT INTO {table} ({names}, tasks) VALUES ({marks}, 0) ON CONFLICT DO NOTHING", places)
    plain.many(f"UPDATE {table} SET tasks = tasks + ? WHERE {where}", moved)
    plain.many(f"DELETE FROM {table} WHERE {where} AND tasks = 0", places)


def _move_at_once(plain: Plain, table: str, names: str, key: tuple[str, ...], moved: list[Key]) -> None:
    """The same by three statements, whatever the number of rows: PostgreSQL takes its time for each."""
    same = " AND ".join(f"t.{name} = m.{name}" for name in key)
    plain.run(f"CREATE TEMP TABLE moving ON COMMIT DROP AS SELECT tasks, {names} FROM {table} WHERE false")
    plain.insert("moving", f"tasks, {names}", moved)
    plain.run(f"INSERT INTO {table} ({names}, tasks) SELECT {names}, 0 FROM moving ON CONFLICT DO NOTHING")
    plain.run(f"UPDATE {table} t SET tasks = t.tasks + m.tasks FROM moving m WHERE {same}")
    plain.run(f"DELETE FROM {table} t USING moving m WHERE {same} AND t.tasks = 0")
    plain.run("DROP TABLE moving")


def stored_stretches(plain: Plain) -> Iterator[Stretch]:
    """The stretches of every stored task."""
    yield from plain.stream("SELECT kpi_id, since, ended_on, due_on, done_by, paused FROM task")
    yield from plain.stream(
        "SELECT t.kpi_id, p.from_day, p.until_day, p.due_on, p.done_by, p.paused "
        "FROM task_phase p JOIN task t ON t.id = p.task_id"
    )


def recount(plain: Plain) -> int:
    """Count all tasks anew; how many rows of the two tables differed."""
    tally = Tally()
    tally.add(stored_stretches(plain), 1)
    differing = 0
    for table, names, counted in (
        ("task_count", "kpi_id, paused, due_on, done_by", tally.counts),
        ("board_change", "kpi_id, day, status", tally.changes),
    ):
        held = {tuple(row[:-1]): row[-1] for row in plain.rows(f"SELECT {names}, tasks FROM {table}")}
        right = {key: tasks for key, tasks in counted.items() if tasks}
        wrong = [key for key in held.keys() | right.keys() if held.get(key) != right.get(key)]
        differing += len(wrong)
        where = " AND ".join(f"{name} = ?" for name in names.split(", "))
        plain.many(f"DELETE FROM {table} WHERE {where}", wrong)
        marks = ", ".join("?" * (len(names.split(", ")) + 1))
        plain.many(
            f"INSERT INTO {table} ({names}, tasks) VALUES ({marks})",
            [(*key, right[key]) for key in wrong if key in right],
        )
    return differing
