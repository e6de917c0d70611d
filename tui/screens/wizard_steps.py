"""The wizard's middle steps: which column is which field, which name is which event."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from tui import wizard_words as say
from tui import words
from tui.data_facts import ask_alike
from tui.screens.wizard_boxes import PickBox, ValuesBox
from tui.screens.wizard_step import Step
from tui.widgets.lines import KeyLine
from tui.widgets.table_rows import TableRows
from tui.wizard_draft import TIME_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.feeds.likeness import Likeness
    from tui.widgets.rows import Rows


class MappingRows(TableRows):
    """Lines of the mapping: enter corrects the one with the cursor."""


class MappingStep(Step):
    """What the steps that correct the mapping share."""

    def rows(self) -> MappingRows:
        """The list."""
        return self.query_one(MappingRows)

    def aim(self) -> None:
        """Go through the list."""
        self.rows().focus()

    def move(self, step: int) -> None:
        """Move through the list."""
        self.rows().action_move(step)

    def sentence(self, line: object) -> str:
        """What is known of a line, by what it stands for."""
        raise NotImplementedError

    def way_out(self) -> str:
        """Where to go to correct what is wrong, if that is not here."""
        return ""

    def comment(self) -> None:
        """Say what is wrong; if nothing is, what is known of the line with the cursor."""
        problem = self.wizard.problem
        self.wizard.query_one(KeyLine).show_note("corrected" if self.wizard.is_corrected else "")
        picked = self.rows().picked
        known = self.sentence(picked)
        wrong = f"■ {problem[:1].upper()}{problem[1:]}.{self.way_out()}"
        self.say(f"{known}\n{wrong}" if problem else f"{known}\nctrl+n goes on.", wrong=bool(problem))

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say what is known of the line."""
        message.stop()
        self.comment()


class FieldsStep(MappingStep):
    """Source, time zone, forms of dates, and a column for each of our fields."""

    TITLE = "3 of 6: the fields"
    KEYS = ("wizard.next", "wizard.text", "wizard.sandbox", "wizard.wide", "wizard.kept", "wizard.back")
    INPUTS = (("name", "Source name"), ("timezone", "Time zone"), ("formats", "Date formats"))

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wide", "row is…", id="wizard.wide",
                tooltip="A row is an event, or a listing or application with dates"),
        Binding("s", "sandbox", "sandbox", id="wizard.sandbox",
                tooltip="Which values of which column mean test data"),
        Binding("l", "kept", "last time", id="wizard.kept",
                tooltip="The mappings that are kept and fit the file"),
        Binding("down", "go(1)", show=False, id="wizard.down", tooltip="The next line"),
        Binding("up", "go(-1)", show=False, id="wizard.up", tooltip="The line before"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id="fields-step")

    def compose(self) -> Iterable[Widget]:
        """Inputs and list."""
        for name, title in self.INPUTS:
            with Horizontal(classes="field"):
                yield Label(title, markup=False)
                yield Input(id=f"input-{name}", compact=True, select_on_focus=False)
        yield MappingRows(id="fields")
        yield Static(classes="said", markup=False)

    def draw(self) -> None:
        """Show the draft."""
        draft, looked = self.wizard.draft, self.wizard.looked
        if draft is None or looked is None:
            return
        values = {"name": draft.name, "timezone": draft.timezone, "formats": draft.formats_typed}
        for name, value in values.items():
            box = self.query_one(f"#input-{name}", Input)
            with box.prevent(Input.Changed):
                if not box.has_focus:  # what is being written must not be rewritten under the hand
                    box.value = value
        self.query_one("#input-formats", Input).placeholder = "only ISO 8601; separate several by ;"
        self.query_one("#input-timezone", Input).placeholder = say.zone_hint(draft)
        found = say.field_rows(draft, looked)
        self.rows().show(say.FIELD_COLUMNS, found)
        self.comment()

    def aim(self) -> None:
        """Go to the first field that needs a column and has none, else stay where it was."""
        super().aim()
        rows = self.rows()
        odd = next((place for place, row in enumerate(rows.rows) if row.odd is not None), rows.cursor)
        rows.cursor = odd

    def sentence(self, line: object) -> str:
        """What is known of a field."""
        draft, looked = self.wizard.draft, self.wizard.looked
        if draft is None or looked is None:
            return ""
        if isinstance(line, say.Sandbox):
            return say.sandbox_sentence(line, draft, looked)
        return say.field_sentence(str(line), draft, looked)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Take over what is written, and say at once what is wrong with it."""
        message.stop()
        draft = self.wizard.draft
        if draft is None or not message.input.has_focus:
            return
        match message.input.id:
            case "input-name":
                self.wizard.correct(replace(draft, name=message.value.strip()))
            case "input-timezone":
                self.wizard.correct(replace(draft, timezone=message.value.strip()))
            case _:
                self.wizard.correct(draft.with_formats(message.value))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Enter goes to the next line."""
        message.stop()
        self.screen.focus_next()

    def action_go(self, step: int) -> None:
        """From an input to the next, and on to the list."""
        if step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Choose another column for the field, or other values for the sandbox."""
        message.stop()
        picked = self.rows().picked
        if isinstance(picked, say.Sandbox):
            self._choose_sandbox(picked.column)
        elif isinstance(picked, str):
            self._choose_column(picked)

    def _choose_column(self, name: str) -> None:
        looked = self.wizard.looked
        if self.wizard.draft is None or looked is None:
            return

        def chosen(choice: object) -> None:
            draft = self.wizard.draft  # as it is now: the times of a column may have been read meanwhile
            if draft is None:
                return
            match choice:
                case ("none", _):
                    self.wizard.correct(draft.with_column(name, None))
                case ("object", str(kind)):
                    self.wizard.correct(draft.with_object(name, kind))
                case ("column", str(column)):
                    self.wizard.correct(draft.with_column(name, column))
                    if name in TIME_FIELDS:
                        self.wizard.read_times(column)

        said = f"Which of their columns says the {say.field_title(name)}? At the right is one of its values."
        choices = say.column_choices(name, self.wizard.draft, looked)
        self.app.push_screen(PickBox("Their column", said, choices), chosen)

    def action_sandbox(self) -> None:
        """Choose the column, then its values."""
        draft, looked = self.wizard.draft, self.wizard.looked
        if draft is None or looked is None:
            return

        def chosen(choice: object) -> None:
            if isinstance(choice, str):
                self._choose_sandbox(choice)

        box = PickBox(
            "Sandbox", "Which column says that a row is test data?", say.sandbox_columns(draft, looked)
        )
        self.app.push_screen(box, chosen)

    def _choose_sandbox(self, column: str | None) -> None:
        draft, looked = self.wizard.draft, self.wizard.looked
        if draft is None or looked is None:
            return
        if column is None:
            self.action_sandbox()
            return

        def taken(values: tuple[str, ...] | None) -> None:
            now = self.wizard.draft
            if values is not None and now is not None:
                self.wizard.correct(now.with_sandbox(column, values))
                lines = [row.value for row in self.rows().rows]
                line = say.Sandbox(column if values else None)
                self.rows().cursor = lines.index(line) if line in lines else len(lines) - 1

        choices = say.value_choices(column, draft.sandbox.get(column, ()), looked)
        said = f"Which values of “{words.shown(column)}” mean test data? Such rows are counted and left out."
        self.app.push_screen(ValuesBox("Sandbox", said, choices), taken)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only of rows with columns can one say what a row is; only what is kept can be offered."""
        looked = self.wizard.looked if self.is_attached else None
        if action == "wide":
            return looked is not None and looked.peek.form in ("csv", "xlsx", "json", "jsonl")
        if action == "kept":
            return looked is not None and bool(looked.kept)
        return super().check_action(action, parameters)

    def action_wide(self) -> None:
        """A row is the other thing."""
        draft = self.wizard.draft
        if draft is not None:
            self.wizard.correct(replace(draft, wide=not draft.wide))
            what = "a listing or an application, its dates are milestones" if not draft.wide else "an event"
            self.app.notify(f"Now each row is {what}.", markup=False)

    def action_kept(self) -> None:
        """Offer what is kept."""
        self.wizard.offer_kept()

    def onward(self) -> None:
        """Go on to the names."""
        self.wizard.go_to("names-step")


