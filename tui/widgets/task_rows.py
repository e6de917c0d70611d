"""A list of tasks of any length: it holds the pages round what is seen and says which it wants next."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from kpi.status import LOOKS, Status
from tui import words
from tui.widgets import drawing
from tui.widgets.drawing import click
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from datetime import date

    from rich.style import Style

    from kpi.board import TaskView
    from tui.themes import Look

PAGE = 100
MOST_PAGES = 60
_DAY_CELLS = 9
_DAYS_CELLS = 5
_WIDE = 120


@dataclass(frozen=True, slots=True)
class _Column:
    """A column whose width follows its content, between `least` and `most` cells."""

    head: str
    sort: str | None
    least: int
    most: int


_STAGE = _Column("Stage", "stage", 8, 24)
_KPI = _Column("KPI", "stage", 18, 44)
_LISTING = _Column("Listing", "listing", 10, 36)
_APPLICATION = _Column("Applicant", None, 9, 36)
_USER = _Column("User", None, 6, 30)


class TaskRows(Rows):
    """Tasks, one a row, drawn from the pages that are there."""

    FIRST_HEAD = "Status"

    def __init__(self, *, id: str = "tasks") -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._pages: OrderedDict[int, tuple[TaskView, ...]] = OrderedDict()
        self._old: dict[int, tuple[TaskView, ...]] = {}
        self._seen: dict[str, int] = {}
        self._laid: tuple[tuple[object, ...], dict[str, int]] | None = None
        self.sort: str | None = "deadline"
        self.finished = False

    # ------------------------------------------------------------------------------------ the pages

    def begin(self, *, keep: bool) -> None:
        """Forget the pages; with `keep` they are drawn until newer ones come, for the same list."""
        self._old = {**self._old, **self._pages} if keep else {}
        self._pages.clear()
        if not keep:
            self._seen.clear()
        self.refresh()

    def fill(self, start: int, tasks: tuple[TaskView, ...], total: int) -> None:
        """Take a page of the list, which has `total` tasks."""
        if total != self.count:
            self.set_count(total)
        self._pages[start // PAGE] = tasks
        self._pages.move_to_end(start // PAGE)
        self._old.pop(start // PAGE, None)
        while len(self._pages) > MOST_PAGES:
            self._pages.popitem(last=False)
        for task in tasks:
            for column, text in self._flexible(task):
                if cell_len(text) > self._seen.get(column.head, 0):
                    self._seen[column.head] = cell_len(text)
        self.refresh()

    def wanted(self) -> int | None:
        """The page to be fetched next: one that is seen, then a neighbour; None if all are there."""
        if not self.count:
            return None
        first, last = self.top // PAGE, min(self.top + self.slots, self.count - 1) // PAGE
        end = (self.count - 1) // PAGE
        places: tuple[int, ...] = (self.cursor // PAGE, *range(first, last + 1), last + 1, first - 1)
        missing = (page for page in places if 0 <= page <= end and page not in self._pages)
        return next(missing, None)

    def task_at(self, row: int) -> TaskView | None:
        """The task in a row, None while it is not there yet."""
        page = self._pages.get(row // PAGE) or self._old.get(row // PAGE) or ()
        return page[row % PAGE] if row % PAGE < len(page) else None

    # ---------------------------------------------------------------------------------- the columns

    def _flexible(self, task: TaskView) -> tuple[tuple[_Column, str], ...]:
        stage = ((_STAGE, words.shown(task.stage_title)),) if self.size.width >= _WIDE else ()
        return (
            *stage,
            (_KPI, words.shown(task.kpi_title)),
            (_LISTING, words.shown(task.listing)),
            (_APPLICATION, words.shown(task.application)),
            (_USER, words.shown(task.user)),
        )

    @property
    def first_cells(self) -> int:
        """As wide as the longest word needs: “× cancelled” can only be among finished tasks."""
        return len("× cancelled") if self.finished else len("● on track")

    def _widths(self, width: int) -> dict[str, int]:
        """The widths of the columns, worked out anew only when something longer has come."""
        state = (width, self.finished, *self._seen.values())
        if self._laid is None or self._laid[0] != state:
            self._laid = (state, self._lay_out(width))
        return self._laid[1]

    def _lay_out(self, width: int) -> dict[str, int]:
        wide = width >= _WIDE
        columns = ((_STAGE,) if wide else ()) + (_KPI, _LISTING)
        # Where no task so far is an applicant's, the others get the room.
        columns += (_APPLICATION, _USER) if self._seen.get(_APPLICATION.head, 0) > 1 else (_USER,)
        gap = 2 if wide else 1
        room = width - 1 - self.first_cells - _DAY_CELLS * (2 if wide else 1) - _DAYS_CELLS
        room -= gap * (len(columns) + (3 if wide else 2))
        wanted = {
            c.head: max(c.least, len(c.head) + 1, min(c.most, self._seen.get(c.head, c.least)))
            for c in columns
        }
        least = {c.head: c.least for c in columns}
        for _ in range(sum(wanted.values()) - max(0, room)):
            head = max(wanted, key=lambda name: (wanted[name] - least[name], wanted[name]))
            wanted[head] -= 1
        return wanted

    # -------------------------------------------------------------------------------------- drawing

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns; the one that orders the list is marked, a click orders by it."""
        del line
        look, wide = drawing.look(self), width >= _WIDE
        widths = self._widths(width)
        columns = {c.head: c for c in (_STAGE, _KPI, _LISTING, _APPLICATION, _USER)}
        gap = "  " if wide else " "
        parts: list[tuple[str, str | None, int, bool]] = [
            (f" {self.FIRST_HEAD}", None, self.first_cells + 1, False),
            *((head, sort, _DAY_CELLS, False) for head, sort in self.day_heads(wide=wide)),
        ]
        parts += [(head, columns[head].sort, cells, False) for head, cells in widths.items()]
        parts.append(("Days", "age", _DAYS_CELLS, True))
        segments: list[Segment] = []
        marked = False
        for head, sort, cells, at_right in parts:
            on = sort is not None and sort == self.sort and not marked
            marked = marked or on
            text = f"{head}▾" if on else head
            style = (look.strong if on else look.muted) + (
                click(f"screen.sort({sort!r})") if sort else look.muted
            )
            fit = words.right if at_right else words.left
            segments += [Segment(gap if segments else ""), Segment(fit(text, cells), style)]
        return segments

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One task, or dots while it is being fetched."""
        look, wide = drawing.look(self), width >= _WIDE
        over = look.cursor if selected else look.plain
        base = (look.strong if selected else look.text) + over
        task = self.task_at(row)
        if task is None:
            return [Segment(words.left(f" {row + 1:,} …", width), look.faint + over)]
        gap = Segment("  " if wide else " ", base)
        widths = self._widths(width)
        quiet = look.muted + over
        segments = [Segment(" ", base), *self.draw_first(row, task, look, base)]
        *others, last = self.days_of(row, task, wide=wide)
        for day in others:
            segments += [gap, Segment(words.column_day(day), quiet)]
        segments += [gap, Segment(words.column_day(last), base)]
        for column, text in self._flexible(task):
            if column.head not in widths:
                continue
            fit = words.middle if column is _KPI else words.left
            style = quiet if column in (_USER, _STAGE) or text == "–" else base
            segments += [gap, Segment(fit(text, widths[column.head]), style)]
        days = words.number(task.elapsed_working_days, _DAYS_CELLS)
        return [*segments, gap, Segment(words.right(days, _DAYS_CELLS), base)]

    # What stands in the first columns; a list of changes has others there.

    def day_heads(self, *, wide: bool) -> tuple[tuple[str, str | None], ...]:
        """The names of the columns with days, and by what a click on them orders."""
        done_by = ("Done by", "deadline")
        return (("Due", None), done_by) if wide else (done_by,)

    def days_of(self, row: int, task: TaskView, *, wide: bool) -> tuple[date, ...]:
        """The days in these columns; the last one matters most."""
        del row
        return (task.due_on, task.done_by) if wide else (task.done_by,)

    def draw_first(self, row: int, task: TaskView, look: Look, base: Style) -> list[Segment]:
        """Glyph and word; what a finished task keeps is whether it was in time."""
        del row
        glyph, word = LOOKS[task.status].glyph, LOOKS[task.status].word
        style = look.status[task.status]
        if task.in_time is not None:
            kept = Status.ON_TRACK if task.in_time else Status.OVERDUE
            glyph, word, style = (
                ("✓", "in time", look.status[kept]) if task.in_time else ("■", "late", look.status[kept])
            )
        return [Segment(glyph, base + style), Segment(words.left(f" {word}", self.first_cells - 1), base)]
