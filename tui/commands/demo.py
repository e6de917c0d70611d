"""`stagewatch demo`: the app on a throw-away store full of invented data."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from store.bulk import collecting_rarely
from store.errors import StoreError
from store.location import find_location
from tui.actor import writer
from tui.commands.output import print_json
from tui.commands.progress import spinner

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.personas import Cast


def run(options: Namespace) -> int:
    """Make the store, open the app, and throw the store away again; with --no-app it stays."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not options.no_app
    has_people = interactive and not options.store
    folder = Path(tempfile.mkdtemp(prefix="stagewatch-demo-"))
    place = options.store or str(folder / "demo.db")
    try:
        with collecting_rarely():
            result = _make(options, place, folder, has_key=not has_people)
            cast = make_cast(place, folder, options.weeks) if has_people else None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if interactive:
        from tui.launch import run_app

        try:
            return run_app(place, cast)
        finally:
            _forget_key(place)
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print_json(
            {
                "store": place,
                "events": str(folder / "events.csv"),
                "mapping": str(folder / "mapping.toml"),
                **result,
            }
        )
    else:
        print(f"Made an invented organisation with {result['listings']:,} listings at {place}.")
        print(f"Open it with: stagewatch --store {place}")
    return 0


def make_cast(place: str, folder: Path, weeks: int) -> Cast:
    """The people of a store that was just made in a folder of its own, and will be thrown away.

    They have done their summaries of so many weeks. From now on the log is sealed, and approvals leave
    checkpoints.
    """
    from store.audit_care import begin_key, keep_checkpoints
    from store.demo_people import make_people
    from store.demo_summaries import make_summaries
    from tui.personas import Cast

    with spinner("Inventing the people"):
        troupe = make_people(find_location(place))
    with spinner("Going through their weeks with them"):
        make_summaries(troupe, folder, weeks=weeks)
    checkpoints = folder / "checkpoints"
    checkpoints.mkdir()
    with closing(troupe.as_person(troupe.people[0].person)) as store, suppress(StoreError):
        begin_key(store)
        keep_checkpoints(store, checkpoints)
    return Cast(troupe)


def _forget_key(place: str) -> None:
    from store.audit_care import store_id
    from store.audit_keys import forget_ring

    with suppress(StoreError):
        forget_ring(store_id(find_location(place)))


def _make(options: Namespace, place: str, folder: Path, *, has_key: bool) -> dict[str, int]:
    from store.audit_care import begin_key
    from store.demo import make_demo

    location = find_location(place)
    if location.path is not None and location.path.exists():
        raise StoreError(f"{location} exists already; the demo only makes a new store")
    store = writer(location, "command line")
    try:
        with spinner("Inventing a year of recruitment"):
            result = make_demo(store, folder, seed=options.seed, listings=options.listings)
            with suppress(StoreError):  # without a keyring the log is not sealed, as the Audit screen says
                if has_key:
                    begin_key(store)
    finally:
        store.close()
    return {
        "events_added": result.events_added,
        "listings": result.listings,
        "applications": result.applications,
        "tasks_open": result.tasks_open,
    }
