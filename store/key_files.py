"""The key file: an audit log's first key, shown once for the auditor, as five lines of text.

stagewatch audit key 1
store <the store's id>
epoch <the first epoch under a key>
key <64 hex digits>
checkpoint-key <base64 of the raw Ed25519 public key>
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from kpi.chain import fingerprint
from store.errors import StoreError
from store.whole_files import read_small

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 4_096
# An epoch of 18 digits at most fits the store's column.
_FORM = re.compile(
    "stagewatch audit key 1\n"
    "store ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\n"
    "epoch ([1-9][0-9]{0,17})\n"
    "key ([0-9a-f]{64})\n"
    "checkpoint-key ([A-Za-z0-9+/]{43}=)"
)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file says: of which store, from which epoch on, the first key, who signs checkpoints."""

    store: UUID
    epoch: int
    key: bytes = field(repr=False)
    checkpoint_key: bytes

    @property
    def fingerprint(self) -> str:
        """What the log says of its first key."""
        return fingerprint(key=self.key, store=self.store)


def key_file_text(key_file: KeyFile) -> str:
    """The five lines, each with its newline."""
    return (
        "stagewatch audit key 1\n"
        f"store {key_file.store}\n"
        f"epoch {key_file.epoch}\n"
        f"key {key_file.key.hex()}\n"
        f"checkpoint-key {base64.b64encode(key_file.checkpoint_key).decode()}\n"
    )


def read_key_file(path: Path) -> KeyFile:
    """What the key file at `path` says, however its lines end; StoreError in one line if it is none."""
    lines = (line.strip() for line in read_small(path, MOST_BYTES).split("\n"))
    form = _FORM.fullmatch("\n".join(line for line in lines if line))
    if form is None:
        raise StoreError(f"{path} is no key file: five lines are wanted, the first “stagewatch audit key 1”")
    store, epoch, key, checkpoint_key = form.groups()
    return KeyFile(UUID(store), int(epoch), bytes.fromhex(key), base64.b64decode(checkpoint_key))
