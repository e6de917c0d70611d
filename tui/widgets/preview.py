"""The first rows of a file as they are, and how far a job has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType

from tui import words
from tui.widgets import drawing
from tui.widgets.lines import Line
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_WIDEST, _NARROWEST, _GAP = 24, 3, 2
_LEAST_SEEN = 5  # columns that a wide screen has room for, however long their cells are
_BAR_CELLS = 40
_ROUNDING = 1e-9  # 0.29 times 100 is a little less than 29
_SIDEWAYS = Binding.Group("columns")


class PreviewRows(Rows):
    """Cells as plain text. Left and right go through the columns: only those that are seen are looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "sideways(-1)", "columns", key_display="←", id="preview.left",
                tooltip="The columns to the left and the right", group=_SIDEWAYS),
        Binding("right", "sideways(1)", "columns", key_display="→", id="preview.right",
                tooltip="The columns to the left and the right", group=_SIDEWAYS),
        Binding("home", "sideways(-100000)", "first column", show=False, id="preview.first",
                tooltip="The first column, the last column"),
        Binding("end", "sideways(100000)", "last column", show=False, id="preview.last",
                tooltip="The first column, the last column"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.columns: Sequence[str] = ()
        self.rows: Sequence[Sequence[str]] = ()
        self.first = 0
        self._widths: dict[int, int] = {}

    def show(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Draw these rows, from the first column on."""
        self.columns, self.rows, self.first = columns, rows, 0
        self._widths = {}
        self.say(*(() if rows else ("No rows", "Where the file begins there is a header but no row.")))
        self.set_count(len(rows))
        self.cursor = 0

    def _width(self, place: int) -> int:
        """How many cells a column wants."""
        if place not in self._widths:
            texts = [self.columns[place], *(row[place] for row in self.rows if place < len(row))]
            widest = max(cell_len(words.shown(text, "")) for text in texts)
            self._widths[place] = max(_NARROWEST, widest)
        return self._widths[place]

    def seen(self, width: int) -> list[tuple[int, int]]:
        """The columns that are seen, (place, cells) each; the last one may be cut."""
        found: list[tuple[int, int]] = []
        room, widest = width, max(_WIDEST, width // _LEAST_SEEN)
        for place in range(self.first, len(self.columns)):
            cells = min(self._width(place), widest, room - _GAP)
            if cells < _NARROWEST:
                break
            found.append((place, cells))
            room -= cells + _GAP
        return found

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        look = drawing.look(self)
        texts = ((words.left(words.shown(self.columns[at]), cells)) for at, cells in self.seen(width))
        return [Segment(" " * _GAP + text, look.accent) for text in texts]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One row's cells."""
        look = drawing.look(self)
        over = look.cursor if selected else look.plain
        if row >= len(self.rows):
            return []
        cells = self.rows[row]
        drawn = [
            Segment(
                " " * _GAP + words.left(words.shown(cells[at] if at < len(cells) else ""), size),
                look.text + over,
            )
            for at, size in self.seen(width)
        ]
        used = sum(cell_len(segment.text) for segment in drawn)
        return [*drawn, Segment(" " * max(0, width - used), look.text + over)]

    def action_sideways(self, columns: int) -> None:
        """Begin with a column further to the left or the right."""
        self.first = max(0, min(self.first + columns, len(self.columns) - 1))
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """The wheel goes sideways too."""
        event.stop()
        self.action_sideways(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """As above."""
        event.stop()
        self.action_sideways(-1)


def share_words(share: float) -> str:
    """How much of a job is done, 0 to 1, as “45 %”: whole percents that are done, everywhere the same."""
    return f"{int(100 * min(1.0, max(0.0, share)) + _ROUNDING)} %"


class ProgressLine(Line):
    """How much of a job is done."""

    def __init__(self) -> None:
        super().__init__(id="progress")
        self.said = ""
        self.share: float | None = None

    def show(self, said: str, share: float | None) -> None:
        """Say what is being done, and draw the share of it, 0 to 1, that is; an empty text hides the line."""
        self.said, self.share = said, share
        self.display = bool(said)
        self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """“██████········  45 %  Importing …”."""
        look = drawing.look(self)
        cells = min(_BAR_CELLS, max(10, width // 3))
        share = min(1.0, max(0.0, self.share or 0.0))
        full = int(share * cells)
        return [
            Segment("█" * full, look.accent),
            Segment("·" * (cells - full), look.faint),
            Segment(f" {share_words(share):>5}  ", look.strong),
            Segment(words.left(words.shown(self.said), max(0, width - cells - 8)), look.text),
        ]
