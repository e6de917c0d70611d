"""A box to read something in that is too long for a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui import words
from tui.screens.dialogue import Dialogue
from tui.widgets.fact_rows import FactRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.widgets.fact_rows import Fact

_FRAME = 4
_LEAST, _MOST = 3, 30


class ReadBox(Dialogue[None]):
    """Shows facts, each with its name."""

    FOOTING = "↑ ↓ scroll · esc closes"
    AUTO_FOCUS = "FactRows"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "close", "close", show=False, id="read.close", tooltip="Close this box"),
    ]

    def __init__(self, heading: str, facts: Sequence[Fact]) -> None:
        super().__init__()
        self.HEADING = words.shown(heading)  # type: ignore[misc]
        self.facts = facts

    def parts(self) -> Iterable[Widget]:
        """The facts."""
        yield FactRows(id="read")

    def on_mount(self) -> None:
        """Show them."""
        self.query_one(FactRows).show(self.facts)

    def on_resize(self) -> None:
        """Give them the room that they need, or that there is."""
        self.call_after_refresh(self._measure)

    def _measure(self) -> None:
        rows = self.query_one(FactRows)
        rows.styles.height = max(_LEAST, min(rows.count, _MOST, self.app.size.height * 9 // 10 - _FRAME))
