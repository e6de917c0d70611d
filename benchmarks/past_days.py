"""The board of past days, in a store with a long history."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random

from benchmarks.history import FIRST, NOW, TODAY, store_with_history
from benchmarks.pty_start import to_stderr
from benchmarks.store_calls import Figure, median_ms
from store.checking import check_store
from store.reading import open_reader

DAYS = 15
FEW = (1_000, 10_000)


def past_figures(running: int, finished: int) -> list[Figure]:
    """The counts of past days, spread over all the years and the last month; the slowest day is told."""
    to_stderr(f"past days of {running:,} open and {finished:,} finished tasks")
    _check()
    rng = Random(1)
    years = (TODAY - FIRST).days
    days = [
        TODAY - timedelta(days=rng.randint(1, most)) for most in (30, years, years) for _ in range(DAYS // 3)
    ]
    reader = open_reader(store_with_history(running, finished), lambda: NOW)
    try:
        counts = max(median_ms(partial(reader.board, day), 3) for day in days)
    finally:
        reader.close()
    what = f"a past day's counts, {running:,} open tasks and {finished:,} finished, slowest of {DAYS} days"
    return [Figure(what, f"{counts:.0f} ms", "≤ 300 ms", counts <= 300)]


def _check() -> None:
    """Tasks and counts of a small store, made in the same way, fit one another."""
    found = check_store(store_with_history(*FEW), clock=lambda: NOW).parts
    assert not found["tasks"], found["tasks"]
    assert not found["counts"], found["counts"]
