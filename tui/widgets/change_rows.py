"""What changed between two days: a list of tasks that says of each what happened, and on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from tui import words
from tui.change_words import WIDEST, change_status, change_words
from tui.widgets.task_rows import PAGE, TaskRows

if TYPE_CHECKING:
    from datetime import date

    from rich.style import Style

    from kpi.board import TaskView
    from kpi.changes import ChangeView
    from tui.themes import Look


class ChangeRows(TaskRows):
    """Changes, one a row."""

    FIRST_HEAD = "Change"

    def __init__(self) -> None:
        super().__init__(id="changes")
        self.sort = None
        self._changes: dict[int, tuple[ChangeView, ...]] = {}

    def fill_changes(self, start: int, changes: tuple[ChangeView, ...], total: int) -> None:
        """Take a page of the list, which has `total` changes."""
        self._changes[start // PAGE] = changes
        self.fill(start, tuple(change.task for change in changes), total)
        held = self._pages.keys() | self._old.keys()
        self._changes = {page: held_changes for page, held_changes in self._changes.items() if page in held}

    @property
    def first_cells(self) -> int:
        """As wide as the longest words need."""
        return WIDEST

    def day_heads(self, *, wide: bool) -> tuple[tuple[str, str | None], ...]:
        """When it happened; where there is room, the deadline too."""
        return (("Done by", None), ("On", None)) if wide else (("On", None),)

    def days_of(self, row: int, task: TaskView, *, wide: bool) -> tuple[date, ...]:
        """The days in these columns."""
        day = self._changes[row // PAGE][row % PAGE].day
        return (task.done_by, day) if wide else (day,)

    def draw_first(self, row: int, task: TaskView, look: Look, base: Style) -> list[Segment]:
        """What happened: glyph and words."""
        del task
        change = self._changes[row // PAGE][row % PAGE]
        glyph, word = change_words(change)
        status = change_status(change)
        style = base if status is None else base + look.status[status]
        return [Segment(glyph, style), Segment(words.left(f" {word}", WIDEST - 1), base)]
