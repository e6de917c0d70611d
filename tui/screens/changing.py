"""A page from which the store is changed by forms and questions, with the store's word beside them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from kpi.policy import WHOLE
from tui import words
from tui.people_work import Declined, attempt
from tui.screens.working import WorkingPage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from kpi.policy import Action, Subject
    from store.work import Store
    from tui.people_facts import Rights
    from tui.screens.form_box import Filled, FormBox
    from tui.screens.working import Job


class WhatIsKnown(Protocol):
    """What was read for the page: of which state of the store, on which day, and what one may do."""

    @property
    def revision(self) -> int:
        """The store's."""

    @property
    def today(self) -> date:
        """The day, in the organisation's zone."""

    @property
    def rights(self) -> Rights:
        """What whoever looks may do."""


_Known = TypeVar("_Known", bound=WhatIsKnown)


class ChangingPage(WorkingPage, Generic[_Known]):
    """What one may do, and doing it; `known` is None until it has been read."""

    def __init__(self) -> None:
        super().__init__()
        self.known: _Known | None = None

    def is_outdated(self) -> bool:
        """Whether the data have changed since they were read."""
        return self.known is not None and self.known.revision != self.host.revision

    def keep(self, known: _Known) -> None:
        """What was read is good."""
        self.known = known
        self.host.today, self.host.revision = known.today, known.revision
        self.recovered()

    @property
    def rights(self) -> Rights | None:
        """What whoever looks may do; None while nothing can be done, as something is being done already."""
        if self.known is None or self.job is not None or not self.is_whole:
            return None
        return self.known.rights

    def may(self, action: Action, subject: Subject = WHOLE) -> bool:
        """Whether it can be done now."""
        return self.rights is not None and self.rights.may(action, subject)

    # ---------------------------------------------------------------------------------- doing something

    def fill_in(
        self,
        box: FormBox,
        then: Callable[[Filled], object],
        left: Callable[[Mapping[str, str]], object] | None = None,
    ) -> None:
        """Have a form filled in; `left` gets what stood in it if it was closed."""

        def filled(given: Filled | None) -> None:
            if given is not None:
                then(given)
            elif left is not None:
                left(box.left)

        self.app.push_screen(box, filled)

    def confirm(self, heading: str, question: str, answer: str, then: Callable[[], object]) -> None:
        """Ask before something ends."""
        from tui.screens.ask_box import AskBox  # deferred: as all boxes

        def answered(name: str | None) -> None:
            if name == "go":
                then()

        self.app.push_screen(
            AskBox(heading, question, (("stay", "Leave it as it is"), ("go", answer))), answered
        )

    def change(
        self,
        doing: str,
        operation: Callable[[Store], Any],
        done: Callable[[Any], str],
        again: Callable[[Declined], object] | None = None,
    ) -> None:
        """Change something in the store; `done` gives the words for the result.

        What the store declines is said in its words, and `again` opens the form anew with them.
        """

        def act(store: Store, job: Job) -> Any:
            del job
            return attempt(partial(operation, store))

        def ended(result: Any) -> str:
            if isinstance(result, Declined):
                if again is not None and self.is_whole and self.app.screen is self:
                    self.call_later(again, result)
                return f"■ Not done: {result.words}."
            return done(result)

        self.perform(doing, act, ended)

    def show_once(self, heading: str, shown: tuple[str, str]) -> None:
        """Show something that is kept nowhere: the text itself, and what it is for."""
        from tui.screens.once_box import OnceBox  # deferred: as all boxes

        self.host.push_screen(OnceBox(heading, *shown))

    def unreadable(self, said: str) -> tuple[str, str, str]:
        """What stands in place of rows that cannot be read."""
        sentence = words.shown(f"{said[:1].upper()}{said[1:]}.")
        return "This cannot be shown", sentence, "Press r to try again, esc to go back."
