"""The audit log as files that anybody can check: JSON lines or CSV, and a manifest.

`audit.jsonl` has one object to a line: `seq`, `epoch`, `text` (the entry's canonical JSON, as it is stored),
`hash` and `tag` (hex; null without a key). `audit.csv` has the same and, for reading, what the text says.
There a cell that a spreadsheet might take for a formula begins with an apostrophe, and so does one that
began with an apostrophe before: the first one is never part of what the cell says.

`manifest.json` names the file and its SHA-256, the store, how many entries there are and the hash of the
last (of none: the hash before the first), and whose the opaque ids are: it alone holds names.
docs/check_audit_export.py checks all that without Stagewatch.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal
from uuid import UUID

from kpi.audit_entry import EntryError, read_entry
from kpi.chain import genesis
from kpi.events import moment_of
from store.audit import hex_of, store_id_of
from store.errors import StoreError
from store.moment import one_moment
from store.organisation import load_organisation
from store.whole_files import draft_beside, place, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from store.location import Location
    from store.plain import Plain, Row

Form = Literal["jsonl", "csv"]
FORMAT = "stagewatch audit export 1"
MANIFEST = "manifest.json"
COLUMNS = (
    "seq", "at", "actor", "operation", "target", "outcome", "origin", "reason", "group", "changes",
    "epoch", "hash", "tag", "text",
)  # fmt: skip
_PORTION = 5_000
_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode  # made once: it is half of each line's time
_QUOTED = ("=", "+", "-", "@", "\t", "\r", "\0", "'")


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its two files, how many entries they hold, and the hash of the last in hex."""

    file: Path
    manifest: Path
    entries: int
    head: str


class _Digesting:
    """A file that takes text and knows the SHA-256 of what was written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, text: str) -> None:
        """Write text in UTF-8."""
        raw = text.encode()
        self._file.write(raw)
        self.digest.update(raw)


def export_audit(
    location: Location,
    folder: Path,
    form: Form,
    now: int,
    *,
    replace: bool = False,
    tell: Callable[[float], None] | None = None,
) -> Exported:
    """Write every entry, as the log is at one moment, and the manifest into `folder`, made if need be.

    `now` is in microseconds. `tell` hears the share done, 0 to 1. Both files are for their owner alone and
    come whole or not at all. StoreError in one line if they cannot be written, or are there already unless
    `replace`.
    """
    folder = folder.expanduser().absolute()
    file, manifest = folder / f"audit.{form}", folder / MANIFEST
    with one_moment(location) as plain:
        said = _manifest(plain, now) | {"file": file.name}
        _make_place(folder, [] if replace else [file, manifest])
        with draft_beside(file) as draft:
            rows, start = _told(plain, tell), genesis(UUID(said["store"])).hex()
            try:
                with draft.open("wb") as opened:
                    out = _Digesting(opened)
                    entries, head = _WRITERS[form](out, rows, start)
            except OSError as error:
                raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error
            place(draft, file, replace=replace)
    said |= {"entries": entries, "head": head, "sha256": out.digest.hexdigest()}
    write_whole(
        manifest, json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True) + "\n", replace=replace
    )
    return Exported(file, manifest, entries, head)


def _make_place(folder: Path, unwanted: Iterable[Path]) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        there = [file for file in unwanted if file.exists()]
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder} cannot be made: {getattr(error, 'strerror', None) or error}") from error
    if there:
        raise StoreError(f"{there[0]} exists already; give another folder, or --replace")


def _manifest(plain: Plain, now: int) -> dict[str, Any]:
    """What is known of the log before its entries are read."""
    store = store_id_of(plain)
    if store is None:
        raise StoreError(
            "this store has no organisation yet, so it has no audit log to export; "
            "make one with “stagewatch init”"
        )
    return {
        "format": FORMAT,
        "made_at": _moment(now),
        "names": dict(plain.rows("SELECT id, name FROM audit_name ORDER BY id")),
        "organisation": load_organisation(plain).name,
        "store": str(store),
    }


def _told(plain: Plain, tell: Callable[[float], None] | None) -> Iterator[Row]:
    """The entries by seq, in portions: a whole log may not fit in memory, nor in a driver's."""
    whole, last = plain.value("SELECT max(seq) FROM audit_entry"), -1
    while rows := plain.rows(
        "SELECT seq, epoch, text, hash, tag FROM audit_entry WHERE seq > ? ORDER BY seq LIMIT ?",
        (last, _PORTION),
    ):
        yield from rows
        last = rows[-1][0]
        if tell is not None:
            tell(last / whole)


def _as_lines(out: _Digesting, rows: Iterable[Row], head: str) -> tuple[int, str]:
    entries = 0
    for seq, epoch, text, hashed, tag in rows:
        entries, head = entries + 1, hex_of(hashed)
        line = {"seq": seq, "epoch": epoch, "text": text, "hash": head, "tag": tag and hex_of(tag)}
        out.write(_JSON(line) + "\n")
    return entries, head


def _as_table(out: _Digesting, rows: Iterable[Row], head: str) -> tuple[int, str]:
    table = csv.writer(out)
    table.writerow(COLUMNS)
    entries = 0
    for seq, epoch, text, hashed, tag in rows:
        entries, head = entries + 1, hex_of(hashed)
        cells = [seq, *_in_words(seq, text), epoch, head, tag and hex_of(tag), text]
        table.writerow([_cell(cell) for cell in cells])
    return entries, head


_WRITERS = {"jsonl": _as_lines, "csv": _as_table}


def _in_words(seq: int, text: str) -> list[object]:
    """What an entry's text says, for the columns from `at` to `changes`: nothing if it is no entry's."""
    try:
        entry = read_entry(seq, text)
    except EntryError:
        return [None] * 9
    changes = _JSON([{"field": one.field, "before": one.before, "after": one.after} for one in entry.changes])
    return [
        _moment(entry.at), entry.actor, entry.operation, entry.target, entry.outcome, entry.origin,
        entry.reason, entry.group, changes,
    ]  # fmt: skip


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_QUOTED) else text


def _moment(at: int) -> str:
    """Microseconds as a time in UTC; as they are if no calendar has such a time."""
    try:
        return moment_of(at).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(at)
