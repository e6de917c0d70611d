"""Somebody saved meanwhile: theirs and mine, field by field, and which of both is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import kpi_words as say
from tui import words
from tui.kpi_draft import FIELD_WORDS, Field
from tui.screens.dialogue import Dialogue
from tui.widgets.table_rows import Column, TableRow, TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widget import Widget

    from store.target_questions import SetView
    from tui.kpi_draft import Item, Meeting
    from tui.widgets.rows import Rows

_COLUMNS = (
    Column("KPI", shares=True),
    Column("Field", quiet=True),
    Column("Was", right=True, quiet=True),
    Column("Theirs", right=True),
    Column("Mine", right=True),
    Column("Taken"),
)
_TAKEN_PLACE = 5
_OTHER_LINES = 12


class ConflictBox(Dialogue[dict[Field, int]]):
    """Gives the numbers of mine that are to be saved over theirs; nothing if it was closed."""

    HEADING = "Saved meanwhile: theirs and mine"
    FOOTING = "t theirs · m mine · enter the other · T M all · s go on · esc not yet"
    AUTO_FOCUS = "TableRows"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "take(False)", "theirs", id="conflict.theirs", tooltip="Take their number"),
        Binding("m", "take(True)", "mine", id="conflict.mine", tooltip="Take my number"),
        Binding("T", "take_all(False)", "all theirs", id="conflict.all_theirs", tooltip="Take all of theirs"),
        Binding("M", "take_all(True)", "all mine", id="conflict.all_mine", tooltip="Take all of mine"),
        Binding("s", "go_on", "go on", id="conflict.go_on", tooltip="Go on to the difference that is saved"),
    ]

    def __init__(self, meeting: Meeting, theirs: SetView, titles: Mapping[str, str]) -> None:
        """Put `meeting` before a person; `theirs` is the set that was saved."""
        super().__init__()
        self.meeting, self.theirs, self.titles = meeting, theirs, titles

    def parts(self) -> Iterable[Widget]:
        """Whose set it is, the fields, and what is still to be done."""
        view = self.theirs
        when = (
            "" if view.effective_from is None else f", in force since {say.moment_words(view.effective_from)}"
        )
        yield Static(
            f"{words.shown(view.by)} saved target set {view.number}{when}: “{words.shown(view.reason)}”. "
            "Nothing of yours is lost. Choose whose number is taken:",
            id="whose",
            markup=False,
        )
        yield TableRows(id="fields")
        yield Static(id="said", markup=False)

    def on_mount(self) -> None:
        """Show the fields, the cursor on the first that waits for a choice."""
        self._show()
        items = self.meeting.items
        self.query_one(TableRows).cursor = next(
            (place for place, item in enumerate(items) if item.mine is None), 0
        )

    def _show(self) -> None:
        self.query_one(TableRows).show(_COLUMNS, list(map(self._row, self.meeting.items)))
        self.on_resize()
        waiting, wrong = self.meeting.open, self.meeting.wrong
        if waiting:
            self._say(
                f"■ {words.plural(waiting, 'field')} changed by both: choose theirs or mine.", wrong=True
            )
        elif wrong:
            title = words.shown(self.titles.get(wrong[0].kpi))
            self._say(f"■ {title}: {wrong[0].why}. Take both of its numbers from one side.", wrong=True)
        else:
            mine = len(self.meeting.result)
            what = (
                f"{words.plural(mine, 'number')} of yours will be saved over theirs"
                if mine
                else "nothing is left to save"
            )
            self._say(f"s goes on: {what}.")

    def on_resize(self) -> None:
        """Give the fields the room that they need, or that there is."""
        rows = self.query_one(TableRows)
        rows.styles.height = max(3, min(rows.count + rows.HEAD_LINES, self.size.height - _OTHER_LINES))

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(text)
        said.set_class(wrong, "-wrong")

    def _row(self, item: Item) -> TableRow:
        taken = (
            "■ choose"
            if item.mine is None
            else f"mine, {item.taken}"
            if item.mine
            else f"theirs, {item.taken}"
        )
        numbers = (str(item.was), str(item.theirs), str(item.my_own))
        cells = (words.shown(self.titles.get(item.kpi)), FIELD_WORDS[item.field], *numbers, taken)
        return TableRow(cells, item, _TAKEN_PLACE if item.mine is None else None)

    def action_take(self, mine: bool) -> None:
        """Take the field's number from one of both, and go to the next."""
        rows = self.query_one(TableRows)
        self.meeting.choose(rows.cursor, mine=mine)
        self._show()
        rows.action_move(1)

    def action_take_all(self, mine: bool) -> None:
        """Take all numbers from one of both."""
        self.meeting.choose_all(mine=mine)
        self._show()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Take the other one's number."""
        message.stop()
        place = self.query_one(TableRows).cursor
        self.meeting.choose(place, mine=not self.meeting.items[place].mine)
        self._show()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Nobody else needs to know."""
        message.stop()

    def action_go_on(self) -> None:
        """Go on, if every field has a number and they fit together."""
        if self.meeting.open or self.meeting.wrong:
            self.app.bell()
        else:
            self.dismiss(self.meeting.result)
