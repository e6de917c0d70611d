"""The import wizard: choose a file, see what it is, correct the mapping, try it dry, import it.

What is entered stands in a Draft, apart from the widgets: going back loses nothing. What takes time runs on
threads; a job that the person has turned away from is stopped, and what still comes of it is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui import wizard_outcome as came
from tui import words
from tui.screens.wizard_file import FileStep
from tui.screens.wizard_look_step import LookStep
from tui.screens.wizard_mapping import MappingPage
from tui.screens.wizard_paging import STEPS
from tui.screens.wizard_runs import ImportStep, TrialStep
from tui.screens.wizard_steps import FieldsStep, NamesStep
from tui.wizard_work import bring_in, try_dry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.widget import Widget

    from store.dry_run import Trial
    from store.importing import ImportResult

_LOOK_AGAIN = 0.2  # seconds: how often the progress is drawn
_HINT_TRIAL = "ctrl+n imports the file; esc goes back to correct the mapping."
_HINT_DONE = "enter closes, a imports another file."


class Wizard(MappingPage):
    """Imports one file after the other into the store."""

    CSS_PATH = "wizard.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n,n", "next", "next", key_display="ctrl+n", id="wizard.next",
                tooltip="To the next step"),
        Binding("ctrl+t,t", "text", "text", key_display="ctrl+t", id="wizard.text",
                tooltip="The mapping as text, to be written by hand"),
        Binding("escape", "step_back", "back", key_display="esc", id="wizard.back",
                tooltip="A step back, or stop what is running; what was entered stays"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.tried: str | None = None
        """The text of the mapping that `trial` is of."""
        self._may_leave = False

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

    # --------------------------------------------------------------------------------- going back

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
        if draft is None or path is None or location is None:
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
            text = came.trial_words(trial, self.draft.name, replaces=replaces)
            self.query_one(TrialStep).show(text, trial, _HINT_TRIAL)

    def _not_tried(self, said: str) -> None:
        self.query_one(TrialStep).failed(said, "esc goes back to the mapping, r tries again.")

    def begin_import(self) -> None:
        """Import the file."""
        draft, path, location = self.draft, self.path, self.location
        if draft is None or path is None or location is None or self.trial is None:
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
        text = came.result_words(result, name)
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
        """Choose another file; if the import failed, the corrections are not kept yet, which is asked."""

        def begin() -> None:
            self.forget()
            self.go_to(STEPS[0])
            self.step.reload()

        self.unless_corrected(begin)
