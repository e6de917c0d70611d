"""What the audit log's readers wait for: a million entries verified, the newest of them listed."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from benchmarks.kept import kept
from benchmarks.memory import run_measured
from benchmarks.pty_start import to_stderr
from benchmarks.store_calls import Figure, median_ms
from kpi.audit_entry import Change, Entry, entry_text
from kpi.chain import canonical, entry_hash, entry_tag, next_key
from kpi.events import instant_of, moment_of
from store.audit import head_of
from store.audit_filter import AuditFilter
from store.audit_verify import verify
from store.checkpoints import Checkpoint, public_key, write_checkpoint
from store.key_files import KeyFile
from store.location import Location
from store.moment import one_moment
from store.organisation import found_organisation
from store.plain import Plain
from store.reading import open_reader
from store.schema import CURRENT
from store.work import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY, FEW = 1_000_000, 100_000
MAPPINGS, EPOCH = 500, 1_000
KEY, SIGNING = bytes(range(32)), bytes(range(32, 64))
NOW = instant_of(datetime(2026, 1, 31, tzinfo=UTC))
_SECOND = 1_000_000


def audit_figures() -> list[Figure]:
    """Verifying with its memory, and the pages of the review screen."""
    to_stderr(f"audit log of {MANY:,} entries")
    took, peak = _verified(MANY)
    _, small = _verified(FEW)
    reader = open_reader(Location(path=_store(MANY)), lambda: NOW)
    try:
        questions = reader.audit()
        first = median_ms(lambda: questions.page(AuditFilter()), 15)
        person = median_ms(lambda: questions.page(AuditFilter(person="p7")), 15)
    finally:
        reader.close()
    return [
        Figure(f"verifying {MANY:,} audit entries and the tables", f"{took:.1f} s", "≤ 8 s", took <= 8),
        Figure(
            f"its peak memory, beside that of {FEW:,} entries",
            f"{peak / 2**20:.0f} MB, {small / 2**20:.0f} MB",
            "≤ 1.2×",
            peak <= 1.2 * small,
        ),
        Figure(
            "the newest audit entries, of all and of one person",
            f"{first:.1f} ms, {person:.1f} ms",
            "–",
            kept=True,
        ),
    ]


def _verified(entries: int) -> tuple[float, int]:
    """Seconds of the store call, and bytes of its process at most."""
    said, peak = run_measured([sys.executable, "-m", "benchmarks.audit_figures", str(_store(entries))])
    return float(said), peak


def _verify_alone(path: Path) -> float:
    """The store call, timed; the log must be proven."""
    location = Location(path=path)
    with one_moment(location) as plain:
        store = UUID(plain.value("SELECT store_id FROM organisation"))
        head = head_of(plain, store)
    with tempfile.TemporaryDirectory() as folder:
        at = moment_of(NOW).replace(microsecond=0)
        checkpoint = write_checkpoint(Path(folder), Checkpoint(store, head.seq, head.hash, at), SIGNING)
        key_file = KeyFile(store, 1, KEY, public_key(SIGNING))
        began = time.perf_counter()
        verdict = verify(location, NOW, key_file=key_file, checkpoint=checkpoint)
        took = time.perf_counter() - began
    assert verdict.result == "proven", verdict
    return took


def _store(entries: int) -> Path:
    return kept(f"audit-{entries}-{CURRENT}.db", partial(_make, entries))


def _make(entries: int, path: Path) -> None:
    """A founded store, and entries about its mappings put straight into the log, sealed as they should be."""
    location = Location(path=path)
    with closing(Store(location, lambda: NOW - entries * _SECOND)) as store:
        found_organisation(store, "Benchmark")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        ask = "SELECT sql FROM sqlite_master WHERE name = 'audit_entry_next'"
        guard = connection.execute(ask).fetchone()[0]
        connection.execute("DROP TRIGGER audit_entry_next")
        connection.executemany(
            "INSERT INTO audit_entry (seq, epoch, text, hash, tag) VALUES (?, ?, ?, ?, ?)",
            _rows(Plain(connection, postgres=False), entries),
        )
        connection.execute(guard)
        _remember(connection, entries)
        connection.execute("PRAGMA journal_mode = WAL")


def _rows(plain: Plain, entries: int) -> Iterator[tuple[int, int, str, bytes, bytes]]:
    store = UUID(plain.value("SELECT store_id FROM organisation"))
    head = head_of(plain, store)
    before, key, epoch = head.hash, KEY, 1
    for seq in range(head.seq + 1, entries + 1):
        if seq % EPOCH == 0:
            epoch += 1
            key = next_key(key, store, epoch)
        text = entry_text(_key_entry(seq, store) if seq == head.seq + 1 else _entry(seq))
        before = entry_hash(store, seq, epoch, before, text)
        yield seq, epoch, text, before, entry_tag(key, before)


def _key_entry(seq: int, store: UUID) -> Entry:
    from kpi.chain import fingerprint

    change = Change("fingerprint", None, fingerprint(key=KEY, store=store))
    return _made(seq, "audit.key", "audit:key", change, None)


def _entry(seq: int) -> Entry:
    fields = canonical({"text": _text(seq)})
    change = Change("text", _text(seq - MAPPINGS), _text(seq))
    return _made(seq, "mapping.save", _target(seq), change, sha256(fields.encode()).hexdigest())


def _made(seq: int, operation: str, target: str, change: Change, state: str | None) -> Entry:
    return Entry(
        seq=seq,
        at=NOW - (MANY - seq) * _SECOND,
        actor=f"p{seq % 60}",
        operation=operation,
        target=target,
        changes=(change,),
        reason="As agreed with the owner of the file",
        group=seq,
        origin="app",
        outcome="done",
        state=state,
    )


def _text(seq: int) -> str:
    return f'[source]\\nname = "{seq % MAPPINGS}"\\n[columns]\\nevent = "event {seq}"\\n'


def _target(seq: int) -> str:
    return f"mapping:source {seq % MAPPINGS}"


def _remember(connection: sqlite3.Connection, entries: int) -> None:
    """The mappings as the last entries about them left them."""
    last = range(max(5, entries - MAPPINGS + 1), entries + 1)
    connection.executemany(
        "INSERT INTO audit_state (target, seq, fields) VALUES (?, ?, ?)",
        [(_target(seq), seq, canonical({"text": _text(seq)})) for seq in last],
    )
    connection.executemany(
        "INSERT INTO mapping (name, text, saved_at) VALUES (?, ?, ?)",
        [(_target(seq).partition(":")[2], _text(seq), NOW) for seq in last],
    )


if __name__ == "__main__":
    print(_verify_alone(Path(sys.argv[1])))
