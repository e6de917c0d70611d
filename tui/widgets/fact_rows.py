"""Facts that may be long, each with its name, wrapped and scrolled through; a heading stands alone."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment

from tui import words
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDENT = 2
_LEAST_ROOM = 20


class Fact(NamedTuple):
    """A fact: its name, and what it is. Without a text the name is a heading; without a name it goes on."""

    name: str
    text: str = ""


class FactRows(Rows):
    """Lines without a cursor; line breaks within a text stay."""

    HEAD_LINES: ClassVar[int] = 0  # type: ignore[misc]

    def __init__(self, *, id: str = "more", name_cells: int = 14) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.has_cursor = False
        self.name_cells = name_cells
        self.facts: Sequence[Fact] = ()
        self._lines: list[tuple[str, str]] = []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """All of it stands there: nothing is opened."""
        return action != "choose" and super().check_action(action, parameters)

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these."""
        self.facts = facts
        self.say()
        self._lay()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay()

    def _lay(self) -> None:
        room = max(_LEAST_ROOM, self.size.width - self.name_cells - _INDENT - 2)
        self._lines = []
        for fact in self.facts:
            if not fact.text:
                self._lines += [("", ""), (fact.name, "")] if self._lines else [(fact.name, "")]
                continue
            parts = [line for part in fact.text.split("\n") for line in wrap(part, room) or [""]]
            names = [fact.name, *[""] * (len(parts) - 1)]
            self._lines += [(name, part or " ") for name, part in zip(names, parts, strict=True)]
        self.set_count(len(self._lines))

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One line."""
        del selected
        look = drawing.look(self)
        name, text = self._lines[row] if row < len(self._lines) else ("", "")
        if not text:
            return [Segment(words.left(f" {name}", width), look.strong)]
        room = max(0, width - self.name_cells - _INDENT)
        return [
            Segment(" " * _INDENT + words.left(name, self.name_cells - 1) + " ", look.muted),
            Segment(words.left(text, room), look.text),
        ]
