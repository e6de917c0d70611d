"""Search: listings and applicants, found while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from tui import words
from tui.screens.page import Page
from tui.widgets import drawing
from tui.widgets.finder import Finder
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.timer import Timer
    from textual.widget import Widget
    from textual.widgets import Input

    from kpi.board import SearchHit

MOST_HITS = 100
# As long as one pauses between words, not between letters.
TYPING_PAUSE = 0.15
_TASKS, _SET = len("Open tasks"), len("Set")
# The kind, the blanks between, the numbers, a blank at the end.
_FIXED = 12 + 1 + 1 + 1 + _TASKS + 1 + _SET + 1
_INVITATION = ("Search", "Type a part of a listing's reference or title, or of an applicant's reference.")


class HitRows(Rows):
    """What was found."""

    def __init__(self) -> None:
        super().__init__(id="hits")
        self.hits: tuple[SearchHit, ...] = ()

    def show(self, hits: tuple[SearchHit, ...]) -> None:
        """Draw these."""
        self.hits = hits
        self.set_count(len(hits))
        self.cursor = 0

    def _widths(self, width: int) -> tuple[int, int, int, int]:
        names = [cell_len(words.shown(hit.application or hit.listing)) for hit in self.hits]
        reference = min(max([9, *names]), width // 3)
        user = min(max([4, *(cell_len(words.shown(hit.user)) for hit in self.hits)]), width // 5)
        return reference, max(4, width - reference - user - _FIXED), user, _TASKS

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        reference, title, user, tasks = self._widths(width)
        head = (
            f" {words.left('Kind', 10)} {words.left('Reference', reference)} {words.left('Title', title)} "
            f"{words.left('User', user)} {words.right('Open tasks', tasks)} Set"
        )
        return [Segment(head, drawing.look(self).muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One listing or applicant."""
        look, hit = drawing.look(self), self.hits[row]
        over = look.cursor if selected else look.plain
        base = (look.strong if selected else look.text) + over
        reference, title, user, tasks = self._widths(width)
        name = (
            f"{words.shown(hit.title, '')}" if hit.application is None else f"in {words.shown(hit.listing)}"
        )
        kind = "listing" if hit.application is None else "applicant"
        return [
            Segment(f" {words.left(kind, 10)} ", look.muted + over),
            Segment(f"{words.left(words.shown(hit.application or hit.listing), reference)} ", base),
            Segment(f"{words.left(name, title)} ", base),
            Segment(f"{words.left(words.shown(hit.user), user)} ", look.muted + over),
            drawing.count(hit.open_tasks, tasks, base, (look.muted if selected else look.faint) + over),
            Segment(f" {words.right('–' if hit.target_set is None else str(hit.target_set), _SET)}", base),
        ]


class SearchScreen(Page):
    """An input and what it finds."""

    CSS_PATH = "search.tcss"
    AUTO_FOCUS = "Finder"
    KEYS = ("finder.open", "finder.down", "app.back")

    def __init__(self) -> None:
        super().__init__()
        self._typing: Timer | None = None
        self.asked = ""

    def parts(self) -> Iterable[Widget]:
        """Input and list."""
        yield Finder("listing or applicant")
        yield HitRows()

    def on_mount(self) -> None:
        """Invite to type."""
        self.query_one(TabLine).show_path("Search")
        self.query_one(HitRows).say(*_INVITATION)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Ask when typing pauses."""
        message.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_PAUSE, self.reload)

    def reload(self) -> None:
        """Ask for what is in the input now."""
        text = self.query_one(Finder).value.strip()
        self.asked = text
        if not text:
            self.query_one(HitRows).show(())
            self.query_one(HitRows).say(*_INVITATION)
            self.query_one(KeyLine).show_note("")
            return
        self.ask("search", lambda reader: reader.search(text, MOST_HITS), self.show_hits, vital=False)

    def show_hits(self, hits: tuple[SearchHit, ...]) -> None:
        """Draw what was found."""
        rows = self.query_one(HitRows)
        self.recovered()
        if not self.asked:
            return
        nothing = (
            "Nothing found",
            f"No listing's reference or title and no applicant's holds “{self.asked}”.",
        )
        rows.say(*(() if hits else nothing))
        rows.show(hits)
        more = f"the first {MOST_HITS}" if len(hits) >= MOST_HITS else f"{len(hits)} found"
        self.query_one(KeyLine).show_note(more if hits else "")

    def show_failure(self, words: str) -> None:
        """Say why nothing can be found."""
        self.query_one(HitRows).say(
            "The search failed", f"{words[:1].upper()}{words[1:]}.", "Type on to try again."
        )

    def action_move(self, step: int) -> None:
        """Move through the list while the input keeps the focus, so that one can type on."""
        self.query_one(HitRows).action_move(step)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Enter in the input opens what has the cursor."""
        message.stop()
        self.action_open()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """A row was clicked or chosen."""
        message.stop()
        self.action_open()

    def action_open(self) -> None:
        """Open the listing or the applicant with the cursor."""
        rows = self.query_one(HitRows)
        if rows.said or not rows.hits:
            return
        from tui.screens.subject import SubjectScreen

        self.app.push_screen(SubjectScreen(rows.hits[rows.cursor]))
