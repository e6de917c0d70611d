"""Audit logs made for a test: entries put in as they are wanted; the chain is not looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kpi.audit_entry import Change, Entry, entry_text
from kpi.events import instant_of
from store.work import Store

PEOPLE = {"id-ann": "Ann Other", "id-bob": "Bob 50%_off", "id-eve": "Ève Núñez"}


def at(text: str) -> int:
    """An instant of a time with its offset."""
    return instant_of(datetime.fromisoformat(text))


def put_entries(store: Store, *wanted: dict[str, Any]) -> list[int]:
    """Entries with what is `wanted` of each; the log's own rules hold, but for the chain. Their numbers."""
    with store.work("test") as work:
        plain = work.plain
        known = {name for (name,) in plain.rows("SELECT id FROM audit_name")}
        plain.many(
            "INSERT INTO audit_name (id, name) VALUES (?, ?)",
            [person for person in PEOPLE.items() if person[0] not in known],
        )
        first = plain.value("SELECT max(seq) FROM audit_entry") + 1
        rows = []
        for seq, one in enumerate(wanted, first):
            fields = {
                "at": at("2026-11-17T09:00+00:00") + seq,
                "actor": "id-ann",
                "operation": "targets.save",
                "target": "target_set:2",
                "changes": (Change("draft.ready_to_publish.due_days", 5, 7),),
                "reason": "agreed",
                "group": seq,
                "origin": "app",
                "outcome": "done",
                "state": None,
            }
            text = entry_text(Entry(seq=seq, **{**fields, **one}))
            rows.append((seq, 1, text, bytes(32), bytes(32)))
        plain.many("INSERT INTO audit_entry (seq, epoch, text, hash, tag) VALUES (?, ?, ?, ?, ?)", rows)
    return list(range(first, first + len(wanted)))
