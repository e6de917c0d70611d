"""A question with a few answers: asked before what cannot be undone, or when what is meant is unclear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui import words
from tui.screens.dialogue import Dialogue
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.widgets.rows import Rows


class AskBox(Dialogue[str]):
    """Gives the name of the answer that was chosen; nothing if the box was closed."""

    FOOTING = "enter chooses · esc closes"
    AUTO_FOCUS = "PickRows"

    def __init__(self, heading: str, question: str, answers: Sequence[tuple[str, str]]) -> None:
        """Offer `answers`, (name, words) each; the cursor stands on the first, which should do no harm."""
        super().__init__()
        self.HEADING = heading  # type: ignore[misc]
        self.question, self.answers = question, answers

    def parts(self) -> Iterable[Widget]:
        """The question and the answers."""
        yield Static(words.shown(self.question), id="said", markup=False)
        yield PickRows()

    def on_mount(self) -> None:
        """Show the answers."""
        rows = self.query_one(PickRows)
        rows.styles.height = len(self.answers)
        rows.styles.margin = (1, 0, 0, 0)
        rows.show([Choice(text, name) for name, text in self.answers])

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Answer."""
        message.stop()
        picked = self.query_one(PickRows).picked
        if picked is not None:
            self.dismiss(str(picked.value))

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()
