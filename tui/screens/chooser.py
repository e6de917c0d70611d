"""Choosing whose tasks are shown: type a part of the name, or go through the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui import words
from tui.facts import ask_users
from tui.screens.dialogue import Dialogue
from tui.widgets.finder import Finder
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget
    from textual.widgets import Input

    from tui.facts import UserNames
    from tui.widgets.rows import Rows

ALL_USERS = "All users"


class ChooserScreen(Dialogue[tuple[str | None]]):
    """Gives (user,) or (None,) for all users; nothing if it was closed."""

    HEADING = "Whose tasks?"
    FOOTING = "type to find · enter chooses · esc closes"
    AUTO_FOCUS = "Finder"

    def __init__(self, user: str | None) -> None:
        """Mark `user` as the present choice."""
        super().__init__()
        self.user = user
        self.users: tuple[str, ...] | None = None

    def parts(self) -> Iterable[Widget]:
        """Input and list."""
        yield Finder("name")
        yield PickRows()
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Ask who there is."""
        self.query_one("#said").display = False
        self.query_one(PickRows).say("Reading the names …")
        host = self.host
        host.put(host.page, "users", ask_users, self._show_users, failed=self._failed, vital=False)

    def _show_users(self, users: UserNames) -> None:
        if self.is_attached:
            self.users = users.names
            self.query_one("#said", Static).update(users.why)
            self.query_one("#said").display = bool(users.why)
            self._show("")

    def _failed(self, words: str) -> None:
        if self.is_attached:
            self.query_one(PickRows).say("The names cannot be read", f"{words[:1].upper()}{words[1:]}.")

    def _show(self, wanted: str) -> None:
        wanted = wanted.strip().casefold()
        found = [user for user in self.users or () if wanted in words.shown(user).casefold()]
        choices = [Choice(user, (user,), on=user == self.user) for user in found]
        if not wanted:
            choices.insert(0, Choice(ALL_USERS, (None,), on=self.user is None))
        self.query_one(PickRows).show(choices, none="No name holds that.")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show the names that fit."""
        message.stop()
        if self.users is not None:
            self._show(message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Choose the name with the cursor."""
        message.stop()
        self._choose()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Choose the name that was clicked."""
        message.stop()
        self._choose()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def _choose(self) -> None:
        picked = self.query_one(PickRows).picked
        if picked is not None:
            self.dismiss(picked.value)  # type: ignore[arg-type]

    def action_move(self, step: int) -> None:
        """Move through the names while the input keeps the focus."""
        self.query_one(PickRows).action_move(step)
