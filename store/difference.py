"""What a replay found to be different from what the store holds: plain tuples, and how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.audit_entry import Change
from store.counting import write_counts
from store.packed import pack, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.counting import Key
    from store.plain import Plain, Rows
    from store.work import Work

TASK_COLUMNS = (
    "id, listing_id, listing, application, kpi_id, owner, target_set, started_at, day_zero, opened_on, "
    "since, due_on, done_by, paused, ended_at, ended_on, outcome"
)
PHASE_COLUMNS = "task_id, from_day, until_day, due_on, done_by, paused"
OWNER_COLUMNS = "listing_id, from_day, until_day, owner"
FREEZE_COLUMNS = "listing_id, from_day, lifted_day"
APPLICATION_COLUMNS = "listing_id, ref, folded"
LISTING_COLUMNS = (
    "title, department, role_type, urgency, criticality, internal, folded, owner, target_set, open_tasks, "
    "due_on, done_by, frozen, next_moment, id"
)


class Difference(NamedTuple):
    """Rows to take out and to put in, each in the order of its columns; out go keys only.

    `counts` and `changes` are by how much the two tables of counts move. Plain tuples and dicts, so that it
    travels between processes as it is. `events` were replayed for it, `changed` is how many tasks and
    phases differ.
    """

    events: int
    changed: int
    tasks_out: Rows
    tasks_in: Rows
    phases_out: Rows
    phases_in: Rows
    owners_out: Rows
    owners_in: Rows
    freezes_out: Rows
    freezes_in: Rows
    applications_in: Rows
    listings: Rows
    counts: dict[Key, int]
    changes: dict[Key, int]

    def packed(self) -> tuple[Any, ...]:
        """The fields, with rows packed, for another process."""
        return tuple(pack(field) if isinstance(field, list) else field for field in self)

    @classmethod
    def unpacked(cls, fields: Iterable[Any]) -> Difference:
        """The same again, from what `packed` gave."""
        return cls._make(unpacked(field) if isinstance(field, list) else field for field in fields)

    def is_empty(self) -> bool:
        """Whether the store holds already what it should."""
        return not any(self[2:])

    def write(self, plain: Plain) -> None:
        """Make the store hold what it should."""
        # A phase must not outlive its task for a moment: phases go first and come last.
        plain.many("DELETE FROM task_phase WHERE task_id = ? AND from_day = ?", self.phases_out)
        plain.many("DELETE FROM task WHERE id = ?", self.tasks_out)
        plain.insert("task", TASK_COLUMNS, self.tasks_in)
        plain.insert("task_phase", PHASE_COLUMNS, self.phases_in)
        write_counts(plain, self.counts, self.changes)
        plain.many("DELETE FROM listing_owner WHERE listing_id = ? AND from_day = ?", self.owners_out)
        plain.insert("listing_owner", OWNER_COLUMNS, self.owners_in)
        plain.many("DELETE FROM listing_freeze WHERE listing_id = ? AND from_day = ?", self.freezes_out)
        plain.insert("listing_freeze", FREEZE_COLUMNS, self.freezes_in)
        plain.insert("application", APPLICATION_COLUMNS, self.applications_in)
        *names, _ = LISTING_COLUMNS.split(", ")
        plain.many(
            f"UPDATE listing SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?", self.listings
        )


def note_put_right(work: Work, rows: int) -> None:
    """Have the audit log say how many rows a rebuild found to be otherwise than they should."""
    if rows:
        work.note("store:1", [Change("rows put right", None, rows)])
