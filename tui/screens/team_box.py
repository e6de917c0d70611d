"""Choosing whose totals are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.dialogue import Dialogue
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.widgets.rows import Rows

_MOST = 14


class TeamBox(Dialogue[int]):
    """Gives the place of the team that was chosen."""

    HEADING = "Totals of"
    FOOTING = "enter chooses · esc closes"
    AUTO_FOCUS = "PickRows"

    def __init__(self, teams: Sequence[tuple[int | None, str]], now: int | None) -> None:
        """Offer `teams`, (number, name) each; `now` is the one that is shown."""
        super().__init__()
        self.teams, self.now = teams, now

    def parts(self) -> Iterable[Widget]:
        """The teams."""
        yield PickRows()

    def on_mount(self) -> None:
        """Show them."""
        rows = self.query_one(PickRows)
        rows.styles.height = min(_MOST, len(self.teams))
        rows.show(
            [Choice(name, place + 1, on=team == self.now) for place, (team, name) in enumerate(self.teams)]
        )

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Give its place."""
        message.stop()
        picked = self.query_one(PickRows).picked
        if picked is not None and isinstance(picked.value, int):
            self.dismiss(picked.value - 1)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()
