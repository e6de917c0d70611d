"""A box in which a day is written; what it means, or what is wrong with it, stands below at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Static

from kpi.days import WAYS, DayError, parse_day
from tui import words
from tui.screens.dialogue import Dialogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from textual.widget import Widget


class DayBox(Dialogue["date"]):
    """Gives the day that was written; nothing if it was closed."""

    FOOTING = "enter goes there · esc closes"
    AUTO_FOCUS = "Input"

    def __init__(
        self, heading: str, today: date, shown: date, refuse: Callable[[date], str | None] | None = None
    ) -> None:
        """Ask for a day; steps go from `shown`. `refuse` says in words what is wrong with a day here."""
        super().__init__()
        self.HEADING = heading  # type: ignore[misc]
        self.today, self.shown, self.refuse = today, shown, refuse

    def parts(self) -> Iterable[Widget]:
        """The field, and the words below it."""
        yield Input(placeholder=words.day_words(self.shown), id="day", select_on_focus=False)
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Say what can be written."""
        self._say(f"As in {WAYS}.", wrong=False)

    def _say(self, text: str, *, wrong: bool) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text))
        said.set_class(wrong, "-wrong")

    def _read(self, text: str) -> date | None:
        """The day that is written, and the words for it or for what is wrong."""
        try:
            day = parse_day(text, self.today, self.shown)
            refusal = None if self.refuse is None else self.refuse(day)
        except DayError as error:
            day, refusal = self.today, str(error)
        if refusal is not None:
            self._say(f"■ {refusal}.", wrong=True)
            return None
        far = "today" if day == self.today else words.distance_words(day, self.today)
        self._say(f"{words.day_words(day)}, {far}", wrong=False)
        return day

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say what it means so far."""
        message.stop()
        if message.value.strip():
            self._read(message.value)
        else:
            self.on_mount()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go there, if it is a day."""
        message.stop()
        day = self._read(message.value)
        if day is not None:
            self.dismiss(day)
