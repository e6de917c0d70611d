"""The peak memory of a command with all the processes that it starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rival_stores import FillError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EVERY = 0.02  # seconds between two looks
_PROCESSES = Path("/proc")


def run_measured(argv: list[str], env: Mapping[str, str] | None = None) -> tuple[str, int]:
    """Run a command to its end; its output, and the peak of its resident memory in bytes (0: not known here).

    The sum over its processes at one moment, each looked at some fifty times a second; pages of files, which
    they share, are those of the process that has most of them. FillError if it fails.
    """
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    peak = 0
    out = err = None
    while out is None or err is None:
        try:
            out, err = process.communicate(timeout=_EVERY)
        except subprocess.TimeoutExpired:
            pages = list(_pages(process.pid))
            peak = max(peak, sum(own for own, _ in pages) + max((shared for _, shared in pages), default=0))
    if process.returncode:
        raise FillError((err.strip().splitlines() or [f"exit {process.returncode}"])[-1])
    return out, peak * os.sysconf("SC_PAGE_SIZE")


def _pages(pid: int, parent: bytes | None = None) -> Iterator[tuple[int, int]]:
    """The resident pages of a process and of all that it has started, as (its own, those of files)."""
    own = _PROCESSES / str(pid)
    try:
        resident, shared = map(int, (own / "statm").read_text().split()[1:3])
        started = [
            int(word) for task in (own / "task").iterdir() for word in (task / "children").read_text().split()
        ]
        command = (own / "cmdline").read_bytes()
    except (OSError, ValueError):  # it has just ended
        return
    if command == parent:  # it has not become another program yet: what it has are its parent's pages
        return
    yield resident - shared, shared
    for child in started:
        yield from _pages(child, command)
