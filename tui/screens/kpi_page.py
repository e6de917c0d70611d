"""The KPI page's facts and its preview: read by the desk, reckoned on threads, laid over by the draft."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from kpi.periods import last_quarter
from tui import kpi_words as say
from tui import words
from tui.kpi_draft import Draft
from tui.kpi_facts import Days, ask_kpis, ask_sample, ask_suggestions
from tui.screens.jobs import JobsPage
from tui.widgets.lines import KeyLine
from tui.widgets.target_grid import TargetGrid
from tui.widgets.target_lines import GridRow
from tui.widgets.target_top import TargetTop, TopFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from kpi.catalogue import Kpi
    from kpi.preview import PreviewRow, Sample
    from kpi.survival import Suggestion
    from kpi.targets import Target
    from tui.kpi_facts import KpiFacts, SampleFacts
    from tui.screens.working import Job

# Seconds: a thread that reckons looks at the draft again after so long, to begin with what is seen then.
_PORTION = 0.05
Reckoned = tuple[str, "Target"]


class KpiFactsPage(JobsPage):
    """What is in force, the draft over it, what history suggests and what the draft would have done.

    `newer` is what somebody saved since the draft was begun. A preview is kept by KPI and target for the one
    sample, so none can be stale: what is drawn is looked up by what stands in the fields.
    """

    def __init__(self) -> None:
        super().__init__()
        self.facts: KpiFacts | None = None
        self.newer: KpiFacts | None = None
        self.draft: Draft | None = None
        self.days: Days | None = None
        self.sample: Sample | None = None
        self.suggestions: dict[str, Suggestion] | None = None
        self.sample_failure: str | None = None
        self.history_failure: str | None = None
        self._previews: dict[Reckoned, PreviewRow] = {}
        self._read: tuple[int | None, object] = (None, None)

    def parts(self) -> Iterable[Widget]:
        """Facts, grid, sentences about the row with the cursor, what became of saving."""
        yield TargetTop()
        yield TargetGrid()
        yield Static(id="sentence", markup=False)
        yield Static(id="work", markup=False)

    @property
    def grid(self) -> TargetGrid:
        """The grid."""
        return self.query_one(TargetGrid)

    @property
    def kpi(self) -> Kpi | None:
        """The KPI with the cursor."""
        row, facts = self.grid.row, self.facts
        if row is None or facts is None:
            return None
        return next((kpi for stage in facts.stages for kpi in stage.kpis if kpi.code == row.kpi), None)

    @property
    def is_unsaved(self) -> bool:
        """Whether there is something that leaving would lose."""
        return self.draft is not None and bool(self.draft.unsaved)

    # ------------------------------------------------------------------------------------ the facts

    def reload(self) -> None:
        """Read everything again; the draft stays."""
        self.ask("kpis", ask_kpis, self.take, failed=self._failed)

    def store_changed(self) -> None:
        """Something may have changed: ask again if it has, or if the last reading failed."""
        if self.ailing or self.is_outdated():
            self.reload()

    def is_outdated(self) -> bool:
        """Whether the data have changed, or another day has begun, since they were read."""
        return self.facts is not None and self._read != (self.host.revision, self.host.today)

    def take(self, facts: KpiFacts) -> None:
        """Show what is in force, unless a draft of an older set is being written: then say so."""
        page = facts.page
        self.host.today, self.host.revision = page.today, facts.revision
        self._read = (facts.revision, page.today)
        self.recovered()
        self._adopt_or_keep(facts)
        if self.days is None:
            self.days = Days(*last_quarter(page.today))
        self.read_sample()
        self.ask("suggestions", ask_suggestions, self._take_suggestions, failed=self._no_history, vital=False)
        self.redraw()

    def _adopt_or_keep(self, facts: KpiFacts) -> None:
        draft, page = self.draft, facts.page
        moved = draft is not None and (draft.newest, draft.number) != (page.newest, page.in_force.number)
        if moved and (self.is_unsaved or self.grid.is_editing):
            self.newer = facts
        else:
            self.adopt(facts)

    def adopt(self, facts: KpiFacts) -> None:
        """Go over to these facts; what was typed stays as far as it still differs."""
        page = facts.page
        self.facts, self.newer = facts, None
        if self.draft is None:
            self.draft = Draft(page.targets, page.in_force.number, page.newest)
        else:
            self.draft.move_to(page.targets, page.in_force.number, page.newest)

    def _failed(self, said: str) -> None:
        if self.facts is None:
            sentence = f"{said[:1].upper()}{said[1:]}."
            self.grid.say("The KPIs cannot be shown", sentence, "Press r to try again, esc to go back.")
        else:
            self.show_failure(f"{said}. Your changes are kept" if self.is_unsaved else said)

    def read_sample(self) -> None:
        """Read the tasks of the period that is looked at; those of the same period are shown meanwhile."""
        if self.days is not None:
            self.ask("sample", ask_sample(self.days), self._take_sample, failed=self._no_sample, vital=False)

    def _take_sample(self, found: SampleFacts) -> None:
        if found.days == self.days:
            self.drop_job("preview")
            self.sample, self.sample_failure = found.sample, None
            self._previews = {}
            self.redraw()

    def _no_sample(self, said: str) -> None:
        self.sample, self.sample_failure = None, said
        self._previews = {}
        self.redraw()

    def _take_suggestions(self, found: dict[str, Suggestion]) -> None:
        self.suggestions, self.history_failure = found, None
        self.redraw()

    def _no_history(self, said: str) -> None:
        self.history_failure = said
        self.redraw()

    def look_at(self, days: Days) -> None:
        """Preview another period."""
        if days != self.days:
            self.drop_job("preview")
            self.days, self.sample, self.sample_failure = days, None, None
            self._previews = {}
            self.read_sample()
            self.redraw()

    # ---------------------------------------------------------------------------------- the preview

    def reckon(self) -> None:
        """Reckon on a thread what the draft would have done, as far as it is not known yet."""
        draft, sample = self.draft, self.sample
        if draft is None or sample is None or "preview" in self.jobs:
            return
        unsaved = draft.unsaved
        kpis = (*unsaved, *(kpi for kpi in draft.base if kpi not in unsaved))
        targets = ((kpi, draft.checked(kpi).target) for kpi in kpis)
        wanted = [(kpi, target) for kpi, target in targets if target and (kpi, target) not in self._previews]
        if wanted:
            # No partial: Textual describes a worker by its repr, and that of a sample takes long.
            def work(job: Job) -> dict[Reckoned, PreviewRow]:
                return _reckon(sample, wanted, job)

            self.start("preview", "Reckoning", work, self._take_previews, self._no_sample)

    def _take_previews(self, found: dict[Reckoned, PreviewRow]) -> None:
        self._previews.update(found)
        self.redraw()

    def preview_of(self, kpi: str) -> PreviewRow | None:
        """What the draft would have done with a KPI, None while that is not known."""
        target = None if self.draft is None else self.draft.checked(kpi).target
        return None if target is None else self._previews.get((kpi, target))

    # -------------------------------------------------------------------------------------- drawing

    def redraw(self) -> None:
        """Draw everything as it is now, and reckon what is missing."""
        if self.newer is not None and not self.is_unsaved and not self.grid.is_editing:
            self.adopt(self.newer)
        facts, draft = self.facts, self.draft
        if facts is None or draft is None or not self.is_whole:
            return
        lines: list[str | GridRow] = []
        for stage in facts.stages:
            lines += [stage.title, *map(self._row, stage.kpis)]
        self.grid.show(draft, lines)
        latest = (self.newer or facts).page
        self.query_one(TargetTop).show(
            TopFacts(
                say.in_force_words(latest),
                say.unsaved_words(draft),
                is_unsaved=self.is_unsaved,
                pending=say.pending_words(latest),
                period="" if self.days is None else say.days_words(self.days),
                newer="" if self.newer is None else say.newer_words(latest, draft),
            )
        )
        self.show_row()
        self.query_one(KeyLine).show_note("unsaved" if self.is_unsaved else "")
        self.reckon()

    def _row(self, kpi: Kpi) -> GridRow:
        history = "not read" if self.history_failure else say.history_cell(self._suggestion(kpi.code))
        none = ("–", "") if self.sample_failure else None
        due, overdue = (none, none) if none else say.preview_cells(self.preview_of(kpi.code))
        return GridRow(kpi.code, kpi.title, history, due, overdue, say.clock_words(kpi))

    def _suggestion(self, kpi: str) -> Suggestion | None:
        return None if self.suggestions is None else self.suggestions.get(kpi)

    def show_row(self) -> None:
        """Say more of the row with the cursor."""
        kpi, draft = self.kpi, self.draft
        if kpi is None or draft is None:
            return
        code = kpi.code
        preview = say.preview_sentence(self.preview_of(code), self.days, self.sample_failure)
        history = say.history_sentence(self._suggestion(code), self.history_failure)
        if draft.checked(code).target is None:
            preview = history = ""
        typed = say.draft_sentence(code, draft)
        style = "$error" if draft.checked(code).target is None else "$accent"
        parts = ((say.kpi_sentence(kpi), ""), (typed, style), (preview, ""), (history, ""))
        lines = [(f"{text}\n", style) for text, style in parts if text]
        self.query_one("#sentence", Static).update(Content.assemble(*lines))

    def say_work(self, text: str, *, wrong: bool = False) -> None:
        """Say what is being done or was; an empty text takes the line away."""
        line = self.query_one("#work", Static)
        line.update(words.shown(text, ""))
        line.display = bool(text)
        line.set_class(wrong, "-wrong")


def _reckon(sample: Sample, wanted: list[Reckoned], job: Job) -> dict[Reckoned, PreviewRow]:
    """The previews that are wanted, as many as can be had in a portion of time, the first in any case."""
    found = {}
    end = time.monotonic() + _PORTION
    for kpi, target in wanted:
        found[kpi, target] = sample.row(kpi, target)
        if job.stopped() or time.monotonic() > end:
            break
    return found
