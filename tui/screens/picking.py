"""A box in which what is typed finds, and one of what was found is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.screens.dialogue import Dialogue
from tui.widgets.text_rows import PickRows

if TYPE_CHECKING:
    from textual.widgets import Input

    from tui.widgets.rows import Rows


class PickingBox(Dialogue[Any]):
    """Gives the value of the choice; nothing if it was closed. The input keeps the focus all the time."""

    FOOTING = "type to find · enter chooses · esc closes"
    AUTO_FOCUS = "Finder"

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Choose the one with the cursor."""
        message.stop()
        self._choose()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Choose the one that was clicked."""
        message.stop()
        self._choose()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def _choose(self) -> None:
        rows = self.query_one(PickRows)
        if not rows.said and rows.picked is not None:
            self.dismiss(rows.picked.value)

    def action_move(self, step: int) -> None:
        """Move through the choices."""
        self.query_one(PickRows).action_move(step)
