"""A box with fields, typed or chosen from what is offered below; what is wrong is said beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static, TextArea

from kpi.errors import StagewatchError
from kpi.names import folded
from kpi.text import clean
from tui import words
from tui.screens.dialogue import Dialogue
from tui.widgets.answer_line import AnswerLine
from tui.widgets.field_area import FieldArea
from tui.widgets.text_rows import Choice, MarkRows, PickRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from textual import events
    from textual.widget import Widget

    from tui.widgets.rows import Rows

_FIXED = 7  # lines: the frame, a gap, what is said, the answers
_REFUSED = 3
_LEAST, _MOST_OFFERS = 3, 8
_WIDTH = 70


class FieldError(StagewatchError):
    """What stands in a field cannot be used."""


class Offer(NamedTuple):
    """Something that can be chosen: as it is written in the field, and what it is."""

    text: str
    value: object
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, as high as `lines`. `hint` stands below it while it is written in.

    With `offers` only one of those will do, unless it is `free`; else `read` makes a value of what is typed,
    or raises a StagewatchError, and `means` says in words what the value is. What is not `needed` may stay
    empty: None.
    """

    name: str
    label: str
    hint: str
    text: str = ""
    offers: tuple[Offer, ...] | None = None
    read: Callable[[str], object] | None = None
    means: Callable[[Any], str] | None = None
    needed: bool = True
    free: bool = False
    lines: int = 1

    def fitting(self, typed: str) -> tuple[Offer, ...]:
        """The offers that what is typed could mean; all of them if it is one of them already."""
        wanted, offers = folded(typed), self.offers or ()
        if any(folded(one.text) == wanted for one in offers):
            return offers
        return tuple(one for one in offers if wanted in folded(one.text))

    def value_of(self, typed: str) -> object:
        """The value of what is typed; FieldError, or what `read` raises, if it has none."""
        if not typed:
            if self.needed:
                raise FieldError(f"{self.label.lower()}: it is missing")
            return None
        if self.offers is not None and not self.free:
            found = [one.value for one in self.offers if folded(one.text) == folded(typed)]
            if not found:
                raise FieldError(f"{self.label.lower()}: “{typed}” is none of those that can be chosen")
            return found[0]
        return typed if self.read is None else self.read(typed)


class Filled(NamedTuple):
    """What was filled in: values by field, the texts as they were typed, and what was marked."""

    values: Mapping[str, Any]
    texts: Mapping[str, str]
    marked: tuple[Any, ...] = ()


class FieldInput(Input):
    """One field; the list below is moved through from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.move(1)", show=False, id="form.down", tooltip="Down the list"),
        Binding("up", "screen.move(-1)", show=False, id="form.up", tooltip="Up the list"),
    ]


class FormMarks(MarkRows):
    """Of several things any number can be marked; where one is shows while they have the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", show=False, id="form.mark", tooltip="Mark, or take the mark away"),
        Binding("enter", "screen.go_on", show=False, id="form.go_on", tooltip="Go on with the form"),
    ]

    def on_mount(self) -> None:
        """A field has the focus at first."""
        self.has_cursor = False

    def on_focus(self) -> None:
        """Show where one is."""
        self.has_cursor = True
        self.refresh()

    def on_blur(self) -> None:
        """As above."""
        self.on_mount()
        self.refresh()


