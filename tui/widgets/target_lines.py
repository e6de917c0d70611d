"""The lines of the grid of targets, drawn: head, stages' titles, KPIs with fields and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from kpi.drafts import FIELDS
from kpi.status import Status
from tui import words
from tui.kpi_draft import errors_of
from tui.kpi_words import UNSAVED, WRONG, fitted_error

if TYPE_CHECKING:
    from tui.kpi_draft import Draft
    from tui.themes import Look

MARKS, DUE_CELLS, DONE_BY_CELLS = 3, 5, 7
_HISTORY, _COUNT = 11, 9
_FIELDS = 1 + DUE_CELLS + 1 + DONE_BY_CELLS
_COUNTS = 1 + _COUNT + 1 + _COUNT
_LEAST_TITLE, _WIDEST_TITLE, _LEAST_CLOCK = 14, 34, 24
_CARET = "▏"
_HEADS = (
    ("KPI", f"{'Due':>{DUE_CELLS - 1}}  {'Done by':>{DONE_BY_CELLS - 1}}", "History", "Became", "Became",
     "What starts and ends its clock"),
    ("", f"{'working days':>{DUE_CELLS + 1 + DONE_BY_CELLS}}", "p50/p85 of", "due", "overdue", ""),
)  # fmt: skip


class GridRow(NamedTuple):
    """A KPI: its title, what history says, (then, under the draft) of becoming due and overdue, its clock.

    Of a pair the second is empty where there are no two numbers to be shown.
    """

    kpi: str
    title: str
    history: str
    due: tuple[str, str]
    overdue: tuple[str, str]
    clock: str


class _Layout(NamedTuple):
    """The cells of the columns that give way: history first, and the clock unless there is plenty of room."""

    title: int
    history: int
    clock: int


def _layout(width: int) -> _Layout:
    room = width - MARKS - _FIELDS - _COUNTS
    if room - 2 - _HISTORY < _LEAST_TITLE:
        return _Layout(room - 1, 0, 0)
    room -= 2 + _HISTORY
    if room < _WIDEST_TITLE + _LEAST_CLOCK:
        return _Layout(room, _HISTORY, 0)
    return _Layout(_WIDEST_TITLE, _HISTORY, room - _WIDEST_TITLE - 2)


def title_cells(width: int) -> int:
    """The cells of the KPIs' titles in a line of `width` cells."""
    return _layout(width).title


def head_line(line: int, width: int, look: Look, stage: str) -> list[Segment]:
    """One line of the head; `stage` is the one whose title has been scrolled away."""
    first, fields, history, due, overdue, clock = _HEADS[line]
    cells = _layout(width)
    begin = words.left(stage or first, cells.title)
    figures = f" {words.right(due, _COUNT)} {words.right(overdue, _COUNT)}"
    past = f"  {words.right(history, cells.history)}" if cells.history else " "
    return [
        Segment(" " * MARKS + begin, look.strong if stage else look.muted),
        Segment(f" {fields}{past}{figures}  {words.left(clock, cells.clock)}", look.muted),
    ]


def title_line(title: str, width: int, look: Look) -> list[Segment]:
    """A stage's title, ruled off."""
    said = f" {words.shown(title)} "
    return [Segment(said, look.strong), Segment("─" * (width - cell_len(said)), look.faint)]


class TargetLine:
    """One KPI's line. `cursor` is (which field, whether it is written in) if the cursor is in this line."""

    def __init__(self, row: GridRow, draft: Draft, cursor: tuple[int, bool] | None, look: Look) -> None:
        """Draw `row` as it stands in `draft`."""
        self.row, self.draft, self.cursor, self.look = row, draft, cursor, look
        self.checked = draft.checked(row.kpi)
        self.is_unsaved = draft.is_row_unsaved(row.kpi)
        self.over = look.plain if cursor is None else look.cursor_bar
        self.bad = look.status[Status.OVERDUE]

    def draw(self, width: int) -> list[Segment]:
        """The line."""
        cells = _layout(width)
        right = self.checked.target is not None
        rest = self._figures(cells) if right else self._error(width - cells.title - MARKS - _FIELDS)
        return [*self._begin(cells.title), *self._fields(), *rest]

    def _begin(self, title: int) -> list[Segment]:
        """The marks and the title."""
        here, look = self.cursor is not None, self.look
        mark, style = (UNSAVED, look.accent) if self.is_unsaved else (" ", look.text)
        if self.checked.target is None:
            mark, style = WRONG, self.bad
        text = words.middle(words.shown(self.row.title), title)
        return [
            Segment("›" if here else " ", look.accent + self.over),
            Segment(f"{mark} ", style + self.over),
            Segment(text, (look.strong if here else look.text) + self.over),
        ]

    def _fields(self) -> list[Segment]:
        """The two fields; that with the cursor stands out, one that is written in has a caret."""
        drawn, look, kpi = [], self.look, self.row.kpi
        errors = (self.checked.due_error, self.checked.done_by_error)
        for place, (field, cells) in enumerate(zip(FIELDS, (DUE_CELLS, DONE_BY_CELLS), strict=True)):
            text = words.shown(self.draft.text(kpi, field), "")
            unsaved = self.draft.is_field_unsaved(kpi, field)
            style = self.bad if errors[place] else look.accent if unsaved else look.text
            here = self.cursor is not None and self.cursor[0] == place
            editing = self.cursor == (place, True)
            shown = _tail(text, cells - 1) + _CARET if editing else words.right(text, cells - 1) + " "
            style += Style(reverse=True, bold=True) if here else self.over
            drawn += [Segment(" ", self.over), Segment(words.right(shown, cells), style)]
        return drawn

    def _figures(self, cells: _Layout) -> list[Segment]:
        """What history says, and the preview; where there is room, the clock."""
        look, over = self.look, self.over
        history = f"  {words.right(self.row.history, cells.history)}" if cells.history else " "
        drawn = [Segment(history, look.text + over)]
        for then, draft in (self.row.due, self.row.overdue):
            arrow = "→" if draft else ""
            blank = " " * (1 + _COUNT - cell_len(then) - cell_len(draft) - len(arrow))
            strong = look.text if then == draft else look.strong
            drawn += [Segment(f"{blank}{then}{arrow}", look.muted + over), Segment(draft, strong + over)]
        if not cells.clock:
            return drawn
        mark = "unsaved · " if self.is_unsaved else ""
        clock = words.left(self.row.clock, cells.clock - len(mark))
        return [*drawn, Segment(f"  {mark}", look.accent + over), Segment(clock, look.muted + over)]

    def _error(self, room: int) -> list[Segment]:
        """What is wrong with the fields, in words beside them."""
        text = fitted_error(f"{WRONG} {errors_of(self.checked)}", room - 2)
        return [Segment("  ", self.over), Segment(words.left(text, room - 2), self.bad + self.over)]


def _tail(text: str, width: int) -> str:
    """The end of a text that is written, where the caret stands."""
    while cell_len(text) > width:
        text = text[1:]
    return text
