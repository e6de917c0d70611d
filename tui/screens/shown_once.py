"""What is shown this once and has to be noted: one goes on only after saying that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.screens.door import DoorScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from tui.entering import Once

_COLUMNS, _APART = 2, 6
_SHORT = 26  # cells of a line of which two stand beside each other


class ShownOnceScreen(DoorScreen):
    """Recovery codes, or the audit log's key."""

    KEYS = (("space", "I have noted it", "screen.noted"), ("enter", "Go on", "screen.go_on"))
    NEEDS_DOOR = False

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority, as enter is: else an enter that follows at once would come before it.
        Binding("space", "noted", "noted", id="door.noted", priority=True, tooltip="Say that it is noted"),
    ]

    def __init__(self, once: Once, then: Callable[[], None]) -> None:
        """Show `once`; `then` goes on."""
        super().__init__()
        self.HEADING = once.heading  # type: ignore[misc]
        self.once, self.then, self.is_noted = once, then, not once.lines

    def parts(self) -> Iterable[Widget]:
        """The words, the lines, the mark."""
        yield from super().parts()
        shown = VerticalScroll(Static(self._lines(), id="lines", markup=False), id="once")
        shown.display = bool(self.once.lines)
        yield shown
        noted = Static(id="noted", markup=False)
        noted.display = bool(self.once.lines)
        yield noted

    def _lines(self) -> str:
        lines = self.once.lines
        if max(map(len, lines), default=0) > _SHORT:
            return "\n".join(lines)
        rows = -(-len(lines) // _COLUMNS)
        pairs = [lines[at::rows] for at in range(rows)]
        return "\n".join((" " * _APART).join(pair) for pair in pairs)

    def intro(self) -> str:
        """What it is."""
        return self.once.said

    def on_mount(self) -> None:
        """Nothing is noted yet."""
        self._show_noted()

    def _show_noted(self) -> None:
        self.query_one("#noted", Static).update(f"[{'x' if self.is_noted else ' '}] I have noted it")

    def action_noted(self) -> None:
        """Say so, or take it back."""
        self.is_noted = not self.is_noted
        self.say("")
        self._show_noted()

    async def action_leave(self) -> None:
        """Not before it is noted."""
        self.go_on()

    def go_on(self) -> None:
        """Go on, if it is noted."""
        if self.is_noted:
            self.then()
        else:
            self.say("■ It is never shown again: note it, then say so with space.", wrong=True)
