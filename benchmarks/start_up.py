"""Process start to a board with its counts on screen, beside a bare Textual app and three other programs."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from benchmarks.pty_start import Case, Row, compare, interleaved, to_stderr
from benchmarks.rivals import BASELINE, bare_case, prepare
from benchmarks.store_calls import Figure
from benchmarks.stores import store_with


def own_case(tasks: int) -> Case:
    """Stagewatch itself, until the board's total is on the screen."""
    command = Path(sys.executable).with_name("stagewatch")
    argv = [str(command)] if command.exists() else [sys.executable, "-m", "tui"]
    wanted = re.compile(rf"All stages.*{tasks:,}")
    return Case([*argv, "--store", str(store_with(tasks))], wanted)


def measure(few: int, many: int, rounds: int, *, rivals: bool) -> tuple[list[Row], dict[str, str], str]:
    """The rows of the comparison, the reasons of those without a figure, and the versions measured."""
    cases = {BASELINE: bare_case(), **{own_name(tasks): own_case(tasks) for tasks in (few, many)}}
    failures: dict[str, str] = {}
    versions = ""
    if rivals:
        field = prepare(few, progress=to_stderr)
        cases |= {f"{name}, {few:,}": case for name, case in field.cases.items()}
        failures |= field.failures
        versions = "; ".join(field.versions.values())
    if not shutil.which("task"):
        failures.setdefault("vit", "needs Taskwarrior, which is not installed here")
    figures = interleaved(cases, rounds, failures=failures, progress=to_stderr)
    return compare(figures, BASELINE), failures, versions


def own_name(tasks: int) -> str:
    """How Stagewatch is called in the table."""
    return f"stagewatch, {tasks:,}"


def figures_of(rows: list[Row], few: int, many: int) -> list[Figure]:
    """The rows held against what they must be."""
    by_name = {row.name: row for row in rows}
    figures = []
    for tasks in (few, many):
        ratio = by_name[own_name(tasks)].paired_ratio
        figures.append(
            Figure(
                f"process start to the board, {tasks:,} open tasks, beside a bare Textual app",
                f"{ratio:.2f}×",
                "≤ 1.5×",
                ratio <= 1.5,
            )
        )
    own = by_name[own_name(few)].median
    others = [row for row in rows if row.name not in (BASELINE, own_name(few), own_name(many))]
    if others:
        nearest = min(others, key=lambda row: row.median)
        figures.append(
            Figure(
                f"the same beside the fastest of the others ({nearest.name})",
                f"{own / nearest.median:.2f}×",
                "< 1×",
                own < nearest.median,
            )
        )
    return figures
