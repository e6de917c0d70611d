"""The lines above the grid of targets: which set is in force, what is unsaved, which period is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.widget import Widget

from tui import words
from tui.widgets import drawing
from tui.widgets.drawing import click

if TYPE_CHECKING:
    from textual.strip import Strip


class TopFacts(NamedTuple):
    """What stands there; the `period` can be clicked, `newer` is empty or a warning.

    Of `pending` the first that fits is shown.
    """

    in_force: str
    unsaved: str
    is_unsaved: bool
    pending: tuple[str, ...]
    period: str
    newer: str


class TargetTop(Widget):
    """Two lines, or three where somebody has saved meanwhile."""

    DEFAULT_CSS = """
    TargetTop { height: 2; width: 1fr; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__(id="facts")
        self.facts: TopFacts | None = None

    def show(self, facts: TopFacts) -> None:
        """Say these."""
        if facts != self.facts:
            self.facts = facts
            self.styles.height = 3 if facts.newer else 2
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        look, width, facts = drawing.look(self), self.size.width, self.facts
        if facts is None:
            return drawing.strip(self, [], width)
        if y == 0:
            return drawing.strip(self, [Segment(words.left(facts.in_force, width), look.text)], width)
        if y == 1:
            return drawing.strip(self, self._second(facts, width), width)
        return drawing.strip(self, [Segment(words.left(facts.newer, width), look.warning)], width)

    def _second(self, facts: TopFacts, width: int) -> list[Segment]:
        look = drawing.look(self)
        unsaved = facts.unsaved if cell_len(facts.unsaved) <= width else words.left(facts.unsaved, width)
        pick = click("screen.period")
        right = [Segment("Preview of ", look.muted + pick), Segment(f"{facts.period} ▾", look.strong + pick)]
        room = width - cell_len(unsaved) - sum(cell_len(segment.text) for segment in right) - 2
        pending = next((f" · {text}" for text in facts.pending if cell_len(text) + 3 <= room), "")
        return [
            Segment(unsaved, look.accent if facts.is_unsaved else look.muted),
            Segment(words.left(pending, max(0, room)), look.text),
            Segment("  "),
            *right,
        ]
