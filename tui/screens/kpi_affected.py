"""The listings whose tasks became due or overdue in a period only then, or only under the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.widgets import Static

from tui import kpi_words as say
from tui import words
from tui.kpi_facts import ask_affected, ask_subject_of
from tui.screens.page import Page
from tui.widgets import drawing
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from rich.style import Style
    from textual.widget import Widget

    from kpi.board import SearchHit
    from kpi.catalogue import Kpi
    from kpi.preview import Affected
    from kpi.targets import Target
    from tui.kpi_facts import AffectedFacts, Days

_DAY, _PAIR = 9, 21
_BOTH = 2 * (_PAIR + 2)


class AffectedRows(Rows):
    """A task a line: its listing, and when it became due and overdue, then and under the draft."""

    def __init__(self) -> None:
        super().__init__(id="affected")
        self.found: Sequence[Affected] = ()

    def show(self, found: Sequence[Affected]) -> None:
        """Draw these."""
        self.found = found
        self.say()
        self.set_count(len(found))

    @property
    def picked(self) -> Affected | None:
        """The task with the cursor."""
        return None if self.said or self.cursor >= len(self.found) else self.found[self.cursor]

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        names = f"  {words.left('Became due', _PAIR)}  {words.left('Became overdue', _PAIR)}"
        return [Segment(words.left("  Listing, applicant", width - _BOTH) + names, drawing.look(self).muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One task."""
        if row >= len(self.found):
            return []
        look, one = drawing.look(self), self.found[row]
        over = look.cursor if selected else look.plain
        name = words.shown(one.listing)
        if one.application:
            name += f", {words.shown(one.application)}"
        drawn = [Segment(words.left(f"  {name}", width - _BOTH), look.text + over)]
        for then, draft in ((one.due_now, one.due_draft), (one.overdue_now, one.overdue_draft)):
            drawn += _turn(then, draft, (look.muted + over, look.strong + over))
        used = sum(cell_len(segment.text) for segment in drawn)
        return [*drawn, Segment(" " * max(0, width - used), over)]


def _turn(then: date | None, draft: date | None, styles: tuple[Style, Style]) -> list[Segment]:
    quiet, strong = styles
    if then == draft:
        return [Segment(f"  {words.left(f'{_day(then)}  the same', _PAIR)}", quiet)]
    first = Segment(f"  {words.left(_day(then), _DAY)} → ", quiet)
    return [first, Segment(words.left(_day(draft), _PAIR - _DAY - 3), strong)]


def _day(day: date | None) -> str:
    return "not then" if day is None else words.column_day(day)


class AffectedScreen(Page):
    """One KPI's tasks of a period under one target; `v` on the KPI page opens it."""

    CSS_PATH = "kpis.tcss"
    TAB: ClassVar[str] = "KPIs"
    AUTO_FOCUS = "AffectedRows"
    KEYS = ("rows.choose", "app.back", "app.kpis", "app.search")

    def __init__(self, kpi: Kpi, target: Target, days: Days) -> None:
        """Show whom `target` would have touched."""
        super().__init__()
        self.kpi, self.target, self.days = kpi, target, days
        self.facts: AffectedFacts | None = None

    def parts(self) -> Iterable[Widget]:
        """The rows, and a sentence about them all."""
        yield AffectedRows()
        yield Static(id="sentence", markup=False)

    def on_mount(self) -> None:
        """Ask for the tasks."""
        self.query_one(TabLine).show_path(words.shown(self.kpi.title), "listings affected")
        self.query_one(AffectedRows).say("Reading the tasks …")
        self.reload()

    def reload(self) -> None:
        """Ask again."""
        self.ask(
            "affected", ask_affected(self.kpi.code, self.target, self.days), self.take, failed=self._failed
        )

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.facts is not None and self.facts.revision != self.host.revision

    def lens_changed(self) -> None:
        """Neither day nor user matters here."""

    def take(self, facts: AffectedFacts) -> None:
        """Show the tasks."""
        self.facts = facts
        self.host.revision = facts.revision
        self.recovered()
        rows = self.query_one(AffectedRows)
        rows.show(facts.rows)
        target, period = self.target, say.days_words(self.days)
        under = f"due {target.due_days}, done by {target.done_by_days}"
        if not facts.rows:
            rows.say("No listing is affected", f"In {period} the same tasks become due and overdue.")
        self.query_one("#sentence", Static).update(
            f"{words.plural(len(facts.rows), 'task')} became due or overdue in {period} only then, or only "
            f"with {under}. The days: then → under the draft; “not then” is outside the period, or never."
        )
        self._show_place()

    def _show_place(self) -> None:
        rows = self.query_one(AffectedRows)
        self.query_one(KeyLine).show_note("none" if rows.said else f"{rows.cursor + 1:,} of {rows.count:,}")

    def _failed(self, said: str) -> None:
        if self.facts is None:
            sentence = f"{said[:1].upper()}{said[1:]}."
            self.query_one(AffectedRows).say(
                "The listings cannot be shown", sentence, "Press r to try again, esc to go back."
            )
        else:
            self.show_failure(said)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where one is."""
        message.stop()
        self._show_place()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the listing, or the applicant."""
        message.stop()
        one = self.query_one(AffectedRows).picked
        if one is not None:
            self.ask("subject", ask_subject_of(one), self._open, failed=self.show_failure, vital=False)

    def _open(self, hit: SearchHit) -> None:
        from tui.screens.subject import SubjectScreen

        if self.app.screen is self:
            self.app.push_screen(SubjectScreen(hit))
