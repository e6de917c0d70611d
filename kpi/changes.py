"""What changed between two days: the words for it, and what a list of changes is made of.

The rule, for two days A < B, each looked at as of its end (design, section 3, rules 5, 6 and 13):

entered
    It came on the board after A, on or before B.
left
    It ended after A, on or before B. What came and ended between the two days entered and left, so that
    always: open on A + entered - left = open on B.
became due, became overdue
    It is open on B and due (overdue) then, and was not so on A: it was on track or paused, or not there
    yet; what became due was not overdue either. So nothing is in both, and what went on to be overdue has
    become overdue only. What has entered can be in one of them besides.

To come, nothing moves (rule 13): on a day after today the tasks are today's, so nothing enters or leaves
after today.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from kpi.board import TaskView


class Change(StrEnum):
    """What can happen to a task between two days, in the order in which it is listed."""

    ENTERED = "entered"
    LEFT = "left"
    BECAME_DUE = "became_due"
    BECAME_OVERDUE = "became_overdue"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change, and the task as of the end of the second day (one that left: as of its end).

    `day` is when it happened: the day on which the task came, or ended; the day on which the deadlines it
    has on the second day made it due or overdue, or on which it got them, if that was later.
    """

    kind: Change
    day: date
    task: TaskView


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """How many changes there are of each kind."""

    entered: int = 0
    left: int = 0
    became_due: int = 0
    became_overdue: int = 0

    @property
    def changes(self) -> int:
        """All of them."""
        return self.entered + self.left + self.became_due + self.became_overdue

    def of(self, kind: Change) -> int:
        """The count of one kind."""
        return int(getattr(self, kind.value))
