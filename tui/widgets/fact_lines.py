"""A heading and facts, each with its name, as plain text that is wrapped to the room there is."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from tui import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

_NAME_CELLS, _LEAST_ROOM = 11, 30


class FactLines(Static):
    """Above the rows of a page."""

    DEFAULT_CSS = """
    FactLines { height: auto; max-height: 45%; padding: 0 1; margin: 1 0; }
    """

    def __init__(self, *, name_cells: int = _NAME_CELLS) -> None:
        super().__init__(id="facts", markup=False)
        self.name_cells = name_cells
        self.heading = ""
        self.facts: Sequence[tuple[str, str]] = ()

    def show(self, heading: str, facts: Sequence[tuple[str, str]]) -> None:
        """Write these, (name, what it is) each."""
        self.heading, self.facts = heading, facts
        self._lay()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap them anew."""
        del event
        self._lay()

    def _lay(self) -> None:
        room = max(_LEAST_ROOM, self.size.width - self.name_cells)
        lines: list[tuple[str, str]] = [(self.heading, "bold")]
        for name, said in self.facts:
            for place, line in enumerate(wrap(said, room) or ["–"]):
                lines += [("\n" + words.left("" if place else name, self.name_cells), "$quiet"), (line, "")]
        self.update(Content.assemble(*lines) if self.heading else "")
