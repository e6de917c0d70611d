"""Writing the audit log: what a unit of work has changed becomes entries of its own transaction."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from kpi.audit_entry import GONE, Change, Entry, Origin, Outcome, entry_text, read_entry
from kpi.chain import UNSEALED, canonical, entry_hash, entry_tag, genesis
from kpi.chain_keys import FINGERPRINT_FIELD, KEY_OPERATION
from kpi.events import moment_of
from kpi.text import clean
from store.audit_records import Fields, Record, base_of, changes_between, digest_of, fields_of
from store.audit_watch import touched
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.audit_keys import KeyRing
    from store.plain import Plain

SYSTEM = "system"  # who acts when nobody does; not a name, hence its own id
EPOCH_ENTRIES = 1_000
_MOST_SAID = 500


class Who(NamedTuple):
    """Who uses a store, and from where: the name of a person, or SYSTEM."""

    actor: str = SYSTEM
    origin: Origin = "system"


@dataclass(frozen=True, slots=True)
class Operation:
    """What a unit of work is for: its name, whose it is, why, and what it is about."""

    name: str
    actor: str
    origin: Origin
    reason: str | None = None
    about: str = "store:1"


class Note(NamedTuple):
    """An entry that is not drawn from a changed record."""

    target: str
    outcome: Outcome
    changes: tuple[Change, ...]
    reason: str | None


class Head(NamedTuple):
    """The last entry of a log: its seq, epoch, hash and time; seq 0 stands before the first one."""

    seq: int
    epoch: int
    hash: bytes
    at: int


class Appended(NamedTuple):
    """What is to be kept in the keyring once the entries are in the store for good."""

    store: UUID
    ring: KeyRing | None
    head: Head


def head_of(plain: Plain, store: UUID) -> Head:
    """The end of the log."""
    row = plain.row('SELECT seq, epoch, hash, "at" FROM audit_entry ORDER BY seq DESC LIMIT 1')
    return (
        Head(0, UNSEALED, genesis(store), 0) if row is None else Head(row[0], row[1], bytes(row[2]), row[3])
    )


def last_epoch(plain: Plain) -> int:
    """The latest epoch in which anything was sealed; UNSEALED if nothing ever was."""
    found = plain.value("SELECT epoch FROM audit_entry WHERE epoch > 0 ORDER BY seq DESC LIMIT 1")
    return int(found or UNSEALED)


def last_fingerprint(plain: Plain) -> str | None:
    """What the log says of the key that its entries are sealed with now; None if it never had one."""
    row = plain.row(
        "SELECT seq, text FROM audit_entry WHERE operation = ? ORDER BY seq DESC LIMIT 1", (KEY_OPERATION,)
    )
    return None if row is None else _fingerprint_among(read_entry(*row).changes)


def _fingerprint_in(notes: Iterable[Note]) -> str | None:
    return _fingerprint_among([change for note in notes for change in note.changes])


def _fingerprint_among(changes: Iterable[Change]) -> str | None:
    named = [change.after for change in changes if change.field == FINGERPRINT_FIELD]
    return str(named[0]) if named else None


def store_id_of(plain: Plain) -> UUID | None:
    """The id that the chain is bound to; None before the founding."""
    found = plain.value("SELECT store_id FROM organisation")
    return None if found is None else UUID(found)


def append_entries(
    plain: Plain, operation: Operation, now: int, notes: Iterable[Note] = ()
) -> Appended | None:
    """Write an entry for every record that this transaction has changed, and for every note.

    None if there is nothing to write.
    """
    from store.audit_keys import load_ring  # deferred: most units of work have nothing to say

    store = store_id_of(plain)
    if store is None:
        return None
    notes = list(notes)
    drafts = [*_changed(plain, operation), *_noted(operation, notes)]
    if not drafts:
        return None
    before = head = head_of(plain, store)
    ring = load_ring(store)
    if ring is not None and ring.fingerprint != (_fingerprint_in(notes) or last_fingerprint(plain)):
        ring = None  # of a key that another machine has begun anew since: its seals would be nobody's
    if ring is not None and head.epoch == UNSEALED:
        ring = _led_to(ring, max(ring.epoch, last_epoch(plain)), store)
    is_on_chain = ring is None or ring.seq == 0 or _hash_at(plain, ring.seq) == ring.hash
    actor = actor_id(plain, operation.actor)
    for draft, fields in drafts:
        entry = replace(draft, seq=head.seq + 1, at=now, actor=actor, group=before.seq + 1)
        text = entry_text(entry)
        epoch, ring = _epoch(head, entry, ring, store)
        hashed = entry_hash(store, entry.seq, epoch, head.hash, text)
        tag = None if ring is None else entry_tag(ring.key, hashed)
        plain.run(
            "INSERT INTO audit_entry (seq, epoch, text, hash, tag) VALUES (?, ?, ?, ?, ?)",
            (entry.seq, epoch, text, hashed, tag),
        )
        if entry.state is not None:
            _remember(plain, entry, fields)
        head = Head(entry.seq, epoch, hashed, now)
    if ring is not None and is_on_chain:
        ring = replace(ring, seq=head.seq, hash=head.hash)
    return Appended(store, ring, head)


def keep_head(appended: Appended | None, *, put_back: bool) -> None:
    """Let the keyring know the new end and key, after the commit: it may be behind the store, never ahead.

    Only of a store that was `put_back`, as its last entry says, may it be an earlier end.
    """
    from store.audit_keys import anchor, save_ring  # deferred: as above

    if appended is None or appended.ring is None:
        return
    store, ring, head = appended.store, appended.ring, appended.head
    with suppress(StoreError):  # what was to be done is done; the keyring only knows an older end
        if put_back:
            anchor(store, head.seq, head.hash)
            ring = replace(ring, seq=head.seq, hash=head.hash)
        save_ring(store, ring)


def _changed(plain: Plain, operation: Operation) -> list[tuple[Entry, Fields]]:
    """Drafts of entries for the records that differ from what the log last said of them."""
    drafts = []
    for kind, key in touched(plain):
        record = Record(kind, key)
        held = plain.value("SELECT fields FROM audit_state WHERE target = ?", (record.target,))
        known: Fields | None = None if held is None else json.loads(held)
        fields = fields_of(plain, record)
        if fields == known:
            continue
        before = base_of(plain, record) if known is None else known
        draft = _draft(
            operation,
            Note(record.target, "done", changes_between(before, fields or {}), operation.reason),
            GONE if fields is None else digest_of(fields),
        )
        drafts.append((draft, fields or {}))
    return drafts


def _noted(operation: Operation, notes: Iterable[Note]) -> list[tuple[Entry, Fields]]:
    return [(_draft(operation, note, None), {}) for note in notes]


def _draft(operation: Operation, note: Note, state: str | None) -> Entry:
    reason = note.reason if note.reason is None else clean(note.reason)[:_MOST_SAID]
    return Entry(
        seq=0,
        at=0,
        actor="",
        operation=operation.name,
        target=note.target,
        changes=note.changes,
        reason=reason,
        group=0,
        origin=operation.origin,
        outcome=note.outcome,
        state=state,
    )


def _remember(plain: Plain, entry: Entry, fields: Fields) -> None:
    if entry.state == GONE:
        plain.run("DELETE FROM audit_state WHERE target = ?", (entry.target,))
        return
    plain.run(
        "INSERT INTO audit_state (target, seq, fields) VALUES (?, ?, ?) "
        "ON CONFLICT (target) DO UPDATE SET seq = excluded.seq, fields = excluded.fields",
        (entry.target, entry.seq, canonical(fields)),
    )


def _epoch(head: Head, entry: Entry, ring: KeyRing | None, store: UUID) -> tuple[int, KeyRing | None]:
    """The epoch of the next entry, and the ring with its key.

    A new one begins with a day and with every so many entries: what is taken over then seals only what comes.
    """
    if ring is None:
        return UNSEALED, None
    epoch = max(head.epoch, ring.epoch)
    is_new_day = moment_of(head.at).date() != moment_of(entry.at).date()
    if head.epoch == epoch and (is_new_day or entry.seq % EPOCH_ENTRIES == 0):
        epoch += 1
    return epoch, _led_to(ring, epoch, store)


def _led_to(ring: KeyRing, epoch: int, store: UUID) -> KeyRing:
    """The ring with the key of a later epoch: the one before it is let go of."""
    from store.audit_keys import keys_for  # deferred: as above

    *_, key = keys_for(ring.key, ring.epoch, epoch, store)
    return replace(ring, epoch=epoch, key=key)


def _hash_at(plain: Plain, seq: int) -> bytes | None:
    found = plain.value("SELECT hash FROM audit_entry WHERE seq = ?", (seq,))
    return None if found is None else bytes(found)


def actor_id(plain: Plain, name: str) -> str:
    """The opaque id under which the log knows a person; made when the log first names them."""
    if name == SYSTEM:
        return SYSTEM
    name = clean(name)
    found = plain.value("SELECT id FROM audit_name WHERE name = ?", (name,))
    if found is None:
        found = secrets.token_hex(8)
        plain.run("INSERT INTO audit_name (id, name) VALUES (?, ?)", (found, name))
    return str(found)
