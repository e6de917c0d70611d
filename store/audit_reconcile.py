"""Do the tables say what the audit log last said of them? Each record is read once; memory stays constant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kpi.audit_entry import GONE, EntryError, read_entry
from kpi.chain_verdict import Difference
from store.audit_records import (
    KINDS,
    Fields,
    Record,
    all_records,
    changes_between,
    digest_of,
    fields_in,
    fields_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.audit_entry import Value
    from store.plain import Plain

# Rows are asked for in portions: one cursor must not stay open while others ask.
_PORTION = 1_000


def reconcile(plain: Plain) -> Difference | None:
    """The first record that differs; None if none does. The connection stands in a snapshot."""
    for looking in (_forgotten, _remembered, _unknown):
        for found in looking(plain):
            if found is not None:
                return found
    return None


def _portions(plain: Plain, sql: str) -> Iterator[tuple[str, ...]]:
    """Rows of a query whose first column is the target, in order; `sql` has a place for the last."""
    last = ""
    while rows := plain.rows(f"{sql} LIMIT {_PORTION}", (last,)):
        yield from rows
        last = rows[-1][0]


def _forgotten(plain: Plain) -> Iterator[Difference | None]:
    """What has entries, but of which the last one is not remembered."""
    for target, last, seq in _portions(
        plain,
        "SELECT e.target, max(e.seq), max(s.seq) FROM audit_entry e "
        "LEFT JOIN audit_state s ON s.target = e.target "
        "WHERE e.target > ? GROUP BY e.target ORDER BY e.target",
    ):
        yield None if seq == last else _since(plain, str(target), int(seq or 0))


def _since(plain: Plain, target: str, seq: int) -> Difference | None:
    """The last entry after `seq` that changed the record, unless it took it away."""
    row = plain.row(
        "SELECT seq, state FROM audit_entry WHERE target = ? AND seq > ? AND state IS NOT NULL "
        "ORDER BY seq DESC LIMIT 1",
        (target, seq),
    )
    if row is None or (row[1] == GONE and seq == 0):
        return None
    return Difference(row[0], target, "", f"what entry {row[0]:,} says of {target} has been put back")


def _remembered(plain: Plain) -> Iterator[Difference | None]:
    """What is remembered, against its entry and against the tables."""
    for target, seq, held, text in _portions(
        plain,
        "SELECT s.target, s.seq, s.fields, e.text FROM audit_state s "
        "LEFT JOIN audit_entry e ON e.seq = s.seq "
        "WHERE s.target > ? ORDER BY s.target",
    ):
        yield _compared(plain, str(target), int(seq), str(held), text)


def _compared(plain: Plain, target: str, seq: int, held: str, text: str | None) -> Difference | None:
    words = _against_entry(target, seq, held, text)
    if words is not None:
        return Difference(seq, target, "", words)
    try:
        return _against_tables(plain, target, seq, fields_in(held) or {})
    except (ValueError, TypeError, LookupError, OverflowError):
        return Difference(seq, target, "", f"what the tables have of {target} cannot be read any more")


def _against_entry(target: str, seq: int, held: str, text: str | None) -> str | None:
    """What is wrong with what is remembered of a record, held against the entry that it names."""
    if text is None:
        return f"{target} was changed by entry {seq:,}, which is not there"
    try:
        entry = read_entry(seq, text)
    except EntryError as error:
        return str(error)
    fields = fields_in(held)
    if fields is None or entry.target != target or entry.state != digest_of(fields):
        return f"what is remembered of {target} is not what entry {seq:,} left"
    return None


def _against_tables(plain: Plain, target: str, seq: int, fields: Fields) -> Difference | None:
    kind, _, key = target.partition(":")
    now = fields_of(plain, Record(kind, key)) if kind in KINDS else None
    if now is None:
        return Difference(seq, target, "", f"{target} is gone, and no entry says so")
    if now == fields:
        return None
    change = changes_between(fields, now)[0]
    words = f"{change.field} {_said(change.after)}; entry {seq:,} left it at {_said(change.before)}"
    return Difference(seq, target, change.field, f"{target} has {words}")


def _unknown(plain: Plain) -> Iterator[Difference | None]:
    """What the tables have and the log has never heard of."""
    for record in all_records(plain):
        known = plain.value("SELECT 1 FROM audit_state WHERE target = ?", (record.target,))
        words = f"{record.target} is there, and no entry says where it comes from"
        yield None if known else Difference(0, record.target, "", words)


def _said(value: Value) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - what fits on a line
