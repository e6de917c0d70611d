"""The grid of targets: two fields a KPI, edited in place; only the lines that are seen are drawn.

A digit or a sign begins to write over a field, `e` or a click to change what stands there. While a field is
written in, every character is text; elsewhere letters are the page's keys, and those that are none begin
to write too: what is no number shows as the error it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kpi.drafts import FIELDS
from tui.kpi_draft import MOST_TYPED, fitting
from tui.widgets import drawing
from tui.widgets.rows import Rows
from tui.widgets.target_lines import (
    DONE_BY_CELLS,
    DUE_CELLS,
    MARKS,
    GridRow,
    TargetLine,
    head_line,
    title_cells,
    title_line,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.segment import Segment
    from textual import events

    from tui.kpi_draft import Draft

_FIELDS = Binding.Group("next")


class TargetGrid(Rows, inherit_bindings=False):
    """Draws from a draft and writes into it; `Typed` tells that it has."""

    HEAD_LINES: ClassVar[int] = 2  # type: ignore[misc]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave_field", "undo typing", key_display="esc", id="grid.leave",
                tooltip="Leave the field as it was before you typed"),
        Binding("enter", "down", "next", key_display="enter", id="grid.enter", group=_FIELDS,
                tooltip="Enter what is typed; the field below, or beside"),
        Binding("tab", "beside(1)", "beside", key_display="tab", id="grid.tab", group=_FIELDS,
                tooltip="Enter what is typed; the field below, or beside"),
        Binding("shift+tab", "beside(-1)", "before", show=False, id="grid.back_tab",
                tooltip="The field before"),
        Binding("backspace", "shorten", "shorten", key_display="⌫", show=False, id="grid.backspace",
                tooltip="Take the last character away, or all"),
        Binding("delete", "empty", "empty", show=False, key_display="del", id="grid.delete",
                tooltip="Take the last character away, or all"),
        Binding("up", "move(-1)", "up", show=False, id="rows.up", tooltip="One row up, one row down"),
        Binding("down", "move(1)", "down", show=False, id="rows.down", tooltip="One row up, one row down"),
        Binding("left", "column(0)", "due", show=False, id="rows.left", tooltip="To due, to done by"),
        Binding("right", "column(1)", "done by", show=False, id="rows.right", tooltip="To due, to done by"),
        Binding("pageup", "page(-1)", show=False, id="rows.page_up", tooltip="One page up, one page down"),
        Binding("pagedown", "page(1)", show=False, id="rows.page_down", tooltip="One page up, one page down"),
        Binding("home", "first", show=False, id="rows.first", tooltip="To the first row, to the last row"),
        Binding("end", "last", show=False, id="rows.last", tooltip="To the first row, to the last row"),
    ]  # fmt: skip

    class Typed(Rows.Chosen):
        """The draft has changed, or a field is written in from now on, or no more."""

    def __init__(self) -> None:
        super().__init__(id="targets")
        self.draft: Draft | None = None
        self.lines: Sequence[str | GridRow] = ()
        self.column = 0
        self.actions: frozenset[str] = frozenset()
        self._before: str | None = None

    def show(self, draft: Draft, lines: Sequence[str | GridRow]) -> None:
        """Draw these rows, each stage's title above its own; the cursor stays where it can."""
        new = len(lines) != len(self.lines)
        self.draft, self.lines = draft, lines
        self.say()
        if new:
            self._before = None
            self.set_count(len(lines))
            self.cursor = max(self.cursor, 1)
        self.refresh()

    # ------------------------------------------------------------------------------------ the field

    @property
    def row(self) -> GridRow | None:
        """The row with the cursor."""
        line = self.lines[self.cursor] if self.cursor < len(self.lines) else None
        return line if isinstance(line, GridRow) else None

    @property
    def field(self) -> str:
        """The field with the cursor, one of FIELDS."""
        return FIELDS[self.column]

    @property
    def is_editing(self) -> bool:
        """Whether a field is written in."""
        return self._before is not None

    def edit(self) -> None:
        """Begin to change what stands in the field."""
        self._begin()
        self._tell()

    def _begin(self) -> None:
        if self._before is None and self.row is not None and self.draft is not None:
            self._before = self.draft.text(self.row.kpi, self.field)

    def _write(self, text: str) -> None:
        """Write a text into the field with the cursor."""
        row, draft = self.row, self.draft
        if row is not None and draft is not None:
            self._begin()
            draft.write(row.kpi, self.field, text)
            self._tell()

    def _tell(self) -> None:
        self.refresh()
        self.post_message(self.Typed(self, self.cursor))

    def enter_typed(self) -> None:
        """Leave the field with what was typed in it."""
        row, draft = self.row, self.draft
        if self._before is not None and row is not None and draft is not None:
            self._before = None
            draft.tidy(row.kpi, self.field)
            self._tell()

    def action_leave_field(self) -> None:
        """Leave the field as it was before."""
        row, draft, before = self.row, self.draft, self._before
        if before is not None and row is not None and draft is not None:
            self._before = None
            draft.write(row.kpi, self.field, before)
            self._tell()

    def action_shorten(self) -> None:
        """Take the last character away."""
        if self.row is not None and self.draft is not None:
            self._write(self.draft.text(self.row.kpi, self.field)[:-1])

    def action_empty(self) -> None:
        """Take everything away."""
        self._write("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a field that is written in can be left; else the same key leads back."""
        if action == "leave_field":
            return self.is_editing
        return super().check_action(action, parameters)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a character is text here: while a field is written in, or if it is no key of the page."""
        if character is None or not character.isprintable() or self.row is None:
            return False
        return self.is_editing or (key not in self.actions and not character.isspace())

    async def on_key(self, event: events.Key) -> None:
        """Write a character, or do what the key is bound to.

        Here and at once: a key that bubbled to its binding would be overtaken by the digit typed after it.
        """
        event.stop()
        event.prevent_default()
        if self.check_consume_key(event.key, event.character):
            self._type(event.character or "")
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.enabled:
            await self.app.run_action(active.binding.action, active.node)

    def _type(self, character: str) -> None:
        """Write a character over what stands in the field, or behind what is typed."""
        if self.draft is None or self.row is None:
            return
        typed = self.draft.text(self.row.kpi, self.field) if self.is_editing else ""
        if len(typed) < MOST_TYPED:
            self._write(typed + character)
        else:
            self.app.bell()

    def on_paste(self, event: events.Paste) -> None:
        """Put a text from the clipboard in, cleaned; what is no number shows as the error it is."""
        event.stop()
        event.prevent_default()
        if event.text:
            self._write(fitting(event.text))

    # ----------------------------------------------------------------------------------- the cursor

    def validate_cursor(self, cursor: int) -> int:
        """Step over the stages' titles, on in the direction of the move."""
        at = super().validate_cursor(cursor)
        step = 1 if at >= self.cursor else -1
        for way in (step, -step):
            place = at
            while 0 <= place < len(self.lines):
                if isinstance(self.lines[place], GridRow):
                    return place
                place += way
        return at

    def show_cursor(self) -> None:
        """Scroll so far that the cursor is seen, and a stage's title with its first row."""
        super().show_cursor()
        above = self.cursor - 1
        if 0 <= above < self.top and isinstance(self.lines[above], str):
            self.scroll_to(y=above, animate=False)

    def go_to(self, line: int, *, column: int | None = None, from_top: bool = False) -> None:
        """Enter what is typed, and go to a line; `from_top` shows it with its title as far up as can be."""
        self.enter_typed()
        if column is not None and column != self.column:
            self.column = column
            self.post_message(self.Moved(self, self.cursor))
        self.cursor = line
        if from_top:
            self.scroll_to(y=max(0, self.cursor - 1), animate=False)
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Go so many rows down."""
        self.go_to(self.cursor + rows)

    def action_column(self, column: int) -> None:
        """Go to due, or to done by."""
        self.go_to(self.cursor, column=column)

    def action_down(self) -> None:
        """Enter what is typed, and go to the field below."""
        self.action_move(1)

    def action_beside(self, step: int) -> None:
        """Go to the next field, row by row."""
        if self.column == (step > 0):
            line = self.validate_cursor(self.cursor + step)
            if line != self.cursor:
                self.go_to(line, column=1 - self.column)
            else:
                self.enter_typed()
        else:
            self.action_column(1 - self.column)

    def action_stage(self, step: int) -> None:
        """Go to the next stage, or to the beginning of this one and then to the one before."""
        titles = [place for place, line in enumerate(self.lines) if isinstance(line, str)]
        if step > 0:
            ahead = [place for place in titles if place > self.cursor]
            target = ahead[0] if ahead else None
        else:
            behind = [place for place in titles if place + 1 < self.cursor]
            target = behind[-1] if behind else None
        if target is None:
            self.app.bell()
        else:
            self.go_to(target + 1, from_top=True)

    def on_click(self, event: events.Click) -> None:
        """Go to the field that was clicked; a click on the one with the cursor begins to change it."""
        row = self.row_at(event.y)
        if row is None or row >= len(self.lines):
            return
        event.stop()
        column = self._column_at(event.x)
        if row == self.cursor and column == self.column:
            self.edit()
        else:
            self.go_to(row, column=column)

    def _column_at(self, x: int) -> int | None:
        begin = MARKS + title_cells(self._width)
        if begin <= x <= begin + DUE_CELLS:
            return 0
        return 1 if begin + DUE_CELLS < x <= begin + DUE_CELLS + 1 + DONE_BY_CELLS else None

    # -------------------------------------------------------------------------------------- drawing

    @property
    def _width(self) -> int:
        bar = self.scrollbar_size_vertical
        return self.size.width - bar - (bar > 0)

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns, their units, and the stage whose title has been scrolled away."""
        return head_line(line, width, drawing.look(self), self._hidden_stage() if line else "")

    def _hidden_stage(self) -> str:
        if self.top < len(self.lines) and isinstance(self.lines[self.top], GridRow):
            titles = [line for line in self.lines[: self.top] if isinstance(line, str)]
            return f"… {titles[-1]}" if titles else ""
        return ""

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """A stage's title, or a KPI."""
        look = drawing.look(self)
        line = self.lines[row] if row < len(self.lines) else ""
        if isinstance(line, str) or self.draft is None:
            return title_line(str(line), width, look)
        cursor = (self.column, self.is_editing) if selected else None
        return TargetLine(line, self.draft, cursor, look).draw(width)
