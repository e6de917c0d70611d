"""Approving, returning and keeping summaries: always exactly those figures that the question was about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding

from tui import summary_words as say
from tui import words
from tui.screens.summary_base import Letter, SummariesPage
from tui.summary_boxes import approval_facts
from tui.summary_facts import ask_page
from tui.summary_lists import approved_words

if TYPE_CHECKING:
    from store.summary_facts import Approved, Stepped, SummaryLine
    from store.work import Store
    from tui.people_work import Declined
    from tui.summary_facts import PageFacts

APPROVE_KEYS = (
    Binding("y", "approve", "approve", id="summaries.approve",
            tooltip="Approve these figures: it asks first"),
    Binding("x", "give_back", "return", id="summaries.return", tooltip="Return it, with a reason"),
)  # fmt: skip
KEEP_KEY = Binding("o", "keep_old", "keep the old", id="summaries.keep",
                   tooltip="Let what was approved stand, with a reason")  # fmt: skip
_NAME_CELLS = 12


class ApproveActions(SummariesPage):
    """A page with a summary at hand, `line`."""

    @property
    def line(self) -> SummaryLine | None:
        """The summary at hand."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who may approve it also returns it, and keeps what was approved."""
        if action not in ("approve", "give_back", "keep_old"):
            return super().check_action(action, parameters)
        line = self.line if self.is_whole and self.is_signed_in else None
        if line is None or not line.approvable:
            return False
        if action == "approve":
            return True
        return line.changed if action == "keep_old" else line.state != "approved"

    # ------------------------------------------------------------------------------------- approving

    def action_approve(self) -> None:
        """Read the summary as it is now, and ask."""
        if self.line is not None:
            self._ask_approval(self.line.number)

    def _ask_approval(self, number: int, seen: str = "", refused: str = "") -> None:
        """Ask; after `refused` only if the figures are not those that were `seen` then."""

        def offer(facts: PageFacts) -> None:
            line = facts.page.line
            if self.app.screen is not self or (refused and line.digest == seen):
                return  # the person has gone on, or asking again would change nothing
            if line.unanswered:
                flags = "1 flag needs" if line.unanswered == 1 else f"{line.unanswered:,} flags need"
                where = "In the summary, a answers the one with the cursor"
                self.say_work(f"■ Not approved: {flags} an answer first. {where}.", wrong=True)
            elif line.changed:
                self._offer_anew(facts, refused)
            else:
                self._offer_approval(facts, refused)

        self.ask("to approve", ask_page(number), offer, failed=self.cannot_read, vital=False)

    def cannot_read(self, said: str) -> None:
        """What was to be asked about cannot be read."""
        self.say_work(f"■ The summary cannot be read: {said}.", wrong=True)

    def _offer_approval(self, facts: PageFacts, refused: str) -> None:
        from tui.screens.facts_box import FactsBox  # deferred: as all boxes

        line = facts.page.line

        def answered(name: str | None) -> None:
            if name == "go":
                self._approve(facts)

        changed = f"■ {words.shown(refused)}. They are now: " if refused else ""
        question = (
            f"{changed}{words.shown(line.name)}, {say.week_words(line.week)}. These figures are sealed: what "
            "comes in later does not change them."
        )
        answers = (("stay", "Leave it as it is"), ("go", "Approve it"))
        shown = approval_facts(facts.page)
        self.app.push_screen(
            FactsBox("Approve this week", question, shown, answers, name_cells=_NAME_CELLS), answered
        )

    def _offer_anew(self, facts: PageFacts, refused: str = "") -> None:
        """Have it said why the new figures are right."""
        line = facts.page.line
        letter = Letter(
            f"anew {line.number}",
            "Approve the new figures",
            f"{words.shown(line.name)}, {line.week.label}, since it was approved: {_differences(facts)}.",
            "Reason",
            "Why the new figures are right. It is kept with the approval.",
            "Approve the new figures",
            "Approving",
        )

        def approve(store: Store, reason: str) -> Approved:
            from store.summaries import approve as seal  # deferred: writing needs what reading does not

            return seal(store, line.number, line.digest, reason)

        again = partial(self._after_refusal, facts)
        self.write(letter, approve, partial(_approved, line), again, refused)

    def _approve(self, facts: PageFacts) -> None:
        line = facts.page.line

        def approve(store: Store) -> Approved:
            from store.summaries import approve as seal  # deferred: as above

            return seal(store, line.number, line.digest)

        def again(declined: Declined) -> None:
            self._ask_approval(line.number, line.digest, declined.words)

        self.change("Approving", approve, partial(_approved, line), again)

    def _after_refusal(self, facts: PageFacts, declined: Declined) -> None:
        """Show what is there now beside what was written."""

        def offer(now: PageFacts) -> None:
            if self.app.screen is self:
                self._offer_anew(now, declined.words)

        self.ask("to approve", ask_page(facts.page.line.number), offer, failed=self.cannot_read, vital=False)

    # --------------------------------------------------------------------------- sending back

    def action_give_back(self) -> None:
        """Have it said what is to be put right."""
        if self.line is not None:
            self._offer_return(self.line)

    def _offer_return(self, line: SummaryLine, refused: str = "") -> None:
        if self.app.screen is not self:
            return
        letter = Letter(
            f"return {line.number}",
            "Return this week",
            f"{words.shown(line.name)}, {say.week_words(line.week)}. They see the reason, and you can still "
            "approve it.",
            "Reason",
            "What is to be put right.",
            "Return it",
            "Returning",
        )

        def give_back(store: Store, reason: str) -> Stepped:
            from store.summaries import give_back as send  # deferred: as above

            return send(store, line.number, reason, line.digest)

        def again(declined: Declined) -> None:
            def offer(facts: PageFacts) -> None:
                self._offer_return(facts.page.line, declined.words)

            self.ask("to return", ask_page(line.number), offer, failed=self.cannot_read, vital=False)

        self.write(
            letter,
            give_back,
            lambda _: f"▲ The summary of {words.shown(line.name)} is returned.",
            again,
            refused,
        )

    def action_keep_old(self) -> None:
        """Have it said why what was approved stays."""
        if self.line is not None:
            self.ask(
                "to keep", ask_page(self.line.number), self._offer_keep, failed=self.cannot_read, vital=False
            )

    def _offer_keep(self, facts: PageFacts, refused: str = "") -> None:
        line = facts.page.line
        if self.app.screen is not self:
            return
        letter = Letter(
            f"keep {line.number}",
            "Keep what was approved",
            f"{words.shown(line.name)}, {line.week.label}. What has changed since is left aside: "
            f"{_differences(facts)}.",
            "Reason",
            "Why the approved figures stay. It is kept with them.",
            "Keep the old figures",
            "Keeping",
        )

        def keep(store: Store, reason: str) -> Stepped:
            from store.summaries import keep as let_stand  # deferred: as above

            return let_stand(store, line.number, reason, line.digest)

        def again(declined: Declined) -> None:
            offer = partial(self._offer_keep, refused=declined.words)
            self.ask("to keep", ask_page(line.number), offer, failed=self.cannot_read, vital=False)

        self.write(letter, keep, lambda _: "✓ What was approved stands.", again, refused)


def _differences(facts: PageFacts) -> str:
    found = [say.difference_words(*one[:3]) for one in facts.page.differences]
    return "; ".join(found) or "nothing that is sealed"


def _approved(line: SummaryLine, approved: Approved) -> str:
    return approved_words(approved, words.shown(line.name))
