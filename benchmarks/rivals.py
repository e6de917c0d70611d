"""Start-up of dooit, kanban-tui and vit with as many tasks, beside a bare Textual app.

``python -m benchmarks.rivals --tasks 10000`` installs each rival in an environment of its own, fills its
store, starts all of them in turn and prints a table. Environments and stores are kept in a folder under the
system's temporary one and used again; ``--fresh`` makes them anew. A rival that cannot be installed or
filled, or that shows no task, is named below the table with the reason.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bare_app import READY
from benchmarks.pty_start import Case, as_table, compare, interleaved, to_stderr
from benchmarks.rival_stores import (
    STAGES,
    FillError,
    fill_dooit,
    fill_kanban_tui,
    fill_taskwarrior,
    run_command,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BASELINE = "bare Textual app"
TASK_SHOWN = re.compile(r"\bT\d{7}\b")
MEMORY = 6 << 30
"""Bytes of data memory that a rival may take; beyond it, it fails instead of the machine."""

_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True)
class View:
    """One thing to wait for after a rival's start."""

    label: str
    wanted: re.Pattern[str]
    typed: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True)
class Rival:
    """A program to compare with, and how to fill and start it."""

    name: str
    requirement: str
    fill: Callable[[Path, Path, Mapping[str, str], int], None]
    arguments: Callable[[Path], list[str]]
    settings: Callable[[Path], dict[str, str]]
    views: tuple[View, ...]
    needs: str | None = None
    missing: str = ""


RIVALS = (
    Rival(
        "dooit",
        "dooit==3.3.4",
        fill_dooit,
        arguments=lambda home: ["--db", str(home / "dooit.db")],
        settings=lambda _: {},
        # Its first screen names the workspaces and reads no task; the key j, sent at once, opens the first.
        views=(
            View("workspace names only", re.compile(STAGES[0])),
            View("a task", TASK_SHOWN, ((STAGES[0].encode(), b"j"),)),
        ),
    ),
    Rival(
        "kanban-tui",
        "kanban-tui==0.21.2",
        fill_kanban_tui,
        arguments=lambda _: [],
        settings=lambda home: {
            "KANBAN_TUI_CONFIG_FILE": str(home / "kanban.toml"),
            "KANBAN_TUI_DATABASE_FILE": str(home / "kanban.db"),
        },
        views=(View("a task", TASK_SHOWN),),
    ),
    Rival(
        "vit",
        "vit==2.3.4",
        fill_taskwarrior,
        arguments=lambda _: [],
        settings=lambda home: {"TASKRC": str(home / "taskrc"), "VIT_DIR": str(home / "vit")},
        views=(View("a task", TASK_SHOWN),),
        needs="task",
        missing="Taskwarrior's command `task` is not installed (apt-get install taskwarrior)",
    ),
)


@dataclass
class Field:
    """The rivals that are ready to start, the reasons of the others, and what is installed."""

    cases: dict[str, Case] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def bare_case(timeout: float = 60.0) -> Case:
    """Give the baseline: a bare app on the Python and the Textual that run this."""
    script = Path(__file__).with_name("bare_app.py")
    return Case([sys.executable, str(script)], re.compile(READY), timeout=timeout)


def cache_folder() -> Path:
    """Give the folder of environments and stores: ``STAGEWATCH_BENCH_CACHE``, else a temporary one."""
    given = os.environ.get("STAGEWATCH_BENCH_CACHE")
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"stagewatch-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        message = f"{folder} belongs to somebody else; name another in STAGEWATCH_BENCH_CACHE"
        raise SystemExit(message)
    return folder


