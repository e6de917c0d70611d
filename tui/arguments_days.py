"""What may be written after `stagewatch changes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.parsing import a_command, a_count, a_day, add_json

if TYPE_CHECKING:
    from tui.parsing import Commands

KINDS = ("entered", "left", "due", "overdue")


def add(commands: Commands) -> None:
    """The command that compares two days."""
    command = a_command(commands, "changes", "changes", "what changed between two days")
    command.add_argument(
        "--since", type=a_day, metavar="YYYY-MM-DD", help="the first day (else the working day before)"
    )
    command.add_argument("--until", type=a_day, metavar="YYYY-MM-DD", help="the second day (else today)")
    command.add_argument("--kind", choices=KINDS, help="only what entered, left, became due or overdue")
    command.add_argument("--user", metavar="REF", help="only the tasks of this user's listings")
    command.add_argument("--stage", metavar="CODE")
    command.add_argument("--kpi", metavar="CODE")
    command.add_argument("--limit", type=a_count, metavar="N", help="at most so many (else all)")
    command.add_argument("--after", metavar="CURSOR", help="go on from the “next” of an earlier answer")
    add_json(command)
