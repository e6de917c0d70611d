"""`stagewatch audit list` and `show`: the audit log, newest first, and one entry of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.errors import StoreError
from tui import audit_words
from tui.commands.output import print_json, print_table, reading

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.audit_entry import Change
    from kpi.catalogue import Catalogue
    from store.audit_questions import EntryView

_SHOWN = 60


def list_entries(options: Namespace) -> None:
    """Print the entries that fit the options."""
    from store.audit_questions import AuditFilter

    if options.since is not None and options.until is not None and options.since > options.until:
        raise StoreError(f"since: {options.since} lies after until, {options.until}")
    wanted = AuditFilter(
        person=options.person,
        operation=options.operation,
        target=options.target,
        field=options.field,
        since=options.since,
        until=options.until,
        text=options.text,
        unreviewed=options.unreviewed,
    )
    with reading(options) as reader:
        page = reader.audit().page(wanted, options.before, options.limit)
        catalogue = reader.rules.catalogue
    if options.json:
        print_json({"entries": [_entry_json(entry) for entry in page.entries], "next": page.next})
        return
    if not page.entries:
        print("No such entries.")
        return
    print_table(
        ["Entry", "When", "Who", "What", "Of", "Fields", "Why", "✓"],
        [_row(entry, catalogue) for entry in page.entries],
        numbers=(0,),
    )
    if page.next is not None:
        print(f"\nmore with --before {page.next}")


def show_entry(options: Namespace) -> None:
    """Print one entry."""
    with reading(options) as reader:
        entry = reader.audit().entry(options.seq)
        catalogue = reader.rules.catalogue
    if options.json:
        print_json(_whole_json(entry))
    else:
        _print_entry(entry, catalogue)


def _row(entry: EntryView, catalogue: Catalogue) -> list[object]:
    if entry.unreadable is not None or entry.at is None:
        return [entry.seq, "", "", "■ cannot be read", "", "", "", ""]
    return [
        entry.seq,
        f"{entry.at:%Y-%m-%d %H:%M}",
        entry.person,
        audit_words.operation_words(entry.operation, entry.outcome),
        audit_words.target_words(entry.target),
        _cut(audit_words.changes_words(entry.changes, catalogue)),
        _cut(entry.reason or ""),
        audit_words.REVIEWED if entry.reviews else "",
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _print_entry(entry: EntryView, catalogue: Catalogue) -> None:
    from kpi.text import clean

    if entry.unreadable is not None:
        raise StoreError(entry.unreadable)
    operation = audit_words.operation_words(entry.operation, entry.outcome)
    print(clean(f"Entry {entry.seq}: {operation}, {audit_words.target_words(entry.target)}"))
    for name, said in audit_words.entry_facts(entry):
        print(f"  {name:<9} {clean(said)}")
    if entry.group != entry.seq:
        print(f"  {'Group':<9} written in one go with entry {entry.group}")
    if entry.changes:
        print()
        print_table(["Field", "Before", "After"], _change_rows(entry, catalogue))


def _change_rows(entry: EntryView, catalogue: Catalogue) -> list[list[object]]:
    """A row for each change; of a text of many lines, a row for each pair of them that matters."""
    from tui.beside import Kind, beside

    rows: list[list[object]] = []
    for change in entry.changes:
        field = audit_words.field_words(change.field, catalogue)
        sides = [audit_words.value_words(value).split("\n") for value in (change.before, change.after)]
        if max(map(len, sides)) == 1:
            rows.append([field, *(side[0] for side in sides)])
            continue
        rows.append([field, "", ""])
        for pair in beside(*(None if side == [audit_words.NOTHING] else side for side in sides)):
            if pair.kind is Kind.SKIPPED:
                rows.append(["", f"… {pair.skipped} lines that are the same", ""])
            else:
                drawn = ("".join(piece.text for piece in side) for side in (pair.before, pair.after))
                rows.append([f"  {pair.kind.value}", *drawn])
    return rows


def _entry_json(entry: EntryView) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": None if entry.at is None else entry.at.isoformat(),
        "actor": entry.person,
        "actor_id": entry.actor,
        "operation": entry.operation,
        "target": entry.target,
        "changes": [_change_json(change) for change in entry.changes],
        "reason": entry.reason,
        "group": entry.group,
        **({} if entry.unreadable is None else {"unreadable": entry.unreadable}),
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {"field": change.field, "before": change.before, "after": change.after}


def _whole_json(entry: EntryView) -> dict[str, Any]:
    return {
        **_entry_json(entry),
        "origin": entry.origin,
        "outcome": entry.outcome,
        "reviewed": [
            {
                "at": review.at.isoformat(),
                "by": review.person,
                "first": review.first,
                "last": review.last,
                "note": review.note,
            }
            for review in entry.reviews
        ],
        "epoch": entry.epoch,
        "hash": entry.hash,
        "sealed": entry.sealed,
    }
