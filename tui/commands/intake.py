"""`stagewatch imports` and `stagewatch quarantine`: what came in, and what was not understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.text import clean
from store.errors import StoreError
from tui.commands.output import print_json, print_table, reading, writing
from tui.commands.progress import progress_bar

if TYPE_CHECKING:
    from argparse import Namespace

    from store.feeds.mapping import Mapping
    from store.intake import BadRowView, ImportView
    from store.quarantine import Chosen

_SHOWN_CELL = 60


def list_imports(options: Namespace) -> None:
    """Print the latest imports."""
    with reading(options) as reader:
        found = reader.intake().imports(options.limit)
    if options.json:
        print_json({"imports": [_import_json(one) for one in found]})
        return
    print_table(
        ["Import", "Began", "Source", "File", "Rows", "Added", "Known", "Sandbox", "Quarantined", "Waiting"],
        [
            [
                one.id,
                f"{one.started_at:%Y-%m-%d %H:%M}",
                one.source,
                one.file,
                *(f"{count:,}" for count in _counts(one).values()),
            ]
            for one in found
        ],
        numbers=(0, 4, 5, 6, 7, 8, 9),
    )


def show_import(options: Namespace) -> None:
    """Print one import and the reasons of its rows in quarantine."""
    from store.quarantine import Chosen

    with reading(options) as reader:
        intake = reader.intake()
        one = intake.one_import(options.number)
        reasons = intake.reasons(Chosen(run=options.number))
    if options.json:
        counts = [{"reason": reason.kind, "rows": reason.rows, "again": reason.again} for reason in reasons]
        print_json({**_import_json(one), "reasons": counts})
        return
    ended = "not finished" if one.finished_at is None else f"{one.finished_at:%Y-%m-%d %H:%M}"
    print(f"Import {one.id} of {one.source}: {one.file}, {one.started_at:%Y-%m-%d %H:%M} to {ended} (UTC)")
    print(
        f"  {one.rows:,} rows: {one.added:,} events added, {one.duplicates:,} known already, "
        f"{one.sandbox:,} sandbox, {one.quarantined:,} not understood, of which {one.waiting:,} still wait"
    )
    if one.digest is not None:
        print(f"  SHA-256 {one.digest}")
    if reasons:
        print()
        print_table(
            ["Rows", "Can be tried again", "Reason"],
            [[reason.rows, reason.again, reason.kind] for reason in reasons],
            numbers=(0, 1),
        )


def list_quarantine(options: Namespace) -> None:
    """Print rows in quarantine, and how many there are for each reason."""
    chosen = _chosen(options)
    with reading(options) as reader, reader.at_once():
        intake = reader.intake()
        reasons = intake.reasons(chosen)
        rows = intake.bad_rows(chosen, options.limit, options.after)
    following = rows[-1].id if len(rows) == options.limit else None
    if options.json:
        print_json(
            {
                "total": sum(reason.rows for reason in reasons),
                "reasons": [
                    {"source": one.source, "reason": one.kind, "rows": one.rows, "again": one.again}
                    for one in reasons
                ],
                "rows": [_row_json(row) for row in rows],
                "next": following,
            }
        )
        return
    print_table(
        ["Source", "Reason", "Rows", "Can be tried again"],
        [[one.source, one.kind, one.rows, one.again] for one in reasons],
        numbers=(2, 3),
    )
    if rows:
        print()
        print_table(
            ["Row", "File", "Line", "Reason", "Content"],
            [[row.id, row.file, row.line, row.reason, row.content[:_SHOWN_CELL]] for row in rows],
            numbers=(0, 2),
        )
    if following is not None:
        print(f"more with --after {following}")


def retry_quarantine(options: Namespace) -> None:
    """Read rows of the quarantine again and say what became of them."""
    from store.retrying import retry_rows

    mapping = None if options.mapping is None else mapping_for(options, options.mapping)
    with writing(options) as store, progress_bar("Trying again") as show:
        result = retry_rows(store, _chosen(options), mapping, show)
    if options.json:
        names = ("rows", "understood", "still", "without_cells", "added", "duplicates", "sandbox")
        print_json({name: getattr(result, name) for name in names})
        return
    print(f"{result.rows:,} rows: {result.understood:,} understood, {result.still:,} still not")
    print(f"  {result.added:,} events added, {result.duplicates:,} known already, {result.sandbox:,} sandbox")
    if result.without_cells:
        print(f"  {result.without_cells:,} are no rows of cells and cannot be tried again")


def drop_quarantine(options: Namespace) -> None:
    """Take rows out of the quarantine for good."""
    from store.quarantine import EVERY_ROW, drop_rows

    chosen = _chosen(options)
    if chosen == EVERY_ROW and not options.all:
        raise StoreError("say which rows to drop: --source, --reason, --import, row numbers, or --all")
    with writing(options) as store:
        dropped = drop_rows(store, chosen)
    if options.json:
        print_json({"dropped": dropped})
    else:
        print(f"{dropped:,} rows dropped")


def mapping_for(options: Namespace, name: str) -> Mapping:
    """The mapping in the file `name`, else the one that the store keeps under that name."""
    from pathlib import Path

    from store.feeds.mapping import load_mapping
    from tui.commands.files import read_text

    if Path(name).exists() or name.endswith(".toml"):
        return load_mapping(read_text(name))
    with reading(options) as reader:
        return load_mapping(reader.intake().mapping(name).text)


def _chosen(options: Namespace) -> Chosen:
    from store.quarantine import Chosen

    ids = tuple(options.rows) or None
    return Chosen(options.source, options.reason, options.of_import, ids)


def _import_json(one: ImportView) -> dict[str, object]:
    return {
        "id": one.id,
        "source": one.source,
        "file": one.file,
        "sha256": one.digest,
        "started_at": one.started_at.isoformat(),
        "finished_at": None if one.finished_at is None else one.finished_at.isoformat(),
        **_counts(one),
    }


def _counts(one: ImportView) -> dict[str, int]:
    names = ("rows", "added", "duplicates", "sandbox", "quarantined", "waiting")
    return {name: getattr(one, name) for name in names}


def _row_json(row: BadRowView) -> dict[str, object]:
    return {
        "id": row.id,
        "import": row.run,
        "source": row.source,
        "file": row.file,
        "line": row.line,
        "reason": row.kind,
        "detail": row.reason,
        "content": clean(row.content),
        "cells": None if row.cells is None else dict(row.cells),
    }
