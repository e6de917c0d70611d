"""All that a store knows, without the numbers that tell in which run and how often it was tried."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from store.plain import Plain, connect
from store.work import Store

# What founding wrote, and who brought what in when; every other table is compared, a new one too.
LEFT_OUT = {
    "organisation", "store_state", "calendar_day", "kpi", "target_set", "target", "import_run", "mapping",
    "audit_entry", "audit_name", "audit_state",
}  # fmt: skip
# Numbers that a database gives out; what they stand for is compared in their place.
NUMBERS = {"event": {"seq", "corrects"}, "listing": {"id"}, "quarantine": {"id"}}
ALWAYS = {"listing_id", "import_id"}
# The key of a later version is made of its listing's number too.
OWN_KEY = "CASE WHEN {0}.corrects IS NULL THEN {0}.key END"


def whole(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows, sorted; events in the order that counts: a version stands with its first."""
    names = sorted(set(SQLModel.metadata.tables) - LEFT_OUT)
    assert {"event", "task", "task_phase", "task_count", "board_change", "quarantine"} <= set(names)
    with closing(connect(store.location)) as plain:
        found = {name: _rows(plain, name) for name in names}
        found["arrival"] = plain.rows(
            f"SELECT l.ref, {OWN_KEY.format('e')}, o.key, e.kind, e.at, e.actor, e.owner, e.detail "
            "FROM event e JOIN listing l ON l.id = e.listing_id LEFT JOIN event o ON o.seq = e.corrects "
            "ORDER BY l.ref, coalesce(e.corrects, e.seq), e.seq"
        )
    return found


def runs(store: Store) -> list[tuple[int, ...]]:
    """Of every import: rows, added, duplicates, sandbox, quarantined, and whether it came to its end."""
    with closing(connect(store.location)) as plain:
        return plain.rows(
            "SELECT rows, added, duplicates, sandbox, quarantined, "
            "CASE WHEN finished_at IS NULL THEN 0 ELSE 1 END FROM import_run ORDER BY id"
        )


def _rows(plain: Plain, name: str) -> list[tuple[Any, ...]]:
    columns = [column.name for column in SQLModel.metadata.tables[name].columns]
    wanted = [f"t.{column}" for column in columns if column not in NUMBERS.get(name, set()) | ALWAYS]
    if name == "event":
        wanted[wanted.index("t.key")] = OWN_KEY.format("t")
    joined = ""
    if "listing_id" in columns:
        wanted.append("l.ref")
        joined = " JOIN listing l ON l.id = t.listing_id"
    return sorted(plain.rows(f"SELECT {', '.join(wanted)} FROM {name} t{joined}"), key=repr)
