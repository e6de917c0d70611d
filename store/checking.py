"""Is a store sound? Its database, schema, tasks, counts and replay are looked at; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from kpi.errors import StagewatchError
from kpi.policy import Action
from store.counting import Tally, stored_stretches
from store.moment import driver_in_words, one_moment
from store.permission import permit
from store.rehearsal import MOST_PROBLEMS, Rehearsal
from store.schema_shape import schema_problems, server_problems
from store.sqlite_files import file_problems
from store.who import NOBODY
from store.work import system_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.location import Location
    from store.plain import Plain
    from store.who import Who

# What must never be found: words for people, and a query whose first column names what is so.
_NEVER = (
    (
        "task {} has no listing of its name",
        (
            "SELECT t.id FROM task t LEFT JOIN listing l ON l.id = t.listing_id "
            "WHERE l.id IS NULL OR l.ref <> t.listing OR coalesce(l.owner, '') <> coalesce(t.owner, '')"
        ),
    ),
    (
        "task {} has no target set",
        "SELECT t.id FROM task t LEFT JOIN target_set s ON s.number = t.target_set WHERE s.number IS NULL",
    ),
    (
        "the phases of task {} do not join up",
        (
            "SELECT task_id FROM (SELECT p.task_id AS task_id, p.from_day, p.until_day, t.opened_on, "
            "t.since, LAG(p.until_day) OVER days AS earlier, LEAD(p.from_day) OVER days AS later "
            "FROM task_phase p JOIN task t ON t.id = p.task_id "
            "WINDOW days AS (PARTITION BY p.task_id ORDER BY p.from_day)) AS joined "
            "WHERE from_day >= until_day OR (earlier IS NULL AND from_day <> opened_on) "
            "OR (later IS NULL AND until_day <> since) OR later <> until_day"
        ),
    ),
    (
        "task {} has lost its earlier phases",
        (
            "SELECT t.id FROM task t WHERE t.since <> t.opened_on "
            "AND NOT EXISTS (SELECT 1 FROM task_phase p WHERE p.task_id = t.id)"
        ),
    ),
    (
        "listing {} has another number of open tasks than it says",
        (
            "SELECT l.ref FROM listing l LEFT JOIN (SELECT listing_id, count(*) AS tasks FROM task "
            "WHERE ended_on IS NULL GROUP BY listing_id) AS found ON found.listing_id = l.id "
            "WHERE l.open_tasks <> coalesce(found.tasks, 0)"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: per part of it the problems, each in one line; none anywhere if the store is sound.

    `replayed` of `listings` listings were replayed and compared; `pending` wait for a replay and were not.
    """

    parts: dict[str, tuple[str, ...]]
    listings: int
    replayed: int
    pending: int

    @property
    def problems(self) -> int:
        """How many problems there are, at most some twenty of a part."""
        return sum(map(len, self.parts.values()))


def check_store(
    location: Location,
    *,
    full: bool = False,
    clock: Callable[[], int] = system_now,
    tell: Callable[[float], None] | None = None,
    by: Who = NOBODY,
) -> Checked:
    """Check a store as it is at one moment; every listing is replayed if `full`, else a sample.

    StoreError only if it cannot be opened as a store at all, or if `by` may not.
    """
    permit(location, by, Action.CARE_FOR_STORE)
    now = clock()
    parts: dict[str, tuple[str, ...]] = {}
    replay = Rehearsal(now, full=full, tell=tell)
    with one_moment(location) as plain:
        for name, look in (
            ("database", server_problems if plain.postgres else file_problems),
            ("schema", partial(schema_problems, location)),
            ("tasks", _task_problems),
            ("counts", _count_problems),
            ("replay", replay.problems),
        ):
            if plain.postgres:  # a query that fails would end the whole transaction
                plain.run("SAVEPOINT part")
            try:
                with driver_in_words(location):
                    found = look(plain)
            except StagewatchError as error:
                found = [str(error)]
                if plain.postgres:
                    plain.run("ROLLBACK TO part")
            parts[name] = tuple(found)
    return Checked(parts, replay.listings, replay.replayed, replay.pending)


def _task_problems(plain: Plain) -> list[str]:
    found = []
    for words, sql in _NEVER:
        found += [words.format(row[0]) for row in plain.rows(f"{sql} LIMIT {MOST_PROBLEMS}")]
    return found[:MOST_PROBLEMS]


def _count_problems(plain: Plain) -> list[str]:
    tally = Tally()
    tally.add(stored_stretches(plain), 1)
    found = []
    for table, names, counted in (
        ("task_count", "kpi_id, paused, due_on, done_by", tally.counts),
        ("board_change", "kpi_id, day, status", tally.changes),
    ):
        held = {tuple(row[:-1]): row[-1] for row in plain.rows(f"SELECT {names}, tasks FROM {table}")}
        right = {key: tasks for key, tasks in counted.items() if tasks}
        wrong = sum(held.get(key) != right.get(key) for key in held.keys() | right.keys())
        if wrong:
            found.append(f"{wrong:,} rows of {table} are not what the tasks amount to")
    return found
