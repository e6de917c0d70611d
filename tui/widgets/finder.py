"""An input above a list: the list's keys work while the input has the focus, so that one can type on."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class Finder(Input):
    """Asks the screen to move through the list (`action_move`); enter is `Input.Submitted`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "submit", "open", key_display="enter", id="finder.open", tooltip="Choose what is marked"
        ),
        Binding("down", "screen.move(1)", "down", key_display="↓", id="finder.down", tooltip="Down the list"),
        Binding("up", "screen.move(-1)", "up", show=False, id="finder.up", tooltip="Up the list"),
        Binding("pagedown", "screen.move(10)", show=False, id="finder.page_down", tooltip="Ten rows down"),
        Binding("pageup", "screen.move(-10)", show=False, id="finder.page_up", tooltip="Ten rows up"),
    ]

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, id="wanted", select_on_focus=False)
