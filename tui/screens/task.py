"""One task: what it is, its clock day by day, and the events behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.status import LOOKS, Status
from tui import words
from tui.facts import ask_task
from tui.screens.panes import PanesPage
from tui.widgets.lines import TabLine
from tui.widgets.text_rows import DayRows, EventRows

if TYPE_CHECKING:
    from datetime import date

    from kpi.board import TaskView
    from tui.facts import TaskFacts
    from tui.widgets.rows import Rows


class TaskScreen(PanesPage):
    """A task's facts, clock and events."""

    NAMES = ("The clock, day by day", "Events")
    KEYS = ("panes.other", "app.back", "lens.back", "lens.forward", "lens.today", "app.search", "app.quit")

    def __init__(self, task: TaskView, *, explain: bool) -> None:
        """Show `task`, its clock first if `explain`."""
        super().__init__(0 if explain else 1)
        self.task_view = task
        self.facts: TaskFacts | None = None
        self._shown: tuple[object, ...] = ()

    def panes(self) -> tuple[Rows, Rows]:
        """Days and events."""
        return DayRows(), EventRows()

    def on_mount(self) -> None:
        """Show what is known from the list, ask for the rest."""
        task = self.task_view
        self.query_one(TabLine).show_path(task.stage_title, task.kpi_title, task.application or task.listing)
        for rows in (self.query_one(DayRows), self.query_one(EventRows)):
            rows.say("Reading the task …")
        self.reload()

    def reload(self) -> None:
        """Ask for the clock as of the day that is looked at."""
        as_of = self.host.lens.as_of
        self.ask("task", ask_task(self.task_view.id, as_of), self.show_task, vital=False)

    def is_outdated(self) -> bool:
        """Whether data or day are no longer those that are shown."""
        return bool(self._shown) and self._shown != self._state()

    def _state(self) -> tuple[object, ...]:
        return (self.host.revision, self.host.today, self.host.lens.as_of)

    def show_task(self, facts: TaskFacts) -> None:
        """Draw facts, days and events."""
        self.facts, self.task_view = facts, facts.explanation.task
        self._shown = self._state()
        self.recovered()
        self._describe(facts)
        days, events = self.query_one(DayRows), self.query_one(EventRows)
        days.say()
        days.show(facts.explanation)
        events.show(facts.events)

    def show_failure(self, words: str) -> None:
        """Say why the task cannot be shown; what was shown before stays."""
        if self.facts is not None:
            self.show_banner(f"■ {words}. This is how it last was; r tries again.")
            return
        for rows in (self.query_one(DayRows), self.query_one(EventRows)):
            rows.say(
                "This task cannot be shown",
                f"{words[:1].upper()}{words[1:]}.",
                "r tries again, esc goes back.",
            )

    def _describe(self, facts: TaskFacts) -> None:
        explained, task = facts.explanation, facts.explanation.task
        variables = {Status.ON_TRACK: "$success", Status.DUE: "$warning", Status.OVERDUE: "$error"}
        colour = variables.get(explained.status, "$quiet")
        look = LOOKS[explained.status]
        subject = words.shown(task.listing)
        if task.application:
            subject += f" · applicant {words.shown(task.application)}"
        due_on, done_by = words.day_words(explained.due_on), words.day_words(explained.done_by)
        so_far = words.plural(task.elapsed_working_days, "working day")
        self.show_facts(
            (
                (f"{look.glyph} {look.word}", f"bold {colour}"),
                (f"  {result_words(task, self._day())}", "bold"),
            ),
            (
                (
                    "Listing",
                    f"{subject} · user {words.shown(task.user, 'nobody')} · target set {task.target_set}",
                ),
                (
                    "Started",
                    f"{words.moment_words(explained.started)} · day 0 {words.day_words(task.day_zero)}",
                ),
                ("Due", f"from {due_on} · done by {done_by}"),
                ("So far", f"{so_far} · {words.shown(explained.target_words)}"),
                ("Clock", words.shown(explained.kpi_words)),
            ),
        )

    def _day(self) -> date | None:
        return self.host.lens.as_of or self.host.today


def result_words(task: TaskView, day: date | None) -> str:
    """The clock's result in one sentence."""
    if task.status is Status.CANCELLED:
        return "It was cancelled and counts in no figure."
    if task.finished_at is not None:
        end = words.day_words(task.finished_at.date())
        return f"Finished {end}, {'in time' if task.in_time else 'late'}."
    last = "today is" if day == task.done_by else f"{words.week_day(task.done_by)} is"
    return {
        Status.ON_TRACK: f"It becomes due on {words.day_words(task.due_on)}.",
        Status.DUE: f"To be done now: {last} the last day.",
        Status.OVERDUE: f"It should have been done by {words.day_words(task.done_by)}.",
    }.get(task.status, "The listing is frozen, and the clock with it.")
