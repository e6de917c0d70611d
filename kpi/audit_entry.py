"""One entry of the audit log: who changed what, when, from what to what, why, and where from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import Any, Literal, cast, get_args

from kpi.chain import canonical
from kpi.errors import StagewatchError

Value = str | int | bool | None
Origin = Literal["app", "command line", "import", "system"]
Outcome = Literal["done", "refused", "read"]
GONE = ""  # the state of a record that is no more

_STATE = re.compile("(?:[0-9a-f]{64})?")


class EntryError(StagewatchError):
    """A stored text that is no audit entry."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one field of a record held before, and what it holds now."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log.

    `at` counts microseconds since 1970 in UTC; `actor` is an opaque id, never a name; `target` is kind:key;
    `group` is the seq of the first entry of its transaction. `state` is the SHA-256 of the record's fields
    after the entry, in hex: GONE if the record is no more, None if the entry changed none.
    """

    seq: int
    at: int
    actor: str
    operation: str
    target: str
    changes: tuple[Change, ...]
    reason: str | None
    group: int
    origin: Origin
    outcome: Outcome
    state: str | None


_NAMES = {field.name for field in fields(Entry)} - {"seq"}
_CHANGE_NAMES = {field.name for field in fields(Change)}


def entry_text(entry: Entry) -> str:
    """The text that is stored and hashed; `seq` stands beside it and is bound to it by the hash."""
    return canonical(
        {
            "actor": entry.actor,
            "at": entry.at,
            "changes": [
                {"after": change.after, "before": change.before, "field": change.field}
                for change in entry.changes
            ],
            "group": entry.group,
            "operation": entry.operation,
            "origin": entry.origin,
            "outcome": entry.outcome,
            "reason": entry.reason,
            "state": entry.state,
            "target": entry.target,
        }
    )


def read_entry(seq: int, text: str) -> Entry:
    """The entry that a stored text is. EntryError if it is none, or not written as `entry_text` writes it."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not _is_record(read):
        raise EntryError(f"audit entry {seq} cannot be read: its text is not that of an entry")
    record = cast("dict[str, Any]", read)
    changes = tuple(Change(**change) for change in record.pop("changes"))
    entry = Entry(seq=seq, changes=changes, **record)
    if entry_text(entry) != text:
        raise EntryError(f"audit entry {seq} cannot be read: its text is not written as the log writes it")
    return entry


def _is_record(read: object) -> bool:
    return (
        isinstance(read, dict)
        and read.keys() == _NAMES
        and all(isinstance(read[name], str) for name in ("actor", "operation", "target"))
        and all(type(read[name]) is int for name in ("at", "group"))
        and isinstance(read["reason"], str | None)
        and read["origin"] in get_args(Origin)
        and read["outcome"] in get_args(Outcome)
        and _is_state(read["state"])
        and isinstance(read["changes"], list)
        and all(_is_change(change) for change in read["changes"])
    )


def _is_state(read: object) -> bool:
    return read is None or (isinstance(read, str) and _STATE.fullmatch(read) is not None)


def _is_change(read: object) -> bool:
    return (
        isinstance(read, dict)
        and read.keys() == _CHANGE_NAMES
        and isinstance(read["field"], str)
        and all(isinstance(read[name], Value) for name in ("before", "after"))
    )
