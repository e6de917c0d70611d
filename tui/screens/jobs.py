"""What takes a page time, on threads: one job on a topic, and no answer that is stale."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tui.screens.page import Page
from tui.screens.working import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.app import StagewatchApp


class JobsPage(Page):
    """A page with jobs; whoever turns away from one stops it, and what still comes of it is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, Job] = {}

    def store_changed(self) -> None:
        """What is shown here is not of the store."""

    def lens_changed(self) -> None:
        """Nothing here depends on the day or the user."""

    def start(
        self,
        topic: str,
        doing: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Do something on a thread; what came of an older job on the same topic is dropped."""
        self.drop_job(topic)
        job = self.jobs[topic] = Job(doing, can_stop=True)
        run = partial(
            _in_thread, self.host, partial(work, job), partial(self._ended, topic, job), done, failed
        )
        self.host.run_worker(run, thread=True, exit_on_error=False, group="jobs")

    def drop_job(self, topic: str) -> None:
        """Stop a job, and forget it."""
        job = self.jobs.pop(topic, None)
        if job is not None:
            job.is_stopped = True

    def confirm(
        self, heading: str, question: str, answers: tuple[str, str], then: Callable[[], object]
    ) -> None:
        """Ask before something is lost; of the answers the first keeps it, the second lets it go."""
        from tui.screens.ask_box import AskBox  # deferred: seldom needed

        def answered(answer: str | None) -> None:
            if answer == "go":
                then()

        self.app.push_screen(AskBox(heading, question, (("keep", answers[0]), ("go", answers[1]))), answered)

    def _ended(self, topic: str, job: Job, then: Callable[[], None]) -> None:
        if self.jobs.get(topic) is job:
            del self.jobs[topic]
            then()
            if self.is_whole:
                self.show_keys()


def _in_thread(
    host: StagewatchApp,
    work: Callable[[], Any],
    ended: Callable[[Callable[[], None]], None],
    done: Callable[[Any], None],
    failed: Callable[[str], None],
) -> None:
    """Do the work, and tell the loop what came of it; nobody, if the app has ended meanwhile."""
    try:
        then = partial(ended, partial(done, work()))
    except Exception as error:  # noqa: BLE001 - told to the person, who can go on
        run = partial(_in_thread, host, work, ended, done, failed)
        again = partial(host.run_worker, run, thread=True, exit_on_error=False, group="jobs")
        then = partial(host.operation_failed, error, again, partial(_give_up, ended, failed))
    if host.is_running:
        # Not `call_from_thread`: what goes wrong in showing it would be the worker's failure, and unseen.
        host.call_later(host.carry, then)


def _give_up(ended: Callable[[Callable[[], None]], None], failed: Callable[[str], None], words: str) -> None:
    ended(partial(failed, words))
