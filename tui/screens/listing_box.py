"""Choosing a listing: type a part of its reference or title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import words
from tui.people_facts import ask_listings
from tui.screens.picking import PickingBox
from tui.widgets.finder import Finder
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget
    from textual.widgets import Input


class ListingBox(PickingBox):
    """Gives the listing's reference; nothing if the box was closed."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.HEADING = words.shown(heading)  # type: ignore[misc]

    def parts(self) -> Iterable[Widget]:
        """Input and list."""
        yield Finder("a listing's reference or title")
        yield PickRows()

    def on_mount(self) -> None:
        """Nothing is looked for yet."""
        self.query_one(PickRows).say("Which listing?", "Type a part of its reference or title.")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Look for it."""
        message.stop()
        host = self.host
        if message.value.strip():
            host.put(
                host.page,
                "listings",
                ask_listings(message.value),
                self._show,
                failed=self._failed,
                vital=False,
            )
        else:
            self.on_mount()

    def _show(self, found: tuple[tuple[str, str], ...]) -> None:
        if self.is_attached and self.query_one(Finder).value.strip():
            choices = [
                Choice(ref, ref, note=words.left(words.shown(title, ""), 24).rstrip()) for ref, title in found
            ]
            self.query_one(PickRows).show(choices, none="No listing holds that.")

    def _failed(self, said: str) -> None:
        if self.is_attached:
            self.query_one(PickRows).say("The listings cannot be read", f"{said[:1].upper()}{said[1:]}.")
