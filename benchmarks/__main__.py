"""`make bench`: everything that has a budget, measured in one run and written to docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks import import_figures
from benchmarks.audit_figures import audit_figures
from benchmarks.past_days import past_figures
from benchmarks.pty_start import as_table
from benchmarks.start_up import figures_of, measure
from benchmarks.store_calls import Figure, board_figures, deadline_figures, list_figures
from benchmarks.summary_figures import summary_figures
from benchmarks.summary_store import PEOPLE
from benchmarks.target_figures import target_figures

REPORT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
FEW, MANY, FINISHED = 10_000, 1_000_000, 10_000_000


def main() -> int:
    """Measure, print, write; the exit status is 1 if a budget is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--few", type=int, default=FEW, help=f"tasks of the small store ({FEW:,})")
    parser.add_argument("--many", type=int, default=MANY, help=f"tasks of the large store ({MANY:,})")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of starts (15)")
    parser.add_argument(
        "--events", type=int, default=import_figures.MANY, help=f"events to import ({import_figures.MANY:,})"
    )
    parser.add_argument("--finished", type=int, default=FINISHED, help=f"finished tasks ({FINISHED:,})")
    parser.add_argument("--no-rivals", action="store_true", help="leave the other programs out")
    parser.add_argument("--no-report", action="store_true", help="print only")
    options = parser.parse_args()

    figures = deadline_figures() + board_figures(options.few, options.many) + list_figures(options.many)
    figures += past_figures(options.many, options.finished)
    figures += target_figures()
    figures += audit_figures()
    figures += summary_figures()
    imported, readings = import_figures.import_figures(
        few=min(import_figures.FEW, options.events),
        many=options.events,
        log=min(import_figures.LOG, options.events),
        rivals=not options.no_rivals,
    )
    figures += imported
    rows, failures, versions = measure(
        options.few, options.many, options.rounds, rivals=not options.no_rivals
    )
    figures += figures_of(rows, options.few, options.many)
    text = report(figures, import_figures.as_table(readings), as_table(rows, failures), versions)
    print(text)
    if not options.no_report:
        REPORT.write_text(text, "utf-8")
    return 0 if all(figure.kept for figure in figures) else 1


def report(figures: list[Figure], imports: list[str], starts: str, versions: str) -> str:
    """The page for docs/."""
    textual, python = version("textual"), platform.python_version()
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {python}, Textual {textual}"
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. All figures are of one run, so that ratios hold on a machine that is",
        f"shared and noisy: {machine}.",
        "",
        "| what | measured | must be | kept |",
        "| --- | ---: | ---: | :-: |",
        *(f"| {f.what} | {f.measured} | {f.must_be} | {'yes' if f.kept else '**no**'} |" for f in figures),
        "",
        "## Importing",
        "",
        "Each in a process of its own; the memory is that of all its processes together. Seconds are those",
        "of the work alone, without starting Python. A Stagewatch import is the whole way: read, cleaned,",
        "told apart from what is known, kept with `synchronous=FULL` (PostgreSQL: with `fsync`), replayed to",
        "tasks and counted. The other programs do less: what each does is said; pm4py reads",
        "with the reader that it brings along, without the one in Rust that can be added to it.",
        f"Budgets were set where sqlite-utils inserts {import_figures.REFERENCE:,} such rows a second; “at",
        "this pace” is what they come to by what it does here, in the same run.",
        "",
        *imports,
        "",
        "## Process start to the screen",
        "",
        "In a real pseudo-terminal of 80×24, from the start of the process until the text was on the screen:",
        "for Stagewatch the board with its counts, for the others their first task. Each round runs all of",
        "them; “paired” is the median of the ratios within one round.",
        "",
        starts,
        "",
    ]
    if versions:
        lines += [f"Measured beside: {versions}.", ""]
    lines += [
        "## How the stores are made",
        "",
        "By a real import of a generated file: listings with one event each, over all KPIs, sixty users",
        "and the last 365 days (`benchmarks/stores.py`). The files that are imported are an export of some",
        "four years: listings walking from draft to the end of recruitment, many at once, in the order of",
        "time (`benchmarks/event_files.py`). The finished tasks of past days are put straight into the",
        "tables, over ten years (`benchmarks/history.py`). Weekly summaries are of a year's work, imported:",
        f"{PEOPLE} recruiters, some fifty events to a listing (`benchmarks/summary_store.py`).",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
