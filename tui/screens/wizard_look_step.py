"""The import wizard's second step: what the file is, its first rows, and what only a person can decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import wizard_words as say
from tui.screens.wizard_boxes import PickBox
from tui.screens.wizard_step import Step
from tui.widgets.lines import KeyLine
from tui.widgets.preview import PreviewRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.widgets.rows import Rows


class LookStep(Step):
    """How the file begins, and what only a person can decide."""

    TITLE = "2 of 6: what it is"
    KEYS = ("wizard.next", "preview.left", "preview.right", "wizard.sheet", "wizard.back")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sheet", "sheet", id="wizard.sheet", tooltip="Another sheet of the workbook"),
    ]

    def __init__(self) -> None:
        super().__init__(id="look-step")

    def compose(self) -> Iterable[Widget]:
        """What it is, first rows, doubts."""
        yield Static(classes="facts", markup=False)
        yield PreviewRows()
        yield Static(classes="said", markup=False)

    def aim(self) -> None:
        """Go through the rows."""
        self.query_one(PreviewRows).focus()

    def reload(self) -> None:
        """Look at the file again."""
        self.wizard.look()

    def waiting(self, text: str) -> None:
        """Say that the file is being looked at."""
        self.query_one(".facts", Static).update("")
        self.query_one(PreviewRows).say(text)
        self.say("")

    def failed(self, said: str) -> None:
        """Say why the file cannot be read."""
        self.query_one(".facts", Static).update("")
        rows = self.query_one(PreviewRows)
        rows.say(
            "The file cannot be read",
            f"{said[:1].upper()}{said[1:]}.",
            "esc chooses another file, r looks again.",
        )
        self.say("")

    def draw(self) -> None:
        """Show what has been found."""
        looked = self.wizard.looked
        if looked is not None:
            self.query_one(".facts", Static).update(say.file_words(looked))
            self.query_one(PreviewRows).show(looked.peek.columns, looked.peek.rows)
            self.say(say.doubt_words(looked))
            self.call_after_refresh(self._note)

    def on_resize(self) -> None:
        """More or fewer columns are seen."""
        self._note()

    def _note(self) -> None:
        """Say which columns are seen."""
        rows, looked = self.query_one(PreviewRows), self.wizard.looked
        if looked is not None and self.display and rows.size.width:
            seen = rows.seen(rows.size.width)
            last = seen[-1][0] + 1 if seen else 0
            note = f"columns {rows.first + 1:,}-{last:,} of {len(looked.peek.columns):,}"
            self.wizard.query_one(KeyLine).show_note(note)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Other columns may be seen."""
        message.stop()
        self._note()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Enter goes on."""
        message.stop()
        self.onward()

    def onward(self) -> None:
        """Go on to the fields."""
        self.wizard.to_fields()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a workbook has sheets."""
        if action == "sheet":
            looked = self.wizard.looked if self.is_attached else None
            return looked is not None and len(looked.peek.sheets) > 1
        return super().check_action(action, parameters)

    def action_sheet(self) -> None:
        """Choose another sheet."""
        looked = self.wizard.looked
        if looked is None:
            return

        def chosen(sheet: object) -> None:
            if isinstance(sheet, str):
                self.wizard.choose_sheet(sheet)

        box = PickBox("Which sheet?", "Only one sheet is imported at a time.", say.sheet_choices(looked.peek))
        self.app.push_screen(box, chosen)
