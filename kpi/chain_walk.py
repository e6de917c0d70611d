"""Walk along the audit chain, entry by entry, and say where it was tampered with and how (design, section 5).

The walk holds the entries that it is fed to their place, to the entry before them, to the keys at hand and
to the anchors: what the keyring or a checkpoint remembers of an entry. It stops at the first that does not
fit. What the whole comes to is for `kpi.chain_verdict` to say.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kpi.chain import CONTENT, ENTRY, TAG, UNSEALED, entry_hash, genesis
from kpi.chain_keys import MOST_EPOCHS, Keys

if TYPE_CHECKING:
    from uuid import UUID

Attack = Literal[
    "edited", "deleted", "reordered", "rehashed", "truncated", "rolled_back", "resealed", "state_edited"
]
# seq, epoch, text, hash, tag: as they were found, so a tampered store may hold anything there.
Row = tuple[Any, Any, Any, Any, Any]
Later = Callable[[int], Iterable[Row]]
# How the tags of an epoch are looked at: the two halves of an HMAC under a key, None without one, and
# whether the tags must be made with it. If not, they must not be: it is the key of a later epoch.
_Seal = tuple[Any, Any, bool]

_NO_KEY: _Seal = (None, None, False)
_MISSHAPEN = (AttributeError, TypeError, ValueError, OverflowError, struct.error)
_DIGEST_BYTES = 32
_BLOCK_BYTES = 64  # of SHA-256, for HMAC (RFC 2104)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What `name` ("keyring", "checkpoint") remembers: that the entry `seq` has the hash `hash`."""

    name: str
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """The first entry that does not fit, the attack that leaves such a trace, and a sentence about it."""

    first_bad: int
    attack: Attack
    why: str


