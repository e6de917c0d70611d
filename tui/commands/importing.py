"""`stagewatch import`: events from files into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kpi.text import clean
from tui.actor import visiting
from tui.commands.intake import mapping_for
from tui.commands.output import print_json, print_table, writing
from tui.commands.progress import progress_bar

if TYPE_CHECKING:
    from argparse import Namespace

    from store.dry_run import Trial
    from store.feeds.mapping import Mapping
    from store.importing import ImportResult

SHOWN_ROWS = 10


def run(options: Namespace) -> None:
    """Import each file in turn and say what became of its rows."""
    from store.importing import import_file

    mapping = mapping_for(options, options.mapping)
    if options.dry_run:
        _try(options, mapping)
        return
    with writing(options) as store:
        for file in options.files:
            with progress_bar(f"Importing {clean(Path(file).name)}") as show:
                result = import_file(store, file, mapping, show)
            if options.json:
                print_json(_json(result))
            else:
                _print(result)


def _try(options: Namespace, mapping: Mapping) -> None:
    """Say of each file what an import would do."""
    from store.dry_run import dry_run
    from store.location import find_location

    for file in options.files:
        with progress_bar(f"Reading {clean(Path(file).name)}") as show:
            trial = dry_run(find_location(options.store), file, mapping, show, by=visiting("command line"))
        if options.json:
            print_json({"file": clean(file), "dry_run": True, **_counts_json(trial)})
            continue
        print(f"{clean(file)}: {trial.rows:,} rows read, nothing written")
        print(
            f"  {trial.added:,} events would be added, {trial.duplicates:,} are known already, "
            f"{trial.sandbox:,} are sandbox, {trial.quarantined_total:,} would not be understood"
        )
        _print_rows(trial)


def _counts_json(trial: Trial) -> dict[str, object]:
    return {
        "rows": trial.rows,
        "events_added": trial.added,
        "duplicates": trial.duplicates,
        "sandbox": trial.sandbox,
        "quarantined": [{"line": bad.line, "reason": bad.reason} for bad in trial.quarantined],
        "quarantined_total": trial.quarantined_total,
        "reasons": dict(trial.reasons),
        "plain_activities": list(trial.plain_activities),
    }


def _json(result: ImportResult) -> dict[str, object]:
    return {
        "import": result.run,
        "file": result.file,
        "rows": result.rows,
        "events_added": result.events_added,
        "duplicates": result.duplicates,
        "sandbox": result.sandbox,
        "quarantined": [{"line": bad.line, "reason": bad.reason} for bad in result.quarantined],
        "quarantined_total": result.quarantined_total,
        "reasons": dict(result.reasons),
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
    _print_rows(result)
    if result.quarantined_total:
        print(f"they wait in quarantine: stagewatch quarantine list --import {result.run}")


def _print_rows(result: ImportResult | Trial) -> None:
    """The activities that the catalogue does not know, and the first rows that were not understood."""
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
            print(f"and {result.quarantined_total - SHOWN_ROWS:,} more")
