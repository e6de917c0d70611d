"""Attacks on a copied log, by plain sqlite3 as its file's owner can, and what is found of them."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kpi.calendar import CalendarSpec
from store.audit_care import keep_checkpoints, store_id
from store.audit_verify import verify
from store.calendar_changes import save_calendar
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.reviews import mark_reviewed
from store.work import Store
from tests.store.helpers import Clock

if TYPE_CHECKING:
    from kpi.chain_verdict import Verdict
    from store.key_files import KeyFile
    from store.location import Location

ENTRIES = 300
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


@dataclass
class Made:
    """A log of 300 entries over five days: its file, the one of the day before, what the auditor has."""

    file: Path
    yesterday: Path
    key_file: KeyFile
    checkpoint: Path
    kept: dict[tuple[str, str], str] = field(default_factory=dict)


def have_some_of_everything(store: Store, folder: Path) -> None:
    mapping = '[source]\nname = "Theirs"\n[columns]\nevent = "what"\nat = "when"\nlisting = "job"\n'
    file = folder / "events.csv"
    file.write_text("what,when,job\nlisting_published,2026-11-10T10:00:00Z,J1\n")
    import_file(store, file, load_mapping(mapping))
    spec = CalendarSpec(closures={date(2026, 12, 24): "Party"})
    with store.work("test") as work:
        work.plain.run("INSERT INTO calendar_day (day, works, reason) VALUES (739000, 0, 'Party')")
    save_calendar(store, spec, reason="Yes", actor="Ada")
    keep_checkpoints(store, folder, actor="Ada")
    mark_reviewed(store, 1, 2, note="Seen", actor="Ada")


def entries_of(log: Location) -> int:
    with closing(sqlite3.connect(str(log.path))) as connection:
        return int(connection.execute("SELECT max(seq) FROM audit_entry").fetchone()[0])


def attack(log: Location, *statements: str, **bindings: Any) -> None:
    """Change the file as its owner can: the guards are taken away and put back."""
    with closing(sqlite3.connect(str(log.path))) as connection, connection:
        guards = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement, bindings).rowcount > 0
        for _, sql in guards:
            connection.execute(sql)


def rewrite(log: Location, first: int, key: bytes | None) -> None:
    """Change the reason of an entry and compute every hash from there on anew, sealed with `key` if given."""
    store = store_id(log).bytes
    with closing(sqlite3.connect(str(log.path))) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        (before,) = connection.execute("SELECT hash FROM audit_entry WHERE seq = ?", (first - 1,)).fetchone()
        rows = connection.execute(
            "SELECT seq, epoch, text, tag FROM audit_entry WHERE seq >= ? ORDER BY seq", (first,)
        ).fetchall()
        for seq, epoch, text, tag in rows:
            if seq == first:
                text = text.replace("Change", "Chance")  # noqa: PLW2901
            content = hashlib.sha256(b"\0" + text.encode()).digest()
            place = seq.to_bytes(8, "big") + epoch.to_bytes(8, "big")
            before = hashlib.sha256(b"\1" + store + place + before + content).digest()
            sealed = tag if key is None else hmac.digest(key, b"\2" + before, "sha256")
            connection.execute(
                "UPDATE audit_entry SET text = ?, hash = ?, tag = ? WHERE seq = ?",
                (text, before, sealed, seq),
            )
        connection.execute(
            "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
            "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
        )


def verdict_on(log: Location, made: Made | None = None, **more: Any) -> Verdict:
    """The verdict with the keyring alone, or with all that the auditor has."""
    given: dict[str, Any] = {} if made is None else {"key_file": made.key_file, "checkpoint": made.checkpoint}
    return verify(log, Clock()(), **(given | more))


EITHER = pytest.mark.parametrize("by_auditor", [False, True])


def tampered(log: Location, made: Made, attacked: str, first_bad: int, *, by_auditor: bool) -> Verdict:
    found = verdict_on(log, made if by_auditor else None)
    assert (found.result, found.attack, found.first_bad, found.exit_code) == (
        "tampered",
        attacked,
        first_bad,
        2,
    ), found.why
    return found
