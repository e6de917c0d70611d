"""The board's tables: a bar and the counts by status per stage, KPI or user."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message

from kpi.board import Counts, total
from kpi.status import LOOKS, OPEN_STATUSES, Status
from tui import words
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.style import Style

    from kpi.board import Board, UserRow

_INDENT = "  "
_NARROW_TITLE = 12
_SHORTEST_BAR = 6
_ROUND_BAR = 4  # two blanks before the bar, two behind it
_LEAST_NUMBER = 4
_WIDE = 110


class BoardRow(NamedTuple):
    """One drawn row.

    `stage`, `kpi` and `user` say what it opens; `tasks` is what the bar divides: tasks, or listings. `extra`
    stands in a column of its own where the heads name one: a user's tasks.
    """

    title: str
    counts: Counts
    tasks: int
    stage: str | None = None
    kpi: str | None = None
    user: str | None = None
    open: bool | None = None
    extra: int = 0
    is_total: bool = False


def stage_rows(board: Board, opened: frozenset[str]) -> tuple[BoardRow, ...]:
    """The stages, the KPIs of the opened ones below each, and the totals."""
    rows: list[BoardRow] = []
    for stage in board.stages:
        is_open = stage.code in opened
        rows.append(BoardRow(stage.title, stage.counts, stage.counts.tasks, stage=stage.code, open=is_open))
        if is_open:
            rows += [
                BoardRow(kpi.title, kpi.counts, kpi.counts.tasks, stage=stage.code, kpi=kpi.code)
                for kpi in stage.kpis
            ]
    rows.append(BoardRow("All stages", board.totals, board.totals.tasks, is_total=True))
    return tuple(rows)


def user_rows(users: Iterable[UserRow], *, whole: bool = True) -> tuple[BoardRow, ...]:
    """The users by name, never by rank, and the totals; not `whole` if others are not shown."""
    rows = [
        BoardRow(
            words.shown(row.user, "Nobody"), row.listings, row.listings.tasks, user=row.user, extra=row.tasks
        )
        for row in users
    ]
    sums = total(row.counts for row in rows)
    return (
        *rows,
        BoardRow(
            "All users" if whole else "All shown",
            sums,
            sums.tasks,
            extra=sum(row.extra for row in rows),
            is_total=True,
        ),
    )


class Columns(NamedTuple):
    """The widths of the columns, in cells; `bar` is 0 where there is no room for one."""

    title: int
    tasks: int
    bar: int
    gap: int
    extra: int
    statuses: tuple[tuple[Status, int], ...]


def lay_out(rows: Sequence[BoardRow], width: int, heads: tuple[str, ...]) -> Columns:
    """Divide the width: the numbers get what they need, the titles what they want, the bar the rest."""
    sums = rows[-1].counts if rows else Counts()
    statuses = [status for status in OPEN_STATUSES if status is not Status.PAUSED or sums.paused]
    numbers = tuple((s, max(cell_len(drawing_label(s)), len(f"{sums.of(s):,}"))) for s in statuses)
    tasks = max(len(heads[1]), *(len(f"{row.tasks:,}") for row in rows)) if rows else len(heads[1])
    gap = 3 if width >= _WIDE else 1
    # Nothing stands above the bar, so that the first head may reach over it: the bar gains what it lends.
    first, *others = numbers
    lent = first[1] - max(_LEAST_NUMBER, len(f"{sums.of(first[0]):,}"))
    extra = max(len(heads[2]), *(len(f"{row.extra:,}") for row in rows)) if rows and len(heads) > 2 else 0  # noqa: PLR2004
    fixed = (
        len(_INDENT) + 1 + tasks + (extra + gap if extra else 0) + sum(gap + cells for _, cells in numbers)
    )
    wanted = max((cell_len(row.title) + len(_INDENT) * bool(row.kpi) for row in rows), default=0)
    wanted = max(wanted, len(heads[0]))
    room = width - fixed - _ROUND_BAR + lent
    title = min(wanted, max(_NARROW_TITLE, room - _SHORTEST_BAR))
    bar = room - title
    if bar < _SHORTEST_BAR:
        return Columns(min(wanted, max(_NARROW_TITLE, width - fixed)), tasks, 0, gap, extra, numbers)
    return Columns(title, tasks, bar, gap, extra, ((first[0], first[1] - lent), *others))


def drawing_label(status: Status) -> str:
    """“● on track”, as the head of a column."""
    return f"{LOOKS[status].glyph} {LOOKS[status].word}"


class BoardTable(Rows):
    """Stages with their KPIs, or users, and the totals below them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right",
            "unfold",
            "Show KPIs",
            show=False,
            id="board.unfold",
            tooltip="Hide the stage's KPIs, show them",
        ),
        Binding(
            "left",
            "fold",
            "Hide KPIs",
            show=False,
            id="board.fold",
            tooltip="Hide the stage's KPIs, show them",
        ),
    ]

    class Folded(Message):
        """A stage's KPIs are to be shown or hidden."""

        def __init__(self, stage: str, *, show: bool) -> None:
            super().__init__()
            self.stage = stage
            self.show = show

    def __init__(self) -> None:
        super().__init__(id="table")
        self.rows: tuple[BoardRow, ...] = ()
        self.heads: tuple[str, ...] = ("Stage", "Tasks")
        self._columns: tuple[int, Columns] | None = None

    def show(self, rows: tuple[BoardRow, ...], heads: tuple[str, ...]) -> None:
        """Draw these rows; the cursor stays on what it was on, where that is still there."""
        at = self.current
        self.rows, self.heads, self._columns = rows, heads, None
        self.set_count(len(rows), pinned=1)
        if at is not None:
            same = (n for n, row in enumerate(rows) if _name(row) == _name(at))
            self.cursor = next(same, min(self.cursor, len(rows) - 1))

    @property
    def current(self) -> BoardRow | None:
        """The row with the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def columns(self, width: int) -> Columns:
        """The columns at this width."""
        if self._columns is None or self._columns[0] != width:
            self._columns = (width, lay_out(self.rows, width, self.heads))
        return self._columns[1]

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns; each status as glyph and word."""
        del line
        look, columns = drawing.look(self), self.columns(width)
        quiet = look.muted
        segments = [
            Segment(_INDENT + words.left(self.heads[0], columns.title) + " ", quiet),
            Segment(words.right(self.heads[1], columns.tasks), quiet),
        ]
        blank = columns.bar + _ROUND_BAR if columns.bar else 0
        for status, cells in columns.statuses:
            blank += columns.gap + cells - cell_len(drawing_label(status))
            segments += [Segment(" " * blank), *drawing.label(status, look, quiet)]
            blank = 0
        if columns.extra:
            segments.append(Segment(" " * columns.gap + words.right(self.heads[2], columns.extra), quiet))
        return segments

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """Title, number of tasks, bar, counts."""
        shown, look, columns = self.rows[row], drawing.look(self), self.columns(width)
        over = look.cursor if selected else look.plain
        base = (look.strong if shown.is_total or selected else look.text) + over
        quiet = (look.muted if selected else look.faint) + over
        segments = [
            *self._title(shown, base, look.muted + over, columns.title),
            Segment(" ", base),
            drawing.count(shown.tasks, columns.tasks, base, quiet),
        ]
        if columns.bar:
            on_bar = look.cursor_bar if selected else look.plain
            segments += [Segment("  ", base), *drawing.bar(shown.counts, columns.bar, look, on_bar)]
            segments.append(Segment("  ", base))
        for status, cells in columns.statuses:
            style = look.status[status] + over
            segments.append(Segment(" " * columns.gap, base))
            segments.append(drawing.count(shown.counts.of(status), cells, style, quiet))
        if columns.extra:
            segments.append(Segment(" " * columns.gap, base))
            segments.append(drawing.count(shown.extra, columns.extra, base, quiet))
        return segments

    def _title(self, row: BoardRow, base: Style, quiet: Style, width: int) -> list[Segment]:
        if row.kpi is not None:
            return [Segment(_INDENT * 2 + words.middle(row.title, width - len(_INDENT)), base)]
        mark = {None: "  ", True: "▾ ", False: "▸ "}[row.open]
        return [Segment(mark, quiet), Segment(words.left(row.title, width), base)]

    def action_unfold(self) -> None:
        """Show the KPIs of the stage with the cursor."""
        self._fold(show=True)

    def action_fold(self) -> None:
        """Hide the KPIs of the stage with the cursor, also from one of its KPIs."""
        self._fold(show=False)

    def _fold(self, *, show: bool) -> None:
        row = self.current
        if row is not None and row.stage is not None:
            self.post_message(self.Folded(row.stage, show=show))


def _name(row: BoardRow) -> tuple[object, ...]:
    return (row.stage, row.kpi, row.user, row.is_total)
