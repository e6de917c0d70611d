"""The import wizard: choose a file, see what it is, correct the mapping, try it dry, import it.

What is entered stands in a Draft, apart from the widgets: going back loses nothing. What takes time runs on
threads; a job that the person has turned away from is stopped, and what still comes of it is dropped.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui import wizard_words as say
from tui import words
from tui.screens.wizard_file import FileStep
from tui.screens.wizard_jobs import JobsPage
from tui.screens.wizard_runs import ImportStep, TrialStep
from tui.screens.wizard_step import Step
from tui.screens.wizard_steps import FieldsStep, LookStep, NamesStep
from tui.widgets.lines import KeyLine, TabLine
from tui.wizard_work import bring_in, look, times_of, try_dry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from textual.widget import Widget

    from store.dry_run import Trial
    from store.importing import ImportResult
    from store.location import Location
    from tui.wizard_draft import Draft
    from tui.wizard_work import Looked, Times

_LOOK_AGAIN = 0.2  # seconds: how often the progress is drawn
STEPS = ("file-step", "look-step", "fields-step", "names-step", "trial-step", "import-step")
_HINT_TRIAL = "ctrl+n imports the file; esc goes back to correct the mapping."
_HINT_DONE = "enter closes, a imports another file."


class Wizard(JobsPage):
    """Imports one file after the other into the store at `location`."""

    CSS_PATH = "wizard.tcss"
    TAB = "Data"
    TAKES_TEXT = True
    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n,n", "next", "next", key_display="ctrl+n", id="wizard.next",
                tooltip="To the next step"),
        Binding("ctrl+t,t", "text", "text", key_display="ctrl+t", id="wizard.text",
                tooltip="The mapping as text, to be written by hand"),
        Binding("escape", "step_back", "back", key_display="esc", id="wizard.back",
                tooltip="A step back, or stop what is running; what was entered stays"),
    ]  # fmt: skip

    def __init__(self, location: Location) -> None:
        """Import into the store at `location`."""
        super().__init__()
        self.location = location
        self.step_id = STEPS[0]
        self.path: Path | None = None
        self.looked: Looked | None = None
        self.draft: Draft | None = None
        self.offered: Draft | None = None
        """The draft as it was before anybody corrected it."""
        self.trial: Trial | None = None
        self.tried: str | None = None
        """The text of the mapping that `trial` is of."""
        self.problem = ""
        self._asked_kept = self._may_leave = False

    def parts(self) -> Iterable[Widget]:
        """All the steps, of which one is seen."""
        yield FileStep()
        yield LookStep()
        yield FieldsStep()
        yield NamesStep()
        yield TrialStep()
        yield ImportStep()

    def on_mount(self) -> None:
        """Begin with the file."""
        self.set_interval(_LOOK_AGAIN, self._tick)
        self.go_to(STEPS[0])

    def on_unmount(self) -> None:
        """Who leaves does not wait: an import stops after its batch and says so, all else is dropped."""
        for topic, job in list(self.jobs.items()):
            job.is_stopped = True
            if topic != "work" or self.step_id != "import-step":
                del self.jobs[topic]

    def reload(self) -> None:
        """Do again what the step began with; an import is begun by nobody but the person."""
        self.step.reload()

    # ------------------------------------------------------------------------------------ the steps

    @property
    def step(self) -> Step:
        """The step that is seen."""
        return self.query_one(f"#{self.step_id}", Step)

    def go_to(self, name: str) -> None:
        """Show a step as things stand now."""
        self.step_id = name
        for step in self.query(Step):
            step.display = step.id == name
        step = self.step
        self.query_one(TabLine).show_path("Import a file", step.TITLE)
        self.query_one(KeyLine).show_note("")
        step.draw()
        step.aim()
        self.show_keys()

    def show_keys(self) -> None:
        """The keys that matter are the step's."""
        self.KEYS = self.step.KEYS  # type: ignore[misc]
        super().show_keys()

    def on_descendant_focus(self) -> None:
        """Other keys may work where the focus is now."""
        if self.is_whole:
            self.call_after_refresh(self.show_keys)

    def action_next(self) -> None:
        """Go on."""
        self.step.onward()

    def action_move(self, step: int) -> None:
        """Move through the step's list while an input keeps the focus."""
        self.step.move(step)

    async def action_step_back(self) -> None:
        """Stop what is running, or go a step back; from the first and the last, leave."""
        job = self.jobs.get("work")
        if self.step_id == "import-step" and job is not None:
            job.is_stopped = True
            self._tick()
        elif self.step_id == "import-step" and self.offered is not None and self.trial is not None:
            self.go_to("names-step")  # the import failed: the mapping can be corrected
        elif self.step_id in (STEPS[0], STEPS[-1]):
            await self.host.action_back()
        else:
            self.drop_job("work")
            self.go_to(STEPS[STEPS.index(self.step_id) - 1])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The text can be written where the mapping is corrected."""
        if action == "text":
            return self.step_id in ("fields-step", "names-step")
        if action == "next":
            return self.step_id in STEPS[:4]
        return super().check_action(action, parameters)

    def holds_back(self, again: Callable[[], Awaitable[None]]) -> bool:
        """Ask before an import is stopped, or before corrections are lost."""
        importing = self.step_id == "import-step" and "work" in self.jobs
        if self._may_leave or not (importing or self.is_corrected):
            return False

        def leave() -> None:
            self._may_leave = True
            self.app.call_next(again)

        if importing:
            question = (
                "The import is running. If you leave, it stops after the present batch; that much is kept."
            )
            self.confirm("Still importing", question, ("Go on importing", "Stop and leave"), leave)
        else:
            question = "The mapping has been corrected and is kept only once the file is imported."
            self.confirm("Leave the import?", question, ("Stay here", "Leave without it"), leave)
        return True

    def _tick(self) -> None:
        """Draw how far the job has come."""
        job = self.jobs.get("work")
        if job is not None and isinstance(self.step, TrialStep | ImportStep):
            self.step.tell(job)

    # ----------------------------------------------------------------------------- what the file is

    @property
    def is_corrected(self) -> bool:
        """Whether a person has corrected something that is not kept anywhere."""
        return self.draft is not None and self.draft != self.offered

    def choose_file(self, path: Path) -> None:
        """Look at a file; corrections made for another one are lost, which is asked first."""
        if path == self.path and self.looked is not None:
            self.look()
        else:
            self._unless_corrected(partial(self._take_file, path, None))

    def choose_sheet(self, sheet: str) -> None:
        """Look at another sheet of the workbook."""
        if self.path is not None and self.looked is not None and sheet != self.looked.peek.sheet:
            self._unless_corrected(partial(self._take_file, self.path, sheet))

    def _take_file(self, path: Path, sheet: str | None) -> None:
        self.path, self.looked, self.draft, self.offered = path, None, None, None
        self.look(sheet)

    def _unless_corrected(self, then: Callable[[], None]) -> None:
        if self.is_corrected and self.path is not None:
            question = f"The corrections made for {words.shown(self.path.name)} are lost then."
            self.confirm("Another file or sheet", question, ("Keep the corrections", "Let them go"), then)
        else:
            then()

    def look(self, sheet: str | None = None) -> None:
        """Look at how the file begins."""
        path, location = self.path, self.location
        if path is None:
            return
        if sheet is None and self.looked is not None:
            sheet = self.looked.peek.sheet
        self.go_to("look-step")
        self.query_one(LookStep).waiting("Looking at the file …")
        self.start(
            "work", "Looking", lambda _: look(location, path, sheet), self._take_look, self._cannot_look
        )

    def _cannot_look(self, said: str) -> None:
        self.looked = None
        self.query_one(LookStep).failed(said)

    def _take_look(self, looked: Looked) -> None:
        if self.draft is None or self.looked is None or self.looked.peek != looked.peek:
            self.draft = self.offered = looked.draft
            self._asked_kept = False
        self.looked, self.trial = looked, None
        self.go_to("look-step")

    # ---------------------------------------------------------------------------------- the mapping

    def to_fields(self) -> None:
        """Go on to the fields; if a kept mapping fits, it is offered first."""
        if self.looked is None or self.draft is None:
            return
        if self.looked.kept and not self._asked_kept:
            self.offer_kept()
        else:
            self.go_to("fields-step")
            self.correct(self.draft)

    def offer_kept(self) -> None:
        """Offer the kept mappings that fit, and the new suggestion."""
        from tui.screens.wizard_boxes import PickBox  # deferred: needed only where something is kept

        looked = self.looked
        if looked is None:
            return

        def chosen(choice: object) -> None:
            if isinstance(choice, int):
                self._asked_kept = True
                self.draft = self.offered = (*looked.kept, looked.draft)[choice]
                self.to_fields()

        said = "These mappings are kept, and the file has all their columns."
        if self.is_corrected:
            said += " What has been corrected is replaced by the choice."
        self.app.push_screen(PickBox("Read it as last time?", said, say.kept_choices(looked)), chosen)

    def correct(self, draft: Draft) -> None:
        """Take over a correction, and show it."""
        if draft != self.draft:
            self.trial = None
        self.draft = draft
        self.problem = words.shown(draft.problem, "")
        self.step.draw()
        self.query_one(KeyLine).show_note("corrected" if self.is_corrected else "")

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

        def wrong(written: str) -> str:
            try:
                draft.with_text(written)
            except StoreError as error:
                return str(error).partition("\n")[0]
            return ""

        def taken(written: str | None) -> None:
            if written is not None:
                self.step.aim()
                self.correct(draft.with_text(written))

        self.app.push_screen(TextBox(text, wrong), taken)

    # ------------------------------------------------------------------- the dry run and the import

    def to_trial(self) -> None:
        """Try the mapping dry, if it can be used."""
        if self.draft is None:
            return
        self.problem = words.shown(self.draft.problem, "")
        if self.problem:
            self.step.draw()
            self.app.bell()
            return
        self.go_to("trial-step")
        self.try_dry()

    def try_dry(self) -> None:
        """Read the whole file; what is known of the same mapping already is only shown."""
        step = self.query_one(TrialStep)
        draft, path, location = self.draft, self.path, self.location
        if draft is None or path is None:
            return
        if self.trial is not None and self.tried == draft.text:
            self._tried(self.trial)
            return
        step.begin()
        mapping = draft.mapping()
        self.tried = mapping.text
        self.start(
            "work", "Trying", lambda job: try_dry(location, path, mapping, job), self._tried, self._not_tried
        )
        self._tick()

    def _tried(self, trial: Trial) -> None:
        self.trial = trial
        if self.draft is not None and self.looked is not None:
            replaces = self.draft.name in self.looked.names
            text = say.trial_words(trial, self.draft.name, replaces=replaces)
            self.query_one(TrialStep).show(text, trial, _HINT_TRIAL)

    def _not_tried(self, said: str) -> None:
        self.query_one(TrialStep).failed(said, "esc goes back to the mapping, r tries again.")

    def begin_import(self) -> None:
        """Import the file."""
        draft, path, location = self.draft, self.path, self.location
        if draft is None or path is None or self.trial is None:
            return
        mapping = draft.mapping()
        self.query_one(ImportStep).begin()
        self.start(
            "work",
            "Importing",
            lambda job: bring_in(location, path, mapping, job),
            self._imported,
            self._broken,
        )
        self.go_to("import-step")
        self._tick()

    def _imported(self, result: ImportResult) -> None:
        name = self.draft.name if self.draft is not None else ""
        self.trial, self.offered = None, self.draft
        text = say.result_words(result, name)
        if self.is_whole:
            self.query_one(ImportStep).show(text, result, _HINT_DONE)
        else:
            self.host.notify(text.partition("\n")[0], markup=False, timeout=10)
        self.host.ask_pulse(reopen=False)

    def _broken(self, said: str) -> None:
        if self.is_whole:
            self.query_one(ImportStep).failed(said, "esc goes back to the mapping, a chooses another file.")
        else:
            self.host.notify(f"{said[:1].upper()}{said[1:]}.", severity="warning", markup=False, timeout=10)
        self.host.ask_pulse(reopen=False)

    def begin_again(self) -> None:
        """Choose another file."""
        self.path = self.looked = self.draft = self.offered = self.trial = None
        self.go_to(STEPS[0])
        self.step.reload()