class FormBox(Dialogue[Filled]):
    """Gives what was filled in, once each field can be used; nothing if the box was closed."""

    CSS_PATH = ["dialogue.tcss", "form_box.tcss"]  # type: ignore[assignment] # Textual takes both forms
    FOOTING = "tab goes between the fields"
    AUTO_FOCUS = "FieldInput, FieldArea"

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority, and awaited: what is typed right after it must reach the next field and no other.
        Binding("tab", "next_field(1)", show=False, priority=True, id="form.next", tooltip="The next field"),
        Binding("shift+tab", "next_field(-1)", show=False, priority=True, id="form.previous",
                tooltip="The field before"),
    ]  # fmt: skip

    def __init__(
        self,
        heading: str,
        answer: str,
        fields: Sequence[Field],
        *,
        refused: str = "",
        marks: Sequence[Choice] = (),
        about: str = "",
    ) -> None:
        """Ask for `fields`; `answer` is the word for going on, `refused` says why it did not go before.

        Any number of `marks` can be marked; their values are given in their order. `about` says what it is
        that is asked.
        """
        super().__init__()
        self.HEADING = words.shown(heading)  # type: ignore[misc]
        self.answer, self.fields, self.refused = answer, tuple(fields), refused
        self.marks, self.about = list(marks), about
        self.left: Mapping[str, str] = {}
        """What stood in the fields when the box was closed."""
        self.is_choosing = False
        self._wrong = ("", "", "")  # field, what was typed, what is wrong with it

    def parts(self) -> Iterable[Widget]:
        """Why it did not go before, what it is about, fields, marks, what is said and offered, answers."""
        yield Static(f"■ {words.shown(self.refused)}" if self.refused else "", id="refused", markup=False)
        yield Static(words.shown(self.about, ""), id="about", markup=False)
        for field in self.fields:
            row = Horizontal(Label(field.label), _made(field), classes="row")
            row.styles.height = field.lines
            yield row
        if self.marks:
            yield Vertical(Label("May"), FormMarks(), id="marking")
        yield Static(id="said", markup=False)
        rows = PickRows()
        rows.can_focus = False
        yield Vertical(rows, id="offering")
        yield AnswerLine([("enter", self.answer, "screen.go_on"), ("esc", "Not now", "screen.close")])

    def on_mount(self) -> None:
        """Show what can be marked, and what stands in the first field."""
        self.query_one("#refused").display = bool(self.refused)
        self.query_one("#about").display = bool(self.about)
        self.query_one("#offering").display = any(field.offers is not None for field in self.fields)
        if self.marks:
            self.query_one(FormMarks).show(self.marks)
        self.call_after_refresh(self._offer)

    def on_resize(self) -> None:
        """Give what can be marked, and what is offered, the room that there is."""
        lines = sum(field.lines for field in self.fields) + len(wrap(self.about, _WIDTH)) + bool(self.about)
        room = self.app.size.height - _FIXED - lines - (_REFUSED if self.refused else 0)
        offered = max((len(field.offers) for field in self.fields if field.offers), default=0)
        marks = len(self.marks) + 2 if self.marks else 0
        offers = max(_LEAST, min(offered, _MOST_OFFERS, room - marks)) if offered else 0
        self.query_one("#offering").styles.height = offers
        if self.marks:
            self.query_one("#marking").styles.height = max(_LEAST + 1, min(marks - 1, room - offers))

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text, ""))
        said.set_class(wrong, "-wrong")

    def _typed(self, name: str) -> str:
        return clean(self._input(name).value).strip()

    def _input(self, name: str) -> FieldInput | FieldArea:
        """Where a field is written."""
        found = self.query_one(f"#{name}")
        assert isinstance(found, (FieldInput, FieldArea))  # noqa: S101 - nothing else has a field's name
        return found

    # ----------------------------------------------------------------------------------------- the list

    @property
    def field(self) -> Field | None:
        """The field that has the focus."""
        name = None if self.focused is None else self.focused.id
        return next((one for one in self.fields if one.name == name), None)

    @property
    def offers(self) -> PickRows:
        """What is offered below."""
        return self.query_one("#offering PickRows", PickRows)

    def _offer(self) -> None:
        """Offer what can stand in the field, and say what it means, or what can be written."""
        self.is_choosing = False
        field = self.field
        if field is None:
            self._say("space marks, or takes the mark away." if self.marks else "")
            self.offers.show((), none="")
            return
        typed = self._typed(field.name)
        # What is wrong stands there until it is mended, wherever the focus goes meanwhile.
        name, text, wrong = self._wrong
        is_wrong = (name, text) == (field.name, typed)
        self._say(wrong if is_wrong else _meaning(field, typed), wrong=is_wrong)
        self.offers.show([Choice(one.text, one, note=one.note) for one in field.fitting(typed)], none="")

    def action_next_field(self, step: int) -> None:
        """Go to the next field, or to the one before."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another field is written in."""
        del event
        self._complete()
        self._offer()

    def _complete(self) -> None:
        """Take over what alone fits in the fields that were left."""
        for field in self.fields:
            typed = self._typed(field.name)
            if field is not self.field and not field.free and _lone(field, typed):
                self._input(field.name).value = field.fitting(typed)[0].text

    def on_input_changed(self, message: Input.Changed) -> None:
        """Offer what fits."""
        message.stop()
        if message.input.has_focus:
            self._offer()

    def on_text_area_changed(self, message: TextArea.Changed) -> None:
        """What was wrong may be mended."""
        message.stop()
        if message.text_area.has_focus:
            self._offer()

    def action_move(self, step: int) -> None:
        """Go through the list; the first step goes to its first row."""
        rows = self.offers
        if not rows.said and self.is_choosing:
            rows.action_move(step)
        self.is_choosing = not rows.said
        if self.is_choosing:
            self._say("enter takes it over.")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take over what was clicked, or mark it."""
        message.stop()
        if isinstance(message.rows, FormMarks):
            at = message.rows.cursor
            self.marks[at] = replace(self.marks[at], on=not self.marks[at].on)
            message.rows.show(self.marks)
        else:
            self._take_over()

    def _take_over(self) -> None:
        picked, field = self.offers.picked, self.field
        if picked is None or field is None:
            return
        written = self._input(field.name)
        written.value = picked.text
        if isinstance(written, FieldInput):
            written.cursor_position = len(written.value)
        self.is_choosing = False

    # --------------------------------------------------------------------------------------- the answers

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Take over what is chosen or alone fits; else go on to the next empty field, or with the form."""
        message.stop()
        field = self.field
        if field is None:
            return
        typed = self._typed(field.name)
        if self.is_choosing or (not field.free and _lone(field, typed)):
            self._take_over()
        elif (empty := self._next_empty(field)) is not None and _is_right(field, typed):
            self._input(empty.name).focus()
        else:
            self.action_go_on()

    def _next_empty(self, field: Field) -> Field | None:
        """The first field after this one that needs something and has nothing."""
        after = self.fields[self.fields.index(field) + 1 :]
        return next((one for one in after if one.needed and not self._typed(one.name)), None)

    def action_go_on(self) -> None:
        """Give what is filled in; else go to the first field that cannot be used."""
        self._complete()
        values: dict[str, object] = {}
        for field in self.fields:
            try:
                values[field.name] = field.value_of(self._typed(field.name))
            except StagewatchError as error:
                self._wrong = (field.name, self._typed(field.name), f"■ {error}.")
                self._input(field.name).focus()
                self._offer()
                return
        self.dismiss(Filled(values, self._texts(), tuple(one.value for one in self.marks if one.on)))

    def _texts(self) -> dict[str, str]:
        return {field.name: self._input(field.name).value for field in self.fields}

    def action_close(self) -> None:
        """Close without a result; what was written can be had from the box."""
        self.left = self._texts()
        super().action_close()


def _made(field: Field) -> FieldInput | FieldArea:
    if field.lines > 1:
        return FieldArea(field.text, id=field.name)
    return FieldInput(field.text, id=field.name, select_on_focus=False)


def _lone(field: Field, typed: str) -> bool:
    """Whether a part of the only offer that fits was typed."""
    fits = field.fitting(typed) if typed else ()
    return len(fits) == 1 and folded(fits[0].text) != folded(typed)


def _meaning(field: Field, typed: str) -> str:
    """What is typed means this; what can be written, while it means nothing."""
    if typed and field.means is not None and _is_right(field, typed):
        return f"{field.means(field.value_of(typed))}."
    return field.hint


def _is_right(field: Field, typed: str) -> bool:
    try:
        field.value_of(typed)
    except StagewatchError:
        return False
    return True
