"""Save changes: the difference, for whom it counts, the reason that is needed, and from when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from kpi.days import DayError, parse_day
from kpi.drafts import FIELDS, chosen
from kpi.targets import TargetError
from kpi.text import clean
from store.rationale import MOST_CHARACTERS
from tui import kpi_words as say
from tui import words
from tui.screens.dialogue import Dialogue
from tui.widgets.table_rows import Column, TableRow, TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from textual.widget import Widget

    from kpi.drafts import TargetChoice
    from tui.kpi_facts import KpiFacts

_OTHER_LINES = 16
_COLUMNS = (Column("KPI", shares=True), Column("Due", right=True), Column("Done by", right=True))
_NOW = "empty: from now on; or a day to come, such as 2027-01-04 or +4w"


class Wish(NamedTuple):
    """What was filled in; `go` tells whether it is to be saved. `written_day` is the day as written.

    `made_of` is the set that the difference was shown to: the one that will be in force then.
    """

    reason: str
    written_day: str
    day: date | None
    go: bool
    made_of: int | None = None


class SaveBox(Dialogue[Wish]):
    """Gives what was filled in, also when it is closed: nothing that was written is lost."""

    HEADING = "Save changes"
    FOOTING = "enter saves · tab next field · ↑ ↓ scroll · esc not yet"
    AUTO_FOCUS = "#reason"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, id="save.up", tooltip="Scroll the difference"),
        Binding("down", "move(1)", show=False, id="save.down", tooltip="Scroll the difference"),
        Binding("pageup", "move(-5)", show=False, id="save.page_up", tooltip="Scroll the difference"),
        Binding("pagedown", "move(5)", show=False, id="save.page_down", tooltip="Scroll the difference"),
    ]

    def __init__(self, facts: KpiFacts, choices: Mapping[str, TargetChoice], before: Wish | None) -> None:
        """Offer to save `choices` over the set in force; `before` is what was filled in the last time."""
        super().__init__()
        self.facts, self.choices, self.before = facts, choices, before
        self.made_of: int | None = None
        """The set that the difference is shown to; None if it cannot be saved over it."""

    def parts(self) -> Iterable[Widget]:
        """The difference, the words, and a line for each field with what is wrong with it below."""
        yield TableRows(id="difference")
        yield Static(id="applies", markup=False)
        reason, day = (self.before.reason, self.before.written_day) if self.before else ("", "")
        yield Horizontal(
            Label("Reason"), Input(reason, id="reason", max_length=MOST_CHARACTERS), classes="field"
        )
        yield Static(id="reason-said", classes="said", markup=False)
        yield Horizontal(Label("From"), Input(day, id="day", max_length=40), classes="field")
        yield Static(id="day-said", classes="said", markup=False)

    def on_mount(self) -> None:
        """Show the difference."""
        rows = self.query_one(TableRows)
        rows.has_cursor = False
        rows.can_focus = False
        self._say("#reason-said", "needed: why, kept with the change for everyone to read")
        self._show_day()

    def _say(self, place: str, text: str, *, wrong: bool = False) -> None:
        said = self.query_one(place, Static)
        said.update(words.shown(text, ""))
        said.set_class(wrong, "-wrong")

    # ------------------------------------------------------------------------------------ the fields

    def _reason(self) -> str | None:
        """The reason, None without one."""
        return clean(self.query_one("#reason", Input).value) or None

    def _day(self) -> date | None:
        """The day that is written, None for now; DayError in words if it cannot be."""
        text = self.query_one("#day", Input).value
        if not text.strip():
            return None
        today = self.facts.page.today
        day = parse_day(text, today, today)
        if day <= today:
            raise DayError(f"{words.day_words(day)} is not ahead; leave it empty for now")
        return day

    def _show_day(self) -> None:
        """Say what the day means, or what is wrong with it, and show the difference to what holds then."""
        self.made_of = None
        try:
            day = self._day()
        except DayError as error:
            self._say("#day-said", f"■ {error}", wrong=True)
            return
        today = self.facts.page.today
        said = f"{words.day_words(day)}, {words.distance_words(day, today)}" if day else _NOW
        self._say("#day-said", said)
        self.query_one("#applies", Static).update(say.applies_words(self.facts.page, day))
        self._show_difference(day)

    def _show_difference(self, day: date | None) -> None:
        facts = self.facts
        under = say.base_view(facts.page, day)
        base = facts.page.targets if under is None else facts.waiting[under.number]
        rows = []
        for kpi in (kpi for stage in facts.stages for kpi in stage.kpis if kpi.code in self.choices):
            before = base[kpi.code]
            try:
                after = chosen(self.choices[kpi.code], before)
            except TargetError as error:  # what was typed does not fit what a pending set has beside it
                self._say("#day-said", f"■ {words.shown(kpi.title)}: {error}", wrong=True)
                return
            pairs = ((getattr(before, field), getattr(after, field)) for field in FIELDS)
            cells = (str(was) if was == new else f"{was} → {new}" for was, new in pairs)
            rows.append(TableRow((words.shown(kpi.title), *cells)))
        self.made_of = (under or facts.page.in_force).number
        self.query_one(TableRows).show(_COLUMNS, rows)
        self.on_resize()

    def on_resize(self) -> None:
        """Give the difference the room that it needs, or that there is."""
        rows = self.query_one(TableRows)
        rows.styles.height = max(3, min(rows.count + rows.HEAD_LINES, self.size.height - _OTHER_LINES))

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say at once what is meant, or wrong."""
        message.stop()
        if message.input.id == "day":
            self._show_day()
        elif self._reason() is not None:
            left = MOST_CHARACTERS - len(message.value)
            self._say("#reason-said", f"{words.plural(left, 'character')} left" if left < 100 else "")  # noqa: PLR2004

    def action_move(self, step: int) -> None:
        """Scroll the difference while a field keeps the focus."""
        self.query_one(TableRows).action_move(step)

    # --------------------------------------------------------------------------------------- the end

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Save, or say what is missing."""
        message.stop()
        reason = self._reason()
        if reason is None:
            self._say("#reason-said", "■ say why: without a reason nothing is saved", wrong=True)
            self.query_one("#reason", Input).focus()
            return
        if self.made_of is None:
            self.query_one("#day", Input).focus()
            return
        self.dismiss(Wish(reason, self.query_one("#day", Input).value, self._day(), True, self.made_of))

    def action_close(self) -> None:
        """Close, and remember what was filled in."""
        values = (self.query_one("#reason", Input).value, self.query_one("#day", Input).value)
        self.dismiss(Wish(*values, None, go=False))
