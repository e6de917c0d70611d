"""Correcting the mapping that is kept for a source: its TOML text, with what is wrong in it said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static, TextArea

from kpi.text import clean
from tui import words
from tui.data_facts import ask_kept_text
from tui.screens.working import WorkingPage
from tui.widgets.lines import KeyLine, TabLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.widget import Widget

    from store.feeds.mapping import Mapping
    from store.work import Store
    from tui.data_facts import KeptText
    from tui.screens.working import Job


class MappingEditor(WorkingPage):
    """Saves only what can be used, and asks before what was written is lost."""

    CSS_PATH = "data.tcss"
    TAKES_TEXT = True
    AUTO_FOCUS = "TextArea"
    KEYS = ("editor.save", "work.stop", "app.back")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "save", key_display="ctrl+s", id="editor.save",
                tooltip="Keep the mapping as it is written", priority=True),
    ]  # fmt: skip

    def __init__(self, source: str) -> None:
        """Correct the mapping that is kept for `source`."""
        super().__init__()
        self.source = source
        self.kept: str | None = None
        self.again = 0
        self._wrong: str | None = None

    def parts(self) -> Iterable[Widget]:
        """The text, and what is wrong with it."""
        area = TextArea(show_line_numbers=True, theme="css", read_only=True)
        area.highlight_cursor_line = False
        yield area
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the text."""
        self.query_one(TabLine).show_path("Mapping", self.source)
        self._say("Reading the mapping …")
        self.reload()

    def reload(self) -> None:
        """Read the text that is kept, unless it has been read: what is written stays."""
        self.ask("mapping", ask_kept_text(self.source), self.take, failed=self._failed)

    def take(self, found: KeptText) -> None:
        """Show the text, the first time; later only how many rows wait."""
        self.again = found.again
        self.recovered()
        if self.kept is None:
            self.kept = "\n".join(map(words.drawable, found.text.splitlines()))
            area = self.query_one(TextArea)
            area.load_text(self.kept)
            area.read_only = False
            self._check()
            self.refresh_bindings()
            self.show_keys()

    def _failed(self, said: str) -> None:
        if self.kept is None:
            self._say(f"■ {said[:1].upper()}{said[1:]}. esc goes back.", wrong=True)
        else:
            self.show_failure(said)

    # ------------------------------------------------------------------------------------- the text

    @property
    def text(self) -> str:
        """What is written."""
        return self.query_one(TextArea).text

    @property
    def is_unsaved(self) -> bool:
        """Whether something is written that is not kept."""
        return self.kept is not None and self.text != self.kept

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """Say at once whether it can be used."""
        message.stop()
        if self.kept is not None:
            self._check()

    def _check(self) -> None:
        """Say what is wrong with the text, or that it can be kept."""
        from store.errors import StoreError  # deferred: start-up imports no store
        from store.feeds.mapping import load_mapping

        self._wrong = None
        try:
            name = load_mapping(self.text).name
            if name != self.source:
                self._wrong = (
                    f"[source] name must stay “{words.shown(self.source)}”: its events are known by it"
                )
        except StoreError as error:
            self._wrong = clean(str(error).partition("\n")[0])
        if self._wrong is not None:
            self._say(f"■ {self._wrong}.", wrong=True)
        elif self.is_unsaved:
            self._say("This can be used. ctrl+s keeps it; it counts for rows that are read from now on.")
        else:
            self._say("This is what is kept. It counts for rows that are read from now on.")
        self.query_one(KeyLine).show_note("not saved" if self.is_unsaved else "")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        line = self.query_one("#sentence", Static)
        line.update(words.shown(text))
        line.set_class(wrong, "-wrong")

    # ------------------------------------------------------------------------------------ saving it

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to save once the text has been read; a box over the page has its own keys."""
        if action == "save":
            return self.kept is not None and self.app.screen is self
        return super().check_action(action, parameters)

    def action_save(self) -> None:
        """Keep the text, if it can be used."""
        self._save(None)

    def _save(self, then: Callable[[], Awaitable[None]] | None) -> None:
        """Keep the text, then go on with `then`, or offer to try the source's rows again."""
        text = self.text
        if self._wrong is not None:
            self.say_work("■ Not saved: correct what is wrong first.", wrong=True)
            return

        def save(store: Store, job: Job) -> Mapping:
            from store.mappings import save_mapping  # deferred: writing needs what reading does not

            del job
            return save_mapping(store, text)

        def saved(mapping: Mapping) -> str:
            del mapping
            self.kept = text
            if self.is_whole:
                self._check()
                if then is not None:
                    self.app.call_next(then)
                elif self.again:
                    self.call_next(self._offer_retry)
            return f"The mapping of {words.shown(self.source)} is saved."

        self.perform("Saving", save, saved)

    def _offer_retry(self) -> None:
        from store.quarantine import Chosen  # deferred: as above
        from tui.screens.ask_box import AskBox

        def answered(answer: str | None) -> None:
            if answer == "retry":
                self.retry(Chosen(source=self.source))

        many = words.plural(self.again, "row")
        source = words.shown(self.source)
        question = f"{many} of {source} in quarantine can be tried again with the mapping as it is now."
        answers = (("retry", f"Try {many} again"), ("wait", "Not now"))
        self.app.push_screen(AskBox("The mapping is saved", question, answers), answered)

    def holds_back(self, again: Callable[[], Awaitable[None]]) -> bool:
        """Ask before what was written is lost."""
        if not self.is_unsaved:
            return False
        from tui.screens.ask_box import AskBox

        def answered(answer: str | None) -> None:
            if answer == "leave":
                self.kept = self.text
                self.app.call_next(again)
            elif answer == "save":
                self._save(again)

        question = f"The mapping of {words.shown(self.source)} has been changed and is not saved."
        answers = [("stay", "Go on writing"), ("leave", "Leave, and lose the changes")]
        if self._wrong is None:
            answers.insert(1, ("save", "Save, then leave"))
        self.app.push_screen(AskBox("Not saved", question, answers), answered)
        return True
