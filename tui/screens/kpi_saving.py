"""Saving the KPI page: one action for all of it, and what happens where somebody saved meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui import kpi_words as say
from tui import words
from tui.actor import who, writer
from tui.data_facts import ask_location
from tui.kpi_draft import Meeting, taken_over
from tui.kpi_facts import ask_kpis
from tui.screens.kpi_page import KpiFactsPage

if TYPE_CHECKING:
    from kpi.drafts import TargetChoice
    from kpi.targets import Target
    from store.location import Location
    from store.targets import Saved, TargetConflictError
    from tui.kpi_draft import Field
    from tui.kpi_facts import KpiFacts
    from tui.screens.kpi_save_box import Wish
    from tui.screens.working import Job


class KpiSavingPage(KpiFactsPage):
    """From the key to the set: what is wrong, what is new, the difference and the reason, the writing."""

    def __init__(self) -> None:
        super().__init__()
        self._wish: Wish | None = None

    def action_save(self) -> None:
        """Save the page's changes, once it is known that nothing is wrong and what the newest set is."""
        self.grid.enter_typed()
        draft = self.draft
        if draft is None or self.facts is None:
            return
        if "save" in self.jobs:
            self.say_work("Saving … once that is done, save again.")
        elif draft.wrong:
            self._go_to(draft.wrong[0])
            rows = "row is" if len(draft.wrong) == 1 else "rows are"
            self.say_work(f"■ Not saved: {len(draft.wrong)} {rows} wrong. This is the first.", wrong=True)
        elif not draft.unsaved:
            self.say_work("Nothing is unsaved.")
        else:
            self.say_work("")
            self.ask("fresh", ask_kpis, self._save_over, failed=self._not_saved, vital=False)

    def _go_to(self, kpi: str) -> None:
        for place, line in enumerate(self.grid.lines):
            if not isinstance(line, str) and line.kpi == kpi and self.draft is not None:
                due_is_wrong = self.draft.checked(kpi).due_error is not None
                self.grid.go_to(place, column=0 if due_is_wrong else 1)

    def _not_saved(self, said: str) -> None:
        self.say_work(f"■ Not saved: {said}. Your changes are kept; s tries again.", wrong=True)

    # --------------------------------------------------------------------------- somebody else saved

    def _save_over(self, facts: KpiFacts) -> None:
        """Put both changes together, if somebody has saved meanwhile; then show the difference."""
        draft = self.draft
        if draft is None or self.app.screen is not self:
            return
        self.recovered()
        if draft.wrong or not draft.unsaved:  # it was typed on meanwhile
            self.action_save()
            return
        page = facts.page
        if (draft.newest, draft.number) == (page.newest, page.in_force.number) or page.targets == draft.base:
            self.adopt(facts)
            self.redraw()
            self._show_difference()
            return
        from tui.screens.kpi_conflict import ConflictBox

        self.newer = facts
        self.redraw()
        meeting = Meeting(draft.base, page.targets, draft.changed)
        titles = {kpi.code: kpi.title for stage in facts.stages for kpi in stage.kpis}
        box = ConflictBox(meeting, page.in_force, titles)
        self.app.push_screen(box, partial(self._chosen, facts))

    def _chosen(self, facts: KpiFacts, numbers: dict[Field, int] | None) -> None:
        """Go on against the newest set with the numbers that were chosen."""
        if numbers is None or self.draft is None:
            self.say_work("Not saved yet; your changes are kept. s shows both again.")
            return
        kpis = tuple(self.draft.base)
        self.adopt(facts)
        taken_over(self.draft, numbers, kpis)
        self.redraw()
        if self.draft.unsaved:
            self._show_difference()
        else:
            number = facts.page.in_force.number
            self.say_work(f"Nothing of yours is left to save; this is target set {number}.")

    # ----------------------------------------------------------------------------------- the writing

    def _show_difference(self) -> None:
        from tui.screens.kpi_save_box import SaveBox

        if self.facts is not None and self.draft is not None:
            box = SaveBox(self.facts, self.draft.choices, self._wish)
            self.app.push_screen(box, self._wished)

    def _wished(self, wish: Wish | None) -> None:
        """Write, or remember what was filled in for the next time."""
        if wish is None or self.draft is None:
            return
        self._wish = wish
        if not wish.go:
            self.say_work("Not saved; your changes are kept.")
            return
        self.say_work("Saving …")
        write = partial(self._write, wish, self.draft.changed, self.draft.choices, self.draft.newest)
        self.ask("location", ask_location, write, failed=self._not_saved, vital=False)

    def _write(
        self,
        wish: Wish,
        changed: dict[str, Target],
        choices: dict[str, TargetChoice],
        newest: int,
        location: Location,
    ) -> None:
        def save(job: Job) -> Saved | TargetConflictError:
            # Deferred: writing needs what reading does not.
            from store.targets import TargetConflictError, save_targets

            del job
            store = writer(location, "app")
            try:
                return save_targets(
                    store,
                    choices,
                    reason=wish.reason,
                    actor=who(),
                    expected=newest,
                    made_of=wish.made_of,
                    effective_from=wish.day,
                )
            except TargetConflictError as conflict:
                return conflict
            finally:
                store.close()

        self.start("save", "Saving", save, partial(self._saved, wish, changed), self._not_saved)

    def _saved(self, wish: Wish, changed: dict[str, Target], result: Saved | TargetConflictError) -> None:
        draft = self.draft
        if draft is None:
            return
        if isinstance(result, Exception):
            by = words.shown(result.by)
            self.say_work(f"■ Not saved yet: target set {result.newest}, by {by}, came in between.")
            self.ask("fresh", ask_kpis, self._save_over, failed=self._not_saved, vital=False)
            return
        self._wish = None
        if wish.day is None:
            said = say.saved_words(result)
            draft.move_to({**draft.base, **changed}, result.number, max(draft.newest, result.number))
        else:
            said = say.saved_for_words(result, wish.day)
            draft.settle(changed)
            draft.newest = max(draft.newest, result.number)
        if self.is_whole:
            self.say_work(f"✓ {said}")
            self.redraw()
            self.reload()
        if not self.is_whole or self.host.page is not self:
            self.host.notify(said, markup=False, timeout=10)
        self.host.ask_pulse(reopen=False)
