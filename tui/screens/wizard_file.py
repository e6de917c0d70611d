"""The wizard's first step: which file. A path is typed, or found in the list of the folder it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tui import words
from tui.screens.wizard_step import Step
from tui.widgets.finder import Finder
from tui.widgets.table_rows import TableRow, TableRows
from tui.wizard_words import FILE_COLUMNS, entry_row
from tui.wizard_work import (
    MOST_ENTRIES,
    Entry,
    Listing,
    check_file,
    expanded,
    list_folder,
    pasted_path,
    restarted,
    typed_folder,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget

    from tui.widgets.rows import Rows

_UP = Entry("..", is_folder=True)
_HELP = "Type a path, or go through the list. ~ is your home; enter opens or chooses."


def _here() -> str:
    """The folder in which the app was started, as a person types it."""
    try:
        here = Path.cwd()
    except OSError:  # it has been taken away meanwhile
        return "~/"
    try:
        below = here.relative_to(Path.home())
    except (ValueError, RuntimeError):
        return f"{here}/".replace("//", "/")
    return f"~/{below}/".replace("/./", "/")


class NameSuggester(Suggester):
    """Completes the last part of a path from the listing of its folder."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.listing = Listing("")

    async def get_suggestion(self, value: str) -> str | None:
        """The path with the first name that begins so."""
        folder, begun = typed_folder(value)
        if not begun or folder != self.listing.folder:
            return None
        found = (one for one in self.listing.entries if one.name.startswith(begun) and _can_be_typed(one))
        first = next(found, None)
        return f"{folder}{first.name}{'/' if first.is_folder else ''}" if first else None


def _can_be_typed(entry: Entry) -> bool:
    """Whether a name stays what it is in an input."""
    return words.shown(entry.name) == entry.name and entry.name != "~"


