"""A listing or an applicant: the tasks and the events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from store.tasks import Sort, TaskQuery
from tui import words
from tui.facts import ask_subject
from tui.screens.panes import PanesPage
from tui.widgets.lines import TabLine
from tui.widgets.task_rows import PAGE, TaskRows
from tui.widgets.text_rows import EventRows

if TYPE_CHECKING:
    from kpi.board import SearchHit
    from tui.facts import SubjectFacts
    from tui.widgets.rows import Rows

MOST_TASKS = 1_000


class SubjectScreen(PanesPage):
    """What was found by a search."""

    NAMES = ("Tasks", "Events")
    KEYS = ("rows.choose", "panes.other", "subject.finished", "subject.explain", "app.back", "lens.back",
            "lens.forward", "lens.today")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d", "finished", "done", id="subject.finished", tooltip="The open tasks, or the finished ones"
        ),
        Binding("e", "explain", "explain", id="subject.explain", tooltip="The task's clock, day by day"),
    ]

    def __init__(self, hit: SearchHit) -> None:
        """Show what was found."""
        super().__init__()
        self.hit = hit
        self.query_shown = TaskQuery(listing=hit.listing, application=hit.application, sort=Sort.AGE)
        self.facts: SubjectFacts | None = None

    def panes(self) -> tuple[Rows, Rows]:
        """Tasks and events."""
        return TaskRows(), EventRows()

    def on_mount(self) -> None:
        """Say what it is, and ask for the rest."""
        hit = self.hit
        self.query_one(TabLine).show_path(
            "Search", hit.listing, *([hit.application] if hit.application else [])
        )
        applicant = (("Applicant", words.shown(hit.application)),) if hit.application else ()
        target_set = "no target set yet" if hit.target_set is None else f"target set {hit.target_set}"
        listing = (
            ("Listing", f"{words.shown(hit.listing)} · {target_set}"),
            ("User", words.shown(hit.user, "nobody")),
        )
        self.show_facts(((words.shown(hit.title, "No title"), "bold"),), (*applicant, *listing))
        self.query_one(TaskRows).say("Reading the tasks …")
        self.query_one(EventRows).say("Reading the events …")
        self.reload()

    def reload(self) -> None:
        """Ask for tasks and events."""
        self.query_shown = replace(self.query_shown, as_of=self.host.lens.as_of)
        self.ask("subject", ask_subject(self.query_shown, MOST_TASKS), self.show_subject, vital=False)

    def is_outdated(self) -> bool:
        """A listing is small: ask again whenever one comes back to it or something may have changed."""
        return self.facts is not None

    def show_subject(self, facts: SubjectFacts) -> None:
        """Draw tasks and events."""
        before, self.facts = self.facts, facts
        self.recovered()
        if before == facts:
            return
        rows = self.query_one(TaskRows)
        rows.sort = None
        rows.begin(keep=False)
        for start in range(0, len(facts.tasks), PAGE):
            rows.fill(start, facts.tasks[start : start + PAGE], len(facts.tasks))
        kind = "finished" if self.query_shown.finished else "open"
        nothing = ("No tasks", f"There is no {kind} task here on this day; d shows finished or open ones.")
        rows.say(*(() if facts.tasks else nothing))
        if before is None or before.events != facts.events:
            self.query_one(EventRows).show(facts.events)

    def show_failure(self, words: str) -> None:
        """Say why it cannot be shown."""
        if self.facts is not None:
            self.show_banner(f"■ {words}. This is how it last was; r tries again.")
            return
        for rows in (self.query_one(TaskRows), self.query_one(EventRows)):
            rows.say(
                "This cannot be shown", f"{words[:1].upper()}{words[1:]}.", "r tries again, esc goes back."
            )

    def action_finished(self) -> None:
        """Show the finished tasks, or the open ones again."""
        self.query_shown = replace(self.query_shown, finished=not self.query_shown.finished)
        self.reload()

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the task that was chosen."""
        message.stop()
        self._open(explain=False)

    def action_explain(self) -> None:
        """Open the task's clock."""
        self._open(explain=True)

    def _open(self, *, explain: bool) -> None:
        rows = self.query_one(TaskRows)
        task = rows.task_at(rows.cursor)
        if task is not None:
            self.host.open_task(task, explain=explain)
