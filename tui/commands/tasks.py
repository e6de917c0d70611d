"""`stagewatch tasks`: a list of tasks, filtered, sorted, page by page."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from kpi.status import Status
from tui.commands.output import print_table, reading, status_words, task_json

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from kpi.board import TaskView
    from store.tasks import TaskList

PORTION = 2_000
SHOWN = 50


def run(options: Namespace) -> None:
    """Print the tasks that fit the options."""
    from store.permission import permit_export
    from store.tasks import Sort, TaskQuery

    query = TaskQuery(
        as_of=options.as_of,
        stage=options.stage,
        kpi=options.kpi,
        status=None if options.status is None else Status(options.status),
        user=options.user,
        listing=options.listing,
        application=options.application,
        finished=options.finished,
        sort=Sort(options.sort),
    )
    with reading(options) as reader, reader.translated():
        if options.json:
            permit_export(reader)
        tasks = reader.task_list(query)
        pages = _Pages(tasks, options)
        if options.json:
            _print_json(pages)
        else:
            _print_table(pages, tasks)


class _Pages:
    """The asked-for part of a list, read in portions; `next` is known at the end."""

    def __init__(self, tasks: TaskList, options: Namespace) -> None:
        self._tasks = tasks
        self._limit: int | None = options.limit if options.json or options.limit else SHOWN
        self._key = tasks.parse_cursor(options.after) if options.after else None
        self.next: str | None = None

    def __iter__(self) -> Iterator[TaskView]:
        left = self._limit
        while left is None or left > 0:
            portion = PORTION if left is None else min(PORTION, left)
            found, self._key = self._tasks.after(self._key, portion)
            yield from found
            left = None if left is None else left - len(found)
            if self._key is None:
                return
        self.next = self._tasks.cursor(self._key)


def _print_json(pages: _Pages) -> None:
    """One document, written as it is read: a list of a million tasks fits in no memory twice."""
    sys.stdout.write('{"tasks": [')
    for place, task in enumerate(pages):
        sys.stdout.write(("" if place == 0 else ", ") + json.dumps(task_json(task), ensure_ascii=False))
    sys.stdout.write('], "next": ' + json.dumps(pages.next) + "}\n")


def _print_table(pages: _Pages, tasks: TaskList) -> None:
    rows = [
        [
            status_words(task.status),
            task.due_on,
            task.done_by,
            task.kpi_title,
            task.listing,
            task.application,
            task.user,
            task.elapsed_working_days,
            task.id,
        ]
        for task in pages
    ]
    if not rows:
        print("No such tasks.")
        return
    headings = ["Status", "Due on", "Done by", "KPI", "Listing", "Application", "User", "Days", "Task id"]
    print_table(headings, rows, numbers=(7,))
    if pages.next:
        print(f"\n{len(rows):,} of {tasks.total:,}; go on with --after {pages.next}")
