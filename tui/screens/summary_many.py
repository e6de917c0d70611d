"""Approving all of a week that have no flag, after showing which they are and which are left out, and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui import summary_words as say
from tui import words
from tui.screens.summary_base import SummariesPage
from tui.summary_facts import ask_week, why_left
from tui.summary_lists import approved_many_words
from tui.widgets.fact_rows import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.summary import Figure
    from kpi.weeks import Week
    from store.summary_facts import ApprovedMany, SummaryLine
    from store.work import Store
    from tui.summary_facts import WeekFacts

APPROVE_MANY_KEY = Binding("Y", "approve_many", "all without flags", id="summaries.approve_many",
                           tooltip="Approve all of the week that have no flag: shows them first")  # fmt: skip
_NAME_CELLS = 24


class ApproveManyActions(SummariesPage):
    """A page with a summary at hand, `line`, whose week is meant."""

    @property
    def line(self) -> SummaryLine | None:
        """The summary at hand."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who may approve one may approve many."""
        if action == "approve_many":
            line = self.line if self.is_whole and self.is_signed_in else None
            return line is not None and line.approvable
        return super().check_action(action, parameters)

    def action_approve_many(self) -> None:
        """Read the week as it is now, and ask."""
        if self.line is not None:
            self.ask("week", ask_week(self.line.week), self._offer_many, failed=self._no_week, vital=False)

    def _no_week(self, said: str) -> None:
        self.say_work(f"■ The week cannot be read: {said}.", wrong=True)

    def _offer_many(self, facts: WeekFacts) -> None:
        from tui.screens.facts_box import FactsBox  # deferred: as all boxes

        if self.app.screen is not self:
            return  # the person has gone on meanwhile
        lines = [line for line in facts.lines if line.approvable]
        left = {line.number: why_left(line) for line in lines}
        meant = [line for line in lines if left[line.number] is None]
        # Those that are meant come first; else by name, as they are.
        rows = [
            _row(line, left[line.number], facts.figures.get(line.number, ()))
            for line in sorted(lines, key=lambda one: one not in meant)
        ]
        many = "1 summary" if len(meant) == 1 else f"{len(meant):,} summaries"
        rest = len(lines) - len(meant)
        others = "" if not rest else f" {rest:,} {'is' if rest == 1 else 'are'} left out, and it says why."
        question = f"{say.week_words(facts.week)}: {many} without flags.{others}"
        if not meant:
            question = f"{say.week_words(facts.week)}: no summary can be approved without a look.{others}"

        def answered(name: str | None) -> None:
            if name == "go":
                self.change("Approving", partial(_approve, facts.week, meant), approved_many_words)

        answers = [("stay", "Leave them as they are"), *([("go", f"Approve {many}")] if meant else [])]
        box = FactsBox("Approve all without flags", question, rows, answers, name_cells=_NAME_CELLS)
        self.app.push_screen(box, answered)


def _row(line: SummaryLine, why: str | None, figures: Sequence[Figure]) -> Fact:
    """Somebody's figures, for nothing is approved unseen; or why they are left out."""
    counts = ", ".join(
        f"{say.figure_title(one.name, short=True).lower()} {one.count:,}" for one in figures if one.count
    )
    return Fact(words.shown(line.name), (counts or "nothing counts") if why is None else f"– left: {why}")


def _approve(week: Week, meant: Sequence[SummaryLine], store: Store) -> ApprovedMany:
    from store.summaries import approve_unflagged  # deferred: writing needs what reading does not

    return approve_unflagged(store, week, {line.number: line.digest for line in meant})
