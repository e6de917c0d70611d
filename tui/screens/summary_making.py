"""Summaries are brought up to date, on a thread: a quiet line says so, and all else goes on meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.widgets import Static

from tui import words
from tui.actor import writer
from tui.data_facts import ask_location
from tui.screens.summary_base import SummariesPage
from tui.screens.working import Job
from tui.summary_lists import made_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.location import Location
    from store.summary_facts import Generated
    from tui.app import StagewatchApp
    from tui.summary_facts import SummariesKnown

MAKE_KEY = Binding("g", "make", "bring up to date", id="summaries.make",
                   tooltip="Make what is missing, and look again at what may have changed")  # fmt: skip
_LOOK_AGAIN = 0.3  # seconds: how often the progress is drawn


class MakingPage(SummariesPage):
    """A page that has them made; what is shown meanwhile stays, and everything can be done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.making: Job | None = None
        self._is_fresh = self._asked_for = False

    def making_line(self) -> Static:
        """The line that says so; subclasses yield it among their parts."""
        line = Static(id="making", markup=False)
        line.display = False
        return line

    def on_mount(self) -> None:
        """Draw how far it is."""
        self.set_interval(_LOOK_AGAIN, self._show_making)

    def make_if_old(self) -> None:
        """Have them made, unless nothing in the store has changed since they were."""
        if self.host.summed_up is None or self.host.summed_up != self.host.revision:
            self.make()

    def figures_follow(self) -> None:
        """What was said or decided changes figures."""
        super().figures_follow()
        self.make()

    def keep(self, known: SummariesKnown) -> None:
        """What was read after they were made is how they were made."""
        super().keep(known)
        if self._is_fresh:
            self._is_fresh, self.host.summed_up = False, known.revision

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One making at a time."""
        if action == "make":
            return self.making is None
        return super().check_action(action, parameters)

    def action_make(self) -> None:
        """Bring them up to date, as somebody wants it: that nothing has changed is said, too."""
        self._asked_for = True
        self.make()

    def make(self) -> None:
        """Bring them up to date."""
        if self.making is None:
            job = self.making = Job("Bringing the summaries up to date", can_stop=False)
            self._show_making()
            begin = partial(_begin, self.host, job, partial(self._made, job), partial(self._not_made, job))
            not_made = partial(self._not_made, job)
            self.ask("where to make", ask_location, begin, failed=not_made, vital=False)

    def _show_making(self) -> None:
        if self.making is not None:
            self._say_making(self.making.said)

    def _say_making(self, text: str) -> None:
        if self.is_whole:
            line = self.query_one("#making", Static)
            line.update(words.shown(text, ""))
            line.display = bool(text)

    def _made(self, job: Job, made: Generated) -> None:
        if self.making is job:
            self.making, self._is_fresh = None, True
            changed = made.made or made.updated or made.changed
            self._end_making(made_words(made) if changed or self._asked_for else "")
            self._asked_for = False

    def _not_made(self, job: Job, said: str) -> None:
        if self.making is job:
            self.making = None
            self._end_making(f"▲ The summaries may not be up to date: {said}.")

    def _end_making(self, said: str) -> None:
        """A page that was left meanwhile has nothing to say any more."""
        self._say_making(said)
        if self.is_whole:
            self.refresh_bindings()
            self.reload()


def _begin(
    host: StagewatchApp,
    job: Job,
    made: Callable[[Generated], None],
    not_made: Callable[[str], None],
    location: Location,
) -> None:
    work = partial(_in_thread, host, job, made, not_made, location)
    host.run_worker(work, thread=True, exit_on_error=False, group="writing")


def _in_thread(
    host: StagewatchApp,
    job: Job,
    made: Callable[[Generated], None],
    not_made: Callable[[str], None],
    location: Location,
) -> None:
    from store.generating import generate  # deferred: writing needs what reading does not

    try:
        store = writer(location, "app")
        try:
            then = partial(made, generate(store, None, job.progress))
        finally:
            store.close()
    except Exception as error:  # noqa: BLE001 - told to the person, who can go on reading
        again = partial(_begin, host, job, made, not_made, location)
        then = partial(host.operation_failed, error, again, not_made)
    if host.is_running:
        # Not `call_from_thread`: what goes wrong in showing it would be the worker's failure, and unseen.
        host.call_later(host.carry, then)
