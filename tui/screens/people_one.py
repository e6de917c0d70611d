"""What the pages of one person and of one team share: facts above, a list below, both read together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from tui.screens.people_base import PeoplePage
from tui.widgets.fact_lines import FactLines
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from tui.people_facts import Known
    from tui.reader import Reader
    from tui.widgets.rows import Rows


class OnesFacts(Protocol):
    """What was read about the one, and about who looks."""

    @property
    def known(self) -> Known:
        """What goes for the whole page."""


_Facts = TypeVar("_Facts", bound=OnesFacts)


class OnePage(PeoplePage, Generic[_Facts]):
    """A page about one person or team, by number; `facts` is None until they have been read."""

    PATH: ClassVar[str]

    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self.number, self.name_shown = number, name
        self.facts: _Facts | None = None

    def asked(self) -> Callable[[Reader], Any]:
        """The question for the facts."""
        raise NotImplementedError

    def made(self) -> TableRows:
        """The list."""
        raise NotImplementedError

    def show_facts(self, facts: _Facts, rows: TableRows) -> None:
        """Show what was read."""
        raise NotImplementedError

    @property
    def rows(self) -> TableRows:
        """The list, where it stands."""
        return self.query_one(TableRows)

    def parts(self) -> Iterable[Widget]:
        """Facts, list, what is being done."""
        yield FactLines()
        yield self.made()
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the facts."""
        self.query_one(TabLine).show_path(self.PATH, self.name_shown)
        self.rows.say("Reading …")
        self.reload()

    def reload(self) -> None:
        """Ask again; what is shown stays meanwhile."""
        self.ask("one", self.asked(), self._take, failed=self._failed)

    def _take(self, facts: _Facts) -> None:
        self.facts = facts
        self.keep(facts.known)
        self.show_facts(facts, self.rows)
        self._show_place()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
        else:
            self.rows.say(*self.unreadable(said))

    def _show_place(self) -> None:
        rows = self.rows
        self.refresh_bindings()
        self.show_keys()
        self.query_one(KeyLine).show_note("" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}")

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where in the list one is."""
        message.stop()
        self._show_place()
