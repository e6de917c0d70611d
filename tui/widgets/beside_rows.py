"""An entry's changes: each field before and after, beside each other, with what differs marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from kpi.status import Status
from tui import audit_words, words
from tui.beside import Kind, Pair, Piece, beside, folded
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.audit_entry import Change, Value
    from kpi.catalogue import Catalogue
    from tui.themes import Look

_GLYPH, _GAP = 2, 2
_MOST_FIELD, _LEAST_SIDE = 48, 12
_UNDERLINED = Style(underline=True, bold=True)


class _Line(NamedTuple):
    """One line of the table. `field` stands on a field's first line; a `wide` one has the room to itself."""

    kind: Kind
    field: str = ""
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    wide: bool = False
    is_long: bool = False


class BesideRows(Rows):
    """Changes that can be scrolled through; a text of several lines is compared line by line."""

    def __init__(self) -> None:
        super().__init__(id="beside")
        self.has_cursor = False
        self._changes: tuple[tuple[str, Change], ...] = ()
        self._lines: list[_Line] = []
        self._laid_for: tuple[int, int] = (-1, -1)
        self._shown = 0
        self._needs = 0  # cells: the longest value that stands on one line

    def show(self, changes: Sequence[Change], catalogue: Catalogue) -> None:
        """Draw these, from the first on."""
        self._changes = tuple(
            (words.shown(audit_words.field_words(change.field, catalogue)), change) for change in changes
        )
        self._shown += 1
        sides = [
            _texts(side) or [""] for _, change in self._changes for side in (change.before, change.after)
        ]
        self._needs = max([cell_len(side[0]) for side in sides if len(side) == 1], default=0)
        self.say()
        self._lay()
        self.scroll_to(y=0, animate=False)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay()

    def _lay(self) -> None:
        width = self.size.width - 2  # the scrollbar may come
        if width <= 0 or self._laid_for == (width, self._shown):
            return
        self._laid_for = (width, self._shown)
        self._lines = [
            line for field, change in self._changes for line in self._lines_of(field, change, width)
        ]
        self.set_count(len(self._lines))
        self.refresh()

    def _cells(self, width: int, *, is_long: bool) -> tuple[int, int]:
        """The cells of the field's column, and of each side; a long text has no field beside it."""
        if is_long:
            return 0, max(_LEAST_SIDE, (width - _GLYPH - _GAP) // 2)
        longest = max((cell_len(field) for field, _ in self._changes), default=0)
        field = max(len("Field"), min(longest, _MOST_FIELD, (width - _GLYPH) // 3))
        half = (width - _GLYPH - field - 2 * _GAP) // 2
        return field, max(_LEAST_SIDE, min(half, self._needs))

    def _lines_of(self, field: str, change: Change, width: int) -> list[_Line]:
        before, after = _texts(change.before), _texts(change.after)
        is_long = max(len(before or ()), len(after or ())) > 1
        cells = self._cells(width, is_long=is_long)[1]
        pairs = beside(before, after)
        kinds = {pair.kind for pair in pairs}
        whole = kinds.pop() if len(kinds) == 1 else Kind.CHANGED
        lines = [_Line(whole, field, wide=True)] if is_long else []
        for pair in pairs:
            lines += _folded(pair, "" if is_long else field, cells, is_long=is_long)
        return lines

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        field, side = self._cells(width - 1, is_long=False)
        head = (
            " " * _GLYPH
            + words.left("Field", field)
            + " " * _GAP
            + words.left("Before", side + _GAP)
            + "After"
        )
        return [Segment(words.left(head, width), drawing.look(self).muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One line of a change."""
        del selected
        look = drawing.look(self)
        if row >= len(self._lines):
            return []
        line = self._lines[row]
        glyph = Segment(f"{line.kind.value} ", _style(line.kind, look))
        if line.wide:
            return [glyph, Segment(words.left(line.field, width - _GLYPH), look.strong)]
        if line.kind is Kind.SKIPPED:
            return [Segment(words.left(f"  {line.field}", width), look.muted)]
        field, side = self._cells(width - 1, is_long=line.is_long)
        named = [] if line.is_long else [Segment(words.middle(line.field, field) + " " * _GAP, look.text)]
        return [
            glyph if line.field or line.is_long else Segment(" " * _GLYPH),
            *named,
            *_side(line.before, side, look, look.status[Status.OVERDUE]),
            Segment(" " * _GAP),
            *_side(line.after, side, look, look.status[Status.ON_TRACK]),
        ]


def _texts(value: Value) -> list[str] | None:
    """A value's lines as they may be drawn, with their indentation; None where there is no value."""
    if value is None:
        return None
    said = [line.expandtabs(4).rstrip() for line in audit_words.value_words(value).split("\n")]
    kept = [" " * (len(line) - len(line.lstrip(" "))) + words.shown(line, "") for line in said]
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    return kept


def _folded(pair: Pair, field: str, cells: int, *, is_long: bool) -> list[_Line]:
    """A pair on as many lines as its longer side needs."""
    if pair.kind is Kind.SKIPPED:
        return [_Line(Kind.SKIPPED, f"… {pair.skipped:,} lines that are the same", is_long=is_long)]
    before, after = folded(pair.before, cells), folded(pair.after, cells)
    lines = []
    for place in range(max(len(before), len(after))):
        kind = pair.kind if place == 0 else Kind.SAME
        old = before[place] if place < len(before) else ()
        new = after[place] if place < len(after) else ()
        lines.append(_Line(kind, field if place == 0 else "", old, new, is_long=is_long))
    return lines


def _style(kind: Kind, look: Look) -> Style:
    if kind is Kind.NEW:
        return look.status[Status.ON_TRACK]
    return look.status[Status.OVERDUE] if kind is Kind.GONE else look.warning


def _side(pieces: Sequence[Piece], cells: int, look: Look, marked: Style) -> list[Segment]:
    """A side of a line in exactly so many cells; what differs has a colour, and a line below it."""
    drawn = [
        Segment(piece.text, look.text + marked + _UNDERLINED if piece.differs else look.muted)
        for piece in pieces
    ]
    used = sum(cell_len(piece.text) for piece in pieces)
    return [*drawn, Segment(" " * max(0, cells - used))]
