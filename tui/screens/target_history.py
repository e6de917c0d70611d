"""The target history: every set with who, when and why, one of them in full, any two beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from store.target_questions import SetState, SetView
from tui import history_words as say
from tui.history_facts import ask_history, ask_set, made_from
from tui.screens.page import WIDE
from tui.screens.target_sets import SetPage
from tui.widgets.lines import KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget

    from tui.history_facts import HistoryFacts, SetFacts
    from tui.widgets.rows import Rows

_FIRST_KPI = 1  # below the heading of its stage


class TargetHistoryScreen(SetPage):
    """All target sets, the newest first."""

    AUTO_FOCUS = "TableRows"
    KEYS = ("rows.choose", "history.mark", "history.difference", "sets.revert", "sets.withdraw", "app.back",
            "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", key_display="space", id="history.mark",
                tooltip="Mark this set: d shows it beside another"),
        Binding("d", "difference", "diff", id="history.difference",
                tooltip="This set beside the marked one, or the one in force"),
    ]  # fmt: skip

    def __init__(self, at: int | None = None) -> None:
        """Show all sets, at first with the cursor on the set `at`, if there is one of that number."""
        super().__init__()
        self.at = at
        self.facts: HistoryFacts | None = None
        self.marked: int | None = None

    def parts(self) -> Iterable[Widget]:
        """The sets, a sentence, what is being done."""
        yield TableRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the sets."""
        self.query_one(TabLine).show_path("Target history")
        self.query_one(TableRows).say("Reading the target sets …")
        self.reload()

    def reload(self) -> None:
        """Ask for the sets again; what is shown stays meanwhile."""
        self.ask("history", ask_history, self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data, or the day, have changed since: a pending set comes into force by itself."""
        facts = self.facts
        return facts is not None and (facts.revision, facts.today) != (self.host.revision, self.host.today)

    def take(self, facts: HistoryFacts) -> None:
        """Draw the sets; the cursor stays on its set."""
        at, self.at = self.at if self.view is None else self.view.number, None
        self.facts = facts
        self.host.today, self.host.revision = facts.today, facts.revision
        self.recovered()
        self._draw()
        if at is not None:
            numbers = [view.number for view in facts.sets]
            self.query_one(TableRows).cursor = numbers.index(at) if at in numbers else 0

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
            return
        sentence = f"{said[:1].upper()}{said[1:]}."
        self.query_one(TableRows).say(
            "The target sets cannot be shown", sentence, "Press r to try again, esc to go back."
        )

    # -------------------------------------------------------------------------------------- drawing

    def _draw(self) -> None:
        if self.facts is not None:
            wide = self.size.width >= WIDE
            rows = say.history_rows(self.facts.sets, self.marked, wide=wide)
            self.query_one(TableRows).show(say.history_columns(wide=wide), rows)
            self._show_sentence()

    def on_resize(self, event: events.Resize) -> None:
        """More or less room for columns."""
        del event
        self._draw()

    def _show_sentence(self) -> None:
        view, rows = self.view, self.query_one(TableRows)
        self.query_one("#sentence", Static).update("" if view is None else say.set_sentence(view))
        self.refresh_bindings()
        self.show_keys()
        note = "" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}"
        self.query_one(KeyLine).show_note(
            note if self.marked is None else f"{say.MARK} {self.marked}  {note}"
        )

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say all of the set with the cursor."""
        message.stop()
        self._show_sentence()

    # -------------------------------------------------------------------------------------- actions

    @property
    def view(self) -> SetView | None:
        """The set with the cursor."""
        picked = self.query_one(TableRows).picked
        return picked if isinstance(picked, SetView) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Sets are marked and compared once they have been read."""
        if action in ("mark", "difference"):
            return self.is_whole and self.view is not None
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        """Mark the set, or take its mark away."""
        if self.view is not None:
            self.marked = None if self.marked == self.view.number else self.view.number
            self._draw()

    def action_difference(self) -> None:
        """Show the set beside the marked one, the later one first."""
        view, facts = self.view, self.facts
        if view is None or facts is None:
            return
        in_force = next(one.number for one in facts.sets if one.state is SetState.IN_FORCE)
        other = in_force if self.marked is None else self.marked
        if other == view.number:
            what = "is in force" if self.marked is None else "is the marked one"
            self.say_work(
                f"Set {view.number} {what}: go to another set, or mark one with space, then press d."
            )
            return
        self.say_work("")
        before, after = sorted((other, view.number))
        self.app.push_screen(TargetSetScreen(after, before))

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the set, beside the one it was made of."""
        message.stop()
        if self.view is not None and self.facts is not None:
            self.say_work("")
            self.app.push_screen(TargetSetScreen(self.view.number, made_from(self.view, self.facts.sets)))


class TargetRows(TableRows):
    """A set's targets; nothing lies behind them."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open."""
        return action != "choose" and super().check_action(action, parameters)


class TargetSetScreen(SetPage):
    """One set's targets, and what another set has in their place."""

    AUTO_FOCUS = "TargetRows"
    KEYS = ("set.only", "sets.revert", "sets.withdraw", "app.back", "app.search")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "only", "only differences", id="set.only",
                tooltip="Only what is different in the two sets, or all KPIs"),
    ]  # fmt: skip

    def __init__(self, number: int, other: int | None) -> None:
        """Show the set `number`, beside `other`."""
        super().__init__()
        self.number, self.other = number, other
        self.facts: SetFacts | None = None
        self.only = False

    def parts(self) -> Iterable[Widget]:
        """What the set is, its targets, what starts and ends a clock."""
        yield Static(id="facts", markup=False)
        yield TargetRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the targets."""
        beside = [] if self.other is None else [f"beside set {self.other}"]
        self.query_one(TabLine).show_path("Target history", f"Set {self.number}", *beside)
        self.query_one(TargetRows).say("Reading the targets …")
        self.reload()

    @property
    def view(self) -> SetView | None:
        """The set."""
        return None if self.facts is None else self.facts.view

    def reload(self) -> None:
        """Ask for the targets again: they never change, but what became of the set does."""
        self.ask("set", ask_set(self.number, self.other), self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since."""
        return self.facts is not None and self.facts.revision != self.host.revision

    def take(self, facts: SetFacts) -> None:
        """Draw the targets."""
        first = self.facts is None
        self.facts = facts
        self.host.revision = facts.revision
        self.recovered()
        self._draw()
        if first:
            self.query_one(TargetRows).cursor = _FIRST_KPI

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
            return
        sentence = f"{said[:1].upper()}{said[1:]}."
        self.query_one(TargetRows).say(
            f"Set {self.number} cannot be shown", sentence, "Press r to try again, esc to go back."
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Differences need another set."""
        if action == "only":
            return self.facts is not None and self.facts.other is not None
        return super().check_action(action, parameters)

    def action_only(self) -> None:
        """Show only what is different, or all KPIs."""
        self.only = not self.only
        self._draw()
        self.query_one(TargetRows).cursor = _FIRST_KPI

    def _draw(self) -> None:
        facts, rows = self.facts, self.query_one(TargetRows)
        if facts is None:
            return
        self.query_one("#facts", Static).update(say.set_facts_words(facts))
        shown = say.set_rows(facts, only_different=self.only)
        rows.show(say.set_columns(facts), shown)
        if not shown:
            rows.say("Nothing differs", "The two sets have the same targets. o shows them all.")
        self._show_sentence()

    def _show_sentence(self) -> None:
        facts, rows = self.facts, self.query_one(TargetRows)
        if facts is not None:
            self.query_one("#sentence", Static).update(say.kpi_sentence(facts, rows.picked))
        self.refresh_bindings()
        self.show_keys()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say what the KPI's clock is."""
        message.stop()
        self._show_sentence()
