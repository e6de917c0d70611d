"""Rows in quarantine, any number of them: pages are fetched as they come into view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from tui import words
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from store.intake import BadRowView

PAGE = 200
_MOST_PAGES = 20
_LINE_CELLS = 7
_WIDE = 110
# The cells of file and reason: the content gets the rest.
_MOST_WIDE, _MOST_NARROW, _LEAST = (24, 60), (14, 26), 6


class BadRows(Rows):
    """Each row's line, file, reason and content; a row that has gone meanwhile is blank."""

    def __init__(self) -> None:
        super().__init__(id="bad")
        self.numbers: tuple[int, ...] = ()
        self._pages: dict[int, dict[int, BadRowView]] = {}
        self._old: dict[int, BadRowView] = {}
        self._needs = (0, 0)

    def begin(self, numbers: tuple[int, ...]) -> None:
        """Show the rows of these numbers; those that are known already stay drawn until they come anew."""
        known = {number: row for page in self._pages.values() for number, row in page.items()}
        self.numbers, self._pages = numbers, {}
        self._old = known
        self.say()
        self.set_count(len(numbers))

    def fill(self, page: int, rows: tuple[BadRowView, ...]) -> None:
        """Take a page; those longest held make room."""
        self._pages[page] = {row.id: row for row in rows}
        files = [cell_len(words.shown(row.file)) for row in rows]
        reasons = [cell_len(words.shown(row.reason)) for row in rows]
        self._needs = (max([self._needs[0], *files]), max([self._needs[1], *reasons]))
        while len(self._pages) > _MOST_PAGES:
            del self._pages[next(iter(self._pages))]
        self.refresh()

    def wanted(self) -> int | None:
        """A page that is seen and not there."""
        if self.said or not self._count:
            return None
        last = min(self._count - 1, self.top + self.slots - 1)
        pages = range(self.top // PAGE, last // PAGE + 1)
        return next((page for page in pages if page not in self._pages), None)

    def numbers_of(self, page: int) -> tuple[int, ...]:
        """The numbers of a page's rows."""
        return self.numbers[page * PAGE : (page + 1) * PAGE]

    def row_of(self, place: int) -> BadRowView | None:
        """The row at a place, None if it has not come yet or is gone."""
        if place >= len(self.numbers):
            return None
        number = self.numbers[place]
        page = self._pages.get(place // PAGE)
        return self._old.get(number) if page is None else page.get(number)

    def _widths(self, width: int) -> tuple[int, int, int]:
        """The cells for file, reason and content."""
        room = width - 2 - _LINE_CELLS - 6
        most = _MOST_WIDE if width >= _WIDE else _MOST_NARROW
        file, reason = (max(_LEAST, min(need, cells)) for need, cells in zip(self._needs, most, strict=True))
        return file, reason, max(4, room - file - reason)

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        file, reason, content = self._widths(width)
        head = (
            f"  {words.right('Line', _LINE_CELLS)}  {words.left('File', file)}  "
            f"{words.left('Reason', reason)}  {words.left('Content', content)}"
        )
        return [Segment(words.left(head, width), drawing.look(self).muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One row."""
        look = drawing.look(self)
        over = look.cursor if selected else look.plain
        one = self.row_of(row)
        if one is None:
            return [Segment(words.left("  …", width), look.muted + over)]
        file, reason, content = self._widths(width)
        drawn = [
            Segment(f"  {words.right(words.number(one.line, _LINE_CELLS), _LINE_CELLS)}  ", look.text + over),
            Segment(words.left(words.shown(one.file), file) + "  ", look.muted + over),
            Segment(words.left(words.shown(one.reason), reason) + "  ", look.text + over),
            Segment(words.left(words.shown(one.content), content), look.muted + over),
        ]
        used = sum(cell_len(segment.text) for segment in drawn)
        return [*drawn, Segment(" " * max(0, width - used), look.text + over)]
