"""A box for a closure or an extra working day: the day and its reason, each checked as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.widgets import Input, Label, Static

from kpi.days import WAYS, DayError, parse_day
from kpi.text import clean
from store.rationale import MOST_CHARACTERS
from tui import words
from tui.calendar_draft import Entry
from tui.screens.dialogue import Dialogue
from tui.widgets.answer_line import AnswerLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from textual.widget import Widget


class DayGiven(NamedTuple):
    """A day, and what is said of it."""

    day: date
    entry: Entry


class OwnDayBox(Dialogue[DayGiven]):
    """Gives the day and its entry; nothing if it was closed."""

    CSS_PATH = ["dialogue.tcss", "own_day_box.tcss"]  # type: ignore[assignment] # Textual takes both forms
    FOOTING = "tab goes between the fields"
    AUTO_FOCUS = ""

    def __init__(
        self, today: date, describe: Callable[[date], str], *, closed: bool, given: DayGiven | None = None
    ) -> None:
        """Ask for a day; `describe` says in words what one is now."""
        super().__init__()
        self.HEADING = "Close a day" if closed else "An extra working day"  # type: ignore[misc]
        self.today, self.describe, self.closed, self.given = today, describe, closed, given

    def parts(self) -> Iterable[Widget]:
        """The day, what it is, the reason, and what is wrong with that."""
        day = "" if self.given is None else self.given.day.isoformat()
        reason = "" if self.given is None else self.given.entry.reason
        yield Label("Which day?")
        yield Input(day, placeholder="such as 24 Dec or 2026-12-24", id="day", select_on_focus=False)
        yield Static(id="day-said", classes="said", markup=False)
        yield Label("Why is it closed?" if self.closed else "Why is it worked?")
        yield Input(reason, placeholder="the reason", id="why", select_on_focus=False)
        yield Static(id="why-said", classes="said", markup=False)
        yield AnswerLine([("enter", "Take it over", "screen.take"), ("esc", "Not now", "screen.close")])

    def on_mount(self) -> None:
        """Say what the day is; a day that is given needs a reason next."""
        self._read_day(self.query_one("#day", Input).value)
        self.query_one("#day" if self.given is None else "#why", Input).focus()

    def _say(self, name: str, text: str, *, wrong: bool = False) -> None:
        said = self.query_one(f"#{name}-said", Static)
        said.update(words.shown(text, ""))
        said.set_class(wrong, "-wrong")

    def _read_day(self, text: str, *, needed: bool = False) -> date | None:
        """The day that is written, and the words for it or for what is wrong."""
        if not text.strip() and not needed:
            self._say("day", f"As in {WAYS}.")
            return None
        try:
            day = parse_day(text, self.today, self.today)
            self._say("day", self.describe(day))
        except DayError as error:
            self._say("day", f"■ {error}.", wrong=True)
            return None
        return day

    def _read_reason(self, text: str) -> str | None:
        reason = clean(text)
        if not reason:
            self._say("why", "■ Say why: it is kept with the day.", wrong=True)
        elif len(reason) > MOST_CHARACTERS:
            said = f"■ At most {MOST_CHARACTERS} characters, this has {len(reason)}."
            self._say("why", said, wrong=True)
        else:
            self._say("why", "")
            return reason
        return None

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say what the day means so far; a reason that is being written is not wrong yet."""
        message.stop()
        if message.input.id == "day":
            self._read_day(message.value)
        else:
            self._say("why", "")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """From the day go on to the reason, from there take both over."""
        message.stop()
        if message.input.id == "day" and not self.query_one("#why", Input).value.strip():
            if self._read_day(message.value, needed=True) is not None:
                self.query_one("#why", Input).focus()
        else:
            self.action_take()

    def action_take(self) -> None:
        """Take both over, if they are right; else go to the first that is not."""
        day = self._read_day(self.query_one("#day", Input).value, needed=True)
        reason = self._read_reason(self.query_one("#why", Input).value)
        if day is None or reason is None:
            self.query_one("#day" if day is None else "#why", Input).focus()
        else:
            self.dismiss(DayGiven(day, Entry(self.closed, reason)))
