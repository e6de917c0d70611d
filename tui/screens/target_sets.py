"""What is done to a target set, wherever one is at hand: going back to it, and withdrawing it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from kpi.drafts import differences
from store.errors import StoreError
from store.target_questions import SetState
from tui import history_words as say
from tui.history_facts import ask_revert
from tui.screens.working import WorkingPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.target_questions import SetView
    from store.targets import Saved
    from store.work import Store
    from tui.history_facts import RevertFacts
    from tui.screens.reason_box import Given
    from tui.screens.working import Job


class Refused(NamedTuple):
    """The store did not do it, and why, in words."""

    words: str


class SetPage(WorkingPage):
    """A page with one target set at hand, `view`."""

    TAB = "KPIs"
    CSS_PATH = ["data.tcss", "target_history.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "revert", "revert", id="sets.revert",
                tooltip="Go back to this set's targets, in a new set"),
        Binding("w", "withdraw", "withdraw", id="sets.withdraw",
                tooltip="Withdraw this set while it is pending"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.reasons: dict[tuple[str, int], str] = {}
        """Reasons that were written and have not been used, by what they are for."""

    @property
    def view(self) -> SetView | None:
        """The set at hand."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done to a set needs one."""
        if action in ("revert", "withdraw"):
            return self.is_whole and self.view is not None and self.job is None
        return super().check_action(action, parameters)

    # ------------------------------------------------------------------------------------- going back

    def action_revert(self) -> None:
        """Ask what going back to the set would change."""
        if self.view is not None:
            self._ask_revert(self.view.number, "")

    def _ask_revert(self, number: int, refused: str) -> None:
        self.ask("revert", ask_revert(number), partial(self._offer_revert, refused), vital=False)

    def _offer_revert(self, refused: str, facts: RevertFacts) -> None:
        """Show what it would change, and ask why."""
        from tui.screens.reason_box import ReasonBox  # deferred: as all boxes

        changes = differences(facts.page.targets, facts.targets, facts.catalogue)
        if not changes:
            self.say_work(say.nothing_to_revert(facts))
            return
        if self.app.screen is not self:
            return  # the person has gone on meanwhile
        number, newest = facts.number, facts.page.newest

        def revert(store: Store, reason: str) -> Saved:
            from store.targets import revert_targets  # deferred: writing needs what reading does not
            from tui.actor import who

            return revert_targets(store, number, reason=reason, actor=who(), expected=newest)

        box = ReasonBox(
            f"Go back to target set {number}",
            f"Revert to set {number}",
            reason=self.reasons.get(("revert", number), ""),
            refused=refused,
        )
        box.tell(say.revert_words(facts, changes), say.DIFFERENCE_COLUMNS, say.changes_rows(facts, changes))
        done = partial(say.reverted_words, number=number)
        again = partial(self._ask_revert, number)
        self._push(box, ("revert", number), f"Going back to set {number}", revert, done, again)

    # ------------------------------------------------------------------------------------ taking back

    def action_withdraw(self) -> None:
        """Withdraw the set, or say why it cannot be."""
        if self.view is not None:
            self._offer_withdraw(self.view, "")

    def _offer_withdraw(self, view: SetView, refused: str) -> None:
        from tui.screens.reason_box import ReasonBox  # deferred: as all boxes

        if view.state is not SetState.PENDING:
            self.say_work(say.not_withdrawn(view), wrong=True)
            return

        def withdraw(store: Store, reason: str) -> tuple[int, tuple[int, ...]]:
            from store.targets import withdraw_targets  # deferred: writing needs what reading does not
            from tui.actor import who

            return view.number, withdraw_targets(store, view.number, reason=reason, actor=who())

        reason = self.reasons.get(("withdraw", view.number), "")
        box = ReasonBox(f"Withdraw target set {view.number}", "Withdraw it", reason=reason, refused=refused)
        box.tell(say.withdraw_words(view))
        again = partial(self._offer_withdraw, view)
        doing = f"Withdrawing set {view.number}"
        self._push(box, ("withdraw", view.number), doing, withdraw, say.withdrawn_words, again)

    # --------------------------------------------------------------------------------------- doing it

    def _push(
        self,
        box: Any,
        key: tuple[str, int],
        doing: str,
        operation: Callable[[Store, str], Any],
        done: Callable[[Any], str],
        again: Callable[[str], None],
    ) -> None:
        """Ask for the reason, then do it; if the store refuses, `again` asks with the reason kept."""

        def attempt(reason: str, store: Store, job: Job) -> Any:
            del job
            try:
                return operation(store, reason)
            except StoreError as error:
                return Refused(str(error).partition("\n")[0])

        def ended(result: Any) -> str:
            if not isinstance(result, Refused):
                del self.reasons[key]
                return done(result)
            if self.is_whole and self.app.screen is self:
                self.call_later(again, result.words)
            return f"■ Not done: {result.words}."

        def answered(given: Given | None) -> None:
            if given is not None:
                self.reasons[key] = given.reason
                if given.go:
                    self.perform(doing, partial(attempt, given.reason), ended)

        self.app.push_screen(box, answered)
