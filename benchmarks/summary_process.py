"""Generating a week and reading pages of it, in a process of its own; the store's path is its argument."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing

from benchmarks.store_calls import median_ms
from benchmarks.summary_store import NOW
from store.generating import generate
from store.location import find_location
from store.reading import open_reader
from store.work import Store

PAGES = 15


def main() -> None:
    """Bring the last week's summaries up to date, twice, then look at some of them."""
    location = find_location(sys.argv[1])
    with closing(Store(location, lambda: NOW)) as store:
        first = _seconds(store)
        again = _seconds(store)
    reader = open_reader(location, lambda: NOW)
    try:
        lines = reader.summary_questions().lines()
        numbers = iter([line.number for line in lines[:: max(1, len(lines) // PAGES)]] * 2)
        page = median_ms(lambda: reader.summary_questions().page(next(numbers)), PAGES)
    finally:
        reader.close()
    print(json.dumps({"seconds": first, "again": again, "page": page, "people": len(lines)}))


def _seconds(store: Store) -> float:
    begun = time.perf_counter()
    generate(store)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
