"""Audit logs to tamper with: rows as the store keeps them, sealed as the app seals them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from kpi.audit_entry import Change, Entry, entry_text
from kpi.chain import entry_hash, entry_tag, fingerprint, genesis, next_key
from kpi.chain_verdict import judge
from kpi.chain_walk import Anchor, Finding, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from kpi.chain_verdict import Difference, Verdict
    from kpi.chain_walk import Row

STORE = UUID("6c8f0e5a-2f6d-4d0c-9d0a-0a4b7f3c1e52")
FIRST = bytes(range(32))
START = 1_763_000_000_000_000


def text_of(seq: int, *, key: bytes | None = None, words: str = "agreed") -> str:
    """The text of an entry; of the one that says which key begins, if there is one."""
    changes: tuple[Change, ...] = (Change("screening.due_days", seq, seq + 1),)
    operation, target = "targets.save", f"target_set:{seq % 7}"
    if key is not None:
        changes = (
            Change("checkpoint_key", None, "cw=="),
            Change("fingerprint", None, fingerprint(key, STORE)),
        )
        operation, target = "audit.key", "audit:key"
    return entry_text(
        Entry(
            seq=seq,
            at=START + seq,
            actor="a1b2",
            operation=operation,
            target=target,
            changes=changes,
            reason=words,
            group=seq,
            origin="app",
            outcome="done",
            state=None,
        )
    )


def key_at(epoch: int, *, first: bytes = FIRST, begins: int = 1) -> bytes:
    """The key of an epoch, if `first` is that of the epoch `begins`."""
    for each in range(begins + 1, epoch + 1):
        first = next_key(first, STORE, each)
    return first


def sealed(rows: Sequence[tuple[int, str]], *, key: Callable[[int], bytes] = key_at) -> list[Row]:
    """Rows from epochs and texts, each hashed after the one before it and tagged with its epoch's key."""
    made: list[Row] = []
    before = genesis(STORE)
    keys = {epoch: key(epoch) for epoch, _ in rows if epoch}
    for seq, (epoch, text) in enumerate(rows, 1):
        before = entry_hash(STORE, seq, epoch, before, text)
        made.append((seq, epoch, text, before, entry_tag(keys[epoch], before) if epoch else None))
    return made


def log(epochs: Sequence[int]) -> list[Row]:
    """A log whose entries are of these epochs; the first with a key says which key begins."""
    begin = next((place for place, epoch in enumerate(epochs) if epoch), -1)
    return sealed(
        [
            (epoch, text_of(place + 1, key=FIRST if place == begin else None))
            for place, epoch in enumerate(epochs)
        ]
    )


def rehash(rows: list[Row], start: int = 0) -> list[Row]:
    """Every hash computed anew from a place on, seqs in a row, tags left as they are."""
    made = rows[:start]
    before = rows[start - 1][3] if start else genesis(STORE)
    for seq, (_, epoch, text, _, tag) in enumerate(rows[start:], start + 1):
        before = entry_hash(STORE, seq, epoch, before, text)
        made.append((seq, epoch, text, before, tag))
    return made


def tag_with(key: bytes, row: Row) -> Row:
    """A row with the tag that this key makes."""
    return (*row[:4], entry_tag(key, row[3]))


def walk(rows: Sequence[Row], *, portion: int | None = None, **known: Any) -> Walk:
    """A walk along rows, all at once or in portions."""
    walking = Walk(STORE, lambda seq: [row for row in rows if row[0] >= seq], **known)
    size = portion or len(rows) or 1
    for place in range(0, len(rows), size):
        walking.feed(iter(rows[place : place + size]))
    return walking


def verdict(rows: Sequence[Row], difference: Difference | None = None, **known: Any) -> Verdict:
    """The verdict on rows."""
    return judge(walk(rows, **known), difference)


def keyring(rows: Sequence[Row], place: int = -1) -> Anchor:
    """The anchor that this machine's keyring holds of a log."""
    return Anchor("keyring", rows[place][0], rows[place][3])


def checkpoint(rows: Sequence[Row], place: int = -1) -> Anchor:
    """The anchor that a checkpoint made of a log is."""
    return Anchor("checkpoint", rows[place][0], rows[place][3])


# Six epochs of fifty entries: the store of 300.
LOG = log([1 + place // 50 for place in range(300)])
LAST = 6
AUDITOR: dict[str, Any] = {"first": {1: FIRST}, "anchors": [checkpoint(LOG)]}
MACHINE: dict[str, Any] = {"current": (LAST, key_at(LAST)), "anchors": [keyring(LOG)]}
BOTH: dict[str, Any] = {**AUDITOR, **MACHINE, "anchors": [keyring(LOG), checkpoint(LOG)]}
OTHER_KEY = b"x" * 32


def changed(rows: list[Row], place: int, **cells: Any) -> list[Row]:
    """Rows of which one has other cells."""
    row = dict(zip(("seq", "epoch", "text", "hash", "tag"), rows[place], strict=True)) | cells
    return [*rows[:place], tuple(row.values()), *rows[place + 1 :]]


def edited(rows: list[Row], place: int) -> list[Row]:
    """Rows of which one says something else."""
    return changed(rows, place, text=text_of(place + 1, words="forged"))


def said(found: Verdict) -> tuple[str, str | None, int | None]:
    """The three things that a verdict is about."""
    return found.result, found.attack, found.first_bad


def keys_of(last: int) -> list[dict[str, Any]]:
    """What the auditor knows, and what a machine does."""
    return [{"first": {1: FIRST}}, {"current": (last, key_at(last))}]


def finding(walking: Walk) -> Finding:
    """What a walk found."""
    assert walking.finding is not None
    return walking.finding
