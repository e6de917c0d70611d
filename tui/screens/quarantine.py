"""Rows in quarantine, and one of them with its cells: to be tried again or dropped."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import data_words, words
from tui.data_facts import ask_bad_rows, ask_numbers
from tui.screens.working import WorkingPage
from tui.widgets.bad_rows import BadRows
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import Column, TableRow, TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual import events
    from textual.widget import Widget

    from store.intake import BadRowView
    from store.quarantine import Chosen
    from tui.data_facts import BadNumbers
    from tui.widgets.rows import Rows

_CELLS = (Column("Column", quiet=True), Column("Cell"))
_MOST_NAME = 24


class BadRowPage(WorkingPage):
    """A page with one row in quarantine at hand, `row`, which can be tried again or dropped."""

    CSS_PATH = "data.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "retry", id="data.retry", tooltip="Try this row again"),
        Binding("x", "drop", "drop", id="data.drop", tooltip="Drop this row"),
        Binding("m", "mapping", "mapping", id="data.mapping", tooltip="Correct the mapping of the source"),
    ]

    @property
    def row(self) -> BadRowView | None:
        """The row at hand."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done to a row needs one; after a failure r reads again."""
        if action in ("retry", "drop", "mapping"):
            return not self.ailing and self.is_whole and self.row is not None
        return super().check_action(action, parameters)

    def action_retry(self) -> None:
        """Try the row again."""
        from store.quarantine import Chosen  # deferred: start-up imports no store

        if self.row is not None:
            self.retry(Chosen(ids=(self.row.id,)))

    def action_drop(self) -> None:
        """Drop the row."""
        from store.quarantine import Chosen  # deferred: as above

        row = self.row
        if row is not None:
            which = f"of {words.shown(row.source)}, {words.shown(row.file)}, line {row.line:,}"
            self.drop(Chosen(ids=(row.id,)), 1, which)

    def action_mapping(self) -> None:
        """Correct the mapping of the row's source."""
        if self.row is not None:
            self.edit_mapping(self.row.source)


