"""A scrolling list of drawn rows with a cursor: only what is seen is drawn, whatever its length."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from tui.widgets import drawing

if TYPE_CHECKING:
    from rich.segment import Segment
    from textual import events
    from textual.strip import Strip

_MOVING = Binding.Group("move")


class Rows(ScrollView, can_focus=True):
    """Rows below a fixed head; the last `pinned` rows stay visible in a foot.

    Subclasses draw: `draw_head`, `draw_row`. Enter, or a click on the row that has the cursor, chooses.
    """

    HEAD_LINES = 1

    DEFAULT_CSS = """
    Rows {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        background: $background;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "up,k",
            "move(-1)",
            "Up",
            show=False,
            id="rows.up",
            tooltip="One row up, one row down",
            group=_MOVING,
        ),
        Binding(
            "down,j",
            "move(1)",
            "Down",
            show=False,
            id="rows.down",
            tooltip="One row up, one row down",
            group=_MOVING,
        ),
        Binding(
            "pageup",
            "page(-1)",
            "Page up",
            show=False,
            id="rows.page_up",
            tooltip="One page up, one page down",
        ),
        Binding(
            "pagedown",
            "page(1)",
            "Page down",
            show=False,
            id="rows.page_down",
            tooltip="One page up, one page down",
        ),
        Binding(
            "home", "first", "First", show=False, id="rows.first", tooltip="To the first row, to the last row"
        ),
        Binding(
            "end", "last", "Last", show=False, id="rows.last", tooltip="To the first row, to the last row"
        ),
        Binding(
            "enter",
            "choose",
            "open",
            key_display="enter",
            id="rows.choose",
            tooltip="Open the row with the cursor",
        ),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, rows: Rows, row: int) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> Rows:
            """The list."""
            return self.rows

    class Moved(Chosen):
        """The cursor has moved, or other rows have come into view."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._count = 0
        self.pinned = 0
        self.has_cursor = True
        self.said: tuple[str, ...] = ()

    # ------------------------------------------------------------------------ what subclasses draw

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """One line of the head."""
        del line, width
        return []

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One row."""
        raise NotImplementedError

    def draw_rule(self, width: int) -> list[Segment]:
        """The line above the pinned rows."""
        from rich.segment import Segment

        return [Segment("─" * width, drawing.look(self).faint)]

    # --------------------------------------------------------------------------------- the geometry

    @property
    def count(self) -> int:
        """How many rows there are, the pinned ones included."""
        return self._count

    def set_count(self, count: int, *, pinned: int = 0) -> None:
        """Say how many rows there are now; the cursor stays where it can."""
        self._count = count
        self.pinned = pinned
        self._measure()
        self.cursor = min(self.cursor, max(0, count - 1))
        self.refresh()

    @property
    def foot_lines(self) -> int:
        """The lines of the foot: a rule and the pinned rows."""
        return self.pinned + 1 if self.pinned else 0

    @property
    def slots(self) -> int:
        """How many scrolling rows are seen at once."""
        return max(1, self.size.height - self.HEAD_LINES - self.foot_lines)

    @property
    def top(self) -> int:
        """The first row that is seen."""
        return self.scroll_offset.y

    def say(self, *said: str) -> None:
        """Show a heading and sentences instead of rows; nothing to show the rows again."""
        if said != self.said:
            self.said = said
            self._measure()
            self.refresh()

    def _measure(self) -> None:
        if self.said:
            self.virtual_size = Size(0, 0)
            return
        height = self.HEAD_LINES + self._count - self.pinned + self.foot_lines
        self.virtual_size = Size(0, height)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.show_cursor()

    def row_at(self, y: int) -> int | None:
        """The row on the line `y` of the widget, None where there is none."""
        if self.said:
            return None
        scrolling = self._count - self.pinned
        foot = self.HEAD_LINES + min(self.slots, scrolling)
        if self.HEAD_LINES <= y < foot:
            return self.top + y - self.HEAD_LINES
        row = scrolling + y - foot - 1
        return row if self.pinned and scrolling <= row < self._count else None

    def render_line(self, y: int) -> Strip:
        """Draw one line: head, row, foot or nothing."""
        bar = self.scrollbar_size_vertical
        width = self.size.width - bar - (bar > 0)  # a blank beside the scrollbar
        if self.said:
            return drawing.strip(self, drawing.sentence_line(self.said, y, width, drawing.look(self)), width)
        row = self.row_at(y)
        if y < self.HEAD_LINES:
            segments = self.draw_head(y, width)
        elif row is not None:
            segments = self.draw_row(row, width, selected=self.has_cursor and row == self.cursor)
        elif self.pinned and y == self.HEAD_LINES + min(self.slots, self._count - self.pinned):
            segments = self.draw_rule(width)
        else:
            segments = []
        return drawing.strip(self, segments, width)

    # ----------------------------------------------------------------------------------- the cursor

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, self._count - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        """Draw the two rows again and tell."""
        self.show_cursor()
        self.refresh()
        if before != after:
            self.post_message(self.Moved(self, after))

    def show_cursor(self) -> None:
        """Scroll so far that the cursor is seen."""
        scrolling = self._count - self.pinned
        if not self.has_cursor or self.cursor >= scrolling or not self.size.height:
            return
        if self.cursor < self.top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= self.top + self.slots:
            self.scroll_to(y=self.cursor - self.slots + 1, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that other rows have come into view."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved(self, self.cursor))

    def action_move(self, rows: int) -> None:
        """Move the cursor by so many rows, or scroll where there is no cursor."""
        if self.has_cursor:
            self.cursor += rows
        else:
            self.scroll_to(y=self.top + rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Move by a page."""
        self.action_move(pages * self.slots)

    def action_first(self) -> None:
        """Go to the first row."""
        self.action_move(-self._count)

    def action_last(self) -> None:
        """Go to the last row."""
        self.action_move(self._count)

    def action_choose(self) -> None:
        """Choose the row with the cursor."""
        if self.has_cursor and self._count:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """The first click moves the cursor, one on the row that has it chooses."""
        row = self.row_at(event.y)
        if row is None or not self.has_cursor:
            return
        event.stop()
        if row == self.cursor:
            self.action_choose()
        else:
            self.cursor = row
