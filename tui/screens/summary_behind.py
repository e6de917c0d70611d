"""What is behind one figure of a summary, or behind a flag: the target factor by factor, events or tasks."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from store.summary_facts import EventLine, FlagView, TaskLine
from tui import summary_behind as say
from tui import words
from tui.screens.page import WIDE
from tui.screens.summary_says import SAY_KEYS, SayActions
from tui.summary_facts import ask_behind
from tui.summary_parts import weeks_of
from tui.widgets.charts import WeekChart
from tui.widgets.fact_lines import FactLines
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from textual import events
    from textual.widget import Widget

    from store.summary_facts import SummaryPage
    from tui.summary_facts import BehindFacts
    from tui.widgets.rows import Rows

_TALL = 34
_NOTHING = {
    True: ("Nothing is behind it", "No event and no task of this week counts for this figure."),
    False: ("No events", "This flag is about days or numbers, not about single events."),
}


class BehindScreen(SayActions):
    """A figure by its name, or a flag by its key, of the summary of a number."""

    AUTO_FOCUS = "TableRows"
    KEYS = ("rows.choose", "summary.answer", "summary.contest", "behind.contest_event", "behind.sealed",
            "summary.comment", "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *SAY_KEYS,
        Binding("e", "contest_event", "contest event", id="behind.contest_event",
                tooltip="Contest the event with the cursor: its figure is held until somebody else decides"),
        Binding("v", "sealed", "as approved", id="behind.sealed",
                tooltip="What was behind it when it was approved, or what is now"),
    ]  # fmt: skip

    def __init__(self, number: int | None, name: str, key: str) -> None:
        super().__init__()
        self.number, self.name_shown, self.key = number, name, key
        self.facts: BehindFacts | None = None
        self.sealed = False
        self._event = False

    def parts(self) -> Iterable[Widget]:
        """Facts, weeks, list, a sentence, what is being done."""
        yield FactLines(name_cells=16)
        yield WeekChart()
        yield TableRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for what is behind it."""
        self.query_one(WeekChart).display = False
        self.query_one(TabLine).show_path(self.name_shown)
        self.rows.say("Reading what is behind it …")
        self.reload()

    # ------------------------------------------------------------------------------------ the facts

    def reload(self) -> None:
        """Ask again; what is shown stays meanwhile."""
        self.ask(
            "behind", ask_behind(self.number, self.key, sealed=self.sealed), self.take, failed=self._failed
        )

    def take(self, facts: BehindFacts) -> None:
        """Show what was read, if it is still what is looked at."""
        if facts.sealed is self.sealed:
            self.facts = facts
            self.keep(facts.known)
            self._draw()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
        else:
            self.rows.say(*self.unreadable(said))

    @property
    def rows(self) -> TableRows:
        """The list."""
        return self.query_one(TableRows)

    def _draw(self) -> None:
        facts = self.facts
        if facts is None:
            return
        page, wide = facts.page, self.size.width >= WIDE
        title, is_figure = say.title_of(page, self.key), say.is_figure(self.key)
        tall = self.size.height >= _TALL and is_figure
        self.query_one(TabLine).show_path(words.shown(page.line.name), page.line.week.label, title)
        self.query_one(FactLines).show(title, say.behind_facts(facts, self.key, with_weeks=not tall))
        chart = self.query_one(WeekChart)
        chart.display = tall
        if tall:
            chart.show(weeks_of(page, self.key))
        self.rows.show(say.columns(facts, wide=wide), say.rows(facts, wide=wide))
        if not self.rows.rows:
            self.rows.say(*_NOTHING[is_figure])
        self._show_sentence()

    def _show_sentence(self) -> None:
        rows = self.rows
        self.query_one("#sentence", Static).update(say.sentence(rows.picked))
        self.refresh_bindings()
        self.show_keys()
        place = "" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}"
        self.query_one(KeyLine).show_note(f"as approved  {place}" if self.sealed else place)

    def on_resize(self, event: events.Resize) -> None:
        """More or less room."""
        del event
        self._draw()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say all of the row with the cursor."""
        message.stop()
        self._show_sentence()

    # ------------------------------------------------------------------------------- what is at hand

    @property
    def page_shown(self) -> SummaryPage | None:
        """The summary."""
        return None if self.facts is None else self.facts.page

    @property
    def flag(self) -> FlagView | None:
        """The flag that is looked into."""
        return None if self.facts is None else say.flag_of(self.facts.page, self.key)

    @property
    def event(self) -> EventLine | None:
        """The event with the cursor."""
        picked = self.rows.picked if self.is_whole else None
        return picked if isinstance(picked, EventLine) else None

    @property
    def contestable(self) -> tuple[str, int | None] | None:
        """The figure, or the event with the cursor if that was asked for."""
        if not say.is_figure(self.key):
            return None
        return self.key, self.event.seq if self._event and self.event is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An event is contested within a figure; what was approved is there once something was."""
        if action == "contest_event":
            if self.event is None or self.sealed or not say.is_figure(self.key):
                return False
            with self._of_event():
                return self.check_action("contest", ()) is True
        if action == "sealed":
            page = self.page_shown
            return page is not None and page.seal is not None and bool(page.differences)
        return super().check_action(action, parameters)

    @contextmanager
    def _of_event(self) -> Iterator[None]:
        """What is contested is the event with the cursor, not its figure."""
        self._event = True
        try:
            yield
        finally:
            self._event = False

    @property
    def event_said(self) -> str:
        """The event, if it is what would be contested."""
        return f"{say.sentence(self.event)} " if self._event else ""

    def action_contest_event(self) -> None:
        """Have it said what is wrong with the event."""
        with self._of_event():
            self.action_contest()

    def action_sealed(self) -> None:
        """Look at what was approved, or at what is now."""
        self.sealed = not self.sealed
        self.reload()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the listing, or the applicant, of the event or the task."""
        message.stop()
        picked = self.rows.picked
        if isinstance(picked, (EventLine, TaskLine)):
            self.ask_subject(picked.listing, picked.application)

    def ask_subject(self, listing: str, application: str | None) -> None:
        """Look the listing up, and open it."""
        from tui.screens.subject import SubjectScreen  # deferred: as all screens that are opened

        def opened(hit: object) -> None:
            if self.app.screen is self:
                self.app.push_screen(SubjectScreen(hit))  # type: ignore[arg-type]

        self.ask(
            "subject",
            lambda reader: reader.subject(listing, application),
            opened,
            failed=lambda said: self.say_work(f"■ It cannot be opened: {said}.", wrong=True),
            vital=False,
        )
