"""All calendars of the organisation, the newest first: who saved each, when, why, and what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.widgets import Static

from tui import calendar_page_words as say
from tui.calendar_facts import ask_calendars
from tui.screens.page import Page
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.calendar_questions import CalendarView
    from tui.calendar_facts import CalendarHistory
    from tui.widgets.rows import Rows


class CalendarHistoryScreen(Page):
    """A list; below it all of the calendar with the cursor."""

    TAB = "KPIs"
    CSS_PATH = ["data.tcss", "calendar.tcss"]
    AUTO_FOCUS = "TableRows"
    KEYS = ("app.back", "app.search")

    def __init__(self) -> None:
        super().__init__()
        self.facts: CalendarHistory | None = None

    def parts(self) -> Iterable[Widget]:
        """The list and a sentence."""
        yield TableRows()
        yield Static(id="sentence", markup=False)

    def on_mount(self) -> None:
        """Ask for the calendars."""
        self.query_one(TabLine).show_path("Calendar", "History")
        self.query_one(TableRows).say("Reading the calendars …")
        self.reload()

    def reload(self) -> None:
        """Ask for the calendars again; what is shown stays meanwhile."""
        self.ask("calendars", ask_calendars, self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.facts is not None and self.facts.revision != self.host.revision

    def take(self, facts: CalendarHistory) -> None:
        """Draw the calendars."""
        self.facts = facts
        self.host.today, self.host.revision = facts.today, facts.revision
        self.recovered()
        self.query_one(TableRows).show(say.HISTORY_COLUMNS, say.history_rows(facts.views))
        self._show_sentence()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
            return
        sentence = f"{said[:1].upper()}{said[1:]}."
        self.query_one(TableRows).say(
            "The calendars cannot be shown", sentence, "Press r to try again, esc to go back."
        )

    def _show_sentence(self) -> None:
        rows = self.query_one(TableRows)
        view = cast("CalendarView | None", rows.picked)
        self.query_one("#sentence", Static).update("" if view is None else say.history_sentence(view))
        self.query_one(KeyLine).show_note(f"{rows.cursor + 1:,} of {len(rows.rows):,}")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say all of the calendar with the cursor."""
        message.stop()
        self._show_sentence()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """All of it stands below already."""
        message.stop()
