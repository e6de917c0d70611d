"""Reading the log back in tests, and the few things that the tests about it change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kpi.audit_entry import read_entry
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.moment import one_moment

if TYPE_CHECKING:
    from pathlib import Path

    from kpi.audit_entry import Entry
    from store.location import Location
    from store.work import Store

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
CODE = "draft.ready_to_publish"
OURS = load_mapping('[source]\nname = "Ours"\n[columns]\nevent = "what"\nat = "when"\nlisting = "job"\n')


def entries(location: Location, after: int = 0) -> list[Entry]:
    with one_moment(location) as plain:
        rows = plain.rows("SELECT seq, text FROM audit_entry WHERE seq > ? ORDER BY seq", (after,))
        return [read_entry(*row) for row in rows]


def last_seq(location: Location) -> int:
    return len(entries(location))


def name_of(location: Location, actor: str) -> str:
    with one_moment(location) as plain:
        return str(plain.value("SELECT name FROM audit_name WHERE id = ?", (actor,)))


def changes_of(entry: Entry) -> dict[str, tuple[Any, Any]]:
    return {change.field: (change.before, change.after) for change in entry.changes}


def events_of(folder: Path, *rows: str) -> Path:
    file = folder / "events.csv"
    file.write_text("\n".join(["what,when,job", *rows]) + "\n")
    return file


def file_in(store: Store, folder: Path) -> None:
    import_file(store, events_of(folder, "listing_published,2026-11-10T10:00:00Z,J1", "odd,never,J2"), OURS)
