"""A table of short texts: columns are as wide as what stands in them, and share the room that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment

from tui import words
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = 2
_LEAST_SHARED = 6


class Column(NamedTuple):
    """A column: `right` for numbers, `shares` if it gives way where room is short, `quiet` if it is dim."""

    title: str
    right: bool = False
    shares: bool = False
    quiet: bool = False


class TableRow(NamedTuple):
    """One row: a text for each column, what it stands for, and the place of a cell that is to stand out."""

    cells: tuple[str, ...]
    value: object = None
    odd: int | None = None


class TableRows(Rows):
    """Any table; what a row stands for is its `value`."""

    def __init__(self, *, id: str = "table") -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.columns: Sequence[Column] = ()
        self.rows: Sequence[TableRow] = ()
        self._wanted: list[int] = []

    def show(self, columns: Sequence[Column], rows: Sequence[TableRow]) -> None:
        """Draw these; the cursor stays where it can."""
        self.columns, self.rows = columns, rows
        self._wanted = [
            max([cell_len(column.title), *(cell_len(row.cells[place]) for row in rows)])
            for place, column in enumerate(columns)
        ]
        self.say()
        self.set_count(len(rows))

    @property
    def picked(self) -> object:
        """What the row with the cursor stands for, None where there is none."""
        return None if self.said or self.cursor >= len(self.rows) else self.rows[self.cursor].value

    def _widths(self, width: int) -> list[int]:
        """The columns' cells: those that share get what the others leave, none more than it wants."""
        widths = list(self._wanted)
        sharing = [place for place, column in enumerate(self.columns) if column.shares]
        room = width - _GAP * len(widths) - sum(widths) + sum(widths[place] for place in sharing)
        # The narrowest first: what one does not need is there for the wider ones.
        for done, place in enumerate(sorted(sharing, key=widths.__getitem__)):
            widths[place] = max(_LEAST_SHARED, min(widths[place], room // (len(sharing) - done)))
            room -= widths[place]
        return widths

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        look = drawing.look(self)
        drawn = []
        for column, cells in zip(self.columns, self._widths(width), strict=True):
            fit = words.right if column.right else words.left
            drawn.append(Segment(" " * _GAP + fit(column.title, cells), look.muted))
        return drawn

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One row."""
        look = drawing.look(self)
        if row >= len(self.rows):
            return []
        over = look.cursor if selected else look.plain
        one = self.rows[row]
        drawn = []
        for place, (column, cells) in enumerate(zip(self.columns, self._widths(width), strict=True)):
            fit = words.right if column.right else words.left
            style = look.muted if column.quiet else look.text
            style = look.warning if place == one.odd else style
            drawn.append(Segment(" " * _GAP + fit(one.cells[place], cells), style + over))
        used = sum(cell_len(segment.text) for segment in drawn)
        return [*drawn, Segment(" " * max(0, width - used), look.text + over)]
