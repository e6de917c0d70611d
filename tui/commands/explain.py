"""`stagewatch explain`: one task's clock, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.output import print_json, print_table, reading, status_words, task_json

if TYPE_CHECKING:
    from argparse import Namespace

    from kpi.board import Explanation


def run(options: Namespace) -> None:
    """Print the explanation of one task."""
    with reading(options) as reader:
        explanation = reader.explain(options.task, options.as_of)
    if options.json:
        print_json(
            {
                "task": task_json(explanation.task),
                "kpi": explanation.kpi_words,
                "target": explanation.target_words,
                "days": [
                    {"day": day.day.isoformat(), "counted": day.counted, "why": day.why}
                    for day in explanation.days
                ],
                "due_on": explanation.due_on.isoformat(),
                "done_by": explanation.done_by.isoformat(),
                "status": explanation.status.value,
            }
        )
    else:
        _print(explanation)


def _print(explanation: Explanation) -> None:
    task = explanation.task
    whose = task.listing + (f", application {task.application}" if task.application else "")
    print(f"{task.kpi_title} ({task.stage_title}): {whose}")
    print(explanation.kpi_words)
    print(explanation.target_words)
    print(f"Due on {task.due_on}, done by {task.done_by}: {status_words(explanation.status)}.\n")
    counted = 0
    rows = []
    for day in explanation.days:
        counted += day.counted
        rows.append([f"{day.day:%a %Y-%m-%d}", counted if day.counted else "", day.why])
    print_table(["Day", "Counted", "Why"], rows, numbers=(1,))
