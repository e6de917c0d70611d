"""A box with something that is shown this once: a code, a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui import words
from tui.screens.dialogue import Dialogue
from tui.widgets.answer_line import AnswerLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget


class OnceBox(Dialogue[None]):
    """Closed by escape or by its own word alone: enter, or a click beside it, is too easily made."""

    CSS_PATH = ["dialogue.tcss", "people.tcss"]  # type: ignore[assignment] # Textual takes both forms
    FOOTING = "esc closes"

    def __init__(self, heading: str, text: str, about: str) -> None:
        """Show `text`, and what it is for."""
        super().__init__()
        self.HEADING = words.shown(heading)  # type: ignore[misc]
        self.text, self.about = text, about

    def parts(self) -> Iterable[Widget]:
        """The text by itself, so that it can be copied, and what it is for."""
        yield Static(words.shown(self.text), id="once", markup=False)
        yield Static(words.shown(self.about), id="about", markup=False)
        yield AnswerLine([("esc", "I have it: close", "screen.close")])

    def on_click(self, event: events.Click) -> None:
        """A click beside the box does not close it."""
        event.prevent_default()
