"""Weekly summaries of 500 people out of a million events: generating a week, and looking at one summary."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.kept import FOLDER
from benchmarks.memory import run_measured
from benchmarks.pty_start import to_stderr
from benchmarks.store_calls import Figure
from benchmarks.summary_store import PEOPLE, store_with_work

MANY = 1_000_000


def summary_figures(events: int = MANY) -> list[Figure]:
    """Seconds and memory of a week, in a process of its own; then of a second time, and a page."""
    to_stderr(f"weekly summaries of {PEOPLE} people and {events:,} events")
    made = store_with_work(events)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        copy = Path(folder) / "work.db"
        shutil.copy(made, copy)
        out, peak = run_measured([sys.executable, "-m", "benchmarks.summary_process", str(copy)])
    said = json.loads(out)
    if said["people"] != PEOPLE:
        raise RuntimeError(f"wanted {PEOPLE} summaries, got {said['people']}")
    seconds, again, page = said["seconds"], said["again"], said["page"]
    return [
        Figure(
            f"the weekly summaries of {PEOPLE} people out of {events:,} events",
            f"{seconds:.1f} s",
            "≤ 5 s",
            seconds <= 5,
        ),
        Figure("the same again, of which nothing changes", f"{again:.1f} s", "≤ 5 s", again <= 5),
        Figure("its peak memory", f"{peak / 1e6:.0f} MB", "≤ 300 MB", peak <= 300e6),
        Figure("one summary's page", f"{page:.1f} ms", "≤ 100 ms", page <= 100),
    ]
