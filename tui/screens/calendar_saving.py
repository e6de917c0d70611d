"""The Calendar page and its draft: what it would do, saving it, meeting somebody else's change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.widgets import Static

from kpi.errors import StagewatchError
from tui import calendar_page_words as say
from tui import words
from tui.calendar_draft import changes, rebase
from tui.calendar_facts import ask_calendar, ask_draft
from tui.screens.working import WorkingPage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kpi.calendar import CalendarSpec, WorkingCalendar
    from store.calendar_changes import CalendarSaved
    from store.calendar_questions import CalendarPage
    from store.work import Store
    from tui.calendar_facts import CalendarFacts, DraftFacts
    from tui.screens.reason_box import Given, ReasonBox
    from tui.screens.working import Job

_WAIT = "What it does to the open tasks is still being counted; a moment."


class _Refused(NamedTuple):
    """The store did not save it, and why; `conflict` if somebody else was first."""

    words: str
    conflict: bool


class SavingPage(WorkingPage):
    """A draft beside what is saved. `base` is what the draft was made of, `facts` what was read last."""

    TAB = "KPIs"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save", id="calendar.save",
                tooltip="Save: it shows what the changes do, and asks why"),
        Binding("o", "theirs", "theirs", id="calendar.theirs",
                tooltip="What somebody else saved meanwhile, beside yours"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.facts: CalendarFacts | None = None
        self.base: CalendarPage | None = None
        self.draft: CalendarSpec | None = None
        self.table: WorkingCalendar | None = None
        """The days by the draft, or, until that has been looked at, by what was shown before."""
        self.found: DraftFacts | None = None
        self.uncounted = ""
        self.reason = ""
        self.box: ReasonBox | None = None
        self._meet = False

    def draw(self) -> None:
        """Draw draft and effect as they are now."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------- the facts

    def reload(self) -> None:
        """Ask for the calendar again; the draft stays."""
        self.ask("calendar", ask_calendar, self.take, failed=self.show_failure)

    def is_outdated(self) -> bool:
        """Whether data or day have changed: what a draft does changes with them."""
        facts = self.facts
        shown = None if facts is None else (facts.revision, facts.page.today)
        return shown is not None and shown != (self.host.revision, self.host.today)

    def take(self, facts: CalendarFacts) -> None:
        """Keep what was read; a draft is looked at anew."""
        self.facts = facts
        self.host.today, self.host.revision = facts.page.today, facts.revision
        self.recovered()
        self.look_again()
        if self._meet:
            self._meet = False
            self.action_theirs()

    @property
    def is_unsaved(self) -> bool:
        """Whether the draft says anything else than what it was made of."""
        return self.base is not None and self.draft != self.base.spec

    @property
    def theirs(self) -> CalendarPage | None:
        """What somebody else saved since the draft was begun."""
        if self.facts is None or self.base is None or self.facts.page.number <= self.base.number:
            return None
        return self.facts.page

    def edit(self, spec: CalendarSpec) -> None:
        """Go on with another draft."""
        self.draft = spec
        self.say_work("")
        self.look_again()

    def look_again(self) -> None:
        """Ask what the draft would do; what is heard of older ones is dropped."""
        facts = self.facts
        if facts is None:
            return
        # What was just saved may be newer than what was read last.
        if not self.is_unsaved and (self.base is None or facts.page.number >= self.base.number):
            self.base, self.draft, self.table = facts.page, facts.page.spec, facts.calendar
        self.found, self.uncounted = None, ""
        if self.is_unsaved and self.draft is not None:
            self.ask(
                "effect", ask_draft(self.draft), self._take_effect, failed=self._not_counted, vital=False
            )
        theirs = self.theirs
        if theirs is not None:
            by = words.shown(theirs.by)
            self.show_banner(
                f"■ Calendar {theirs.number} was saved meanwhile by {by}. Yours is kept; o shows both."
            )
        elif not self.ailing:
            self.show_banner("")
        self._tell_box()
        self.draw()

    def _take_effect(self, found: DraftFacts) -> None:
        if found.spec != self.draft or not self.is_unsaved:
            return
        self.found, self.uncounted = found, ""
        self.table = found.calendar or self.table
        self._tell_box()
        self.draw()

    def _not_counted(self, said: str) -> None:
        self.uncounted = said
        self._tell_box()
        self.draw()

    def effect_words(self) -> tuple[str, bool]:
        """What the draft does, and whether something is wrong with it; nothing without a draft."""
        base, draft, found = self.base, self.draft, self.found
        if base is None or draft is None or not self.is_unsaved:
            return "", False
        many = words.plural(changes(base.spec, draft), "change")
        if self.uncounted:
            return (
                f"■ {many} not saved. What they do cannot be counted: {self.uncounted}. r tries again.",
                True,
            )
        if found is None:
            return f"* {many} not saved. Counting what they do to the open tasks …", False
        if found.effect is None:
            return f"■ {many} not saved, and cannot be: {found.wrong}.", True
        pulse = self.host.pulse
        behind = " Tasks are still being brought up to date." if pulse is not None and pulse.pending else ""
        return f"* {many} not saved. {say.effect_words(found.effect)}{behind}", False

    # --------------------------------------------------------------------------------------- saving it

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to save once something is changed, and theirs once somebody else saved."""
        if action == "save":
            return self.is_unsaved and self.job is None
        if action == "theirs":
            return self.theirs is not None and self.is_unsaved
        return super().check_action(action, parameters)

    def action_save(self) -> None:
        """Show what the draft does, and ask why."""
        if self.found is not None and self.found.wrong:
            self.say_work("■ Not saved: correct what is wrong first.", wrong=True)
        elif self.theirs is not None:
            self.action_theirs()
        else:
            self._ask_reason("")

    def _ask_reason(self, refused: str) -> None:
        from tui.screens.reason_box import ReasonBox  # deferred: as all boxes

        base, draft = self.base, self.draft
        if base is None or draft is None:
            return

        def answered(given: Given | None) -> None:
            self.box = None
            if given is not None:
                self.reason = given.reason
                if given.go:
                    self._save(draft, base.number, given.reason)

        self.box = ReasonBox("Save the calendar", "Save it", reason=self.reason, refused=refused)
        self._tell_box()
        self.app.push_screen(self.box, answered)

    def _tell_box(self) -> None:
        """Let the box say what is known by now."""
        base, draft = self.base, self.draft
        if self.box is None or base is None or draft is None:
            return
        effect = None if self.found is None else self.found.effect
        said = say.save_words(base.spec, draft, effect)
        if self.uncounted:
            self.box.tell(said, wait=f"What it does cannot be counted: {self.uncounted}.")
        elif effect is None:
            self.box.tell(said, wait=_WAIT)
        else:
            self.box.tell(said, say.EFFECT_COLUMNS, say.effect_rows(effect))

    def _save(self, draft: CalendarSpec, number: int, reason: str) -> None:
        def save(store: Store, job: Job) -> CalendarSaved | _Refused:
            from store.calendar_changes import (  # deferred: writing needs what reading does not
                CalendarConflictError,
                save_calendar,
            )
            from tui.actor import who

            del job
            try:
                return save_calendar(store, draft, reason=reason, actor=who(), expected=number)
            except StagewatchError as error:
                conflict = isinstance(error, CalendarConflictError)
                return _Refused(str(error).partition("\n")[0], conflict)

        self.perform("Saving the calendar", save, self._saved)

    def _saved(self, result: CalendarSaved | _Refused) -> str:
        if isinstance(result, _Refused):
            self._meet = result.conflict
            if not result.conflict and self.is_whole and self.app.screen is self:
                self.call_later(self._ask_reason, result.words)
            return f"■ Not saved, your changes are kept: {result.words}."
        self.reason = ""
        if self.base is not None:
            self.base = replace(self.base, number=result.number, spec=result.spec)
            self.draft = result.spec
        return say.done_words(result)

    # --------------------------------------------------------------------------- somebody else's change

    def action_theirs(self) -> None:
        """Show both, and ask how to go on; nothing is lost by closing."""
        from tui.screens.ask_box import AskBox  # deferred: as all boxes

        base, draft, theirs = self.base, self.draft, self.theirs
        if base is None or draft is None or theirs is None or self.app.screen is not self:
            return

        def answered(answer: str | None) -> None:
            if answer == "mine":
                rebased = rebase(base.spec, theirs.spec, self.draft or draft)
                self.base = theirs
                self.edit(rebased.spec)
                self.say_work(say.rebased_words(theirs.number, rebased.clashes))
            elif answer == "theirs":
                self.base = theirs
                self.edit(theirs.spec)

        answers = (
            ("mine", "Put mine on top of theirs, and look at it"),
            ("theirs", "Take theirs, and drop mine"),
            ("wait", "Go on as it is; nothing can be saved yet"),
        )
        question = say.theirs_words(base.spec, theirs, draft)
        self.app.push_screen(AskBox("Somebody else saved meanwhile", question, answers), answered)

    def holds_back(self, again: Callable[[], Awaitable[None]]) -> bool:
        """Ask before a draft is lost."""
        if not self.is_unsaved:
            return False
        if self.job is not None:
            self.host.notify("The calendar is being saved; a moment.", markup=False)
            return True
        from tui.screens.ask_box import AskBox  # deferred: as all boxes

        def answered(answer: str | None) -> None:
            if answer == "leave" and self.base is not None:
                self.draft = self.base.spec
                self.app.call_next(again)

        question = f"The calendar has been changed and is not saved: {self.unsaved_words()}."
        answers = (("stay", "Go on editing"), ("leave", "Leave, and lose the changes"))
        self.app.push_screen(AskBox("Not saved", question, answers), answered)
        return True

    def unsaved_words(self) -> str:
        """What the draft changes, in a few words."""
        base, draft = self.base, self.draft
        return "" if base is None or draft is None else say.changed_words(base.spec, draft)

    def show_parts(self, page: CalendarPage, table: WorkingCalendar) -> None:
        """Write what stands above the list and below it."""
        self.query_one("#facts", Static).update(say.saved_words(page))
        warnings = self.query_one("#warnings", Static)
        warned = say.warning_words(table.warnings(page.today))
        warnings.update(warned)
        warnings.display = bool(warned)
        effect = self.query_one("#effect", Static)
        said, wrong = self.effect_words()
        effect.update(said)
        effect.display = bool(said)
        effect.set_class(wrong, "-wrong")
