"""Roles to choose from, and the rights of one of them."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment

from tui import words
from tui.widgets import drawing
from tui.widgets.rows import Rows
from tui.widgets.text_rows import PickRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.policy_lines import PolicyLine

_INDENT, _LEAST_TEXT = 4, 20


class RoleRows(PickRows):
    """All roles; the one that is one's own has a mark."""

    MARKS: ClassVar[tuple[str, str]] = ("  ", "◆ ")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The rights of the role with the cursor stand beside it already."""
        return action != "choose" and super().check_action(action, parameters)


class PolicyRows(Rows):
    """Lines that are wrapped to the room there is, and scrolled through."""

    HEAD_LINES: ClassVar[int] = 0  # type: ignore[misc]

    def __init__(self) -> None:
        super().__init__(id="rights")
        self.has_cursor = False
        self.lines: Sequence[PolicyLine] = ()
        self._drawn: list[PolicyLine] = []

    def show(self, lines: Sequence[PolicyLine]) -> None:
        """Draw these, from the first on."""
        self.lines = lines
        self.scroll_to(y=0, animate=False)
        self._lay()

    def on_resize(self) -> None:
        """Wrap them anew."""
        self._lay()

    def _lay(self) -> None:
        room = max(_LEAST_TEXT, self.size.width - _INDENT - 2)  # the scrollbar, and a blank beside it
        self._drawn = [
            line._replace(glyph=line.glyph if not place else " " if line.glyph else "", text=part)
            for line in self.lines
            for place, part in enumerate(wrap(line.text, room) or [""])
        ]
        self.set_count(len(self._drawn))

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One line: a heading, or a right behind its glyph."""
        del selected
        look = drawing.look(self)
        if row >= len(self._drawn):
            return []
        line = self._drawn[row]
        if not line.glyph:
            return [Segment(words.left(line.text, width), look.strong)]
        return [
            Segment(f"  {line.glyph} ", look.accent),
            Segment(words.left(line.text, max(0, width - _INDENT)), look.text),
        ]