class NamesStep(MappingStep):
    """Their activities, or their columns of dates, as our events."""

    TITLE = "4 of 6: the events"
    KEYS = ("wizard.next", "rows.choose", "wizard.text", "wizard.back")

    def __init__(self) -> None:
        super().__init__(id="names-step")

    def compose(self) -> Iterable[Widget]:
        """The list."""
        yield MappingRows(id="names")
        yield Static(classes="said", markup=False)

    def draw(self) -> None:
        """Show the draft."""
        draft, looked = self.wizard.draft, self.wizard.looked
        if draft is None or looked is None:
            return
        found = say.name_rows(draft, looked)
        self.rows().show(say.name_columns(draft), found)
        if not found:
            self.rows().say(
                "No names", "The first rows say nothing about what happened.", "ctrl+n goes on all the same."
            )
        self.comment()

    def sentence(self, line: object) -> str:
        """What is known of one of their names."""
        draft, looked = self.wizard.draft, self.wizard.looked
        if draft is None or looked is None or not isinstance(line, str):
            return ""
        return say.name_sentence(line, draft, looked)

    def way_out(self) -> str:
        """Only what the fields say may be wrong, unless no milestone has been said."""
        draft = self.wizard.draft
        here = draft is None or (draft.wide and not draft.milestones)
        return "" if here else " esc goes back to the fields."

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Choose another event for the name."""
        message.stop()
        draft, theirs = self.wizard.draft, self.rows().picked
        if draft is None or not isinstance(theirs, str):
            return

        def chosen(choice: object) -> None:
            draft = self.wizard.draft  # as it is now
            if draft is None:
                return
            match choice:
                case ("none", _):
                    self.wizard.correct(draft.with_event(theirs, None))
                case ("event", str(event)):
                    self.wizard.correct(draft.with_event(theirs, event))
                    if draft.wide:
                        self.wizard.read_times(theirs)

        now = (draft.milestones if draft.wide else draft.events).get(theirs)
        what = f"“{words.shown(theirs)}”: the events most like it stand first."
        box = PickBox("Which of our events is it?", what, None)
        found = partial(self._offer, box, now, wide=draft.wide)
        self.app.push_screen(box, chosen)
        self.wizard.ask(
            "alike", ask_alike(theirs), found, failed=partial(self._not_offered, box), vital=False
        )

    @staticmethod
    def _offer(box: PickBox, now: str | None, alike: tuple[Likeness, ...], *, wide: bool) -> None:
        box.offer(say.event_choices(alike, now, wide=wide))

    def _not_offered(self, box: PickBox, said: str) -> None:
        if box.is_attached:
            box.dismiss(None)
        self.say(f"■ {said}.", wrong=True)

    def onward(self) -> None:
        """Go on to the dry run, if the mapping can be used."""
        self.wizard.to_trial()
