"""Small boxes of the KPI page: a whole stage at once, and which past period is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from kpi.drafts import FIELDS, check_pair
from kpi.periods import last_month, last_quarter, last_year
from kpi.targets import Target
from tui import kpi_words as say
from tui import words
from tui.kpi_draft import FIELD_WORDS, MOST_TYPED, errors_of
from tui.kpi_facts import Days
from tui.screens.ask_box import AskBox
from tui.screens.dialogue import Dialogue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from textual.widget import Widget


class StageBox(Dialogue[Target]):
    """Gives one target for every KPI of a stage; nothing if it was closed."""

    FOOTING = "enter sets them · tab next field · esc closes"
    AUTO_FOCUS = "#due_days"

    def __init__(self, stage: str, kpis: int) -> None:
        """Ask for the target of all `kpis` KPIs of `stage`."""
        super().__init__()
        self.HEADING = f"{words.shown(stage)}: set all at once"  # type: ignore[misc]
        self.kpis = kpis

    def parts(self) -> Iterable[Widget]:
        """Two fields, and what is wrong with them."""
        for field in FIELDS:
            label = f"{FIELD_WORDS[field][:1].upper()}{FIELD_WORDS[field][1:]} (days)"
            box = Input(id=field, max_length=MOST_TYPED)
            yield Horizontal(Label(label), box, classes="field")
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Say what it does."""
        self._say(f"Both numbers go into {self._many}, unsaved until you save the page.")

    @property
    def _many(self) -> str:
        return "its KPI" if self.kpis == 1 else f"all {self.kpis} KPIs of the stage"

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(words.shown(text))
        said.set_class(wrong, "-wrong")

    def _texts(self) -> tuple[str, str]:
        due, done_by = (self.query_one(f"#{field}", Input).value for field in FIELDS)
        return due, done_by

    def on_input_changed(self, message: Input.Changed) -> None:
        """Say at once what is wrong, once both are written."""
        message.stop()
        checked = check_pair(*self._texts())
        if all(self._texts()) and checked.target is None:
            self._say(f"■ {errors_of(checked)}", wrong=True)
        else:
            self.on_mount()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Set them, or go on to the field that is still empty."""
        message.stop()
        due, done_by = self._texts()
        checked = check_pair(due, done_by)
        if checked.target is not None:
            self.dismiss(checked.target)
        elif message.input.id == FIELDS[0] and not done_by.strip() and checked.due_error is None:
            self.query_one(f"#{FIELDS[1]}", Input).focus()
        else:
            self._say(f"■ {errors_of(checked)}", wrong=True)


OTHER_DAYS = "o"


class PeriodBox(AskBox):
    """Gives the letter of a period; each letter is also a key."""

    FOOTING = "m q y o or enter chooses · esc closes"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "answer('m')", "month", id="period.month", tooltip="The last full month"),
        Binding("q", "answer('q')", "quarter", id="period.quarter", tooltip="The last full quarter"),
        Binding("y", "answer('y')", "year", id="period.year", tooltip="The last full year"),
        Binding("o", "answer('o')", "other", id="period.other", tooltip="Other days"),
    ]

    def __init__(self, today: date) -> None:
        """Offer the usual periods before `today`."""
        named = (("m", "last month"), ("q", "last quarter"), ("y", "last year"))
        usual = usual_periods(today)
        answers = [(key, f"{key}  {name}: {say.days_words(usual[key])}") for key, name in named]
        super().__init__(
            "Preview of which period?",
            "What the draft would have done is shown for the tasks that lived within it.",
            [*answers, (OTHER_DAYS, f"{OTHER_DAYS}  other days: write them")],
        )

    def action_answer(self, key: str) -> None:
        """Choose by a key."""
        self.dismiss(key)


def usual_periods(today: date) -> dict[str, Days]:
    """The periods that have a key."""
    return {"m": Days(*last_month(today)), "q": Days(*last_quarter(today)), "y": Days(*last_year(today))}
