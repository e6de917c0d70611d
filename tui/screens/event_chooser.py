"""Choosing which of our events an activity is: those most like it first; type a part of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from kpi.explain import event_words
from tui import words
from tui.data_facts import ask_alike
from tui.screens.dialogue import Dialogue
from tui.widgets.finder import Finder
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget
    from textual.widgets import Input

    from store.feeds.likeness import Likeness
    from tui.widgets.rows import Rows


class EventChooser(Dialogue[str]):
    """Gives our event; nothing if it was closed."""

    HEADING = "Which of our events is it?"
    FOOTING = "type to find · enter chooses · esc closes"
    AUTO_FOCUS = "Finder"

    def __init__(self, activity: str, source: str) -> None:
        """Offer events for an activity of a source."""
        super().__init__()
        self.activity, self.source = activity, source
        self.alike: tuple[Likeness, ...] | None = None

    def parts(self) -> Iterable[Widget]:
        """What it is about, input and list."""
        said = (
            f"“{words.shown(self.activity)}” from {words.shown(self.source)}. The choice counts for rows "
            "that come from now on; events already kept keep their name."
        )
        yield Static(said, id="said", markup=False)
        yield Finder("our event")
        yield PickRows()

    def on_mount(self) -> None:
        """Ask which are like it."""
        self.query_one(PickRows).say("Comparing the names …")
        host = self.host
        host.put(host.page, "alike", ask_alike(self.activity), self._take, failed=self._failed, vital=False)

    def _take(self, alike: tuple[Likeness, ...]) -> None:
        if self.is_attached:
            self.alike = alike
            self._show(self.query_one(Finder).value)

    def _failed(self, said: str) -> None:
        if self.is_attached:
            self.query_one(PickRows).say("The events cannot be read", f"{said[:1].upper()}{said[1:]}.")

    def _show(self, wanted: str) -> None:
        wanted = wanted.strip().casefold()
        choices = [
            Choice(event_words(one.target), one.target, note=f"{one.score} % alike" if one.score else "")
            for one in self.alike or ()
            if wanted in event_words(one.target).casefold() or wanted in one.target.casefold()
        ]
        self.query_one(PickRows).show(choices, none="No event's name holds that.")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show the events that fit."""
        message.stop()
        if self.alike is not None:
            self._show(message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Choose the event with the cursor."""
        message.stop()
        self._choose()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Choose the event that was clicked."""
        message.stop()
        self._choose()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def _choose(self) -> None:
        picked = self.query_one(PickRows).picked
        if picked is not None:
            self.dismiss(str(picked.value))

    def action_move(self, step: int) -> None:
        """Move through the events while the input keeps the focus."""
        self.query_one(PickRows).action_move(step)
