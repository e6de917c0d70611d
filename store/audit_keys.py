"""The audit log's key on this machine: the ring that is kept as a secret, and the key file for the auditor.

A ring is one secret, `audit:<store id>`, so that key and head change together or not at all. It is written
after the transaction that it tells of, so it may be behind the store, never ahead of it, and no process moves
it back. If the head that it remembers is not in the store, somebody has put an older store back.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kpi.chain import fingerprint, genesis, next_key
from store.checkpoints import public_key
from store.errors import StoreError
from store.key_files import KeyFile
from store.secrets_kept import KEY, SERVICE, NoKeyringError, change_secret, find_secret, forget_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

KEY_BYTES = 32
MOST_STEPS = 1_000_000
"""So many epochs are a thousand million entries: a log that claims more was tampered with."""


class Verified(NamedTuple):
    """How far the log was found whole: the entry, its hash, and when (microseconds since 1970 UTC)."""

    seq: int
    hash: bytes
    at: int


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What this machine keeps: the epoch's key, which first key it comes from, and the head last seen.

    `signing` is the raw Ed25519 key for checkpoints; None on a machine that has the key from a key file.
    """

    epoch: int
    key: bytes = field(repr=False)
    fingerprint: str
    seq: int
    hash: bytes
    signing: bytes | None = field(repr=False)
    verified: Verified | None = None


class Lack(Enum):
    """Why there is no ring."""

    NONE_KEPT = "none is kept"
    NO_PLACE = "there is no place to keep one"
    CLOSED = "the place where it may be does not open"
    BROKEN = "what is kept is no ring"


@dataclass(frozen=True, slots=True)
class NoRing:
    """Why there is no ring, for programs and in one line for people."""

    lack: Lack
    why: str


def look(store_id: UUID) -> KeyRing | NoRing:
    """This machine's ring for a store's audit log, or why there is none."""
    try:
        text = find_secret(_name(store_id), KEY)
        if text is None:
            return NoRing(Lack.NONE_KEPT, "this machine keeps no key of this audit log")
    except NoKeyringError as error:
        return NoRing(Lack.NO_PLACE, str(error))
    except StoreError as error:
        return NoRing(Lack.CLOSED, str(error))
    try:
        return _read(text)
    except ValueError:
        return NoRing(Lack.BROKEN, str(_broken(store_id)))


def load_ring(store_id: UUID) -> KeyRing | None:
    """This machine's ring; None if there is none or it cannot be had, which `look` tells apart."""
    found = look(store_id)
    return found if isinstance(found, KeyRing) else None


def save_ring(store_id: UUID, ring: KeyRing) -> KeyRing:
    """Keep a ring unless a newer one is kept: neither epoch nor head ever goes back. What is kept then.

    Of two heads with the same seq the one that is kept stays: if they differ, it is the evidence. How far
    the log is verified never goes back either. StoreError if it cannot be kept.
    """

    def newer(kept: KeyRing | None) -> KeyRing:
        if kept is None:
            return ring
        further = max((one for one in (kept.verified, ring.verified) if one), default=None)
        ahead = ring.seq > kept.seq or (ring.seq, ring.hash) == (kept.seq, kept.hash)
        return replace(ring if ahead and ring.epoch >= kept.epoch else kept, verified=further)

    return _change(store_id, newer)


def note_verified(store_id: UUID, verified: Verified | None) -> None:
    """Remember in the ring, if there is one, how far the log was found whole; None: no longer at all."""

    def noted(kept: KeyRing | None) -> KeyRing | None:
        return kept and replace(kept, verified=verified)

    _change(store_id, noted)


def anchor(store_id: UUID, seq: int, head: bytes) -> None:
    """Let this machine remember another end, also an earlier one: for a restore, of which the log tells."""

    def anchored(kept: KeyRing | None) -> KeyRing | None:
        return kept and replace(kept, seq=seq, hash=head, verified=None)

    _change(store_id, anchored)


def new_ring(
    store_id: UUID, epoch: int = 1, *, seq: int = 0, head: bytes | None = None
) -> tuple[KeyRing, KeyFile]:
    """A first key for the epoch that begins after entry `seq` with the hash `head`, and its key file.

    Neither is kept yet: `save_ring` does that, and the key file is for the auditor.
    """
    key, signing = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    ring = KeyRing(epoch, key, fingerprint(key=key, store=store_id), seq, head or genesis(store_id), signing)
    return ring, KeyFile(store_id, epoch, key, public_key(signing))


