"""Fills the stores of rival programs with tasks, in the form that each of them writes itself.

The schema is made by the rival's own code, run in the rival's own environment; the rows are then put in
bulk, since the rivals' own ways of adding a task take milliseconds each.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import subprocess
import uuid
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

STAGES = ("Draft", "Approve", "Advertise", "Shortlist", "Interview", "Offer", "Checks")
"""Names of the lists that the tasks are spread over, as evenly as they go; one word each."""

_VERBS = ("Publish", "Approve", "Close", "Score", "Invite", "Offer", "Check")
_DOOIT_SCHEMA = """
import sys
from dooit.api import manager
manager.connect(sys.argv[1])
"""
_KANBAN_SCHEMA = """
import sys
from kanban_tui.backends.sqlite.database import init_first_board, init_new_db
init_new_db(sys.argv[1])
init_first_board(sys.argv[1])
"""


class FillError(RuntimeError):
    """A rival's store could not be filled; the message says why."""


def tasks(count: int) -> Iterator[tuple[int, str, str]]:
    """Give each task's number, title and stage. A title holds ``T`` and seven digits."""
    for number in range(count):
        verb = _VERBS[number % len(_VERBS)]
        yield number, f"{verb} T{number:07}", STAGES[number % len(STAGES)]


def fill_dooit(python: Path, home: Path, env: Mapping[str, str], count: int) -> None:
    """Fill dooit's SQLite file: a workspace for each stage under the root, todos in the workspaces."""
    store = home / "dooit.db"
    run_command([str(python), "-c", _DOOIT_SCHEMA, str(store)], env)
    with closing(sqlite3.connect(store)) as connection, connection:
        columns = "INSERT INTO workspace (id, order_index, description, is_root, parent_workspace_id)"
        connection.execute(f"{columns} VALUES (1, -1, '', 1, NULL)")
        connection.executemany(
            f"{columns} VALUES (?, ?, ?, 0, 1)",
            [(at + 2, at, stage) for at, stage in enumerate(STAGES)],
        )
        connection.executemany(
            "INSERT INTO todo (id, order_index, description, due, effort, urgency, pending,"
            " parent_workspace_id) VALUES (?, ?, ?, ?, 0, 1, 1, ?)",
            (
                (
                    number + 1,
                    number // len(STAGES),
                    title,
                    f"{_due(number)} 00:00:00.000000",
                    STAGES.index(stage) + 2,
                )
                for number, title, stage in tasks(count)
            ),
        )


def fill_kanban_tui(python: Path, home: Path, env: Mapping[str, str], count: int) -> None:
    """Fill kanban-tui's SQLite file: its own first board, tasks in the columns Ready and Doing."""
    store = home / "kanban.db"
    run_command([str(python), "-c", _KANBAN_SCHEMA, str(store)], env)
    created = dt.datetime.now().replace(microsecond=0).isoformat()  # noqa: DTZ005  (it stores naive times)
    with closing(sqlite3.connect(store)) as connection, connection:
        columns = [
            column
            for (column,) in connection.execute(
                "SELECT column_id FROM columns WHERE board_id = 1 AND visible ORDER BY position LIMIT 2"
            )
        ]
        connection.executemany(
            'INSERT INTO tasks (title, "column", description, creation_date, due_date, position)'
            " VALUES (?, ?, '', ?, ?, ?)",
            (
                (
                    title,
                    columns[number % len(columns)],
                    created,
                    f"{_due(number)}T00:00:00",
                    number // len(columns),
                )
                for number, title, _ in tasks(count)
            ),
        )


def fill_taskwarrior(_python: Path, home: Path, env: Mapping[str, str], count: int) -> None:
    """Fill Taskwarrior's store: its text file for version 2, through ``task import`` from version 3 on."""
    data = home / "task"
    data.mkdir(exist_ok=True)
    (home / "taskrc").write_text(f"data.location={data}\nconfirmation=no\nnews.version=9.9.9\n")
    (home / "vit").mkdir(exist_ok=True)
    (home / "vit" / "config.ini").write_text(f"[taskwarrior]\ntaskrc = {home / 'taskrc'}\n")
    version = run_command(["task", "--version"], env).strip()
    if int(version.partition(".")[0]) < 3:
        with (data / "pending.data").open("w") as file:
            for number, title, stage in tasks(count):
                due = int(dt.datetime.combine(_due(number), dt.time(), dt.UTC).timestamp())
                file.write(
                    f'[description:"{title}" due:"{due}" entry:"{due - 2_000_000}"'
                    f' modified:"{due - 2_000_000}" project:"{stage}" status:"pending"'
                    f' uuid:"{uuid.UUID(int=number + (4 << 76) + (8 << 60))}"]\n'
                )
    else:
        source = home / "tasks.json"
        with source.open("w") as file:
            for number, title, stage in tasks(count):
                day = f"{_due(number):%Y%m%d}T000000Z"
                task = {"description": title, "due": day, "project": stage, "status": "pending"}
                file.write(json.dumps(task) + "\n")
        run_command(["task", "import", str(source)], env)


def _due(number: int) -> dt.date:
    """Spread due days over the six weeks around today."""
    return dt.datetime.now(dt.UTC).date() + dt.timedelta(days=number % 42 - 14)


def run_command(argv: list[str], env: Mapping[str, str], timeout: float = 600.0) -> str:
    """Run a command to its end and give its output; say why if it fails."""
    try:
        done = subprocess.run(
            argv, env=dict(env), capture_output=True, text=True, timeout=timeout, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FillError(str(error)) from error
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
        raise FillError(words[-1])
    return done.stdout
