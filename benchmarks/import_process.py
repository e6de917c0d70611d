"""One piece of work on a store in a process of its own, which says as JSON how long it took.

`python -m benchmarks.import_process import STORE MAPPING FILE` founds the store and imports the file,
`late STORE MAPPING FILE...` adds files to a store that is there, each timed, `rebuild STORE` replays it.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from pathlib import Path

from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.location import find_location
from store.maintenance import rebuild
from store.organisation import found_organisation
from store.work import Store


def main(what: str, url: str, *files: str) -> None:
    """Do it and print the figures."""
    with closing(Store(find_location(url))) as store:
        if what == "import":
            found_organisation(store, "Benchmark")
        said = _rebuild(store) if what == "rebuild" else _import(store, *files)
    print(json.dumps(said))


def _import(store: Store, mapping: str, *files: str) -> dict[str, object]:
    """Import the files one after the other; `seconds` has each one's time."""
    chart = load_mapping(Path(mapping).read_text("utf-8"))
    seconds, events, listings = [], 0, 0
    for file in files:
        begun = time.perf_counter()
        result = import_file(store, file, chart)
        seconds.append(time.perf_counter() - begun)
        events += result.events_added
        listings = result.listings
    return {"seconds": seconds, "events": events, "listings": listings}


def _rebuild(store: Store) -> dict[str, object]:
    begun = time.perf_counter()
    changed = rebuild(store).changed
    return {"seconds": [time.perf_counter() - begun], "changed": changed}


if __name__ == "__main__":
    main(*sys.argv[1:])