class Walk:
    """One walk along a log: feed it every row in ascending seq, in as many portions as you like.

    `first` are keys from key files, by the epoch that each begins; `current` is this machine's epoch and
    its key. `later` gives the rows from a seq on; it is asked only once something does not fit. With
    `start`, the seq and hash of an entry that was verified before, feed that entry and those after it: only
    what came after is held to the chain, and first keys cannot be confirmed. Memory does not grow with the
    log.

    `finding` is the first misfit, None so far. `seq`, `hash` and `epoch` are of the last entry that fits.
    `unsealed` counts entries written without a key after the log had its latest first one: those before it
    are bound by its first seal. `checked_from` is the first epoch whose tags were checked, `unchecked` the
    last entry whose tag could not be. `met` are the anchors that were found on the chain, `ahead` those that
    were not reached.
    """

    def __init__(
        self,
        store: UUID,
        later: Later,
        *,
        first: Mapping[int, bytes] | None = None,
        current: tuple[int, bytes] | None = None,
        start: tuple[int, bytes] | None = None,
        anchors: Sequence[Anchor] = (),
    ) -> None:
        self._store, self._later = store, later
        self.keys = Keys(store, first or {}, current)
        self.first, self._starting = 1, start is not None
        if start is not None:
            self.first = start[0]
            anchors = [Anchor("last verification", *start), *anchors]
        self.seq, self.hash, self.epoch = self.first - 1, genesis(store), UNSEALED
        self.unsealed = self.unchecked = 0
        self.checked_from: int | None = None
        self.finding: Finding | None = None
        self.met: list[Anchor] = []
        self.ahead = sorted((one for one in anchors if one.seq >= self.first), key=lambda one: one.seq)
        # What was verified before was so with a key.
        self.is_resumed = self._had_key = start is not None
        self._keyed = UNSEALED  # the latest epoch with a key: between two of them `epoch` may be 0
        self._keyed_seal = self._seal = _NO_KEY

    @property
    def entries(self) -> int:
        """How many entries were looked at and fit."""
        return self.seq - self.first + 1

    def feed(self, rows: Iterable[Row]) -> None:  # noqa: C901, PLR0912 - a million in some 3 seconds: one loop
        """Take the next rows, in ascending seq; nothing more once there is a finding."""
        rows = iter(rows)
        if self.finding is not None or (self._starting and not self._take_start(rows)):
            return
        sha256, pair, head = hashlib.sha256, struct.Struct(">QQ").pack, ENTRY + self._store.bytes
        seq, before, epoch = self.seq, self.hash, self.epoch
        unchecked = self.unchecked
        inner, outer, checks = self._seal
        anchored = self.ahead[0].seq if self.ahead else 0
        for row in rows:
            place, in_epoch, text, stored, tag = row
            if place != seq + 1:
                self._misplaced(seq + 1, place)
                break
            try:
                content = sha256(CONTENT + text.encode()).digest()
                hashed = sha256(head + pair(place, in_epoch) + before + content).digest()
            except _MISSHAPEN:
                hashed = None
            if hashed is None or hashed != stored:
                self._altered(row, before)
                break
            if in_epoch != epoch:
                seal = self._turn(in_epoch, place, text)
                if seal is None:
                    break
                inner, outer, checks = seal
                epoch = in_epoch
            if inner is not None:
                half, whole = inner(), outer()
                half.update(hashed)
                whole.update(half.digest())
                if (whole.digest() == tag) is not checks:
                    self._ill_sealed(place, hashed, tag, checks=checks)
                    break
            if not checks:
                if not _may_go_unchecked(epoch, tag):
                    self._found(
                        place, "rehashed", f"the seal of entry {place} was taken off or put on by hand"
                    )
                    break
                unchecked = place
                self.unsealed += epoch == UNSEALED and self._had_key
            if place == anchored:
                if not self._meets(place, hashed, sealed=checks):
                    break
                anchored = self.ahead[0].seq if self.ahead else 0
            seq, before = place, hashed
        self.seq, self.hash, self.epoch = seq, before, epoch
        self.unchecked = unchecked
        self._seal = inner, outer, checks

    def _take_start(self, rows: Iterator[Row]) -> bool:
        """Hold the row of the entry that was verified before to what is remembered of it; whether it fits."""
        for place, _, _, stored, _ in rows:
            self._starting = False
            if place != self.first:
                self._misplaced(self.first, place)
            elif self._meets(place, stored, sealed=False):
                self.seq, self.hash = place, stored
                return True
            break
        return False

    def _turn(self, epoch: int, seq: int, text: str) -> _Seal | None:
        """How to look at the tags of `epoch`, which `seq` begins or goes back to; None if it cannot be."""
        if epoch == UNSEALED:
            return _NO_KEY
        if not self._keyed <= epoch <= MOST_EPOCHS:
            self._found(seq, "rehashed", f"entry {seq} claims to be of the epoch {epoch}, which cannot be")
            return None
        if epoch > self._keyed:
            self._keyed, self._had_key = epoch, True
            key = self.keys.key_from(epoch, seq, text)
            if self.keys.begun == epoch:
                self.unsealed = 0
            if key is not None and self.checked_from is None:
                self.checked_from = epoch
            self._keyed_seal = _seal(key or self.keys.later_key(), checks=key is not None)
        return self._keyed_seal

    def _meets(self, seq: int, hashed: object, *, sealed: bool) -> bool:
        """Hold an entry, whose tag fits if `sealed`, to the anchors at its place."""
        while self.ahead and self.ahead[0].seq == seq:
            anchor = self.ahead[0]
            if anchor.hash != hashed:
                # Sealed well, yet another entry: the log was put back, and written on with its key.
                attack: Attack = "rolled_back" if sealed else "rehashed"
                self._found(seq, attack, f"entry {seq} is not the one that the {anchor.name} remembers")
                return False
            self.met.append(self.ahead.pop(0))
        return True

    def _misplaced(self, expected: int, found: object) -> None:
        if isinstance(found, int) and found > expected:
            self._found(expected, "deleted", f"entry {expected} is missing; the next one there is {found}")
        else:
            self._found(
                expected, "edited", f"where entry {expected} should be stands one with another number"
            )

    def _altered(self, row: Row, before: bytes) -> None:
        """An entry has not the hash of its place and text: see if what belongs there stands further on."""
        seq = row[0]
        for other in self._later(seq + 1):
            if isinstance(other[0], int) and self._belongs(row, before, other):
                where = f"what belongs there stands at {other[0]}"
                self._found(seq, "reordered", f"entry {seq} is out of its place: {where}")
                return
        self._found(seq, "edited", f"entry {seq} is not as it was written")

    def _belongs(self, row: Row, before: bytes, other: Row) -> bool:
        """Whether the text of a later row, with either's epoch, gives a hash that either bears."""
        for epoch in (row[1], other[1]):
            try:
                hashed = entry_hash(self._store, row[0], epoch, before, other[2])
            except _MISSHAPEN:
                continue
            if hashed in (row[3], other[3]):
                return True
        return False

    def _ill_sealed(self, seq: int, hashed: bytes, tag: object, *, checks: bool) -> None:
        """A tag was made with a later key, or not with the right one: say which."""
        if checks:
            epochs = (row[1] for row in self._later(seq) if isinstance(row[1], int))
            if not self.keys.sealed_later(hashed, tag, max(epochs, default=UNSEALED)):
                self._found(seq, "rehashed", f"entry {seq} was not sealed with the key of its time")
                return
        self._found(seq, "resealed", f"entry {seq} was sealed with the key of a later time than its own")

    def _found(self, first_bad: int, attack: Attack, why: str) -> None:
        self.finding = Finding(first_bad, attack, why)


def _seal(key: bytes | None, *, checks: bool) -> _Seal:
    """The two halves of HMAC-SHA-256 of TAG and a hash, to be copied: thrice as fast as `hmac.digest`."""
    if key is None:
        return _NO_KEY
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + TAG)
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    return inner.copy, outer.copy, checks


def _may_go_unchecked(epoch: int, tag: object) -> bool:
    """Whether a tag without a key at hand at least looks like one, and is none where there was no key."""
    if epoch == UNSEALED:
        return tag is None
    return isinstance(tag, bytes) and len(tag) == _DIGEST_BYTES
