"""The box in which a filter of the audit log is written; what can stand in a field is offered below it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from kpi.days import WAYS, DayError, parse_day
from kpi.text import clean
from tui import words
from tui.audit_facts import ask_choices
from tui.audit_filtering import FIELDS, UNREVIEWED, WrittenError, read_filter
from tui.audit_words import KINDS, operation_words
from tui.screens.dialogue import Dialogue
from tui.widgets import drawing
from tui.widgets.answer_line import AnswerLine
from tui.widgets.lines import Line
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from textual import events
    from textual.widget import Widget

    from store.audit_questions import AuditChoices
    from tui.widgets.rows import Rows

_HINTS = {
    "person": "A part of a name; ↓ chooses from those who are in the log.",
    "operation": "What was done; ↓ chooses.",
    "target": "A thing, such as “target set 3”, or all of a kind, such as “mapping”; ↓ chooses.",
    "field": "A part of a changed field's name, such as “due_days” or “approvals”.",
    "since": f"The first day: {WAYS}.",
    "until": f"The last day: {WAYS}.",
    "text": "A part of the reason, whatever its case.",
    UNREVIEWED: "space: all entries, or only those that nobody has marked as reviewed.",
}


class FilterInput(Input):
    """One field; the list below is moved through from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.move(1)", show=False, id="filter.down", tooltip="Down the list"),
        Binding("up", "screen.move(-1)", show=False, id="filter.up", tooltip="Up the list"),
    ]


class Toggle(Line, can_focus=True):
    """Something that is so or not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", show=False, id="filter.toggle", tooltip="Change it"),
        Binding("enter", "screen.apply", show=False, id="filter.apply", tooltip="Show the entries"),
    ]

    def __init__(self, text: str, *, on: bool) -> None:
        super().__init__(id=UNREVIEWED)
        self.text, self.on = text, on

    def action_turn(self) -> None:
        """Change it."""
        self.on = not self.on
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Change it."""
        event.stop()
        self.focus()
        self.action_turn()

    def on_focus(self) -> None:
        """Show where one is."""
        self.refresh()

    def on_blur(self) -> None:
        """As above."""
        self.refresh()

    def draw(self, width: int) -> list[Segment]:
        """“[x] only what nobody has reviewed”."""
        look = drawing.look(self)
        over = look.cursor if self.has_focus else look.plain
        return [Segment(words.left(f"{'[x]' if self.on else '[ ]'} {self.text}", width), look.text + over)]


class FilterBox(Dialogue[dict[str, str]]):
    """Gives the filter as it was written, once it can be read; nothing if the box was closed."""

    CSS_PATH = ["dialogue.tcss", "audit.tcss"]  # type: ignore[assignment] # Textual takes both forms
    HEADING = "Which entries?"
    FOOTING = "tab goes between the fields"
    AUTO_FOCUS = "#person"

    def __init__(self, written: Mapping[str, str], today: date) -> None:
        """Begin with what is `written` now."""
        super().__init__()
        self.written, self.today = written, today
        self.offers: dict[str, list[str]] = {"target": list(KINDS.values())}
        self.is_choosing = False

    def parts(self) -> Iterable[Widget]:
        """The fields, what can stand in the one that is written in, and the answers."""
        for name, title in FIELDS.items():
            text = self.written.get(name, "")
            yield Horizontal(Label(title), FilterInput(text, id=name, select_on_focus=False), classes="row")
        on = UNREVIEWED in self.written
        yield Horizontal(Label(""), Toggle("only what nobody has reviewed", on=on), classes="row")
        yield Static(id="said", markup=False)
        rows = PickRows()
        rows.can_focus = False
        yield rows
        yield AnswerLine([("enter", "Show", "screen.apply"), ("ctrl+x", "Clear", "screen.wipe"),
                          ("esc", "Not now", "screen.close")])  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "wipe", show=False, priority=True, id="filter.wipe", tooltip="Empty all fields"),
    ]

    def on_mount(self) -> None:
        """Ask whom and what the log knows."""
        host = self.host
        host.put(host.page, "choices", ask_choices, self._take, failed=self._failed, vital=False)
        self._offer()

    def _take(self, choices: AuditChoices) -> None:
        if self.is_attached:
            self.offers["person"] = list(dict.fromkeys(words.shown(person.name) for person in choices.people))
            self.offers["operation"] = sorted(operation_words(one) for one in choices.operations)
            self._offer()

    def _failed(self, said: str) -> None:
        if self.is_attached:
            self._say(f"■ The names cannot be read: {said}.", wrong=True)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text, ""))
        said.set_class(wrong, "-wrong")

    # ----------------------------------------------------------------------------------------- the list

    @property
    def field(self) -> str:
        """The field that has the focus."""
        focused = self.focused
        return focused.id or "" if focused is not None else ""

    def _offer(self) -> None:
        """Offer what can stand in the field, and say what it means."""
        self.is_choosing = False
        field, rows = self.field, self.query_one(PickRows)
        said = _HINTS.get(field, "")
        typed = self.query_one(f"#{field}", Input).value if field in FIELDS else ""
        if field in ("since", "until") and typed.strip():
            with suppress(DayError):  # it is being written
                said = f"{words.day_words(parse_day(typed, self.today, self.today))}."
        self._say(said)
        wanted = clean(typed).casefold()
        fits = [one for one in self.offers.get(field, ()) if wanted in one.casefold()]
        rows.show([Choice(one, one) for one in fits], none="")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another field is written in."""
        del event
        self._offer()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Offer what fits."""
        message.stop()
        if message.input.has_focus:
            self._offer()

    def action_move(self, step: int) -> None:
        """Go through the list; the first step goes to its first row."""
        rows = self.query_one(PickRows)
        if not rows.said and self.is_choosing:
            rows.action_move(step)
        self.is_choosing = not rows.said
        if self.is_choosing:
            self._say("enter takes it over.")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take over what was clicked."""
        message.stop()
        self._take_over()

    def _take_over(self) -> None:
        picked, field = self.query_one(PickRows).picked, self.field
        if picked is None or field not in FIELDS:
            return
        written = self.query_one(f"#{field}", Input)
        written.value = str(picked.value)
        written.cursor_position = len(written.value)
        self.is_choosing = False

    # ------------------------------------------------------------------------------------- the answers

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Take over what is chosen in the list, else show the entries."""
        message.stop()
        if self.is_choosing:
            self._take_over()
        else:
            self.action_apply()

    def action_apply(self) -> None:
        """Show the entries, if what is written can be read; else go to the first field that cannot."""
        written = {name: clean(self.query_one(f"#{name}", Input).value) for name in FIELDS}
        written = {name: text for name, text in written.items() if text}
        if self.query_one(Toggle).on:
            written[UNREVIEWED] = "yes"
        try:
            read_filter(written, self.today)
        except WrittenError as error:
            self.query_one(f"#{error.field}", Input).focus()
            self.call_after_refresh(self._say, f"■ {error}.", wrong=True)
            return
        self.dismiss(written)

    def action_wipe(self) -> None:
        """Empty all fields."""
        for name in FIELDS:
            self.query_one(f"#{name}", Input).value = ""
        toggle = self.query_one(Toggle)
        toggle.on = False
        toggle.refresh()
        self._offer()
