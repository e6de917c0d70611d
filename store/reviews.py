"""Entries of the audit log are marked as reviewed, with a note; that is audited like any change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.audit import actor_id
from store.errors import StoreError
from store.rationale import check_reason
from store.schema import check_version

if TYPE_CHECKING:
    from store.work import Store


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The mark that was made: its number, and the entries from `first` to `last`."""

    number: int
    first: int
    last: int


def mark_reviewed(store: Store, first: int, last: int, note: str, *, actor: str) -> Reviewed:
    """Mark the entries from `first` to `last` as reviewed; what was marked before may be marked again.

    StoreError for entries that are not there, and without a note.
    """
    note = check_reason(note)
    with store.work("audit.review", actor=actor, reason=note, about="audit:entries") as work:
        plain = work.plain
        check_version(plain, store.location)
        newest = plain.value("SELECT max(seq) FROM audit_entry") or 0
        if not 1 <= first <= last:
            raise StoreError(f"entries {first} to {last}: there are none such; nothing was written")
        if last > newest:
            raise StoreError(f"there is no audit entry {last}, the last one is {newest}; nothing was written")
        number = (plain.value("SELECT max(number) FROM audit_review") or 0) + 1
        plain.insert(
            "audit_review",
            'number, "at", actor, first_seq, last_seq, note',
            [(number, work.now, actor_id(plain, work.operation.actor), first, last, note)],
        )
    return Reviewed(number, first, last)
