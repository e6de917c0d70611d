"""A box over the page: something to pick from, or something to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.app import StagewatchApp

Result = TypeVar("Result")


class Dialogue(ModalScreen[Result], Generic[Result]):
    """A titled box; escape or a click beside it closes it."""

    CSS_PATH = "dialogue.tcss"
    HEADING: ClassVar[str] = ""
    FOOTING: ClassVar[str] = "esc closes"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", key_display="esc", id="dialogue.close", tooltip="Close this box"),
    ]

    def compose(self) -> ComposeResult:
        """Put the parts in the box."""
        with Vertical(id="box") as box:
            yield from self.parts()
        box.border_title = Content(f" {self.HEADING} ")
        box.border_subtitle = Content(f" {self.FOOTING} ")

    def parts(self) -> Iterable[Widget]:
        """What stands in the box."""
        raise NotImplementedError

    @property
    def host(self) -> StagewatchApp:
        """The app."""
        return cast("StagewatchApp", self.app)

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box closes it."""
        if event.widget is self:
            self.action_close()
