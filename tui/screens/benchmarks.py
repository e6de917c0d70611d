"""One version of the benchmarks: who made it and why, what differs from another, and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kpi.policy import Action
from tui import benchmarks_words as say
from tui.screens.summary_base import SummariesPage
from tui.summary_facts import ask_benchmarks
from tui.widgets.fact_lines import FactLines
from tui.widgets.fact_rows import FactRows
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from tui.summary_facts import BenchmarksFacts
    from tui.widgets.rows import Rows


class ValueRows(TableRows):
    """Values that differ; nothing lies behind them."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open."""
        return action != "choose" and super().check_action(action, parameters)


class BenchmarksScreen(SummariesPage):
    """The version of a number, beside another."""

    AUTO_FOCUS = "ValueRows"
    KEYS = ("benchmarks.text", "benchmarks.new", "app.back", "app.search")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "text", "text", id="benchmarks.text", tooltip="The whole text, or what differs"),
        Binding("n", "new_version", "new version", id="benchmarks.new",
                tooltip="Write a new version, from this one"),
    ]  # fmt: skip

    def __init__(self, number: int, other: int) -> None:
        super().__init__()
        self.number, self.other = number, other
        self.facts: BenchmarksFacts | None = None
        self.shows_text = number == other

    def parts(self) -> Iterable[Widget]:
        """What it is, what differs or the text, what is being done."""
        yield FactLines(name_cells=16)
        yield ValueRows()
        yield FactRows(name_cells=1)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the versions."""
        path = () if self.number == self.other else (f"beside {say.name_of(self.other)}",)
        self.query_one(TabLine).show_path("Benchmarks", say.name_of(self.number), *path)
        self.query_one(ValueRows).say("Reading the benchmarks …")
        self._show_list()
        self.reload()

    def reload(self) -> None:
        """Ask again: a version never changes, but which is in force does."""
        self.ask("benchmarks", ask_benchmarks, self._take, failed=self._failed)

    def _take(self, facts: BenchmarksFacts) -> None:
        self.facts = facts
        self.keep(facts.known)
        one = say.version_of(facts.versions, self.number)
        other = say.version_of(facts.versions, self.other)
        rows = self.query_one(ValueRows)
        if one is None or other is None:
            rows.say("Not there", "There is no such version. esc goes back.")
            return
        name = say.name_of(self.number)
        self.query_one(FactLines).show(f"Benchmarks, {name}", say.facts_of(one))
        self.query_one(FactRows).show(say.text_facts(one))
        rows.show(say.columns(self.number, self.other), say.rows(one, other))
        if not rows.rows:
            rows.say(
                "Nothing differs", f"It says the same as {say.name_of(self.other)}. v shows the whole text."
            )
        self._show_place()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
        else:
            self.query_one(ValueRows).say(*self.unreadable(said))

    def _show_list(self) -> None:
        self.query_one(ValueRows).display = not self.shows_text
        self.query_one(FactRows).display = self.shows_text
        self.query_one(FactRows if self.shows_text else ValueRows).focus()

    def _show_place(self) -> None:
        self.refresh_bindings()
        self.show_keys()
        rows = self.query_one(ValueRows)
        is_list = not (self.shows_text or rows.said)
        self.query_one(KeyLine).show_note(f"{rows.cursor + 1:,} of {len(rows.rows):,}" if is_list else "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who may change them writes a new version."""
        if action == "new_version":
            return self.is_signed_in and self.may(Action.CHANGE_BENCHMARKS)
        return super().check_action(action, parameters)

    def action_text(self) -> None:
        """Show the text, or what differs."""
        self.shows_text = not self.shows_text
        self._show_list()
        self._show_place()

    def action_new_version(self) -> None:
        """Write a new version."""
        from tui.screens.benchmarks_editor import BenchmarksEditor  # deferred: as all screens that are opened

        self.app.push_screen(BenchmarksEditor(self.number))

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where in the list one is."""
        message.stop()
        self._show_place()
