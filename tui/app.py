"""The full-screen app: what all screens share. Facts come from a desk; screens only ask and draw."""

from __future__ import annotations

import gc
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.answers import Answer, Waiting
from tui.facts import Lens, Pulse, read_pulse
from tui.launch import run_app
from tui.screens.board import BoardScreen
from tui.screens.page import Page
from tui.source import EARLY_TOPIC, Desk, Mailbox, open_store
from tui.themed import ThemedApp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from textual.app import SystemCommand
    from textual.screen import Screen

    from kpi.board import TaskView
    from store.tasks import TaskQuery
    from tui.reader import Opener, Question
    from tui.source import Outcome

__all__ = ["StagewatchApp", "run_app"]

# So many missed refreshes make the figures old.
MISSED_REFRESHES = 3


def _collect_again() -> None:
    """End the pause in collecting garbage that `launch.run_app` began; what start-up made stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class StagewatchApp(ThemedApp):
    """The app over one store.

    `opener` opens the store (tests pass their own); `desk` and `early` carry a first board that was asked
    for before this module was imported; `advance` brings waiting tasks up to date, and is a write.
    """

    TITLE = "Stagewatch"
    CSS_PATH = ["app.tcss", "screens/board.tcss", "screens/tasks.tcss"]
    ENABLE_SELECT_AUTO_SCROLL = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "search",
            "search",
            key_display="/",
            id="app.search",
            # Priority, and awaited: what is typed right after it must reach the search and nothing else.
            priority=True,
            tooltip="Find a listing or applicant",
        ),
        Binding("r", "refresh_now", "refresh", id="app.refresh", tooltip="Read the store again, now"),
        Binding("f2", "settings", "settings", id="app.settings", tooltip="Refresh interval and theme"),
        Binding(
            "f3",
            "next_theme",
            "theme",
            id="app.theme",
            tooltip="Next theme: dark, light, terminal, colour-blind",
        ),
        Binding("1", "tab('1')", "board", id="app.board", tooltip="To the board"),
        Binding(
            "escape", "back", "back", key_display="esc", id="app.back", tooltip="Back to where you came from"
        ),
        Binding("q", "quit", "quit", id="app.quit", tooltip="Leave Stagewatch"),
        Binding(
            "question_mark,f1",
            "help",
            "help",
            key_display="?",
            id="app.help",
            tooltip="The keys of this screen",
        ),
    ]

    def __init__(
        self,
        location: str | None,
        opener: Opener | None = None,
        *,
        desk: Desk | None = None,
        early: Mailbox | None = None,
        advance: Callable[[], object] | None = None,
        settings_file: Path | None = None,
    ) -> None:
        super().__init__(settings_file)
        self.location = location
        self.desk = desk or Desk(opener or partial(open_store, location))
        self.early = early
        self.advance = advance
        self.lens = Lens()
        self.today: date | None = None
        self.organisation = ""
        self.pulse: Pulse | None = None
        self.revision: int | None = None
        self.read_at: float | None = None
        self.failure: str | None = None
        self._waiting: dict[str, Waiting] = {}
        self._pulse_asked = time.monotonic()
        self._advancing = False

    # -------------------------------------------------------------------------------- the questions

    def get_default_screen(self) -> Screen[Any]:
        """The board is there from the first frame on."""
        return BoardScreen()

    def on_mount(self) -> None:
        """Start the clock."""
        self.set_interval(1.0, self._second)
        self.call_after_refresh(_collect_again)

    def on_unmount(self) -> None:
        """Let go of the store."""
        self.desk.stop()

    def put(
        self,
        page: Page | None,
        topic: str,
        question: Question,
        then: Callable[[Any], None],
        *,
        failed: Callable[[str], None] | None = None,
        vital: bool = True,
        reopen: bool = False,
    ) -> None:
        """Ask the store. `then` gets the value, `failed` the words, unless a newer question has been put.

        A `vital` question's failure means that the figures on the screen are getting old.
        """
        full = f"{id(page)}:{topic}"
        number = self.desk.ask(full, question, self.deliver, reopen=reopen)
        self._waiting[full] = Waiting(number, page, then, failed, vital)

    def expect(
        self, page: Page, outcome_of: Mailbox, then: Callable[[Any], None], failed: Callable[[str], None]
    ) -> None:
        """Take what was asked for before the app began."""
        early = outcome_of.take(self.deliver)
        if early is not None:
            self._settle(Waiting(early.number, page, then, failed, vital=True), early)
        else:
            self._waiting[EARLY_TOPIC] = Waiting(outcome_of.number, page, then, failed, vital=True)

    def deliver(self, outcome: Outcome) -> None:
        """Carry an outcome from the desk's thread to the app's."""
        try:
            self.post_message(Answer(outcome))
        except RuntimeError:  # the loop has ended meanwhile; nobody is left to see it
            return

    def on_answer(self, answer: Answer) -> None:
        """Show an answer, unless it is stale: a newer question was put, or its screen is gone."""
        outcome = answer.outcome
        waiting = self._waiting.get(outcome.topic)
        if waiting is None or waiting.number != outcome.number:
            return
        del self._waiting[outcome.topic]
        if waiting.page is None or waiting.page.is_whole:
            self._settle(waiting, outcome)

    def _settle(self, waiting: Waiting, outcome: Outcome) -> None:
        if outcome.failure is not None:
            if waiting.page is not None:
                waiting.page.ailing = True
            if waiting.vital:
                self.failure = outcome.failure
            if waiting.failed is not None:
                waiting.failed(outcome.failure)
        else:
            # That the store can be asked again does not yet make the figures of a page good that failed.
            if waiting.vital and not (waiting.page is None and self.page is not None and self.page.ailing):
                self.failure = None
                self.read_at = max(self.read_at or 0.0, outcome.at)
            waiting.then(outcome.value)
        self.show_age()

    # ----------------------------------------------------------------------------------- the refresh

    def _second(self) -> None:
        interval = self.settings.interval
        if interval and time.monotonic() - self._pulse_asked >= interval:
            self.ask_pulse()
        self.show_age()

    def ask_pulse(self, *, reopen: bool = True) -> None:
        """Ask whether anything has changed. Opened anew, so that a store that is gone shows as gone."""
        self._pulse_asked = time.monotonic()
        self.put(None, "pulse", read_pulse, self._show_pulse, failed=self._show_failure, reopen=reopen)

    def _show_pulse(self, pulse: Pulse) -> None:
        if self.pulse is None:
            for warning in pulse.warnings:
                self.notify(f"Please note: {warning}.", severity="warning", markup=False, timeout=20)
        self.pulse, self.today, self.revision = pulse, pulse.today, pulse.revision
        page = self.page
        if page is not None and page.is_whole:
            page.store_changed()
        if pulse.pending:
            self._advance()

    def _show_failure(self, words: str) -> None:
        page = self.page
        if page is not None and page.is_whole:
            page.ailing = True
            page.show_failure(words)

    def _advance(self) -> None:
        if self.advance is not None and not self._advancing:
            self._advancing = True
            self.run_worker(self._advance_in_thread, thread=True, exit_on_error=False, group="advance")

    def _advance_in_thread(self) -> None:
        words = None
        try:
            if self.advance is not None:
                self.advance()
        except Exception as error:  # noqa: BLE001 - told to the person, who can go on reading
            from tui.source import failure_words

            words = failure_words(error)
        self.call_from_thread(self._advanced, words)

    def _advanced(self, words: str | None) -> None:
        self._advancing = False
        if words is None:
            self.ask_pulse(reopen=False)
        else:
            self.notify(f"Not brought up to date: {words}", severity="warning", markup=False)

    def action_refresh_now(self) -> None:
        """Read the store again, now; after a failure, try again."""
        self.ask_pulse()
        if self.page is not None:
            self.page.reload()

    # ------------------------------------------------------------------------------- what is shown

    @property
    def page(self) -> Page | None:
        """The page that is seen, also under a dialogue."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    @property
    def age(self) -> float | None:
        """How old the figures are, in seconds; None while there are none."""
        return None if self.read_at is None else max(0.0, time.monotonic() - self.read_at)

    @property
    def is_old(self) -> bool:
        """Whether the figures are to be marked as old."""
        age = self.age
        interval = self.settings.interval
        return self.failure is not None or (
            bool(interval) and age is not None and age > MISSED_REFRESHES * interval
        )

    def show_age(self) -> None:
        """Let the page's frame say how old the figures are."""
        if self.page is not None:
            self.page.show_frame()

    def settings_changed(self) -> None:
        """Another interval may make the figures old, or young again."""
        self.show_age()

    def look_through(self, lens: Lens) -> None:
        """Look at another day or user."""
        if lens.as_of is not None and lens.as_of == self.today:
            lens = lens._replace(as_of=None)
        if lens != self.lens:
            self.lens = lens
            if self.page is not None:
                self.page.lens_changed()
            self.show_age()

    def move_day(self, days: int) -> None:
        """Look at a day further on or back; 0 is today."""
        if self.today is None:
            return
        if not days:
            self.look_through(self.lens._replace(as_of=None))
            return
        try:
            self.look_through(
                self.lens._replace(as_of=(self.lens.as_of or self.today) + timedelta(days=days))
            )
        except OverflowError:
            self.bell()

    # ------------------------------------------------------------------------------ the other screens
    # Imported when they are opened: the first frame needs none of them.

    def open_tasks(self, query: TaskQuery, *path: str) -> None:
        """Open the list of a query's tasks."""
        from tui.screens.tasks import TasksScreen

        self.push_screen(TasksScreen(query, path))

    def open_task(self, task: TaskView, *, explain: bool = False) -> None:
        """Open one task, with its clock or its events first."""
        from tui.screens.task import TaskScreen

        self.push_screen(TaskScreen(task, explain=explain))

    def action_tab(self, key: str) -> None:
        """Go to the screen that a digit opens."""
        if key == "1":
            while len(self.screen_stack) > 1:
                self.pop_screen()

    def action_press(self, key: str) -> None:
        """Do what pressing this key does: for a click on it."""
        self.simulate_key(key)

    async def action_back(self) -> None:
        """Go back to where one came from."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    async def action_search(self) -> None:
        """Find a listing or an applicant."""
        from tui.screens.search import SearchScreen

        if isinstance(self.screen, SearchScreen):
            self.screen.query_one("Finder").focus()
        else:
            await self.push_screen(SearchScreen())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A stroke typed into an input is text, and a dialogue has the keys to itself."""
        if action == "search" and (self.screen.is_modal or isinstance(self.focused, Input)):
            return False
        return super().check_action(action, parameters)

    def action_settings(self) -> None:
        """Change the settings."""
        from tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen.active_bindings))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        from tui.commands_palette import commands

        yield from commands(self, screen)
