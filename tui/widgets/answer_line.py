"""What can be answered in a box, as words to be clicked; the keys say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from tui.widgets import drawing
from tui.widgets.drawing import click
from tui.widgets.lines import Line

if TYPE_CHECKING:
    from collections.abc import Sequence


class AnswerLine(Line):
    """“enter Save   esc Not now”."""

    def __init__(self, answers: Sequence[tuple[str, str, str]]) -> None:
        """Offer `answers`, (key, word, action) each."""
        super().__init__(id="answers")
        self.answers = answers

    def draw(self, width: int) -> list[Segment]:
        """The answers beside each other."""
        del width
        look = drawing.look(self)
        drawn: list[Segment] = []
        for key, word, action in self.answers:
            drawn += [
                Segment(f" {key} ", look.accent + click(action)),
                Segment(word, look.strong + click(action)),
                Segment("   "),
            ]
        return drawn
