"""Filters of the audit log that are kept under a name: used, added, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from kpi.text import clean
from tui import words
from tui.audit_filtering import filter_words
from tui.screens.dialogue import Dialogue
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from tui.widgets.rows import Rows

MOST_NAME = 40


class BookmarksBox(Dialogue[dict[str, str]]):
    """Gives the filter that was chosen; nothing if the box was closed. Names are kept with the settings."""

    CSS_PATH = ["dialogue.tcss", "audit.tcss"]  # type: ignore[assignment] # Textual takes both forms
    HEADING = "Bookmarks"
    FOOTING = "enter uses · a adds · x removes · esc closes"
    AUTO_FOCUS = "PickRows"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", show=False, id="bookmarks.add", tooltip="Keep the present filter under a name"),
        Binding("x", "remove", show=False, id="bookmarks.remove", tooltip="Remove the bookmark"),
    ]

    def __init__(self, written: Mapping[str, str]) -> None:
        """`written` is the filter that can be kept."""
        super().__init__()
        self.written = dict(written)

    def parts(self) -> Iterable[Widget]:
        """The bookmarks, the name of a new one, a sentence."""
        yield PickRows()
        yield Input(placeholder="its name", id="name", max_length=MOST_NAME, select_on_focus=False)
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Show what is kept."""
        self._show()

    def _show(self) -> None:
        bookmarks, rows = self.host.settings.bookmarks, self.query_one(PickRows)
        # What is set is marked once, also if two names stand for it.
        rows.show(
            [Choice(name, name, on=dict(bookmarks[name]) == self.written) for name in sorted(bookmarks)]
        )
        if not bookmarks:
            rows.say("No bookmarks yet", "f chooses entries; then b and a keep that filter under a name.")
        self._say_picked()

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text, ""))
        said.set_class(wrong, "-wrong")

    def _say_picked(self) -> None:
        name = self._picked
        said = "" if name is None else filter_words(self.host.settings.bookmarks[name]) or "all entries"
        self._say(f"{said[:1].upper()}{said[1:]}")

    @property
    def _picked(self) -> str | None:
        rows = self.query_one(PickRows)
        picked = None if rows.said else rows.picked
        return None if picked is None else str(picked.value)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say which entries the bookmark means."""
        message.stop()
        self._say_picked()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Use it."""
        message.stop()
        if self._picked is not None:
            self.dismiss(dict(self.host.settings.bookmarks[self._picked]))

    def action_add(self) -> None:
        """Ask for the name under which the present filter is to be kept."""
        if not self.written:
            self._say("All entries are shown: choose some with f first, then keep that.", wrong=True)
            return
        self.add_class("-naming")
        self.query_one("#name", Input).focus()
        self._say(f"To be kept: {filter_words(self.written)}")

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep the filter under the name; one of the same name is replaced."""
        message.stop()
        name = clean(message.value)
        if not name:
            self._say("■ Write a name.", wrong=True)
            return
        self._keep({**self.host.settings.bookmarks, name: self.written})
        self._end_naming()

    def action_remove(self) -> None:
        """Remove the bookmark with the cursor."""
        removed = self._picked
        if removed is not None:
            bookmarks = self.host.settings.bookmarks
            self._keep({name: written for name, written in bookmarks.items() if name != removed})

    def _keep(self, bookmarks: Mapping[str, Mapping[str, str]]) -> None:
        self.host.keep_settings(self.host.settings._replace(bookmarks=bookmarks))
        self._show()

    def _end_naming(self) -> None:
        self.remove_class("-naming")
        self.query_one("#name", Input).value = ""
        self.query_one(PickRows).focus()

    def action_close(self) -> None:
        """Close; from a name that is being written, go back to the list."""
        if self.has_class("-naming"):
            self._end_naming()
            self._say_picked()
        else:
            super().action_close()
