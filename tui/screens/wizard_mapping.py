"""The import wizard's page, the mapping: a kept one or a new suggestion, corrected by line or as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import wizard_words as say
from tui import words
from tui.screens.wizard_looking import LookingPage
from tui.wizard_draft import Draft
from tui.wizard_work import times_of

if TYPE_CHECKING:
    from tui.wizard_work import Times


class MappingPage(LookingPage):
    """Has a draft that a person corrects; `problem` says why it cannot be used yet."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = ""

    def to_fields(self) -> None:
        """Go on to the fields; if a kept mapping fits, it is offered first."""
        if self.looked is None or self.draft is None:
            return
        if self.looked.kept and not self.asked_kept:
            self.offer_kept()
        else:
            self.go_to("fields-step")
            self.correct(self.draft)

    def offer_kept(self) -> None:
        """Offer the kept mappings that fit, the latest first, and the new suggestion."""
        from tui.screens.wizard_boxes import PickBox  # deferred: needed only where something is kept

        looked = self.looked
        if looked is None:
            return
        corrected = self.draft if self.is_corrected else None
        choices = say.kept_choices(looked, corrected)
        self.app.push_screen(PickBox("Read it as last time?", say.KEPT_SAID, choices), self._take_kept)

    def _take_kept(self, choice: object) -> None:
        looked = self.looked
        if looked is None or not isinstance(choice, Draft):
            return
        self.asked_kept = True
        if not choice.is_of_sheet(looked.peek):
            self.look_at(choice.sheet, choice)
            return
        if choice != self.draft:
            self.draft = self.offered = choice
        self.to_fields()

    def correct(self, draft: Draft) -> None:
        """Take over a correction, and show it."""
        if draft != self.draft:
            self.trial = None
        self.draft = draft
        self.problem = words.shown(draft.problem, "")
        self.step.draw()

    def read_times(self, column: str) -> None:
        """A column of times has been chosen: find out how they are written."""
        looked = self.looked
        if looked is not None:
            self.start(
                "times", "Reading", lambda _: times_of(looked, column), self._take_times, self.step.say
            )

    def _take_times(self, times: Times) -> None:
        if self.draft is not None:
            self.correct(self.draft.with_times(times.formats, times.zone))
            for doubt in times.doubts:
                self.app.notify(f"{words.shown(doubt)}.", severity="warning", markup=False, timeout=10)

    def action_text(self) -> None:
        """Write the mapping by hand."""
        from store.errors import StoreError  # deferred: start-up imports no store
        from tui.screens.wizard_boxes import TextBox  # deferred: as above

        draft = self.draft
        if draft is None:
            return
        try:
            text = draft.text
        except ValueError as error:
            self.step.say(f"■ Correct the date formats first: {error}.", wrong=True)
            return

        sheets = self.looked.peek.sheets if self.looked is not None else ()

        def wrong(written: str) -> str:
            try:
                sheet = draft.with_text(written).sheet
            except StoreError as error:
                return str(error).partition("\n")[0]
            missing = bool(sheets) and sheet is not None and sheet not in sheets
            return f"the workbook has no sheet “{sheet}”" if missing else ""

        def taken(written: str | None) -> None:
            if written is not None:
                self._take_text(draft.with_text(written))

        self.app.push_screen(TextBox(text, wrong), taken)

    def _take_text(self, draft: Draft) -> None:
        """Take over what was written by hand; if it is of another sheet, that is looked at first."""
        self.step.aim()
        self.correct(draft)
        if self.looked is not None and not draft.is_of_sheet(self.looked.peek):
            self.drafted = None  # what is written is for a sheet that has not been seen yet
            self.look_at(draft.sheet)
