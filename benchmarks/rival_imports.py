"""The same files read by other programs, each in an environment and a process of its own.

None of them does the same as an import: sqlite-utils and pandas put rows into a table as they are, pm4py
reads a log into memory. What each one does is said beside its figure.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.imports import Measured, csv_input, xes_input
from benchmarks.memory import run_measured
from benchmarks.rival_stores import FillError
from benchmarks.rivals import cache_folder, installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.imports import Input

# Every script gets the file and a place for a database, and leaves its figures in `seconds` and `events`.
_BEGIN = """
import json, sqlite3, sys, time
file, database = sys.argv[1:]
"""
_END = """
print(json.dumps({"seconds": seconds, "events": events}))
"""
_SQLITE_UTILS = """
from sqlite_utils.cli import cli
begun = time.perf_counter()
cli(["insert", database, "events", file, "--csv", "--pk", "id", "--silent"], standalone_mode=False)
seconds = time.perf_counter() - begun
events = sqlite3.connect(database).execute("SELECT count(*) FROM events").fetchone()[0]
"""
_PANDAS = """
import pandas
begun = time.perf_counter()
frame = pandas.read_csv(file, parse_dates=["when"], date_format="ISO8601")
connection = sqlite3.connect(database)
frame.to_sql("events", connection, index=False)
connection.commit()
seconds = time.perf_counter() - begun
events = len(frame)
"""
_PM4PY = """
import pm4py
begun = time.perf_counter()
frame = pm4py.read_xes(file)
{then}
seconds = time.perf_counter() - begun
events = len(frame)
"""


@dataclass(frozen=True)
class Reading:
    """What a rival does with a file."""

    what: str
    requirement: str
    script: str
    given: Callable[[int], Input]
    xes: bool = False


READINGS = (
    Reading(
        "`insert --csv --pk`: rows into a table",
        "sqlite-utils==4.2.1",
        _SQLITE_UTILS,
        csv_input,
    ),
    Reading("`read_csv`, `to_sql`: rows into a table", "pandas==3.1.1", _PANDAS, csv_input),
    Reading(
        "`read_xes` alone: events in memory",
        "pm4py==2.7.23.11",
        _PM4PY.format(then=""),
        xes_input,
        xes=True,
    ),
    Reading(
        "`read_xes`, `convert_to_event_log`",
        "pm4py==2.7.23.11",
        _PM4PY.format(then="pm4py.convert_to_event_log(frame)"),
        xes_input,
        xes=True,
    ),
)


def measured_reading(reading: Reading, events: int) -> Measured:
    """Let a rival read a file of so many events; FillError says why it did not."""
    given = reading.given(events)
    python = installed(reading.requirement, cache_folder()) / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text(_BEGIN + reading.script + _END, "utf-8")
        out, peak = run_measured([str(python), str(script), str(given.file), f"{folder}/rival.db"])
    said = json.loads(out.splitlines()[-1])
    if said["events"] != events:
        raise FillError(f"it found {said['events']:,} of {events:,} events")
    return Measured((said["seconds"],), peak, events)
