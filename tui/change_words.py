"""A change between two days as it stands on a screen: glyph and words, never colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.changes import Change
from kpi.status import LOOKS, Status

if TYPE_CHECKING:
    from kpi.changes import ChangeView

WORDS = {
    Change.ENTERED: "entered",
    Change.LEFT: "left",
    Change.BECAME_DUE: "now due",
    Change.BECAME_OVERDUE: "now overdue",
}
WIDEST = len("■ now overdue")


def change_status(change: ChangeView) -> Status | None:
    """The status in whose colour a change is drawn: what it came to, or how it ended; None for the others."""
    if change.kind is Change.BECAME_DUE:
        return Status.DUE
    if change.kind is Change.BECAME_OVERDUE:
        return Status.OVERDUE
    if change.kind is Change.ENTERED:
        return None
    if change.task.in_time is None:
        return Status.CANCELLED
    return Status.ON_TRACK if change.task.in_time else Status.OVERDUE


def change_words(change: ChangeView) -> tuple[str, str]:
    """Glyph and words: “+ entered”, “✓ left”, “■ left late”, “× cancelled”, “▲ now due”, “■ now overdue”."""
    status, word = change_status(change), WORDS[change.kind]
    if status is None:
        return "+", word
    if change.kind is not Change.LEFT:
        return LOOKS[status].glyph, word
    if status is Status.CANCELLED:
        return LOOKS[status].glyph, LOOKS[status].word
    return ("✓", word) if status is Status.ON_TRACK else (LOOKS[status].glyph, f"{word} late")
