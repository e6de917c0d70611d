"""The boxes of the import wizard: picking one of many or some of them, and writing a mapping by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static, TextArea

from kpi.text import clean
from tui import words
from tui.screens.dialogue import Dialogue
from tui.screens.picking import PickingBox
from tui.widgets.finder import Finder
from tui.widgets.text_rows import Choice, MarkRows, PickRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.widget import Widget
    from textual.widgets import Input

    from tui.widgets.rows import Rows


class PickBox(PickingBox):
    """What is typed narrows the choices."""

    def __init__(self, heading: str, said: str, choices: Sequence[Choice] | None) -> None:
        """Offer `choices`; None if they are still to come, by `offer`."""
        super().__init__()
        self.HEADING = words.shown(heading)  # type: ignore[misc]
        self.said, self.choices = said, choices

    def parts(self) -> Iterable[Widget]:
        """What it is about, input and list."""
        yield Static(words.shown(self.said), id="said", markup=False)
        yield Finder("a part of the name")
        yield PickRows()

    def on_mount(self) -> None:
        """Show the choices, or that they are being looked for."""
        self.query_one(PickRows).say("Comparing the names …")
        self._show()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Show the choices that were still to come; a box that was closed meanwhile needs none."""
        self.choices = choices
        if self.is_attached and self.query(PickRows):
            self._show()

    def _show(self) -> None:
        if self.choices is None:
            return
        wanted = self.query_one(Finder).value.strip().casefold()
        found = [one for one in self.choices if wanted in f"{one.text} {one.note}".casefold()]
        self.query_one(PickRows).show(found, none="None of them holds that.")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show those that fit."""
        message.stop()
        self._show()


class ValuesBox(Dialogue[tuple[str, ...]]):
    """Gives the values that are marked, in their order. What is typed narrows them, or is one more."""

    FOOTING = "enter marks · type to find or add · esc takes it over"
    AUTO_FOCUS = "Finder"

    def __init__(self, heading: str, said: str, choices: Sequence[Choice]) -> None:
        """Offer `choices`, whose values are texts; those that are `on` are marked."""
        super().__init__()
        self.HEADING = words.shown(heading)  # type: ignore[misc]
        self.said = said
        self.choices = {str(one.value): one for one in choices}

    def parts(self) -> Iterable[Widget]:
        """What it is about, input and list."""
        yield Static(words.shown(self.said), id="said", markup=False)
        yield Finder("a value")
        yield MarkRows()

    def on_mount(self) -> None:
        """Show the values."""
        self._show()

    def _show(self) -> None:
        typed = clean(self.query_one(Finder).value)
        found = [one for one in self.choices.values() if typed.casefold() in one.text.casefold()]
        if typed and typed not in self.choices:
            found.append(Choice(typed, typed, note="not in the first rows"))
        self.query_one(MarkRows).show(found, none="The first rows have no values there: type one.")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show those that fit."""
        message.stop()
        self._show()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Mark the one with the cursor."""
        message.stop()
        self._mark()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Mark the one that was clicked."""
        message.stop()
        self._mark()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def _mark(self) -> None:
        picked = self.query_one(MarkRows).picked
        if picked is not None:
            self.choices[str(picked.value)] = replace(picked, on=not picked.on)
            self._show()

    def action_move(self, step: int) -> None:
        """Move through the values while the input keeps the focus."""
        self.query_one(MarkRows).action_move(step)

    def action_close(self) -> None:
        """Take over what is marked."""
        self.dismiss(tuple(value for value, one in self.choices.items() if one.on))


class TextBox(Dialogue[str]):
    """Gives the text as it was written, once it can be used; nothing if it is as it was.

    Going back takes it over too; what cannot be used is lost only if the person says so.
    """

    HEADING = "The mapping as text"
    FOOTING = "ctrl+s or esc takes it over and goes back"
    AUTO_FOCUS = "TextArea"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "take", "take over", key_display="ctrl+s", id="text.take", priority=True,
                tooltip="Take the text over, if it can be used"),
    ]  # fmt: skip

    def __init__(self, text: str, wrong: Callable[[str], str]) -> None:
        """Begin with `text`; `wrong` says in one line what is wrong with one, nothing if it can be used."""
        super().__init__()
        self.begun = "\n".join(map(_drawable, text.splitlines()))
        self.wrong = wrong

    def parts(self) -> Iterable[Widget]:
        """The text, and what is wrong with it."""
        area = TextArea(self.begun, show_line_numbers=True, theme="css")
        area.highlight_cursor_line = False
        yield area
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Say whether it can be used."""
        self._check()

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """Say at once whether it can be used."""
        message.stop()
        self._check()

    @property
    def text(self) -> str:
        """What is written."""
        return self.query_one(TextArea).text

    def _check(self) -> bool:
        wrong = self.wrong(self.text)
        self._say(f"■ {wrong}." if wrong else "This can be used. ctrl+s takes it over.", wrong=bool(wrong))
        return not wrong

    def _say(self, text: str, *, wrong: bool) -> None:
        line = self.query_one("#said", Static)
        line.update(words.shown(text))
        line.set_class(wrong, "-wrong")

    def action_take(self) -> None:
        """Take the text over, if it can be used."""
        if self._check():
            self.dismiss(self.text)

    def action_close(self) -> None:
        """Take the text over; if it cannot be used, ask what is to become of it."""
        if self.text == self.begun:
            self.dismiss(None)
        elif self._check():
            self.dismiss(self.text)
        else:
            self._ask()

    def _ask(self) -> None:
        from tui.screens.ask_box import AskBox  # deferred: seldom needed

        def answered(answer: str | None) -> None:
            if answer == "drop":
                self.dismiss(None)

        question = f"The text cannot be used: {self.wrong(self.text)}."
        answers = (("stay", "Go on writing"), ("drop", "Go back, and lose what was written here"))
        self.app.push_screen(AskBox("Not taken over", question, answers), answered)


def _drawable(line: str) -> str:
    """A line as it may be drawn, its indentation kept: TOML's names are cleaned when they are read anyhow."""
    return " " * (len(line) - len(line.lstrip(" \t"))) + clean(line)
