"""Small charts of one person's own figures: a count against its target, and the weeks up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.widget import Widget

from tui import words
from tui.widgets import drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.strip import Strip

    from tui.themes import Look

LEAST_BAR = 6
_NONE = "·"
_FULL, _HALF, _TRACK, _MARK, _BEYOND = "━", "╸", "─", "┃", "▸"
_RISING = " ▁▂▃▄▅▆▇█"
_EIGHTHS = 8
_LEAST_WEEK, _MOST_WEEK = 3, 9
_AXIS_CELLS = 7


def mark_place(cells: int) -> int:
    """Where in a bar of so many cells its target stands: at two thirds, so that marks stand in a column."""
    return cells * 2 // 3


def bar_text(value: int, target: int, cells: int) -> str:
    """`value` against `target`: reaching the mark is all of it; beyond half as much again, an arrow.

    With a target of 0 there is nothing to fill: the mark stands alone, or in a full bar.
    """
    place = mark_place(cells)
    halves = min(2 * cells, round(value * 2 * place / target)) if target else 2 * cells * bool(value)
    drawn = _FULL * (halves // 2) + _HALF * (halves % 2)
    drawn = drawn[:-1] + _BEYOND if halves == 2 * cells else drawn.ljust(cells, _TRACK)
    return drawn[:place] + _MARK + drawn[place + 1 :]


def target_bar(value: int, target: int, cells: int, look: Look, base: Style) -> list[Segment]:
    """The same bar, drawn: what is filled stands out from what is not."""
    styles = {_TRACK: look.faint, _MARK: look.strong}
    return [Segment(glyph, base + styles.get(glyph, look.accent)) for glyph in bar_text(value, target, cells)]


def weeks_line(counts: Sequence[int | None]) -> str:
    """One little bar a week; a dot where there is no summary."""
    bars = drawing.sparkline([count or 0 for count in counts])
    return "".join(_NONE if count is None else bar for count, bar in zip(counts, bars, strict=True))


class WeekChart(Widget):
    """One figure over the weeks: a bar each, the last one marked; how tall it is decides how fine."""

    DEFAULT_CSS = """
    WeekChart { height: 6; width: 1fr; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__(id="weeks")
        self.weeks: Sequence[tuple[str, int | None]] = ()

    def show(self, weeks: Sequence[tuple[str, int | None]]) -> None:
        """Draw these, (what stands below the bar, its count or None) each, the oldest first."""
        self.weeks = weeks
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the bars from above, and the weeks below them."""
        look, width, lines = drawing.look(self), self.size.width, self.size.height - 1
        if not self.weeks or y > lines:
            return drawing.strip(self, [], width)
        cells = max(_LEAST_WEEK, min(_MOST_WEEK, (width - _AXIS_CELLS) // len(self.weeks)))
        shown = self.weeks[-max(1, (width - _AXIS_CELLS) // cells) :]
        most = max((count for _, count in shown if count is not None), default=0)
        if y == lines:
            segments = [Segment(" " * _AXIS_CELLS)]
        else:
            mark = most if y == 0 else 0 if y == lines - 1 else None
            number = "" if mark is None else words.number(mark, _AXIS_CELLS - 2)
            segments = [
                Segment(f"{words.right(number, _AXIS_CELLS - 2)} ", look.muted),
                Segment("│", look.faint),
            ]
        for place, (label, count) in enumerate(shown):
            last = place == len(shown) - 1
            style = look.accent if last else look.muted
            if y == lines:
                name = words.left(label if cells > len(label) else label[1 - cells :], cells - 1)
                segments.append(Segment(f"{name} ", look.strong if last else look.muted))
            else:
                text = _column(count, most, lines, lines - 1 - y)
                segments.append(Segment(text * (cells - 1) + " ", style))
        return drawing.strip(self, segments, width)


def _column(count: int | None, most: int, lines: int, line: int) -> str:
    """What a bar shows in a line, counted from below."""
    if count is None:
        return _NONE if line == 0 else " "
    eighths = round(count * lines * _EIGHTHS / most) if most else 0
    if count and not eighths:
        eighths = 1  # what is not nothing is seen
    return _RISING[max(0, min(_EIGHTHS, eighths - line * _EIGHTHS))]
