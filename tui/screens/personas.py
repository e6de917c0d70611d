"""Who to be: the people of the demo, each with what they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.screens.dialogue import Dialogue
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.personas import Cast
    from tui.widgets.rows import Rows


class PersonasBox(Dialogue[None]):
    """Goes on as whoever is chosen."""

    HEADING = "Who to be"
    FOOTING = "enter chooses · esc closes"
    AUTO_FOCUS = "PickRows"

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast = cast

    def parts(self) -> Iterable[Widget]:
        """Why it can be chosen, and the list."""
        yield Static(
            "Nobody has a password in the demo. What each sees and may do is as it would be.", id="said"
        )
        yield PickRows()

    def on_mount(self) -> None:
        """Show who there is."""
        rows = self.query_one(PickRows)
        people = self.cast.people
        rows.styles.height, rows.styles.margin = len(people), (1, 0, 0, 0)
        rows.show(
            [
                Choice(one.name, one.person, on=one.person == self.cast.present, note=one.said)
                for one in people
            ]
        )

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Be this one."""
        message.stop()
        picked = self.query_one(PickRows).picked
        if picked is not None and isinstance(picked.value, int):
            self.dismiss(None)
            self.host.become(picked.value)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()
