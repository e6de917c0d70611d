"""The audit chain: how an entry is bound to its place, to its store and to a key (design, section 5).

    content     = SHA-256(0x00 ‖ the entry's canonical JSON, as stored, in UTF-8)
    hash        = SHA-256(0x01 ‖ store ‖ seq ‖ epoch ‖ hash before ‖ content)
    tag         = HMAC-SHA-256(key of the epoch, 0x02 ‖ hash)
    next key    = HMAC-SHA-256(key, 0x03 ‖ store ‖ next epoch)
    genesis     = SHA-256(0x04 ‖ store), which stands before the first entry
    fingerprint = SHA-256(0x05 ‖ store ‖ first key), its first 32 hex digits

`store` is the 16 bytes of the store's UUID; `seq` and `epoch` are 8 bytes each, the high one first. A key
cannot be led back to the one before it: who takes over the machine can seal what comes, not what was.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

CONTENT, ENTRY, TAG, NEXT_KEY, GENESIS, FINGERPRINT = (bytes([number]) for number in range(6))
UNSEALED = 0  # the epoch of entries that were written without a key
_FINGERPRINT_DIGITS = 32


def canonical(record: Mapping[str, object]) -> str:
    """A record as JSON that two programs write alike: sorted names, no blanks, only the escapes needed.

    ValueError if it holds a fraction: no two programs need write those alike.
    """
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
    return text


def _no_fraction(number: str) -> NoReturn:
    raise ValueError(f"an audit entry holds whole numbers only, not {number}")


def genesis(store: UUID) -> bytes:
    """What stands before the first entry of a store: 32 bytes."""
    return hashlib.sha256(GENESIS + store.bytes).digest()


def entry_hash(store: UUID, seq: int, epoch: int, before: bytes, text: str) -> bytes:
    """The 32 bytes of an entry whose canonical JSON is `text`, after the entry with the hash `before`."""
    content = hashlib.sha256(CONTENT + text.encode()).digest()
    place = seq.to_bytes(8, "big") + epoch.to_bytes(8, "big")
    return hashlib.sha256(ENTRY + store.bytes + place + before + content).digest()


def entry_tag(key: bytes, hashed: bytes) -> bytes:
    """What only a holder of the epoch's key can write beside a hash: 32 bytes."""
    return hmac.digest(key, TAG + hashed, "sha256")


def next_key(key: bytes, store: UUID, epoch: int) -> bytes:
    """The key of `epoch`, from the key of the epoch before it: 32 bytes."""
    return hmac.digest(key, NEXT_KEY + store.bytes + epoch.to_bytes(8, "big"), "sha256")


def fingerprint(key: bytes, store: UUID) -> str:
    """What the log itself says of its first key, so that another one is known for a stranger."""
    return hashlib.sha256(FINGERPRINT + store.bytes + key).hexdigest()[:_FINGERPRINT_DIGITS]
