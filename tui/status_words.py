"""A status as it stands on a screen: glyph and word, never colour alone."""

from __future__ import annotations

from kpi.status import LOOKS, Status

BARS = {
    Status.ON_TRACK: "█",
    Status.DUE: "▓",
    Status.OVERDUE: "▒",
    Status.PAUSED: "░",
    Status.CANCELLED: "·",
}


def label(status: Status) -> str:
    """“● on track”."""
    look = LOOKS[status]
    return f"{look.glyph} {look.word}"
