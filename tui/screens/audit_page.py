"""What is done from an audit entry, wherever one is at hand: going to what it changed, and marking it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from store.errors import StoreError
from tui import audit_words as say
from tui.screens.target_sets import Refused
from tui.screens.working import WorkingPage

if TYPE_CHECKING:
    from textual.screen import Screen

    from store.audit_questions import EntryView
    from store.reviews import Reviewed
    from store.work import Store
    from tui.screens.reason_box import Given
    from tui.screens.working import Job

_WITH_AN_ENTRY = ("open_thing", "history", "group", "review")


class AuditPage(WorkingPage):
    """A page with one entry at hand, `entry`."""

    TAB = "Audit"
    CSS_PATH: ClassVar = ["data.tcss", "audit.tcss"]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "history", "its history", id="audit.history",
                tooltip="All entries of the thing that it changed"),
        Binding("o", "open_thing", "open", id="audit.open", tooltip="Open the thing that it changed"),
        Binding("g", "group", "group", id="audit.group", tooltip="All entries written in one go with it"),
        Binding("m", "review", "mark", id="audit.review", tooltip="Mark as reviewed, with a note"),
        Binding("x", "export", "export", id="audit.export", tooltip="How to export the log"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.note = ""
        """A note that was written and has not been used."""

    @property
    def entry(self) -> EntryView | None:
        """The entry at hand."""
        raise NotImplementedError

    def stretch(self) -> tuple[int, int] | None:
        """From which to which entry would be marked as reviewed; None if none can be, and why is said."""
        return None if self.entry is None else (self.entry.seq, self.entry.seq)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done from an entry needs one."""
        if action in _WITH_AN_ENTRY:
            entry = self.entry if self.is_whole else None
            return entry is not None and (entry.unreadable is None or action == "review")
        return super().check_action(action, parameters)

    # ------------------------------------------------------------------------------------ leading on

    def action_export(self) -> None:
        """Say how to export the log."""
        self.say_work(say.EXPORT)

    def action_history(self) -> None:
        """Show all entries of the thing."""
        from tui.screens.audit import AuditList

        if self.entry is not None:
            path = (f"History of {say.target_words(self.entry.target)}",)
            self.app.push_screen(AuditList({"target": self.entry.target}, path))

    def action_group(self) -> None:
        """Show all entries of the transaction."""
        from tui.screens.audit import AuditList

        if self.entry is not None:
            path = (f"Written in one go with entry {self.entry.seq:,}",)
            self.app.push_screen(AuditList({}, path, group=self.entry.group))

    def action_open_thing(self) -> None:
        """Open the thing, where it has a screen."""
        if self.entry is None:
            return
        kind, _, key = self.entry.target.partition(":")
        screen = _screen_of(kind, key)
        if screen is None:
            self.say_work(f"The {say.target_words(self.entry.target)} has no screen of its own.")
        else:
            self.say_work("")
            self.app.push_screen(screen)

    # ---------------------------------------------------------------------------------- having looked

    def action_review(self) -> None:
        """Ask for the note."""
        stretch = self.stretch()
        if stretch is not None:
            self._offer_review(*stretch, "")

    def _offer_review(self, first: int, last: int, refused: str) -> None:
        from tui.screens.reason_box import ReasonBox  # deferred: as all boxes

        which = say.which_entries(first, last)
        box = ReasonBox(
            f"{which}: reviewed",
            "Mark as reviewed",
            reason=self.note,
            refused=refused,
            ask="What did you find? It is kept with the mark.",
            hint="a note",
        )
        many = f", {last - first + 1:,} entries" if last > first else ""
        box.tell(
            f"{which}{many}, marked as looked through by you. The mark and the note are in the audit log "
            "themselves; no mark goes away, and more can be added."
        )

        def answered(given: Given | None) -> None:
            if given is not None:
                self.note = given.reason
                if given.go:
                    self._mark(first, last, given.reason)

        self.app.push_screen(box, answered)

    def _mark(self, first: int, last: int, note: str) -> None:
        def mark(store: Store, job: Job) -> Reviewed | Refused:
            from store.reviews import mark_reviewed  # deferred: writing needs what reading does not
            from tui.actor import who

            del job
            try:
                return mark_reviewed(store, first, last, note, actor=who())
            except StoreError as error:
                return Refused(str(error).partition("\n")[0])

        self.perform("Marking as reviewed", mark, partial(self._marked, first, last))

    def _marked(self, first: int, last: int, result: Any) -> str:
        if isinstance(result, Refused):
            if self.is_whole and self.app.screen is self:
                self.call_later(self._offer_review, first, last, result.words)
            return f"■ Not done: {result.words}."
        self.note = ""
        self.reviewed()
        return say.reviewed_words(result.first, result.last)

    def reviewed(self) -> None:
        """A mark was made."""


def _screen_of(kind: str, key: str) -> Screen[Any] | None:
    """The screen of what an entry changed, None where there is none."""
    if kind == "target_set":
        from tui.screens.target_history import TargetHistoryScreen

        return TargetHistoryScreen(int(key) if key.isdecimal() else None)
    if kind == "calendar":
        from tui.screens.calendar import CalendarScreen

        return CalendarScreen()
    if kind in ("import", "mapping"):
        from tui.screens.data import DataScreen

        return DataScreen()
    return _numbered_screen(kind, int(key)) if key.isdecimal() else None


def _numbered_screen(kind: str, number: int) -> Screen[Any] | None:
    """The screen of a person, a team or a summary."""
    if kind in ("person", "credential"):
        from tui.screens.people_person import PersonScreen

        return PersonScreen(number, f"person {number}")
    if kind == "team":
        from tui.screens.people_team import TeamScreen

        return TeamScreen(number, f"team {number}")
    if kind == "summary":
        from tui.screens.summary import SummaryScreen

        return SummaryScreen(number, f"summary {number}")
    return None
