"""What the coming working days bring if nothing moves: one line, or a small chart where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.widget import Widget

from kpi.status import LOOKS, Status
from tui import words
from tui.widgets import drawing

if TYPE_CHECKING:
    from textual.strip import Strip

    from kpi.board import OutlookDay
    from tui.themes import Look

CHART_LINES = 13
_DAY_CELLS = 12


class Outlook(Widget):
    """The outlook; how tall it is decides how much it says."""

    DEFAULT_CSS = """
    Outlook { height: 1; width: 1fr; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__(id="outlook")
        self.days: tuple[OutlookDay, ...] | None = None

    def show(self, days: tuple[OutlookDay, ...] | None) -> None:
        """Draw these days; None while they are not known."""
        self.days = days
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the summary, and below it a row a day."""
        look, width = drawing.look(self), self.size.width
        segments: list[Segment] = []
        if self.days and y == 0:
            segments = self._summary(self.days, look, width)
        elif self.days and self.size.height > 1 and y - 2 in range(len(self.days)):
            segments = self._day(self.days[y - 2], look, width)
        return drawing.strip(self, segments, width)

    def _summary(self, days: tuple[OutlookDay, ...], look: Look, width: int) -> list[Segment]:
        due, overdue = [day.become_due for day in days], [day.become_overdue for day in days]
        long = (
            width
            >= len("Next 10 working days: ▲ 1,000 become due, ■ 1,000 become overdue") + 2 * len(days) + 4
        )
        become = " become" if long else ""
        segments = [Segment(f"Next {words.plural(len(days), 'working day')}: ", look.muted)]
        parts = ((Status.DUE, due, ""), (Status.OVERDUE, overdue, ", "))
        for status, values, before in parts:
            segments += [
                Segment(before, look.muted),
                Segment(LOOKS[status].glyph, look.status[status]),
                Segment(f" {sum(values):,}", look.strong),
                Segment(f"{become} {LOOKS[status].word}", look.muted),
            ]
            if any(values):
                segments.append(Segment(f" {drawing.sparkline(values)}", look.status[status]))
        return segments

    def _day(self, day: OutlookDay, look: Look, width: int) -> list[Segment]:
        most = max(max(one.become_due, one.become_overdue) for one in self.days or (day,))
        room = (width - _DAY_CELLS - 4) // 2 - 8
        segments = [Segment(words.left(words.week_day(day.day), _DAY_CELLS), look.text)]
        for status, value in ((Status.DUE, day.become_due), (Status.OVERDUE, day.become_overdue)):
            cells = -(-value * room // most) if most else 0
            style = look.status[status]
            segments += [
                drawing.count(value, 7, look.text, look.faint),
                Segment(" "),
                Segment("━" * cells, style),
                Segment(" " * (room - cells + 2)),
            ]
        return segments
