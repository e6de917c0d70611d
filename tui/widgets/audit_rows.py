"""Audit entries, any number of them: their numbers are known, the rest is fetched as it comes into view."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from kpi.status import Status
from tui import audit_words, words
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual import events

    from kpi.catalogue import Catalogue
    from store.audit_questions import EntryView

PAGE = 100
MOST_KEPT = 6_000
_WIDE = 120
_MOMENT_CELLS, _LEAST_NUMBER = 15, 5
# The cells of who, operation and target: (least, most).
_NARROW = ((8, 16), (14, 24), (13, 16))
_BROAD = ((8, 20), (14, 26), (8, 20))
_HEADS = ("Who", "What", "Of")
_GAP = "  "


class AuditRows(Rows):
    """Entries, one a row; where the log has a gap the row says so."""

    def __init__(self) -> None:
        super().__init__(id="entries")
        self.numbers: Sequence[int] = ()
        self.catalogue: Catalogue | None = None
        self.marked: int | None = None
        """The entry at which a stretch begins that is to be marked as reviewed."""
        self.to_end = False
        """Whether the last row is wanted, also while more are being found."""
        self._entries: OrderedDict[int, EntryView | None] = OrderedDict()
        self._old: dict[int, EntryView | None] = {}
        self._needs = [0, 0, 0]

    # ------------------------------------------------------------------------------------- the entries

    def begin(self, numbers: Sequence[int], catalogue: Catalogue) -> None:
        """Show another list, of these numbers so far."""
        self.numbers, self.catalogue = numbers, catalogue
        self._needs, self.to_end = [0, 0, 0], False
        self.renew()
        self.cursor = 0
        self.set_count(len(numbers))
        self.scroll_to(y=0, animate=False)

    def renew(self) -> None:
        """Fetch all anew; what is there is drawn until then."""
        self._old = {**self._old, **self._entries} if len(self._old) < MOST_KEPT else dict(self._entries)
        self._entries.clear()
        self.refresh()

    def grow(self) -> None:
        """More has been found, at the end of the list."""
        self.set_count(len(self.numbers))
        if self.to_end:
            self.cursor = self.count - 1

    def put_above(self, numbers: Sequence[int], more: int) -> None:
        """The list has `more` newer entries; the cursor stays on its own, on the newest if it was there."""
        at, top = self.cursor, self.top
        self.numbers = numbers
        self.set_count(len(numbers))
        if at or top:
            self.scroll_to(y=top + more, animate=False)
            self.cursor = at + more
        self.refresh()

    def fill(self, asked: Sequence[int], entries: Sequence[EntryView]) -> None:
        """Take entries; of those that were asked for, what is missing is not in the log."""
        found = {entry.seq: entry for entry in entries}
        for number in asked:
            self._entries[number] = found.get(number)
            self._entries.move_to_end(number)
            self._old.pop(number, None)
        while len(self._entries) > MOST_KEPT:
            self._entries.popitem(last=False)
        for entry in entries:
            for place, text in enumerate(self._texts(entry)):
                self._needs[place] = max(self._needs[place], cell_len(text))
        self.refresh()

    def wanted(self) -> tuple[int, ...]:
        """The entries to be fetched next: those of a page that is seen, then of a neighbour."""
        if self.said or not self.count:
            return ()
        first, last = self.top // PAGE, min(self.top + self.slots, self.count - 1) // PAGE
        for page in (self.cursor // PAGE, *range(first, last + 1), last + 1, first - 1):
            numbers = self.numbers[page * PAGE : (page + 1) * PAGE] if page >= 0 else ()
            missing = tuple(number for number in numbers if number not in self._entries)
            if missing:
                return missing
        return ()

    def number_at(self, row: int) -> int | None:
        """The number of the entry in a row."""
        return self.numbers[row] if 0 <= row < len(self.numbers) else None

    def is_known(self, row: int) -> bool:
        """Whether the row has been fetched, also if its entry is not there."""
        number = self.number_at(row)
        return number in self._entries or number in self._old

    def entry_at(self, row: int) -> EntryView | None:
        """The entry in a row; None while it is not there yet, and if the log has a gap there."""
        number = self.number_at(row)
        if number is None:
            return None
        return self._entries[number] if number in self._entries else self._old.get(number)

    # -------------------------------------------------------------------------------------- the cursor

    def action_move(self, rows: int) -> None:
        """Move; the end is no longer wanted."""
        self.to_end = False
        super().action_move(rows)

    def action_last(self) -> None:
        """Go to the last row, and on while more are being found."""
        super().action_last()
        self.to_end = True

    def on_click(self, event: events.Click) -> None:
        """As in any list; the end is no longer wanted."""
        self.to_end = False
        super().on_click(event)

    # ----------------------------------------------------------------------------------------- drawing

    def _number_cells(self) -> int:
        newest = self.numbers[0] if len(self.numbers) else 0
        return max(_LEAST_NUMBER, len(f"{newest:,}"))

    def _widths(self, width: int) -> tuple[list[int], int]:
        """The cells of who, what and of what; and, where there is room, those left for fields and reason."""
        wide = width >= _WIDE
        limits = _BROAD if wide else _NARROW
        cells = [
            max(least, len(head), min(most, need))
            for (least, most), head, need in zip(limits, _HEADS, self._needs, strict=True)
        ]
        room = width - 5 - self._number_cells() - _MOMENT_CELLS - len(_GAP) * (len(cells) + 1)
        if wide:
            return cells, max(0, room - sum(cells) - len(_GAP))
        # A narrow screen has room for these alone: what one does not need the others get, or they give way.
        for _ in range(max(0, sum(cells) - room)):
            widest = max(range(3), key=lambda place: (cells[place] - limits[place][0], cells[place]))
            cells[widest] -= 1
        cells[1] += max(0, room - sum(cells))
        return cells, 0

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        cells, rest = self._widths(width)
        parts = [words.right("Entry", self._number_cells()), words.left("When", _MOMENT_CELLS)]
        parts += [words.left(head, many) for head, many in zip(_HEADS, cells, strict=True)]
        head = "  " + _GAP.join(parts)
        if rest:
            head += _GAP + words.left("Fields", rest // 2) + words.left("Why", rest - rest // 2)
        seen = width - 3
        return [Segment(words.left(head, seen) + " ✓ ", drawing.look(self).muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One entry, or dots while it is being fetched."""
        look = drawing.look(self)
        over = look.cursor if selected else look.plain
        base, quiet = (look.strong if selected else look.text) + over, look.muted + over
        number, entry = self.number_at(row) or 0, self.entry_at(row)
        mark = "◆ " if number == self.marked else "  "
        begin = [
            Segment(mark, look.accent + over),
            Segment(words.right(f"{number:,}", self._number_cells()), quiet),
        ]
        if entry is None or entry.unreadable is not None:
            said = ("■ cannot be read", "■ is not in the log")[entry is None] if self.is_known(row) else "…"
            style = look.warning + over if self.is_known(row) else look.faint + over
            drawn = [*begin, Segment(_GAP + said, style)]
        else:
            drawn = [*begin, *self._said(entry, width, base, quiet)]
        drawn.append(
            Segment(f" {audit_words.REVIEWED if entry is not None and entry.reviews else ' '} ", base)
        )
        used = sum(cell_len(segment.text) for segment in drawn)
        # The mark of a review stands at the right end.
        drawn.insert(-1, Segment(" " * max(0, width - used), base))
        return drawn

    def _said(self, entry: EntryView, width: int, base: Style, quiet: Style) -> list[Segment]:
        """When, who, what, of what; where there is room the fields and why."""
        look, (cells, rest) = drawing.look(self), self._widths(width)
        at = words.moment_words(entry.at) if entry.at is not None else ""
        who, what, of = (
            Segment(_GAP + words.left(text, many), style)
            for text, many, style in zip(self._texts(entry), cells, (base, base, quiet), strict=True)
        )
        if entry.outcome == "refused":
            what = Segment(what.text, base + look.status[Status.OVERDUE])
        drawn = [Segment(_GAP + words.left(at, _MOMENT_CELLS), quiet), who, what, of]
        if rest and self.catalogue is not None:
            fields = words.shown(audit_words.changes_words(entry.changes, self.catalogue))
            drawn += [
                Segment(_GAP + words.left(fields, rest // 2 - len(_GAP)), quiet),
                Segment(_GAP + words.left(words.shown(entry.reason), rest - rest // 2), base),
            ]
        return drawn

    def _texts(self, entry: EntryView) -> tuple[str, str, str]:
        """Who, what, of what."""
        target = audit_words.target_words(entry.target, short=self.size.width < _WIDE)
        return (
            words.shown(entry.person),
            words.shown(audit_words.operation_words(entry.operation, entry.outcome)),
            words.shown(target),
        )
