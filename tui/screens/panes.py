"""A page with facts above and two lists below: beside each other where there is room, else by choice."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui import words
from tui.screens.page import LensPage
from tui.widgets.lines import ChoiceLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget

    from tui.widgets.rows import Rows

_NAME_CELLS = 11
_LEAST_ROOM = 30


class PanesPage(LensPage):
    """Facts and two panes."""

    NAMES: ClassVar[tuple[str, str]]
    CSS_PATH = "panes.tcss"
    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "pane", "other list", id="panes.other", tooltip="Go to the other list"),
    ]

    def __init__(self, pane: int = 0) -> None:
        super().__init__()
        self.pane = pane
        self._facts: tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None = None

    def panes(self) -> tuple[Rows, Rows]:
        """Make the two lists."""
        raise NotImplementedError

    def parts(self) -> Iterable[Widget]:
        """Facts, choice, lists."""
        yield Static(id="facts", markup=False)
        yield ChoiceLine([(name, f"screen.pane({place})") for place, name in enumerate(self.NAMES)])
        first, second = self.panes()
        yield Horizontal(first, second, id="panes")

    def on_mount(self) -> None:
        """Show the pane that was asked for."""
        self._show_pane()

    def show_facts(self, headline: tuple[tuple[str, str], ...], facts: tuple[tuple[str, str], ...]) -> None:
        """Write the facts as plain text: a headline of (text, style), then (name, what it is), wrapped."""
        self._facts = (headline, facts)
        room = max(_LEAST_ROOM, self.size.width - _NAME_CELLS - 6)
        parts: list[tuple[str, str]] = list(headline)
        for name, text in facts:
            for place, line in enumerate(wrap(text, room) or [""]):
                parts += [("\n" + words.left("" if place else name, _NAME_CELLS), "$quiet"), (line, "")]
        self.query_one("#facts", Static).update(Content.assemble(*parts))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the facts anew."""
        del event
        if self._facts is not None:
            self.show_facts(*self._facts)

    def action_pane(self, pane: int | None = None) -> None:
        """Go to the other list, or to the one that was clicked."""
        self.pane = 1 - self.pane if pane is None else pane
        self._show_pane()

    def _show_pane(self) -> None:
        self.query_one(ChoiceLine).show(self.pane)
        for place, rows in enumerate(self.query_one("#panes").children):
            rows.set_class(place == self.pane, "-chosen")
            if place == self.pane:
                self.set_focus(rows)
        self.show_keys()
