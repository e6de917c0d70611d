"""Writing the audit log: what a unit of work has changed becomes entries of its own transaction."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from kpi.audit_entry import GONE, Change, Entry, EntryError, Origin, Outcome, entry_text, read_entry
from kpi.chain import UNSEALED, canonical, entry_hash, entry_tag, genesis
from kpi.chain_keys import FINGERPRINT_FIELD, KEY_OPERATION, MOST_EPOCHS
from kpi.events import moment_of
from kpi.text import clean
from store.audit_records import Fields, Record, base_of, changes_between, digest_of, fields_in, fields_of
from store.audit_watch import touched
from store.errors import StoreError
from store.who import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.audit_keys import KeyRing
    from store.plain import Plain

EPOCH_ENTRIES = 1_000
_MOST_SAID = 500
_END_OF_TIME = 253_402_300_800_000_000  # the year 10000


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


def _spine(plain: Plain) -> str:
    """What of the log whoever writes the next entry may see, who need not be let read the others."""
    return "audit_spine" if plain.postgres else "audit_entry"


def head_of(plain: Plain, store: UUID) -> Head:
    """The end of the log. Edited, it may be anything: what comes after it must be written all the same."""
    row = plain.row(f'SELECT seq, epoch, hash, "at" FROM {_spine(plain)} ORDER BY seq DESC LIMIT 1')
    if row is None:
        return Head(0, UNSEALED, genesis(store), 0)
    seq, epoch, hashed, at = row
    is_epoch = isinstance(epoch, int) and UNSEALED <= epoch <= MOST_EPOCHS
    is_instant = isinstance(at, int) and 0 <= at < _END_OF_TIME
    return Head(seq, epoch if is_epoch else UNSEALED, _digest(hashed), at if is_instant else 0)


def _digest(found: object) -> bytes:
    return found if isinstance(found, bytes) else b""


def hex_of(digest: object) -> str:
    """A stored digest in hex; what else a store holds that was tampered with is shown for what it is."""
    return digest.hex() if isinstance(digest, bytes) else str(digest)


def last_epoch(plain: Plain) -> int:
    """The latest epoch in which anything was sealed; UNSEALED if nothing ever was."""
    found = plain.value(
        f"SELECT epoch FROM {_spine(plain)} WHERE epoch BETWEEN 1 AND {MOST_EPOCHS} ORDER BY seq DESC LIMIT 1"
    )
    return int(found or UNSEALED)


def last_fingerprint(plain: Plain) -> str | None:
    """What the log says of the key that its entries are sealed with now; None if it never had one."""
    row = plain.row(
        f"SELECT seq, text FROM {'audit_key' if plain.postgres else 'audit_entry'} "
        "WHERE operation = ? AND outcome = 'done' ORDER BY seq DESC LIMIT 1",
        (KEY_OPERATION,),
    )
    try:
        return None if row is None else _fingerprint_among(read_entry(*row).changes)
    except EntryError:  # edited: what comes after it is not sealed, and `verify` says why
        return None


def _fingerprint_among(changes: Sequence[Change]) -> str | None:
    named = [change.after for change in changes if change.field == FINGERPRINT_FIELD]
    return str(named[0]) if named else None


def store_id_of(plain: Plain) -> UUID | None:
    """The id that the chain is bound to; None before the founding."""
    found = plain.value("SELECT store_id FROM organisation")
    try:
        return None if found is None else UUID(str(found))
    except ValueError as error:
        raise StoreError(
            "the store's own id is none any more; look with “stagewatch audit verify”"
        ) from error


def append_entries(
    plain: Plain, operation: Operation, now: int, notes: Sequence[Note] = ()
) -> Appended | None:
    """Write an entry for every record that this transaction has changed, and for every note.

    None if there is nothing to write.
    """
    records = touched(plain)
    store = store_id_of(plain) if records or notes else None
    if store is None:
        return None
    drafts = _changed(plain, operation, records) + [(_draft(operation, note, None), {}) for note in notes]
    if not drafts:
        return None
    before = head = head_of(plain, store)
    ring = _usable_ring(plain, store, head, notes)
    is_on_chain = ring is not None and (ring.seq == 0 or hash_at(plain, ring.seq) == ring.hash)
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


def _usable_ring(plain: Plain, store: UUID, head: Head, notes: Sequence[Note]) -> KeyRing | None:
    """This machine's key, if it is of the line of keys that the log is sealed with now.

    Another machine may have begun a new one since: seals with the old one would be nobody's.
    """
    from store.audit_keys import load_ring  # deferred: most units of work have nothing to say

    ring = load_ring(store)
    if ring is None:
        return None
    changes = [change for note in notes for change in note.changes]
    if ring.fingerprint != (_fingerprint_among(changes) or last_fingerprint(plain)):
        return None
    return _led_to(ring, max(ring.epoch, last_epoch(plain)), store) if head.epoch == UNSEALED else ring


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
            ring = replace(ring, seq=head.seq, hash=head.hash, verified=None)
        save_ring(store, ring)


def _changed(
    plain: Plain, operation: Operation, records: Sequence[tuple[str, str]]
) -> list[tuple[Entry, Fields]]:
    """Drafts of entries for the records that differ from what the log last said of them."""
    drafts = []
    for kind, key in records:
        record = Record(kind, key)
        held = plain.value("SELECT fields FROM audit_state WHERE target = ?", (record.target,))
        known = None if held is None else fields_in(held)
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
    """The ring with the key of a later epoch, in place of its own."""
    from store.audit_keys import keys_for  # deferred: as above

    key = ring.key
    for key in keys_for(ring.key, ring.epoch, epoch, store):  # noqa: B007 - the last one is wanted
        pass
    return replace(ring, epoch=epoch, key=key)


def hash_at(plain: Plain, seq: int) -> bytes | None:
    """The hash of an entry, None where there is none."""
    found = plain.value(f"SELECT hash FROM {_spine(plain)} WHERE seq = ?", (seq,))
    return None if found is None else _digest(found)


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
