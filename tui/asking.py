"""An app that asks: questions go to the desk, and answers come back to the page that asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tui.answers import Answer, Waiting
from tui.screens.page import Page
from tui.source import EARLY_TOPIC
from tui.themed import ThemedApp

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.reader import Question
    from tui.source import Desk, Mailbox, Outcome


class AskingApp(ThemedApp):
    """Questions, and how old the answers are that are shown."""

    desk: Desk

    def expect_nothing(self) -> None:
        """Forget what was asked and answered: answers that are still to come are nobody's."""
        self.read_at: float | None = None
        self.failure: str | None = None
        self._waiting: dict[str, Waiting] = {}

    def put(
        self,
        page: Page | None,
        topic: str,
        question: Question,
        then: Callable[[Any], None],
        *,
        failed: Callable[[str], None] | None = None,
        vital: bool = True,
        reopen: bool = False,
    ) -> None:
        """Ask the store. `then` gets the value, `failed` the words, unless a newer question has been put.

        A `vital` question's failure means that the figures on the screen are getting old. Without `failed`
        the page shows the failure itself.
        """
        full = f"{id(page)}:{topic}"
        again = partial(self.put, page, topic, question, then, failed=failed, vital=vital)
        number = self.desk.ask(full, question, self.deliver, reopen=reopen)
        shows = vital or failed is None
        if failed is None and page is not None:
            failed = page.show_failure
        self._waiting[full] = Waiting(number, page, then, failed, vital, again, shows)

    def expect(
        self, page: Page, outcome_of: Mailbox, then: Callable[[Any], None], failed: Callable[[str], None]
    ) -> None:
        """Take what was asked for before the app began."""
        early = outcome_of.take(self.deliver)
        if early is not None:
            self._settle(Waiting(early.number, page, then, failed, vital=True), early)
        else:
            self._waiting[EARLY_TOPIC] = Waiting(outcome_of.number, page, then, failed, vital=True)

    def deliver(self, outcome: Outcome) -> None:
        """Carry an outcome from the desk's thread to the app's."""
        try:
            self.post_message(Answer(outcome))
        except RuntimeError:  # the loop has ended meanwhile; nobody is left to see it
            return

    def carry(self, call: Callable[[], object]) -> None:
        """Do what came of work elsewhere, on the loop, as soon as the screens may show it."""
        call()

    def on_answer(self, answer: Answer) -> None:
        """Show an answer."""
        self.carry(partial(self._take, answer.outcome))

    def _take(self, outcome: Outcome) -> None:
        """Show an answer, unless it is stale: a newer question was put, or its screen is gone."""
        waiting = self._waiting.get(outcome.topic)
        if waiting is None or waiting.number != outcome.number:
            return
        del self._waiting[outcome.topic]
        if waiting.page is None or waiting.page.is_whole:
            self._settle(waiting, outcome)

    def _settle(self, waiting: Waiting, outcome: Outcome) -> None:
        if outcome.failure is not None:
            self.not_answered(waiting, outcome.failure, outcome)
        else:
            if waiting.page is not None and waiting.shows:
                waiting.page.admit()
            # That the store can be asked again does not yet make the figures of a page good that failed.
            if waiting.vital and not (waiting.page is None and self.page is not None and self.page.ailing):
                self.failure = None
                self.read_at = max(self.read_at or 0.0, outcome.at)
            waiting.then(outcome.value)
        self.show_age()

    def not_answered(self, waiting: Waiting, failure: str, outcome: Outcome) -> None:
        """A question has failed: tell whoever asked."""
        del outcome
        if waiting.page is not None:
            waiting.page.ailing = True
        if waiting.vital:
            self.failure = failure
        if waiting.failed is not None:
            waiting.failed(failure)

    @property
    def page(self) -> Page | None:
        """The page that is seen, also under a dialogue."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Page)), None)

    def show_age(self) -> None:
        """Let the page's frame say how old the figures are."""
        if self.page is not None:
            self.page.show_frame()
