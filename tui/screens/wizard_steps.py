"""The wizard's middle steps: what the file is, which column is which field, which name is which event."""

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
from tui.screens.wizard_boxes import PickBox
from tui.screens.wizard_step import Step
from tui.widgets.lines import KeyLine
from tui.widgets.preview import PreviewRows
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from store.feeds.likeness import Likeness
    from tui.widgets.rows import Rows


TIME_FIELDS = ("at", "closing_date", "first_interview_at", "last_interview_at")
"""Our fields that hold times."""


class LookStep(Step):
    """How the file begins, and what only a person can decide."""

    TITLE = "2 of 6: what it is"
    KEYS = ("wizard.next", "preview.left", "preview.right", "wizard.sheet", "wizard.back")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sheet", "sheet", id="wizard.sheet", tooltip="Another sheet of the workbook"),
    ]

    def __init__(self) -> None:
        super().__init__(id="look-step")

    def compose(self) -> Iterable[Widget]:
        """What it is, first rows, doubts."""
        yield Static(classes="facts", markup=False)
        yield PreviewRows()
        yield Static(classes="said", markup=False)

    def aim(self) -> None:
        """Go through the rows."""
        self.query_one(PreviewRows).focus()

    def reload(self) -> None:
        """Look at the file again."""
        self.wizard.look()

    def waiting(self, text: str) -> None:
        """Say that the file is being looked at."""
        self.query_one(".facts", Static).update("")
        self.query_one(PreviewRows).say(text)
        self.say("")

    def failed(self, said: str) -> None:
        """Say why the file cannot be read."""
        self.query_one(".facts", Static).update("")
        rows = self.query_one(PreviewRows)
        rows.say(
            "The file cannot be read",
            f"{said[:1].upper()}{said[1:]}.",
            "esc chooses another file, r looks again.",
        )
        self.say("")

    def draw(self) -> None:
        """Show what has been found."""
        looked = self.wizard.looked
        if looked is not None:
            self.query_one(".facts", Static).update(say.file_words(looked))
            self.query_one(PreviewRows).show(looked.peek.columns, looked.peek.rows)
            self.say(say.doubt_words(looked))
            self._note()

    def _note(self) -> None:
        """Say which columns are seen."""
        rows, looked = self.query_one(PreviewRows), self.wizard.looked
        if looked is not None and self.display:
            seen = rows.seen(rows.size.width)
            last = seen[-1][0] + 1 if seen else 0
            note = f"columns {rows.first + 1:,}-{last:,} of {len(looked.peek.columns):,}"
            self.wizard.query_one(KeyLine).show_note(note)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Other columns may be seen."""
        message.stop()
        self._note()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Enter goes on."""
        message.stop()
        self.onward()

    def onward(self) -> None:
        """Go on to the fields."""
        self.wizard.to_fields()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a workbook has sheets."""
        if action == "sheet":
            looked = self.wizard.looked if self.is_attached else None
            return looked is not None and len(looked.peek.sheets) > 1
        return super().check_action(action, parameters)

    def action_sheet(self) -> None:
        """Choose another sheet."""
        looked = self.wizard.looked
        if looked is None:
            return

        def chosen(sheet: object) -> None:
            if isinstance(sheet, str):
                self.wizard.choose_sheet(sheet)

        box = PickBox("Which sheet?", "Only one sheet is imported at a time.", say.sheet_choices(looked.peek))
        self.app.push_screen(box, chosen)


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

    def sentence(self, name: str) -> str:
        """What is known of a line."""
        raise NotImplementedError

    def comment(self) -> None:
        """Say what is wrong; if nothing is, what is known of the line with the cursor."""
        problem = self.wizard.problem
        picked = self.rows().picked
        known = self.sentence(picked) if isinstance(picked, str) else ""
        wrong = f"■ {problem[:1].upper()}{problem[1:]}."
        self.say(f"{known}\n{wrong}" if problem else f"{known}\nctrl+n goes on.", wrong=bool(problem))

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say what is known of the line."""
        message.stop()
        self.comment()


class FieldsStep(MappingStep):
    """Source, time zone, forms of dates, and a column for each of our fields."""

    TITLE = "3 of 6: the fields"
    KEYS = ("wizard.next", "rows.choose", "wizard.text", "wizard.wide", "wizard.kept", "wizard.back")
    INPUTS = (("name", "Source name"), ("timezone", "Time zone"), ("formats", "Date formats"))

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wide", "row is…", id="wizard.wide",
                tooltip="A row is an event, or a listing or application with dates"),
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
        self.query_one("#input-timezone", Input).placeholder = "none: every time has an offset"
        found = say.field_rows(draft, looked)
        self.rows().show(say.FIELD_COLUMNS, found)
        self.comment()

    def aim(self) -> None:
        """Go to the first field that needs a column and has none, else stay where it was."""
        super().aim()
        rows = self.rows()
        odd = next((place for place, row in enumerate(rows.rows) if row.odd is not None), rows.cursor)
        rows.cursor = odd

    def sentence(self, name: str) -> str:
        """What is known of a field."""
        draft, looked = self.wizard.draft, self.wizard.looked
        return say.field_sentence(name, draft, looked) if draft is not None and looked is not None else ""

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
        """Choose another column for the field."""
        message.stop()
        draft, looked, name = self.wizard.draft, self.wizard.looked, self.rows().picked
        if draft is None or looked is None or not isinstance(name, str):
            return

        def chosen(choice: object) -> None:
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
        self.app.push_screen(PickBox("Their column", said, say.column_choices(name, draft, looked)), chosen)

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

    def sentence(self, name: str) -> str:
        """What is known of one of their names."""
        draft, looked = self.wizard.draft, self.wizard.looked
        return say.name_sentence(name, draft, looked) if draft is not None and looked is not None else ""

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Choose another event for the name."""
        message.stop()
        draft, theirs = self.wizard.draft, self.rows().picked
        if draft is None or not isinstance(theirs, str):
            return

        def chosen(choice: object) -> None:
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
