"""A question about something that stands above the answers, fact by fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import words
from tui.screens.ask_box import AskBox
from tui.widgets.fact_rows import FactRows
from tui.widgets.text_rows import Choice, PickRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.widgets.fact_rows import Fact

_OTHER_LINES = 9  # the frame, gaps and the answers, beside what the question takes
_LEAST = 3


class FactsBox(AskBox):
    """Gives the name of the answer; the answers keep the keys, `pgup` and `pgdn` scroll the facts."""

    FOOTING = "pgup pgdn scroll · enter chooses · esc closes"

    BINDINGS: ClassVar[list[BindingType]] = [
        # Priority: the answers have these keys too, and need none of them.
        Binding("pagedown", "scroll(1)", show=False, priority=True, id="facts.down", tooltip="Down the list"),
        Binding("pageup", "scroll(-1)", show=False, priority=True, id="facts.up", tooltip="Up the list"),
    ]

    def __init__(
        self,
        heading: str,
        question: str,
        facts: Sequence[Fact],
        answers: Sequence[tuple[str, str]],
        *,
        name_cells: int,
    ) -> None:
        super().__init__(heading, question, answers)
        self.facts, self.name_cells = facts, name_cells

    def parts(self) -> Iterable[Widget]:
        """The question, the facts, the answers."""
        yield Static(words.shown(self.question), id="said", markup=False)
        rows = FactRows(name_cells=self.name_cells)
        rows.can_focus = False
        yield rows
        yield PickRows()

    def on_mount(self) -> None:
        """Show the facts; the answers are shown as those of any question."""
        self.query_one(FactRows).show(self.facts)
        self.query_one(PickRows).show([Choice(text, name) for name, text in self.answers])

    def on_resize(self) -> None:
        """Give the facts the room that they need, or that there is."""
        self.call_after_refresh(self._measure)

    def _measure(self) -> None:
        rows = self.query_one(FactRows)
        said = self.query_one("#said").size.height
        room = self.app.size.height - _OTHER_LINES - said - len(self.answers)
        rows.styles.height = max(_LEAST, min(rows.count, room))

    def action_scroll(self, pages: int) -> None:
        """Scroll the facts."""
        self.query_one(FactRows).action_page(pages)
