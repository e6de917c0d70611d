"""Which key the entries of an epoch must be sealed with, as far as the keys at hand tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.audit_entry import EntryError, read_entry
from kpi.chain import entry_tag, fingerprint, next_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

KEY_OPERATION, FINGERPRINT_FIELD = "audit.key", "fingerprint"
# An epoch lasts a day or 1,000 entries: nobody gets here, but a forger may write any number.
MOST_EPOCHS = 1_000_000


class Keys:
    """The keys of a log, epoch after epoch.

    `first` are keys from key files by the epoch that each begins: one counts once the log's own entry about
    it bears its fingerprint. `current` is an epoch and its key as this machine keeps it. From either, the
    keys of later epochs follow, until the log says that a new key begins.
    """

    def __init__(self, store: UUID, first: Mapping[int, bytes], current: tuple[int, bytes] | None) -> None:
        self._store = store
        self._first = first
        self._current = current
        self._epoch, self._key = 0, b""
        self.at_hand = bool(first) or current is not None
        self.unconfirmed = set(first)
        self.begun = 0  # the epoch with which the latest first key began

    def key_from(self, epoch: int, seq: int, text: str) -> bytes | None:
        """The key of `epoch`, which the entry `seq` begins; None if it is not known. Epochs must ascend."""
        named = _named_fingerprint(seq, text)
        if named is not None:
            self._begin(epoch, named)
        elif not self._key and self._current is not None and self._current[0] <= epoch:
            self._epoch, self._key = self._current
        if not self._key:
            return None
        self._advance(epoch)
        return self._key

    def later_key(self) -> bytes | None:
        """This machine's key, if its epoch is still to come: no entry before it can bear its seal."""
        return self._current[1] if self._current is not None and self._current[0] > self._epoch else None

    def sealed_later(self, hashed: bytes, tag: object, last_epoch: int) -> bool:
        """Whether `tag` was made with the key of a later epoch than the one at hand, up to `last_epoch`."""
        later = self.later_key()
        if later is not None and entry_tag(later, hashed) == tag:
            return True
        for epoch in range(self._epoch + 1, min(last_epoch, MOST_EPOCHS) + 1):
            self._advance(epoch)
            if entry_tag(self._key, hashed) == tag:
                return True
        return False

    def _begin(self, epoch: int, named: str) -> None:
        """Take up the key that begins with `epoch`; what followed from an older one ends here."""
        self.begun, self._epoch, self._key = epoch, epoch, b""
        offered = [self._first.get(epoch)]
        if self._current is not None and self._current[0] <= epoch:
            offered.append(self._current[1] if self._current[0] == epoch else None)
            self._current = None
        for key in offered:
            if key is not None and fingerprint(key, self._store) == named:
                self._key = key
                self.unconfirmed.discard(epoch)

    def _advance(self, epoch: int) -> None:
        while self._epoch < epoch:
            self._epoch += 1
            self._key = next_key(self._key, self._store, self._epoch)


def _named_fingerprint(seq: int, text: str) -> str | None:
    """The fingerprint in an entry about a new key, None for any other entry."""
    if KEY_OPERATION not in text:  # spares reading the many others
        return None
    try:
        entry = read_entry(seq, text)
    except EntryError:
        return None
    if entry.operation != KEY_OPERATION:
        return None
    named = [change.after for change in entry.changes if change.field == FINGERPRINT_FIELD]
    return named[0] if len(named) == 1 and isinstance(named[0], str) else None