def prepare(
    tasks: int,
    *,
    only: Sequence[str] = (),
    timeout: float = 600.0,
    memory: int = MEMORY,
    cache: Path | None = None,
    progress: Callable[[str], object] | None = None,
) -> Field:
    """Install and fill the rivals, and give a `Case` for each thing to wait for."""
    cache = cache or cache_folder()
    ready = Field()
    for rival in RIVALS:
        if only and rival.name not in only:
            continue
        if progress:
            progress(f"preparing {rival.name} with {tasks:,} tasks")
        try:
            if rival.needs and shutil.which(rival.needs) is None:
                raise FillError(rival.missing)  # noqa: TRY301 - told below like the other reasons
            environment, home = (
                installed(rival.requirement, cache),
                cache / "stores" / f"{rival.name}-{tasks}",
            )
            env = _isolated(rival, home)
            _fill(rival, environment, home, env, tasks)
            ready.versions[rival.name] = _versions(rival, environment)
        except (FillError, OSError) as error:
            ready.failures[rival.name] = str(error)
            continue
        argv = [str(environment / "bin" / rival.name), *rival.arguments(home)]
        for view in rival.views:
            ready.cases[f"{rival.name}: {view.label}"] = Case(
                argv, view.wanted, env, timeout=timeout, typed=view.typed, memory=memory
            )
    return ready


def installed(requirement: str, cache: Path) -> Path:
    """Give a rival's own environment, made now if it is not there whole; FillError if it cannot be."""
    environment = cache / "environments" / requirement.replace("==", "-")
    whole = environment / "whole"
    if not whole.exists():
        shutil.rmtree(environment, ignore_errors=True)
        run_command([sys.executable, "-m", "venv", str(environment)], os.environ)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        run_command([*pip, "install", requirement], os.environ)
        whole.touch()
    return environment


def _isolated(rival: Rival, home: Path) -> dict[str, str]:
    """Give an environment in which the rival finds nothing but its own folder."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {**kept, "HOME": str(home), **folders, **rival.settings(home)}


def _fill(rival: Rival, environment: Path, home: Path, env: Mapping[str, str], tasks: int) -> None:
    """Fill the rival's store, unless an earlier run has."""
    whole = home / "whole"
    if not whole.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        rival.fill(environment / "bin" / "python", home, env, tasks)
        whole.touch()


def _versions(rival: Rival, environment: Path) -> str:
    """Say which versions are measured."""
    asked = (rival.name, "textual", "urwid")
    script = (
        "from importlib.metadata import distributions as d\n"
        f"print(*sorted(f'{{x.name}} {{x.version}}' for x in d() if x.name in {asked}), sep=', ')"
    )
    said = run_command([str(environment / "bin" / "python"), "-c", script], os.environ).strip()
    return (
        f"{said}, taskwarrior {run_command(['task', '--version'], os.environ).strip()}"
        if rival.needs
        else said
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000, help="tasks in each store (10000)")
    parser.add_argument("--rounds", type=int, default=15, help="rounds after the warm-up (15)")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds to wait for a task (600)")
    parser.add_argument("--memory", type=float, default=MEMORY / (1 << 30), help="GiB for each rival (6)")
    parser.add_argument("--only", action="append", default=[], choices=[rival.name for rival in RIVALS])
    parser.add_argument("--fresh", action="store_true", help="make environments and stores anew")
    options = parser.parse_args(arguments)

    cache = cache_folder()
    if options.fresh:
        for folder in ("environments", "stores"):
            shutil.rmtree(cache / folder, ignore_errors=True)
    ready = prepare(
        options.tasks,
        only=options.only,
        timeout=options.timeout,
        memory=int(options.memory * (1 << 30)),
        cache=cache,
        progress=to_stderr,
    )
    cases = {BASELINE: bare_case(), **ready.cases}
    failures = dict(ready.failures)
    figures = interleaved(cases, options.rounds, failures=failures, progress=to_stderr)
    if not figures[BASELINE]:
        print(f"The baseline gave no figure: {failures.get(BASELINE, 'no rounds asked for')}")
        return 1
    print(f"Process start to screen, {options.tasks:,} tasks, 80x24 pty\n")
    print(as_table(compare(figures, BASELINE), failures))
    print(f"\nEach rival had at most {options.memory:g} GiB of memory and {options.timeout:g} s.")
    print("Measured: " + "; ".join(ready.versions.values()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