class PathInput(Finder):
    """The path; tab completes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", key_display="tab", id="wizard.complete",
                tooltip="Complete the path with the entry that is marked"),
    ]  # fmt: skip

    def action_complete(self) -> None:
        """Complete the path."""
        step = self.query_ancestor(FileStep)
        step.complete()

    def on_paste(self, event: events.Paste) -> None:
        """A whole path takes the place of the one that stands there."""
        whole = pasted_path(event.text)
        if whole is not None:
            self.value = whole
            self.cursor_position = len(whole)
            event.stop()
            event.prevent_default()


class FileStep(Step):
    """Gives the wizard the path of an ordinary file."""

    TITLE = "1 of 6: choose a file"
    KEYS = ("finder.open", "finder.down", "wizard.complete")

    def __init__(self) -> None:
        super().__init__(id="file-step")
        self.listing = Listing("\0")
        self.wanted_folder: str | None = None

    def compose(self) -> Iterable[Widget]:
        """Input, list, words."""
        path = PathInput("path of a file")
        path.suggester = NameSuggester()
        yield path
        yield TableRows(id="entries")
        yield Static(_HELP, classes="said", markup=False)

    def on_mount(self) -> None:
        """Begin where the app was started."""
        self.query_one(TableRows).can_focus = False  # the input keeps the focus and moves the list
        self.query_one(PathInput).value = _here()

    def draw(self) -> None:
        """What was said of a file that has been chosen meanwhile is no longer so."""
        self.say(_HELP)

    def aim(self) -> None:
        """Write on, at the end of what stands there; at once, so that no key gets lost."""
        path = self.query_one(PathInput)
        self.screen.set_focus(path)
        path.cursor_position = len(path.value)

    @property
    def typed(self) -> str:
        """The path as it stands in the input."""
        return self.query_one(PathInput).value

    def reload(self) -> None:
        """Look at the folder again."""
        self.wanted_folder = None
        self._list()

    # ------------------------------------------------------------------------------------- the list

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show what stands in the folder and begins so; a path behind the path takes its place."""
        message.stop()
        path = self.query_one(PathInput)
        whole = restarted(path.value)
        if whole != path.value:
            path.value = whole
            path.cursor_position = len(whole)
            return
        self.say(_HELP)
        self._list()

    def _list(self) -> None:
        folder, _ = typed_folder(self.typed)
        if self.wanted_folder == folder:
            self._show()
            return
        self.wanted_folder = folder
        self.query_one(TableRows).say("Looking into the folder …")
        self.wizard.start("folder", "Looking", lambda _: list_folder(folder), self._take, self._failed)

    def _take(self, listing: Listing) -> None:
        self.listing = listing
        suggester = self.query_one(PathInput).suggester
        if isinstance(suggester, NameSuggester):
            suggester.listing = listing
        self._show()

    def _failed(self, said: str) -> None:
        self.query_one(TableRows).say("The folder cannot be shown", f"{said}.")

    def _show(self) -> None:
        """The entries that begin as is typed, an exact one under the cursor."""
        folder, begun = typed_folder(self.typed)
        rows = self.query_one(TableRows)
        if folder != self.listing.folder:
            return
        if self.listing.problem:
            rows.show(FILE_COLUMNS, ())
            rows.say(
                "The folder cannot be shown", f"{self.listing.problem[:1].upper()}{self.listing.problem[1:]}."
            )
            return
        found = [one for one in self.listing.entries if self._fits(one.name, begun)]
        shown = [_UP, *found] if not begun else found
        rows.show(FILE_COLUMNS, [self._row(one) for one in shown])
        exact = next((place for place, one in enumerate(shown) if one.name == begun), None)
        first_file = next((place for place, one in enumerate(shown) if not one.is_folder), 0)
        rows.cursor = exact if exact is not None else 0 if begun else first_file
        if not shown:
            rows.say("No file or folder here begins so.")
        elif self.listing.more:
            self.say(f"Only the first {MOST_ENTRIES:,} entries are shown; any path can be typed.")

    def _row(self, entry: Entry) -> TableRow:
        return TableRow(("../", ""), entry) if entry is _UP else entry_row(entry)

    @staticmethod
    def _fits(name: str, begun: str) -> bool:
        """Whether an entry is shown: hidden ones only when their dot is typed."""
        if name.startswith(".") and not begun.startswith("."):
            return False
        return name.casefold().startswith(begun.casefold())

    def move(self, step: int) -> None:
        """Move through the list while the input keeps the focus."""
        self.query_one(TableRows).action_move(step)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    # ----------------------------------------------------------------------------------- choosing

    def complete(self) -> None:
        """Take over the name that is marked."""
        entry = self.query_one(TableRows).picked
        if isinstance(entry, Entry) and entry is not _UP:
            self._write(entry)

    def _write(self, entry: Entry) -> bool:
        """Put an entry into the input; False if its name cannot stand there."""
        folder, _ = typed_folder(self.typed)
        if not _can_be_typed(entry):
            self.say("■ This name holds characters that cannot be typed: rename it first.", wrong=True)
            return False
        path = self.query_one(PathInput)
        path.value = f"{folder}{entry.name}{'/' if entry.is_folder else ''}"
        path.cursor_position = len(path.value)
        return True

    def _up(self) -> None:
        folder, _ = typed_folder(self.typed)
        try:
            above = expanded(folder or ".").absolute().parent
        except (OSError, ValueError) as error:
            self.say(f"■ {error}.", wrong=True)
            return
        self.query_one(PathInput).value = f"{above}/".replace("//", "/")
        self.aim()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Open what is marked."""
        message.stop()
        self.onward()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open what was clicked."""
        message.stop()
        self.onward()

    def onward(self) -> None:
        """Go into the folder that is marked, or choose the file; where nothing is, say what is wrong."""
        folder, begun = typed_folder(self.typed)
        rows = self.query_one(TableRows)
        entry = rows.picked if folder == self.listing.folder else None
        if not isinstance(entry, Entry):
            self._choose(self.typed)
        elif entry is _UP:
            self._up()
        elif entry.is_folder:
            self._write(entry)
        else:
            self._choose(folder + entry.name)
            if begun != entry.name and _can_be_typed(entry):
                with self.prevent(Input.Changed):
                    self._write(entry)

    def _choose(self, text: str) -> None:
        if not text.strip():
            self.say("■ Type the path of a file, or choose one from the list.", wrong=True)
            return
        self.say("Looking at the file …")
        self.wizard.start(
            "folder", "Looking", lambda _: check_file(expanded(text)), self.wizard.choose_file,
            self._refuse,
        )  # fmt: skip

    def _refuse(self, said: str) -> None:
        self.say(f"■ {said[:1].upper()}{said[1:]}.", wrong=True)
