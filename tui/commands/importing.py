"""`stagewatch import`: events from files into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kpi.text import clean
from tui.commands.files import read_text
from tui.commands.output import print_json, print_table, writing
from tui.commands.progress import progress_bar

if TYPE_CHECKING:
    from argparse import Namespace

    from store.importing import ImportResult

SHOWN_ROWS = 10


def run(options: Namespace) -> None:
    """Import each file in turn and say what became of its rows."""
    from store.feeds.mapping import load_mapping
    from store.importing import import_file

    mapping = load_mapping(read_text(options.mapping))
    with writing(options) as store:
        for file in options.files:
            with progress_bar(f"Importing {clean(Path(file).name)}") as show:
                result = import_file(store, file, mapping, show)
            if options.json:
                print_json(_json(result))
            else:
                _print(result)


def _json(result: ImportResult) -> dict[str, object]:
    return {
        "file": result.file,
        "rows": result.rows,
        "events_added": result.events_added,
        "duplicates": result.duplicates,
        "sandbox": result.sandbox,
        "quarantined": [{"line": bad.line, "reason": bad.reason} for bad in result.quarantined],
        "quarantined_total": result.quarantined_total,
        "listings": result.listings,
        "applications": result.applications,
        "tasks_open": result.tasks_open,
        "plain_activities": list(result.plain_activities),
    }


def _print(result: ImportResult) -> None:
    print(f"{clean(result.file)}: {result.rows:,} rows read")
    print(
        f"  {result.events_added:,} events added, {result.duplicates:,} known already, "
        f"{result.sandbox:,} sandbox, {result.quarantined_total:,} not understood"
    )
    print(
        f"  the store now has {result.listings:,} listings, {result.applications:,} applications, "
        f"{result.tasks_open:,} open tasks"
    )
    if result.plain_activities:
        names = ", ".join(result.plain_activities[:SHOWN_ROWS])
        more = len(result.plain_activities) - SHOWN_ROWS
        print(f"  kept as plain activities: {names}" + (f" and {more:,} more" if more > 0 else ""))
    if result.quarantined:
        print()
        print_table(
            ["Line", "Not understood"],
            [[bad.line, bad.reason] for bad in result.quarantined[:SHOWN_ROWS]],
            numbers=(0,),
        )
        if result.quarantined_total > SHOWN_ROWS:
            print(f"and {result.quarantined_total - SHOWN_ROWS:,} more; --json names the first hundred")
