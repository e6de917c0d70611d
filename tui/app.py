"""The full-screen app: what all screens share. Facts come from a desk; screens only ask and draw."""

from __future__ import annotations

import gc
import time
from datetime import timedelta
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.advancing import AdvancingApp
from tui.facts import Lens, Pulse, read_pulse
from tui.launch import run_app
from tui.screens.board import BoardScreen
from tui.screens.page import TABS, Page
from tui.source import Desk, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from pathlib import Path

    from textual.app import SystemCommand
    from textual.screen import Screen

    from kpi.board import TaskView
    from store.tasks import TaskQuery
    from tui.personas import Cast
    from tui.reader import Opener
    from tui.source import Mailbox

__all__ = ["StagewatchApp", "run_app"]

# So many missed refreshes make the figures old.
MISSED_REFRESHES = 3


def _collect_again() -> None:
    """End the pause in collecting garbage that `launch.run_app` began; what start-up made stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class StagewatchApp(AdvancingApp):
    """The app over one store.

    `opener` opens the store (tests pass their own); `desk` and `early` carry a first board that was asked
    for before this module was imported; `advance` brings waiting tasks up to date, and is a write; `cast` are
    the people of the demo, on its own store only.
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
        Binding(
            "f4", "accounts", "account", id="app.accounts", tooltip="Change account: another organisation"
        ),
        # Priority, and awaited: as with the search, what is typed right after it is a path.
        Binding("i", "import_file", "import", id="app.import", priority=True, tooltip="Import a file"),
        Binding("1", "tab('1')", "board", id="app.board", tooltip="To the board"),
        Binding("2", "tab('2')", "KPIs", id="app.kpis", tooltip="To the KPIs: the targets, edited in place"),
        Binding(
            "3",
            "tab('3')",
            "summaries",
            id="app.summaries",
            tooltip="To the weekly summaries: approving, one's own weeks, contests",
        ),
        Binding(
            "4", "tab('4')", "audit", id="app.audit", tooltip="To the audit log: every change, who and why"
        ),
        Binding(
            "5",
            "tab('5')",
            "people",
            id="app.people",
            tooltip="To the people, and what each may do",
        ),
        Binding("6", "tab('6')", "data", id="app.data", tooltip="To the data: what came in, what did not"),
        Binding(
            "escape", "back", "back", key_display="esc", id="app.back", tooltip="Back to where you came from"
        ),
        Binding("q", "quit", "quit", id="app.quit", tooltip="Leave Stagewatch"),
        # Twice, as where text is written only the second is a key.
        Binding(
            "question_mark", "help", "help", key_display="?", id="app.help", tooltip="The keys of this screen"
        ),
        Binding("f1", "help", "help", key_display="f1", id="app.help", tooltip="The keys of this screen"),
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
        cast: Cast | None = None,
    ) -> None:
        super().__init__(settings_file)
        self.location: str | None = location
        self.cast = cast
        self.desk = desk or Desk(opener or partial(open_store, location))
        self.early = early
        self.advance = advance
        self._know_nothing()

    def _know_nothing(self) -> None:
        """Nothing has been read of the store yet."""
        self.lens = Lens()
        self.today: date | None = None
        self.organisation = ""
        self.pulse: Pulse | None = None
        self.revision: int | None = None
        self._pulse_asked = time.monotonic()
        self.advancing: object = None
        self.summed_up: int | None = None
        self.forget_proof()
        self.expect_nothing()
        self.know_nobody()

    def change_store(self, desk: Desk, early: Mailbox, advance: Callable[[], object]) -> None:
        """Go over to another store, of which `early` has the board already; nothing of the old one stays."""
        self.desk.stop(patience=0)
        self.desk, self.advance, self.cast, self.is_home = desk, advance, None, False
        self.begin_anew(early)

    def begin_anew(self, early: Mailbox | None = None) -> None:
        """Go to the board as if the app had just begun; nothing of what was shown stays."""
        self.early = early
        self._know_nothing()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(self.screen, BoardScreen):
            self.screen.begin()

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

    # ----------------------------------------------------------------------------------- the refresh

    def _second(self) -> None:
        interval = self.settings.interval
        self.look_after_session()
        if self.door is None and interval and time.monotonic() - self._pulse_asked >= interval:
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
        self.organisation = pulse.organisation or self.organisation
        self.take_me(pulse.me)
        page = self.page
        if page is not None and page.is_whole:
            page.store_changed()
        if pulse.pending:
            self.bring_up_to_date()
        if self.advance is not None:  # it is there to look after the store
            self.prove(pulse.today)
            self.hint()

    def _show_failure(self, words: str) -> None:
        page = self.page
        if page is not None and page.is_whole:
            page.ailing = True
            page.show_failure(words)

    def action_refresh_now(self) -> None:
        """Read the store again, now; after a failure, try again."""
        self.ask_pulse()
        if self.page is not None:
            self.page.reload()

    # ------------------------------------------------------------------------------- what is shown

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

    def open_changes(self) -> None:
        """Open what changed up to the day that is looked at."""
        from tui.screens.changes import ChangesScreen

        self.push_screen(ChangesScreen())

    async def action_tab(self, key: str) -> None:
        """Go to the screen that a digit opens; the board is below all others."""
        title = dict(TABS)[key]
        above = list(takewhile(lambda screen: not _is_tab(screen, title), reversed(self.screen_stack[1:])))
        if self.held_back(partial(self.action_tab, key), above):
            return
        for _ in above:
            self.pop_screen()
        if not _is_tab(self.screen, title):
            await self.push_screen(self._tab_screen(title))

    def _tab_screen(self, title: str) -> Screen[Any]:
        """The screen of a tab other than the board's, made anew."""
        if title == "KPIs":
            from tui.screens.kpis import KpisScreen

            return KpisScreen()
        if title == "Summaries":
            from tui.screens.summaries import SummariesScreen

            return SummariesScreen()
        if title == "Audit":
            from tui.screens.audit import AuditScreen

            return AuditScreen()
        if title == "People":
            from tui.screens.people import PeopleScreen

            return PeopleScreen()
        from tui.screens.data import DataScreen

        return DataScreen()

    async def action_quit(self) -> None:
        """Leave the app."""
        if self.door is not None or not self.held_back(self.action_quit):
            await super().action_quit()

    def action_press(self, key: str) -> None:
        """Do what pressing this key does: for a click on it."""
        self.simulate_key(key)

    async def action_back(self) -> None:
        """Go back to where one came from."""
        if len(self.screen_stack) > 1 and not self.held_back(self.action_back, [self.screen]):
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
        written_on = self.page is not None and self.page.TAKES_TEXT
        written_in = self.screen.is_modal or isinstance(self.focused, Input) or written_on
        if action in ("search", "import_file") and written_in:
            return False
        if action == "accounts" and written_on:
            return False  # what is written would be lost
        if action == "import_file" and self.me is not None and not self.me.may("data.change"):
            return False
        return super().check_action(action, parameters)

    def action_settings(self) -> None:
        """Change the settings."""
        from tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

    async def action_accounts(self) -> None:
        """Choose another organisation."""
        if self.held_back(self.action_accounts):
            return
        from tui.screens.accounts import AccountsScreen

        await self.push_screen(AccountsScreen())

    async def action_import_file(self) -> None:
        """Import a file."""
        from tui.screens.wizard import Wizard

        await self.push_screen(Wizard())

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen.active_bindings))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        from tui.commands_palette import commands

        yield from commands(self, screen)


def _is_tab(screen: Screen[Any], title: str) -> bool:
    """Whether a screen is the one that a digit opens, and none that was opened from it."""
    return isinstance(screen, Page) and title == screen.OPENED_BY_DIGIT
