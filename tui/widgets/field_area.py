"""A field of several lines for one paragraph: it wraps by itself, and enter goes on, as in any field."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea


class FieldArea(TextArea):
    """What is written is one text; line breaks that are pasted become blanks when it is read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority: to the area itself enter is a new line.
        Binding("enter", "screen.go_on", show=False, priority=True, id="area.go_on",
                tooltip="Go on with the form"),
    ]  # fmt: skip

    def __init__(self, text: str, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(text, id=id, compact=True, theme="css", highlight_cursor_line=False)

    def on_mount(self) -> None:
        """Go on where the text ends."""
        self.move_cursor(self.document.end)

    @property
    def value(self) -> str:
        """What is written, as of an input."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        self.load_text(text)
        self.move_cursor(self.document.end)
