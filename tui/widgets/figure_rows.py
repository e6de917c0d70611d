"""The figures of one summary: each with its count, a bar against its target, and one's own last weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment

from tui import words
from tui.widgets import charts, drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from tui.themes import Look

_LEAD, _GROUP, _COUNT, _TARGET, _GAP = 2, 12, 7, 8, 2
_MOST_BAR = 36
_ROOM_FOR_GROUP = 66


class FigureLine(NamedTuple):
    """One figure as it is drawn: `group` where a group begins, `weighted` and `target` in hundredths.

    `mark` is a glyph that goes before it, `note` what it means; `value` is what the row stands for.
    """

    group: str
    title: str
    counted: int
    weighted: int | None
    target: int | None
    has_target: bool
    target_words: str
    weeks: tuple[int | None, ...]
    mark: str = ""
    note: str = ""
    value: object = None


class _Cells(NamedTuple):
    group: int
    title: int
    bar: int
    weeks: int
    note: int


class FigureRows(Rows):
    """Figures in their own order, group by group; nobody else's stand beside them."""

    def __init__(self) -> None:
        super().__init__(id="figures")
        self.lines: Sequence[FigureLine] = ()

    def show(self, lines: Sequence[FigureLine]) -> None:
        """Draw these; the cursor stays where it is."""
        self.lines = lines
        self.say()
        self.set_count(len(lines))

    @property
    def picked(self) -> object:
        """What the row with the cursor stands for, None where there is none."""
        return None if self.said or self.cursor >= len(self.lines) else self.lines[self.cursor].value

    def _cells(self, width: int) -> _Cells:
        """How the room is shared: the bar takes what is left, and goes first where it is too little."""
        weeks = max((len(line.weeks) for line in self.lines), default=0)
        title = max((cell_len(line.title) for line in self.lines), default=0)
        notes = max((cell_len(line.note) for line in self.lines), default=0)
        group = _GROUP if width >= _ROOM_FOR_GROUP else 0
        room = width - _LEAD - group - title - _COUNT - _TARGET - weeks - 2 * _GAP
        bar = min(_MOST_BAR, room)
        note = min(notes, room - bar - _GAP)
        if bar < charts.LEAST_BAR:
            bar = note = 0
        return _Cells(group, title, bar, weeks, max(0, note))

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns; the target's mark stands in one place in all rows."""
        del line
        look, cells = drawing.look(self), self._cells(width)
        against = "Against the target" if cells.bar > len("Against the target") else "Against"
        parts = [
            " " * _LEAD,
            words.left("", cells.group),
            words.left("Figure", cells.title),
            words.right("Count", _COUNT),
            " " * _GAP,
            words.left(against, cells.bar),
            words.right("Target", _TARGET),
            " " * _GAP,
            words.left(f"{cells.weeks} weeks", cells.weeks),
        ]
        return [Segment("".join(parts), look.muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One figure."""
        if row >= len(self.lines):
            return []
        look, one, cells = drawing.look(self), self.lines[row], self._cells(width)
        over = look.cursor if selected else look.plain
        text, quiet = look.text + over, look.muted + over
        drawn = [
            Segment(words.left(one.mark, _LEAD), look.warning + over),
            Segment(words.left(one.group, cells.group), quiet),
            Segment(words.left(one.title, cells.title), text),
            Segment(
                words.right(words.number(one.counted, _COUNT), _COUNT),
                text if one.counted else look.faint + over,
            ),
            Segment(" " * _GAP, text),
            *self._bar(one, cells.bar, look, over),
            Segment(words.right(one.target_words, _TARGET), text if one.target is not None else quiet),
            Segment(" " * _GAP, text),
            *self._weeks(one, cells.weeks, look, over),
        ]
        if cells.note:
            drawn.append(Segment(" " * _GAP + words.left(one.note, cells.note), quiet))
        used = sum(cell_len(segment.text) for segment in drawn)
        return [*drawn, Segment(" " * max(0, width - used), text)]

    def _bar(self, one: FigureLine, cells: int, look: Look, over: Style) -> list[Segment]:
        if cells and one.target is not None and one.weighted is not None:
            return charts.target_bar(one.weighted, one.target, cells, look, over)
        said = "no target yet" if one.has_target else ""
        return [Segment(words.left(said, cells), look.muted + over)]

    def _weeks(self, one: FigureLine, cells: int, look: Look, over: Style) -> list[Segment]:
        drawn = charts.weeks_line(one.weeks).rjust(cells)
        return [
            Segment(drawn[:-1], look.muted + over),
            Segment(drawn[-1:], look.accent + over),
        ]
