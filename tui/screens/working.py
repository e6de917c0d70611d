"""A page from which the store is written to: on a thread, with progress and result in words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import words
from tui.actor import writer
from tui.data_facts import ask_location
from tui.data_words import dropped_words, retried_words
from tui.screens.page import Page
from tui.widgets.preview import share_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from store.location import Location
    from store.quarantine import Chosen
    from store.retrying import Retried
    from store.work import Store
    from tui.app import StagewatchApp

_LOOK_AGAIN = 0.2  # seconds: how often the progress is drawn


class Job:
    """Something that is being done on a thread, which tells `progress` and asks whether it is `stopped`."""

    def __init__(self, doing: str, *, can_stop: bool) -> None:
        self.doing = doing
        self.can_stop = can_stop
        self.share: float | None = None
        self.is_stopped = False

    def progress(self, share: float) -> None:
        """Tell how much is done."""
        self.share = share

    def stopped(self) -> bool:
        """Whether to end early."""
        return self.is_stopped

    @property
    def said(self) -> str:
        """The progress in words."""
        done = "" if self.share is None else f" {share_words(self.share)}"
        end = " Stopping after this portion." if self.is_stopped else " esc stops." if self.can_stop else ""
        return f"{self.doing} …{done}{end}"


class WorkingPage(Page):
    """One job at a time; what it came to stands below the list, or in a note if the page has been left."""

    TAB = "Data"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "stop", key_display="esc", id="work.stop",
                tooltip="Stop what is running; what is done stays"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.job: Job | None = None
        self._timer: Timer | None = None

    def work_line(self) -> Static:
        """The line that says what is being done; subclasses yield it last of their parts."""
        return Static(id="work", markup=False)

    def say_work(self, text: str, *, wrong: bool = False) -> None:
        """Say what is being done or was; an empty text takes the line away."""
        line = self.query_one("#work", Static)
        line.update(words.shown(text, ""))
        line.display = bool(text)
        line.set_class(wrong, "-wrong")

    def on_mount(self) -> None:
        """Nothing is being done yet."""
        self.say_work("")

    def on_unmount(self) -> None:
        """Who leaves does not wait for the rest; what is done stays."""
        if self.job is not None:
            self.job.is_stopped = self.job.can_stop

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is running, and can be, is stopped; else the same key leads back."""
        if action == "stop":
            return self.job is not None and self.job.can_stop and not self.job.is_stopped
        return super().check_action(action, parameters)

    def action_stop(self) -> None:
        """End what is running after the present portion."""
        if self.job is not None:
            self.job.is_stopped = True
            self.say_work(self.job.said)

    # -------------------------------------------------------------------------------------- the job

    def perform(
        self,
        doing: str,
        operation: Callable[[Store, Job], Any],
        done: Callable[[Any], str],
        *,
        can_stop: bool = False,
    ) -> None:
        """Do something to the store; `done` gets the result, on the loop, and gives the words for it."""
        if self.job is not None:
            self.host.notify(f"{self.job.doing} first; try again after that.", markup=False)
            return
        job = self.job = Job(doing, can_stop=can_stop)
        self.say_work(job.said)
        self._timer = self.set_interval(_LOOK_AGAIN, partial(self._look, job))
        failed = partial(self._ended, job, None, None)
        self.ask(
            "location",
            ask_location,
            partial(self._start_thread, job, operation, done),
            failed=failed,
            vital=False,
        )

    def _look(self, job: Job) -> None:
        if self.job is job:
            self.say_work(job.said)

    def _start_thread(
        self,
        job: Job,
        operation: Callable[[Store, Job], Any],
        done: Callable[[Any], str],
        location: Location,
    ) -> None:
        self._run(self.host, job, operation, done, location)

    def _run(
        self,
        app: StagewatchApp,
        job: Job,
        operation: Callable[[Store, Job], Any],
        done: Callable[[Any], str],
        location: Location,
    ) -> None:
        work = partial(self._in_thread, app, job, operation, done, location)
        app.run_worker(work, thread=True, exit_on_error=False, group="writing")

    def _in_thread(
        self,
        app: StagewatchApp,
        job: Job,
        operation: Callable[[Store, Job], Any],
        done: Callable[[Any], str],
        location: Location,
    ) -> None:
        try:
            store = writer(location, "app")
            try:
                then = partial(self._ended, job, done, operation(store, job), None)
            finally:
                store.close()
        except Exception as error:  # noqa: BLE001 - told to the person, who can go on
            again = partial(self._run, app, job, operation, done, location)
            then = partial(app.operation_failed, error, again, partial(self._ended, job, None, None))
        # Not `call_from_thread`: what goes wrong in showing it would be the worker's failure, and unseen.
        # Not `self.host`: a page that was left meanwhile has no app any more.
        app.call_later(app.carry, then)

    def _ended(self, job: Job, done: Callable[[Any], str] | None, result: Any, failure: str | None) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.job = None
        there = self.is_whole
        if failure is not None or done is None:
            text = f"■ {job.doing} failed: {failure}. What was done before that stays."
        else:
            text = done(result)
        if there:
            self.say_work(text, wrong=failure is not None)
            self.refresh_bindings()
            self.reload()
        if not there or self.host.page is not self:
            severity = "information" if failure is None else "warning"
            self.host.notify(text, severity=severity, markup=False, timeout=10)  # type: ignore[arg-type]
        self.host.ask_pulse(reopen=False)

    # ----------------------------------------------------------------------- rows of the quarantine

    def retry(self, chosen: Chosen) -> None:
        """Read rows of the quarantine again, with the mapping that is kept for their source."""

        def again(store: Store, job: Job) -> Retried:
            from store.retrying import retry_rows  # deferred: as above

            return retry_rows(store, chosen, None, job.progress, job.stopped)

        self.perform("Trying again", again, retried_words, can_stop=True)

    def drop(self, chosen: Chosen, rows: int, which: str) -> None:
        """Ask, then take rows out of the quarantine for good; `which` says in words which they are."""
        from tui.screens.ask_box import AskBox

        def drop(store: Store, job: Job) -> int:
            from store.quarantine import drop_rows  # deferred: as above

            del job
            return drop_rows(store, chosen)

        def answered(answer: str | None) -> None:
            if answer == "drop":
                self.perform("Dropping", drop, dropped_words)

        many = words.plural(rows, "row")
        question = f"Drop {many} {which}? They leave the quarantine for good and cannot be tried again."
        box = AskBox("Drop rows", question, (("keep", "Keep them"), ("drop", f"Drop {many}")))
        self.app.push_screen(box, answered)

    def edit_mapping(self, source: str) -> None:
        """Open the mapping that is kept for a source."""
        from tui.screens.mapping_editor import MappingEditor

        self.app.push_screen(MappingEditor(source))