class QuarantineScreen(BadRowPage):
    """The rows of a source and a reason, or of an import."""

    AUTO_FOCUS = "BadRows"
    KEYS = ("rows.choose", "data.retry", "data.drop", "data.mapping", "work.stop", "app.back",
            "app.search")  # fmt: skip

    def __init__(self, chosen: Chosen, path: Sequence[str]) -> None:
        """Show the rows `chosen`; `path` says in words which they are."""
        super().__init__()
        self.chosen, self.path = chosen, tuple(path)
        self.numbers: BadNumbers | None = None
        self.under_way: int | None = None

    def parts(self) -> Iterable[Widget]:
        """The rows and a sentence."""
        yield BadRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask which rows there are."""
        self.query_one(TabLine).show_path(*self.path)
        self.query_one(BadRows).say("Reading the quarantine …")
        self.reload()

    @property
    def row(self) -> BadRowView | None:
        """The row with the cursor."""
        rows = self.query_one(BadRows)
        return None if rows.said else rows.row_of(rows.cursor)

    def reload(self) -> None:
        """Ask again which rows there are."""
        self.under_way = None
        self.ask("numbers", ask_numbers(self.chosen), self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.numbers is not None and self.numbers.revision != self.host.revision

    def take(self, found: BadNumbers) -> None:
        """Show so many rows, then fetch those that are seen."""
        self.numbers = found
        self.host.today, self.host.revision = found.today, found.revision
        self.recovered()
        rows = self.query_one(BadRows)
        rows.begin(found.numbers)
        if not found.numbers:
            rows.say("No rows here", "None of these rows is in the quarantine any more. esc goes back.")
        self._show_row()
        self._fetch_wanted()

    def _fetch_wanted(self) -> None:
        rows = self.query_one(BadRows)
        page = rows.wanted() if self.under_way is None and self.numbers is not None else None
        if page is not None:
            self.under_way = page
            ask = ask_bad_rows(rows.numbers_of(page))
            self.ask("rows", ask, lambda found: self._take_rows(page, found), failed=self._failed)

    def _take_rows(self, page: int, found: tuple[BadRowView, ...]) -> None:
        self.under_way = None
        self.query_one(BadRows).fill(page, found)
        self._show_row()
        self._fetch_wanted()

    def _failed(self, said: str) -> None:
        self.under_way = None
        if self.numbers is None:
            rows = self.query_one(BadRows)
            sentence = f"{said[:1].upper()}{said[1:]}."
            rows.say("The rows cannot be shown", sentence, "Press r to try again, esc to go back.")
        else:
            self.show_failure(said)

    def _show_row(self) -> None:
        row, rows = self.row, self.query_one(BadRows)
        self.query_one("#sentence", Static).update("" if row is None else data_words.bad_row_sentence(row))
        self.refresh_bindings()
        self.show_keys()
        note = "none" if rows.said else f"{rows.cursor + 1:,} of {rows.count:,}"
        self.query_one(KeyLine).show_note(note)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say more of the row, and fetch what has come into view."""
        message.stop()
        self._show_row()
        self._fetch_wanted()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the row."""
        message.stop()
        row = self.row
        if row is not None:
            self.app.push_screen(BadRowScreen(row, self.path))


class BadRowScreen(BadRowPage):
    """One row: where it stood, why it was not understood, its raw cells by column."""

    AUTO_FOCUS = "TableRows"
    KEYS = ("data.retry", "data.drop", "data.mapping", "work.stop", "app.back", "app.search")

    def __init__(self, row: BadRowView, path: Sequence[str]) -> None:
        super().__init__()
        self.shown: BadRowView | None = row
        self.number, self.path = row.id, (*path, f"line {row.line:,}")
        self.read_at_revision: int | None = None

    def parts(self) -> Iterable[Widget]:
        """Where and why, then the cells."""
        yield Static(id="facts", markup=False)
        yield TableRows()
        yield self.work_line()

    def on_mount(self) -> None:
        """Draw the row."""
        self.query_one(TabLine).show_path(*self.path)
        self.read_at_revision = self.host.revision
        self.query_one(TableRows).has_cursor = False
        self._show()

    @property
    def row(self) -> BadRowView | None:
        """The row, None once it has left the quarantine."""
        return self.shown

    def reload(self) -> None:
        """Read the row again."""
        self.ask("row", ask_bad_rows((self.number,)), self.take)

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.read_at_revision != self.host.revision

    def take(self, found: tuple[BadRowView, ...]) -> None:
        """Draw the row as it is now."""
        self.shown = found[0] if found else None
        self.read_at_revision = self.host.revision
        self.recovered()
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        """Break long cells anew."""
        del event
        self._show()

    def _show(self) -> None:
        row, rows = self.shown, self.query_one(TableRows)
        said = ""
        if row is None:
            rows.say("This row has left the quarantine", "It was understood or dropped. esc goes back.")
        else:
            said = f"{words.shown(row.source)}: {data_words.bad_row_sentence(row)}"
            cells = (("the line as it stands", row.content),) if row.cells is None else row.cells
            rows.show(_CELLS, _cell_rows(cells, self.size.width))
        self.query_one("#facts", Static).update(said)
        self.refresh_bindings()
        self.show_keys()


def _cell_rows(cells: tuple[tuple[str, str], ...], width: int) -> list[TableRow]:
    """The cells by column; what is too long for a line goes on below."""
    names = [words.left(words.shown(name), _MOST_NAME).rstrip() for name, _ in cells]
    room = max(20, width - max([6, *map(len, names)]) - 12)
    rows = []
    for name, (_, cell) in zip(names, cells, strict=True):
        lines = wrap(words.shown(cell, "(empty)"), room) or ["(empty)"]
        rows += [TableRow((name if place == 0 else "", line)) for place, line in enumerate(lines)]
    return rows
