"""What all pages about people share: what one may do there, and doing it with the store's word beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from kpi.policy import WHOLE
from tui import words
from tui.people_work import Declined, attempt
from tui.screens.working import WorkingPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi.policy import Action, Subject
    from store.work import Store
    from tui.people_facts import Known, Rights
    from tui.screens.form_box import Filled, FormBox
    from tui.screens.working import Job

POLICY_KEY = Binding("p", "policy", "permissions", id="people.policy",
                     tooltip="Roles and permissions: who may do what")  # fmt: skip


class PeoplePage(WorkingPage):
    """A page about people; `known` is None until it has been read."""

    TAB = "People"
    CSS_PATH: ClassVar = ["data.tcss", "people.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [POLICY_KEY]

    def __init__(self) -> None:
        super().__init__()
        self.known: Known | None = None

    def is_outdated(self) -> bool:
        """Whether the data have changed since they were read."""
        return self.known is not None and self.known.revision != self.host.revision

    def keep(self, known: Known) -> None:
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

    def action_policy(self) -> None:
        """Show who may do what."""
        from tui.screens.policy import PolicyScreen

        self.app.push_screen(PolicyScreen())

    # ---------------------------------------------------------------------------------- doing something

    def fill_in(self, box: FormBox, then: Callable[[Filled], object]) -> None:
        """Have a form filled in."""

        def filled(given: Filled | None) -> None:
            if given is not None:
                then(given)

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
