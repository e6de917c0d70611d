"""`stagewatch rebuild`: all tasks worked out again from the events; on a sound store nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.output import print_json, writing
from tui.commands.progress import progress_bar

if TYPE_CHECKING:
    from argparse import Namespace


def run(options: Namespace) -> None:
    """Replay every listing and say what changed."""
    from store.maintenance import rebuild

    with writing(options) as store, progress_bar("Rebuilding") as show:
        result = rebuild(store, lambda done, total: show(done / total))
    if options.json:
        print_json({"listings": result.listings, "changed": result.changed})
    else:
        what = f"{result.changed:,} rows were put right" if result.changed else "nothing changed"
        print(f"{result.listings:,} listings replayed; {what}.")
