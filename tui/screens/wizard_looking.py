"""The import wizard's page, what it knows of the file: how it begins, and the draft made for it.

A file may begin otherwise when it is looked at again. What a person has corrected is never let go unasked.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui import wizard_words as say
from tui import words
from tui.data_facts import ask_location
from tui.screens.wizard_look_step import LookStep
from tui.screens.wizard_paging import StepsPage
from tui.wizard_work import look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from store.dry_run import Trial
    from store.feeds.peeking import Peek
    from store.location import Location
    from tui.wizard_draft import Draft
    from tui.wizard_work import Looked


class LookingPage(StepsPage):
    """Has a file, what has been seen of it, and a draft that is for what has been seen."""

    def __init__(self) -> None:
        super().__init__()
        self.location: Location | None = None
        """Where the store is; not known before the first file is looked at."""
        self.forget()

    def forget(self) -> None:
        """No file has been chosen."""
        self.path: Path | None = None
        self.sheet: str | None = None
        self.looked: Looked | None = None
        self.draft: Draft | None = None
        self.offered: Draft | None = None
        """The draft as it was before anybody corrected it."""
        self.drafted: Peek | None = None
        """How the file began that the draft is for."""
        self.asked_kept = False
        self.trial: Trial | None = None

    @property
    def is_corrected(self) -> bool:
        """Whether a person has corrected something that is not kept anywhere."""
        return self.draft is not None and self.draft != self.offered

    def choose_file(self, path: Path) -> None:
        """Look at a file; corrections made for another one are lost, which is asked first."""
        if path != self.path:
            self.unless_corrected(partial(self._take_file, path, None))
        elif self.looked is not None:
            self.look()
        else:
            self.look_at(None)  # it could not be read: its sheet may be what is no longer there

    def choose_sheet(self, sheet: str) -> None:
        """Look at another sheet of the workbook."""
        if self.path is not None and self.looked is not None and sheet != say.sheet_seen(self.looked.peek):
            self.unless_corrected(partial(self._take_file, self.path, sheet))

    def _take_file(self, path: Path, sheet: str | None) -> None:
        self.forget()
        self.path = path
        self.look_at(sheet)

    def unless_corrected(self, then: Callable[[], None]) -> None:
        """Do what lets the corrections go; if there are any, that is asked first."""
        if self.is_corrected and self.path is not None:
            question = f"The corrections made for {words.shown(self.path.name)} are lost then."
            self.confirm("Another file or sheet", question, ("Keep the corrections", "Let them go"), then)
        else:
            then()

    def look(self) -> None:
        """Look again at how the file begins."""
        self.look_at(self.sheet)

    def look_at(self, sheet: str | None, kept: Draft | None = None) -> None:
        """Look at how the file, or a sheet of it, begins; `kept` is the draft then, if it is given."""
        if self.path is None:
            return
        self.sheet = sheet
        self.go_to("look-step")
        self.query_one(LookStep).waiting("Looking at the file …")
        begin = partial(self._look_in, kept)
        self.drop_job("work")
        self.ask("location", ask_location, begin, failed=self._cannot_look, vital=False)

    def _look_in(self, kept: Draft | None, location: Location) -> None:
        """The store has been found, whose catalogue and mappings are wanted too."""
        self.location = location
        path, sheet = self.path, self.sheet
        if path is not None and self.step_id == "look-step":
            self.start(
                "work",
                "Looking",
                lambda _: look(location, path, sheet),
                partial(self._take_look, kept),
                self._cannot_look,
            )

    def _cannot_look(self, said: str) -> None:
        self.looked = None
        self.query_one(LookStep).failed(said)

    def _take_look(self, kept: Draft | None, looked: Looked) -> None:
        before, self.drafted = self.drafted, looked.peek
        self.looked, self.trial = looked, None
        if kept is not None:
            self.draft = self.offered = kept
        elif self.draft is None or (before != looked.peek and not self.is_corrected):
            self.draft = self.offered = looked.draft
            self.asked_kept = False
        elif before is not None and before != looked.peek:
            self._keep_or_start_anew(self.draft, before, looked)
        self.draft = self.draft.of_sheet(looked.peek)  # what is seen is what is imported
        self.go_to("look-step")

    def _keep_or_start_anew(self, corrected: Draft, before: Peek, looked: Looked) -> None:
        """The file begins otherwise: what a person has corrected stays unless that person lets it go."""
        self.draft, gone = corrected.carried(before, looked.peek)
        self.offered = looked.draft

        def start_anew() -> None:
            self.draft = self.offered = looked.draft
            self.asked_kept = False
            self.go_to("look-step")

        answers = ("Keep my corrections", "Start anew with a new suggestion")
        question = say.changed_words(looked, gone)
        self.confirm("The file has changed", question, answers, start_anew)
