"""What importing costs, held against its budgets and set beside other programs that read the same files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from benchmarks.imports import (
    LATE,
    csv_input,
    empty_store,
    measured_import,
    measured_late,
    measured_rebuild,
    xes_input,
)
from benchmarks.pty_start import to_stderr
from benchmarks.rival_imports import READINGS, measured_reading
from benchmarks.rival_stores import FillError
from benchmarks.store_calls import Figure
from tests.postgres import UnavailableError

if TYPE_CHECKING:
    from benchmarks.imports import Measured

FEW, MANY, LOG = 100_000, 1_000_000, 262_000
MOST_MEMORY = 300_000_000
# What the budgets were set beside: sqlite-utils inserting rows a second. A machine that is slower at that, or
# busier, is held to as much less of ours: budgets are ratios within one run.
REFERENCE = 21_000
_OURS = "**stagewatch**"


class Reading(NamedTuple):
    """One row of the comparison: who does what, and what it measured, or why it did not."""

    name: str
    what: str
    measured: Measured | None
    failure: str = ""


def import_figures(*, few: int, many: int, log: int, rivals: bool) -> tuple[list[Figure], list[Reading]]:
    """Budgets, and rows for the comparison; all in one run, each in a process of its own."""
    others = []
    if rivals:
        others = [_rival(place, log if READINGS[place].xes else many) for place in range(len(READINGS))]
    pace = _pace(others)
    figures, readings = _sqlite_figures(few, many, pace)
    more_figures, more_readings = _postgres_figures(many, pace)
    figures += more_figures
    readings += more_readings + others
    to_stderr(f"importing a log of {log:,} events")
    with empty_store("sqlite") as url:
        ours = measured_import(url, xes_input(log))
    readings.append(Reading(_OURS, f"XES of {log:,} events into SQLite", ours))
    reader = next(
        (r.measured for r in readings if r.name.startswith("pm4py") and r.measured is not None), None
    )
    if reader is not None:
        ratio = sum(ours.seconds) / sum(reader.seconds)
        figures.append(
            Figure(
                f"importing XES, {log:,} events, beside pm4py's reader alone",
                f"{ratio:.2f}×",
                "< 1×",
                ratio < 1,
            )
        )
    return figures, readings


def _pace(others: list[Reading]) -> float:
    """How fast sqlite-utils inserts rows here, beside the reference; 1 where it was not measured."""
    rates = [one.measured.rate for one in others if one.name.startswith("sqlite-utils") and one.measured]
    return rates[0] / REFERENCE if rates else 1.0


def _sqlite_figures(few: int, many: int, pace: float) -> tuple[list[Figure], list[Reading]]:
    """Imports of two sizes, one without ids; then the largest store goes on to late events and a rebuild."""
    to_stderr(f"importing {few:,} and {many:,} events into SQLite")
    with empty_store("sqlite") as url:
        small = measured_import(url, csv_input(few))
    with empty_store("sqlite") as url:
        plain = measured_import(url, csv_input(many, ids=False))
    with empty_store("sqlite") as url:
        large = measured_import(url, csv_input(many))
        to_stderr(f"adding late events, rebuilding {many:,}")
        late = measured_late(url, large.listings)
        rebuilt = measured_rebuild(url, many)
    figures = [
        _rate(f"importing {many:,} CSV events into SQLite", large, 60_000, pace),
        _rate("the same from a file without event ids", plain, 60_000, pace),
        *_memory_figures(few, small, many, large),
        _rate(f"`rebuild` of {many:,} events", rebuilt, 80_000, pace),
        Figure(
            f"adding {LATE} late events to {many:,}",
            f"{late:.0f} ms",
            f"≤ 100 ms{'' if pace == 1 else f', {100 / pace:.0f} at this pace'}",
            late * pace <= 100,
        ),
    ]
    return figures, [
        Reading(_OURS, f"CSV of {few:,} events into SQLite", small),
        Reading(_OURS, f"CSV of {many:,} events into SQLite", large),
        Reading(_OURS, "the same without event ids", plain),
        Reading(_OURS, f"`rebuild` of {many:,} events", rebuilt),
    ]


def _memory_figures(few: int, small: Measured, many: int, large: Measured) -> list[Figure]:
    if not small.peak:
        return []  # this system does not tell
    growth = large.peak / small.peak
    return [
        Figure(
            f"peak memory of the import of {many:,}",
            f"{large.peak / 1e6:.0f} MB",
            f"≤ {MOST_MEMORY / 1e6:.0f} MB",
            large.peak <= MOST_MEMORY,
        ),
        Figure(f"the same beside {few:,}", f"{growth:.2f}×", "≤ 1.2×", growth <= 1.2),
    ]


def _postgres_figures(many: int, pace: float) -> tuple[list[Figure], list[Reading]]:
    to_stderr(f"importing {many:,} events into PostgreSQL")
    what = f"CSV of {many:,} events into PostgreSQL"
    try:
        with empty_store("postgres") as url:
            measured = measured_import(url, csv_input(many))
    except UnavailableError as error:
        return [], [Reading(_OURS, what, None, str(error))]
    return [_rate(f"importing {many:,} CSV events into PostgreSQL", measured, 30_000, pace)], [
        Reading(_OURS, what, measured)
    ]


def _rival(place: int, events: int) -> Reading:
    rival = READINGS[place]
    to_stderr(f"letting {rival.requirement} read {events:,} events")
    name = rival.requirement.replace("==", " ")
    what = f"{'XES' if rival.xes else 'CSV'} of {events:,} events, {rival.what}"
    try:
        return Reading(name, what, measured_reading(rival, events))
    except (FillError, OSError) as error:
        return Reading(name, what, None, str(error))


def _rate(what: str, measured: Measured, least: int, pace: float) -> Figure:
    must_be = f"≥ {least:,}{'' if pace == 1 else f', {least * pace:,.0f} at this pace'}"
    return Figure(what, f"{measured.rate:,.0f} events/s", must_be, measured.rate >= least * pace)


def as_table(readings: list[Reading]) -> list[str]:
    """The comparison in Markdown; those without a figure are named below with the reason."""
    measured = [(reading, reading.measured) for reading in readings if reading.measured is not None]
    failed = [f"{reading.name} gave no figure: {reading.failure}." for reading in readings if reading.failure]
    return [
        "| what | seconds | events/s | peak memory |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {r.name}: {r.what} | {sum(m.seconds):.1f} | {m.rate:,.0f} | {m.peak / 1e6:,.0f} MB |"
            for r, m in measured
        ),
        *(("", *failed) if failed else ()),
    ]