def adopt(store_id: UUID, key_file: KeyFile, epoch: int) -> KeyRing:
    """Keep the key of `epoch`, led forward from a key file: for a second machine, or after a lost keyring.

    The head that this machine remembers stays, if it does; it never had to trust the store for it. StoreError
    if the file is another store's or begins after `epoch`, or if another key is kept for the same epochs.
    """
    if key_file.store != store_id:
        raise StoreError(f"that is the key file of another store ({key_file.store}); nothing was changed")
    *_, key = keys_for(key_file.key, key_file.epoch, epoch, store_id)

    def adopted(kept: KeyRing | None) -> KeyRing:
        if kept is None:
            return KeyRing(epoch, key, key_file.fingerprint, 0, genesis(store_id), None)
        if kept.fingerprint == key_file.fingerprint:
            return kept if kept.epoch >= epoch else replace(kept, epoch=epoch, key=key)
        if kept.epoch >= key_file.epoch:
            raise StoreError(
                "this machine keeps another key of this audit log than the key file; nothing was changed"
            )
        same = kept.signing is not None and public_key(kept.signing) == key_file.checkpoint_key
        return replace(
            kept,
            epoch=epoch,
            key=key,
            fingerprint=key_file.fingerprint,
            signing=kept.signing if same else None,
        )

    return _change(store_id, adopted)


def forget_ring(store_id: UUID) -> bool:
    """Let go of this machine's ring, and of the evidence in it; whether none is left."""
    return forget_secret(_name(store_id))


def keys_for(key: bytes, from_epoch: int, to_epoch: int, store_id: UUID) -> Iterator[bytes]:
    """The keys of `from_epoch`, which is `key`, to `to_epoch`, each from the one before it.

    StoreError if that is back in time, or so far ahead that no log can be there.
    """
    if to_epoch < from_epoch:
        raise StoreError(
            f"that key begins with epoch {from_epoch}; what came before it cannot be told from it"
        )
    if to_epoch - from_epoch > MOST_STEPS:
        raise StoreError(f"no audit log can have come from epoch {from_epoch} to epoch {to_epoch}")
    yield key
    for epoch in range(from_epoch + 1, to_epoch + 1):
        key = next_key(key, store_id, epoch)
        yield key


Made = TypeVar("Made", KeyRing, KeyRing | None)


def _change(store_id: UUID, change: Callable[[KeyRing | None], Made]) -> Made:
    """Keep what `change` makes of the ring that is kept, if it makes one, while no other process does so."""
    made: list[Made] = []

    def changed(text: str | None) -> str | None:
        try:
            kept = None if text is None else _read(text)
        except ValueError as error:
            raise _broken(store_id) from error
        made.append(ring := change(kept))
        return None if ring is None else _write(ring)

    change_secret(_name(store_id), changed, KEY)
    return made[0]


def _name(store_id: UUID) -> str:
    return f"audit:{store_id}"


def _broken(store_id: UUID) -> StoreError:
    return StoreError(
        f"what this machine keeps as “{_name(store_id)}” of “{SERVICE}” is no key of an audit log; "
        "it was left as it is"
    )


def _write(ring: KeyRing) -> str:
    """A ring as JSON; see `_read`."""
    return json.dumps(
        {
            "epoch": ring.epoch,
            "key": ring.key.hex(),
            "fingerprint": ring.fingerprint,
            "seq": ring.seq,
            "hash": ring.hash.hex(),
            "signing": None if ring.signing is None else base64.b64encode(ring.signing).decode(),
            "verified": ring.verified and [ring.verified.seq, ring.verified.hash.hex(), ring.verified.at],
        }
    )


def _read(text: str) -> KeyRing:
    """The ring that a kept text is; ValueError if it is none."""
    try:
        found = json.loads(text)
        signing, verified = found["signing"], found["verified"]
        return KeyRing(
            epoch=_number(found["epoch"], least=1),
            key=_bytes(bytes.fromhex(found["key"])),
            fingerprint=str(found["fingerprint"]),
            seq=_number(found["seq"]),
            hash=_bytes(bytes.fromhex(found["hash"])),
            signing=None if signing is None else _bytes(base64.b64decode(signing, validate=True)),
            verified=None if verified is None else _verified(*verified),
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("no ring") from error


def _verified(seq: object, hashed: str, at: object) -> Verified:
    return Verified(_number(seq), _bytes(bytes.fromhex(hashed)), _number(at))


def _number(found: object, least: int = 0) -> int:
    if type(found) is not int or found < least:
        raise ValueError(f"{least} or more is wanted")
    return found


def _bytes(found: bytes) -> bytes:
    if len(found) != KEY_BYTES:
        raise ValueError(f"{KEY_BYTES} bytes are wanted")
    return found
