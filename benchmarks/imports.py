"""Importing, adding late events and rebuilding, each in a process of its own: seconds and peak memory.

`python -m benchmarks.imports sqlite 300000` measures one import alone; `postgres` instead of `sqlite`,
`--no-ids` and `--xes` choose another, `--late` and `--rebuild` go on with the store that was made.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.event_files import XES_MAPPING, csv_file, late_rows, mapping, write_cells, xes_file
from benchmarks.kept import FOLDER
from benchmarks.memory import run_measured
from tests.postgres import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

LATE, BATCHES = 100, 9
# The tests' server forgets what it has not written; one that is measured keeps its word, as people's do.
_HONEST = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


@dataclass(frozen=True)
class Measured:
    """What one command took: the seconds of each thing it did, the peak memory of its processes in bytes."""

    seconds: tuple[float, ...]
    peak: int
    events: int
    listings: int = 0

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / sum(self.seconds)

    def __str__(self) -> str:
        return f"{self.rate:,.0f} events/s, {sum(self.seconds):.2f} s, peak {self.peak / 1e6:,.0f} MB"


@dataclass(frozen=True)
class Input:
    """A file of so many events, and how it reads."""

    file: Path
    mapping: str
    events: int


def csv_input(events: int, *, ids: bool = True) -> Input:
    """A CSV file, with or without a column of event ids."""
    return Input(csv_file(events, ids=ids), mapping(ids=ids), events)


def xes_input(events: int) -> Input:
    """The same events as a log in XES."""
    return Input(xes_file(events), XES_MAPPING, events)


def measured_import(url: str, given: Input) -> Measured:
    """Import a file into a new store."""
    measured = _process("import", url, given.file, mapping=given.mapping)
    if measured.events != given.events:
        raise RuntimeError(f"wanted {given.events:,} events in the store, got {measured.events:,}")
    return measured


def measured_late(url: str, listings: int) -> float:
    """Milliseconds of adding a file of LATE events on as many listings: the median of different files."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"late-{seed}.csv" for seed in range(BATCHES)]
        for seed, file in enumerate(files):
            write_cells(file, late_rows(seed, LATE, listings))
        measured = _process("late", url, *files, mapping=mapping())
    if measured.events != LATE * BATCHES:
        raise RuntimeError(f"wanted {LATE * BATCHES} late events in the store, got {measured.events}")
    return statistics.median(measured.seconds) * 1e3


def measured_rebuild(url: str, events: int) -> Measured:
    """Rebuild a store of so many events, which must change nothing."""
    said = _process("rebuild", url)
    return Measured(said.seconds, said.peak, events)


def _process(what: str, url: str, *files: Path, mapping: str | None = None) -> Measured:
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as chart:
        chart.write(mapping or "")
        chart.flush()
        more = () if mapping is None else (chart.name, *map(str, files))
        command = [sys.executable, "-m", "benchmarks.import_process", what, url, *more]
        out, peak = run_measured(command)
    said = json.loads(out)
    if said.get("changed"):
        raise RuntimeError(f"the rebuild changed {said['changed']:,} rows")
    return Measured(tuple(said["seconds"]), peak, said.get("events", 0), said.get("listings", 0))


@contextmanager
def empty_store(kind: str) -> Iterator[str]:
    """Where a new store can be made, "sqlite" or "postgres"; it goes away afterwards."""
    with ExitStack() as stack:
        if kind == "sqlite":
            FOLDER.mkdir(exist_ok=True)
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=FOLDER))
            yield str(Path(folder) / "stagewatch.db")
            return
        server = Server.start(on_disk=True)
        stack.callback(server.stop)
        for setting in _HONEST:
            server.admin.execute(f"ALTER SYSTEM SET {setting} = on")
        server.admin.execute("SELECT pg_reload_conf()")
        yield stack.enter_context(server.database())


def main() -> None:
    """Measure one import and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("store", choices=("sqlite", "postgres"))
    parser.add_argument("events", type=int)
    parser.add_argument("--no-ids", action="store_true", help="a file without a column of event ids")
    parser.add_argument("--xes", action="store_true", help="a log in XES instead of CSV")
    parser.add_argument("--late", action="store_true", help="add late events afterwards")
    parser.add_argument("--rebuild", action="store_true", help="rebuild the store in the end")
    options = parser.parse_args()
    given = xes_input(options.events) if options.xes else csv_input(options.events, ids=not options.no_ids)
    with empty_store(options.store) as url:
        imported = measured_import(url, given)
        print(f"import: {imported}")
        if options.late:
            print(f"{LATE} late events: {measured_late(url, imported.listings):.0f} ms")
        if options.rebuild:
            print(f"rebuild: {measured_rebuild(url, options.events)}")


if __name__ == "__main__":
    main()
