"""Checkpoints: what the audit log's head was at a time, signed, to be kept where nobody can change it.

    stagewatch.audit/<the store's id>
    <size: the seq of the last entry>
    <base64 of the last entry's hash>
    <when, in UTC, as 2026-11-17T12:00:00Z>

    — stagewatch.audit/<the store's id> <base64 of 4 bytes key id ‖ 64 bytes Ed25519 signature>

This is a signed note (c2sp.org/signed-note): what is signed are the four lines with their newlines, and the
key id is the start of SHA-256(name ‖ newline ‖ 0x01 ‖ public key). Lines that others have signed may follow.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from store.errors import StoreError
from store.whole_files import read_small, write_whole

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 16_384
_ED25519 = b"\x01"  # the signed note's number for it
_KEY_ID = 4
_MOST_ALIKE = 100
_FORM = re.compile(
    r"(?P<text>stagewatch\.audit/(?P<store>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\n"
    r"(?P<size>0|[1-9][0-9]{0,17})\n(?P<head>[A-Za-z0-9+/]{43}=)\n"
    r"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n)\n(?P<signed>(— [^\n]+\n)+)"
)


class CheckpointError(StoreError):
    """This is no checkpoint, or one of another store."""


class WrongSignatureError(CheckpointError):
    """This reads as a checkpoint of this store, but its key has not signed it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """At `at`, to the second, the store's audit log had `size` entries, the last with the hash `head`."""

    store_id: UUID
    size: int
    head: bytes
    at: datetime


def new_signing_key() -> bytes:
    """A raw Ed25519 private key: 32 random bytes."""
    return secrets.token_bytes(32)


def public_key(signing: bytes) -> bytes:
    """The raw public key, 32 bytes, that belongs to a raw private one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # deferred: see `sign`

    return Ed25519PrivateKey.from_private_bytes(signing).public_key().public_bytes_raw()


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The four lines that are signed."""
    at = checkpoint.at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return (
        f"stagewatch.audit/{checkpoint.store_id}\n"
        f"{checkpoint.size}\n"
        f"{base64.b64encode(checkpoint.head).decode()}\n"
        f"{at.isoformat()}Z\n"
    )


def sign(text: str, signing: bytes) -> str:
    """The whole file: four lines, an empty one, and the line with their signature."""
    # Deferred: a start without checkpoints needs no cryptography.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    name = text.partition("\n")[0]
    signature = Ed25519PrivateKey.from_private_bytes(signing).sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(_key_id(name, public_key(signing)) + signature).decode()}\n"


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID]


def read_checkpoint(path: Path, store_id: UUID, public: bytes) -> Checkpoint:
    """What the checkpoint at `path` says, if it is this store's and signed by the owner of `public`.

    CheckpointError in one line if it is no checkpoint or another store's, WrongSignatureError if somebody
    else signed it, or something else.
    """
    try:
        form = _FORM.fullmatch(read_small(path, MOST_BYTES).replace("\r\n", "\n"))
        at = datetime.fromisoformat(form["at"]) if form else None
    except StoreError as error:
        raise CheckpointError(str(error)) from error
    except ValueError:  # a thirteenth month
        form = at = None
    if form is None or at is None:
        raise CheckpointError(f"{path} is no checkpoint of an audit log, or is damaged")
    found = Checkpoint(UUID(form["store"]), int(form["size"]), base64.b64decode(form["head"]), at)
    if found.store_id != store_id:
        raise CheckpointError(f"{path} is a checkpoint of another store ({found.store_id})")
    if not any(_signed(form["text"], line, public) for line in form["signed"].split("\n")):
        raise WrongSignatureError(f"{path} is not signed with this audit log's key for checkpoints")
    return found


def _signed(text: str, line: str, public: bytes) -> bool:
    """Whether `line` is the signature of `text` by the owner of `public`; others may have signed too."""
    from cryptography.exceptions import InvalidSignature  # deferred: see `sign`
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # deferred: see `sign`

    name = text.partition("\n")[0]
    try:
        signed = base64.b64decode(line.removeprefix(f"— {name} "), validate=True)
        if signed[:_KEY_ID] != _key_id(name, public):
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(signed[_KEY_ID:], text.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def write_checkpoint(folder: Path, checkpoint: Checkpoint, signing: bytes) -> Path:
    """Write a signed checkpoint into `folder`, readable for everybody, under a name that nothing has yet.

    StoreError in one line if it cannot be written; nothing is left there then.
    """
    text = sign(checkpoint_text(checkpoint), signing)
    when = checkpoint.at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = f"audit-{str(checkpoint.store_id)[:8]}-{checkpoint.size}-{when}"
    for more in ("", *(f"-{number}" for number in range(2, _MOST_ALIKE + 1))):
        path = folder / f"{name}{more}.checkpoint"
        try:
            write_whole(path, text, replace=False, mode=0o644)
        except StoreError as error:
            if not isinstance(error.__cause__, FileExistsError):
                raise
        else:
            return path
    raise StoreError(f"{folder} has too many checkpoints of {when} already; nothing was written")
