"""The settings: how often the store is read again, and the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.dialogue import Dialogue
from tui.settings import INTERVALS
from tui.themes import PALETTES
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.widgets.rows import Rows

_MINUTE = 60


def interval_words(seconds: int) -> str:
    """“every 30 seconds”, “only with r”."""
    if not seconds:
        return "only when I press r"
    if seconds % _MINUTE:
        return f"every {seconds} seconds"
    return "every minute" if seconds == _MINUTE else f"every {seconds // _MINUTE} minutes"


class SettingsScreen(Dialogue[None]):
    """Each choice holds at once and is kept."""

    HEADING = "Settings"
    FOOTING = "enter chooses · esc closes"
    AUTO_FOCUS = "PickRows"

    def parts(self) -> Iterable[Widget]:
        """One list with two headings."""
        yield PickRows()

    def on_mount(self) -> None:
        """Show what is set."""
        self._show()

    def _show(self) -> None:
        settings = self.host.settings
        intervals = sorted({*INTERVALS, settings.interval})
        rows = self.query_one(PickRows)
        at, first = rows.cursor, not rows.choices
        rows.show(
            [
                Choice("Read the store again"),
                *(Choice(interval_words(s), ("interval", s), on=s == settings.interval) for s in intervals),
                Choice("Theme"),
                *(Choice(p.title, ("theme", p.name), on=p.name == settings.theme) for p in PALETTES.values()),
            ]
        )
        if not first:
            rows.cursor = at

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Set what was chosen."""
        message.stop()
        picked = self.query_one(PickRows).picked
        match picked.value if picked else None:
            case ("interval", int(seconds)):
                self.host.keep_settings(self.host.settings._replace(interval=seconds))
            case ("theme", str(name)):
                self.host.use_theme(name)
        self._show()
