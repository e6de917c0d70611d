"""A box that says what a change does and asks why: the reason is required, and never lost."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Label, Static

from store.errors import StoreError
from tui import words
from tui.screens.dialogue import Dialogue
from tui.widgets.answer_line import AnswerLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.widgets.table_rows import Column, TableRow

_FRAME, _FIELD = 3, 8  # lines: border and padding; label, input, what is wrong with it, answers, gaps
_WIDTH, _SIDES = 76, 6
_LEAST_ROWS = 2  # its head and a row


class Given(NamedTuple):
    """The reason as it was written, and whether to go on with it: closing the box keeps it for next time."""

    reason: str
    go: bool


class ReasonInput(Input):
    """Where the reason is written; the list above it can be scrolled meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.move(1)", show=False, id="reason.down", tooltip="Down the list"),
        Binding("up", "screen.move(-1)", show=False, id="reason.up", tooltip="Up the list"),
        Binding("pagedown", "screen.move(5)", show=False, id="reason.page_down", tooltip="Down the list"),
        Binding("pageup", "screen.move(-5)", show=False, id="reason.page_up", tooltip="Up the list"),
    ]


class ReasonBox(Dialogue[Given]):
    """Gives what was written. `answer` is the word for going on; `refused` says why it did not go before."""

    CSS_PATH = ["dialogue.tcss", "reason_box.tcss"]  # type: ignore[assignment] # Textual takes both forms
    FOOTING = ""
    AUTO_FOCUS = "ReasonInput"

    def __init__(
        self,
        heading: str,
        answer: str,
        *,
        reason: str = "",
        refused: str = "",
        ask: str = "Why? It is kept with the change.",
        hint: str = "the reason",
    ) -> None:
        super().__init__()
        self.HEADING = heading  # type: ignore[misc]
        self.answer, self.reason, self.refused = answer, reason, refused
        self.ask, self.hint = ask, hint
        self.said = ""
        self.columns: Sequence[Column] = ()
        self.rows: Sequence[TableRow] = ()
        self.wait = ""

    def tell(
        self, said: str, columns: Sequence[Column] = (), rows: Sequence[TableRow] = (), *, wait: str = ""
    ) -> None:
        """Say what the change does; while there is something to `wait` for, it does not go on."""
        self.said, self.columns, self.rows, self.wait = said, columns, rows, wait
        if self.is_attached and self.query("#what"):
            self._show()

    def parts(self) -> Iterable[Widget]:
        """What it does, the rows of it, the reason, what is wrong with that, and the answers."""
        yield Static(id="refused", markup=False)
        about = VerticalScroll(Static(id="what", markup=False), id="about")
        about.can_focus = False
        yield about
        rows = TableRows()
        rows.has_cursor = rows.can_focus = False
        yield rows
        yield Label(self.ask, id="ask")
        yield ReasonInput(self.reason, placeholder=self.hint, id="reason", select_on_focus=False)
        yield Static(id="said", markup=False)
        yield AnswerLine(
            [("enter", self.answer, "screen.go_on"), ("esc", "Not now", "screen.close")],
        )

    def on_mount(self) -> None:
        """Show what was told so far."""
        self._show()

    def on_resize(self) -> None:
        """More or less room for the rows."""
        self._show()

    def _show(self) -> None:
        refused, what, rows = (
            self.query_one("#refused", Static),
            self.query_one("#what", Static),
            self.query_one(TableRows),
        )
        refused.update(f"■ {words.shown(self.refused)}" if self.refused else "")
        refused.display = bool(self.refused)
        what.update(words.shown(self.said))
        height, fixed = self.app.size.height, _FRAME + _FIELD
        self.query_one("#about").styles.max_height = max(2, height - fixed + 1)
        width = max(20, min(_WIDTH, self.app.size.width) - _SIDES)
        above = len(wrap(self.said, width))
        if self.refused:
            above += len(wrap(f"■ {self.refused}", width)) + 2  # a long word may begin a line
        room = min(len(self.rows) + rows.HEAD_LINES, height * 9 // 10 - fixed - above)
        rows.display = bool(self.rows) and room >= _LEAST_ROWS
        self.query_one("#box").border_subtitle = " ↑ ↓ scroll " if self.rows else ""
        if rows.display:
            rows.styles.height = room
            rows.show(self.columns, self.rows)

    def action_move(self, step: int) -> None:
        """Scroll the rows, or what is said where rows have no room; the reason keeps the focus."""
        rows = self.query_one(TableRows)
        if rows.display:
            rows.action_move(step)
        else:
            self.query_one("#about").scroll_relative(y=step, animate=False)

    def _say(self, text: str) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text, ""))
        said.set_class(bool(text), "-wrong")

    def on_input_changed(self, message: Input.Changed) -> None:
        """What was wrong may be mended."""
        message.stop()
        self._say("")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go on."""
        message.stop()
        self.action_go_on()

    def action_go_on(self) -> None:
        """Go on with the change, if there is a reason."""
        from store.rationale import check_reason  # deferred: writing needs what reading does not

        try:
            reason = check_reason(self.query_one(ReasonInput).value)
        except StoreError as error:
            self._say(f"■ {error}.")
            return
        if self.wait:
            self._say(f"■ {self.wait}")
        else:
            self.dismiss(Given(reason, go=True))

    def action_close(self) -> None:
        """Close; what was written is kept for next time."""
        self.dismiss(Given(self.query_one(ReasonInput).value, go=False))

    def on_rows_moved(self, message: TableRows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()
