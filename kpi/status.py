"""The four colours of an open task, and what a finished one keeps (design, section 3, rules 5 to 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Status(StrEnum):
    """What a task is on a day; `cancelled` only for a task that ended without being done."""

    ON_TRACK = "on_track"
    DUE = "due"
    OVERDUE = "overdue"
    PAUSED = "paused"
    CANCELLED = "cancelled"


OPEN_STATUSES = (Status.ON_TRACK, Status.DUE, Status.OVERDUE, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How a status is told apart without colour."""

    glyph: str
    word: str


LOOKS = {
    Status.ON_TRACK: StatusLook("●", "on track"),
    Status.DUE: StatusLook("▲", "due"),
    Status.OVERDUE: StatusLook("■", "overdue"),
    Status.PAUSED: StatusLook("○", "paused"),
    Status.CANCELLED: StatusLook("×", "cancelled"),
}


def status_on(day: date, due_on: date, done_by: date) -> Status:
    """The status of a running clock on `day`: overdue after `done_by`, due from `due_on`, else on track.

    The last day itself is `due`, so that a task is always due before it is overdue (rule 5).
    """
    if day > done_by:
        return Status.OVERDUE
    return Status.DUE if day >= due_on else Status.ON_TRACK
