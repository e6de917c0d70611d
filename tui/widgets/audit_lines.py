"""Lines above the list of audit entries: which they are, and how far the log is proven."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from tui import words
from tui.audit_words import verified_words
from tui.widgets import drawing
from tui.widgets.drawing import click
from tui.widgets.lines import Line, width_of

if TYPE_CHECKING:
    from textual.strip import Strip

    from tui.audit_facts import Verified


class FilterLine(Line):
    """At the left which entries are shown, at the right where to choose others; each part can be clicked."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.all = "All entries"
        self.said = ""

    def show(self, said: str) -> None:
        """Say which entries; an empty text stands for `all`."""
        self.said = said
        self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """“All entries, newest first            filter ▾  bookmarks ▾”."""
        look = drawing.look(self)
        right = [
            Segment("filter ▾", look.muted + click("screen.filter")),
            Segment("  "),
            Segment("bookmarks ▾", look.muted + click("screen.bookmarks")),
        ]
        said = f"Only {words.shown(self.said)}" if self.said else f"{self.all}, newest first"
        room = max(0, width - width_of(right) - 3)
        style = look.strong if self.said else look.text
        shown = words.left(said, min(cell_len(said), room))
        left = Segment(f" {shown}", style + click("screen.filter"))
        return [left, Segment(" " * max(0, width - width_of([left, *right]))), *right]


class VerifiedLine(Line):
    """What was verified, when, up to which entry; on as many lines as that takes, to `MOST_LINES`."""

    MOST_LINES = 3

    def __init__(self) -> None:
        super().__init__(id="verified")
        self.shown: tuple[Verified | None, int] = (None, 0)

    def show(self, verified: Verified | None, last: int) -> None:
        """Say how far the log, of `last` entries, is proven."""
        if (verified, last) != self.shown:
            self.shown = (verified, last)
            self._lay()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._lay()

    def _lay(self) -> None:
        self.styles.height = min(self.MOST_LINES, len(self._lines()))
        self.refresh()

    def _lines(self) -> list[str]:
        """“● proven up to entry 1,234 at 14:05”, wrapped."""
        return wrap(verified_words(*self.shown)[1], max(20, self.size.width - 2), subsequent_indent="  ")

    def render_line(self, y: int) -> Strip:
        """Draw one line; the glyph has its colour."""
        look, lines, width = drawing.look(self), self._lines(), self.size.width
        status = verified_words(*self.shown)[0]
        text = look.muted if status is None else look.text
        glyph = text if status is None else look.status[status]
        said = lines[y] if y < len(lines) else ""
        return drawing.strip(self, [Segment(f" {said[:1]}", glyph), Segment(said[1:], text)], width)
