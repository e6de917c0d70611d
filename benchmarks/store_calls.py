"""What the rules and the store's reading face cost, side by side in one process."""

from __future__ import annotations

import statistics
import time
import timeit
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.stores import store_with
from kpi.calendar import CalendarSpec, WorkingCalendar
from store.reading import Reader, open_reader
from store.tasks import Sort, TaskQuery

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 50


@dataclass(frozen=True)
class Figure:
    """One measured thing beside what it must be."""

    what: str
    measured: str
    must_be: str
    kept: bool


def median_ms(call: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the median call, after one that does not count."""
    call()
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds) * 1e3


def deadline_figures() -> list[Figure]:
    """One deadline, one call, beside numpy's busday_offset called once a row."""
    calendar = WorkingCalendar(CalendarSpec())
    busday = np.busdaycalendar(holidays=sorted(calendar.holidays))
    rng = Random(1)
    asked = [
        (date(2015, 1, 1) + timedelta(days=rng.randint(0, 5_000)), rng.randint(1, 99)) for _ in range(5_000)
    ]
    nth, offset = calendar.nth_working_day, np.busday_offset

    def ours() -> None:
        for day, days in asked:
            nth(day, days)

    def numpys() -> None:
        for day, days in asked:
            offset(day, days, roll="backward", busdaycal=busday)

    # In turn, so that a noisy moment hits both.
    pairs = [(timeit.timeit(ours, number=1), timeit.timeit(numpys, number=1)) for _ in range(15)]
    each = statistics.median(own for own, _ in pairs) / len(asked) * 1e6
    ratio = statistics.median(other / own for own, other in pairs)
    return [
        Figure("one deadline, one call", f"{each:.2f} µs", "≤ 0.5 µs", each <= 0.5),
        Figure("the same beside numpy's `busday_offset`", f"{ratio:.0f}× faster", "≥ 10×", ratio >= 10),
    ]


def board_figures(few: int, many: int) -> list[Figure]:
    """The board's counts from a store with few and with many open tasks."""
    small, large = open_reader(str(store_with(few))), open_reader(str(store_with(many)))
    try:
        pairs = [(median_ms(small.board, 5), median_ms(large.board, 5)) for _ in range(15)]
    finally:
        small.close()
        large.close()
    ms = statistics.median(own for _, own in pairs)
    ratio = statistics.median(own / other for other, own in pairs)
    return [
        Figure(f"board counts at {many:,} open tasks", f"{ms:.2f} ms", "≤ 1 ms", ms <= 1),
        Figure(f"the same beside {few:,}", f"{ratio:.2f}×", "≤ 2×", ratio <= 2),
    ]


def list_figures(many: int) -> list[Figure]:
    """Opening a list of all open tasks, and every way of paging in it, in each order."""
    reader = open_reader(str(store_with(many)))
    try:
        opening = max(median_ms(partial(_open, reader, sort), 9) for sort in Sort)
        paging = {
            way: max(_page(reader, sort, way) for sort in Sort) for way in ("page down", "page up", "end")
        }
    finally:
        reader.close()
    worst = max(paging.values())
    ways = ", ".join(f"{way} {ms:.1f}" for way, ms in paging.items())
    return [
        Figure(f"opening a list of {many:,} tasks", f"{opening:.1f} ms", "≤ 150 ms", opening <= 150),
        Figure(f"each page key in it ({ways} ms)", f"{worst:.1f} ms", "≤ 25 ms", worst <= 25),
    ]


def _open(reader: Reader, sort: Sort) -> None:
    assert len(reader.task_list(TaskQuery(sort=sort)).fetch(0, PAGE)) == PAGE


def _page(reader: Reader, sort: Sort, way: str) -> float:
    """Median milliseconds of one key, pressed forty times in a row from the middle (end: from the top)."""
    tasks = reader.task_list(TaskQuery(sort=sort))
    if way == "end":
        return median_ms(lambda: tasks.fetch(tasks.total - PAGE, PAGE), 9)
    at = tasks.total // 2
    tasks.fetch(at, PAGE)
    seconds = []
    for _ in range(40):
        at += PAGE if way == "page down" else -PAGE
        begun = time.perf_counter()
        assert len(tasks.fetch(at, PAGE)) == PAGE
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds) * 1e3
