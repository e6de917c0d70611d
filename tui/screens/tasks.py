"""A list of tasks of any length, filtered and ordered; opens at once, because it fetches what is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kpi.status import LOOKS, OPEN_STATUSES, Status
from store.tasks import Sort, TaskQuery
from tui import words
from tui.facts import ask_page
from tui.screens.page import LensPage
from tui.widgets.lines import ChoiceLine, KeyLine, TabLine
from tui.widgets.task_rows import PAGE, TaskRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.widget import Widget

    from tui.facts import TaskPage
    from tui.widgets.rows import Rows

FILTERS: tuple[Status | None, ...] = (None, *OPEN_STATUSES)
SORTS = tuple(Sort)


class TasksScreen(LensPage):
    """The tasks of a stage, a KPI, a user, or all."""

    CSS_PATH = "tasks.tcss"
    AUTO_FOCUS = "TaskRows"
    KEYS = ("rows.choose", "tasks.explain", "tasks.sort", "tasks.status", "tasks.finished", "lens.user",
            "lens.back", "lens.forward", "lens.today", "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "sort", id="tasks.sort", tooltip="Order by deadline, stage, listing or age"),
        Binding(
            "o", "status", "status", id="tasks.status", tooltip="All, on track, due, overdue or paused ones"
        ),
        Binding("d", "finished", "done", id="tasks.finished", tooltip="The open tasks, or the finished ones"),
        Binding("e", "explain", "explain", id="tasks.explain", tooltip="The task's clock, day by day"),
    ]

    def __init__(self, query: TaskQuery, path: Sequence[str]) -> None:
        """Show the tasks of `query`; `path` says in words which they are."""
        super().__init__()
        self.base = query
        self.path = tuple(path)
        self.query_shown = query
        self.revision: int | None = None
        self.total: int | None = None
        self.under_way: int | None = None

    def parts(self) -> Iterable[Widget]:
        """Filters and the list."""
        names = ("all", *(LOOKS[status].word for status in OPEN_STATUSES))
        yield ChoiceLine([(name, f"screen.status({place})") for place, name in enumerate(names)])
        yield TaskRows()

    def on_mount(self) -> None:
        """Ask for the first page."""
        self.query_one(TaskRows).say("Reading the tasks …")
        self.reload()

    # ------------------------------------------------------------------------------------ the pages

    def reload(self) -> None:
        """Begin again, with the query as it is now; the rows of the same list stay until newer come."""
        lens = self.host.lens
        user = lens.user if lens.user is not None else self.base.user
        query = replace(self.query_shown, as_of=lens.as_of, user=user)
        rows = self.query_one(TaskRows)
        same = query == self.query_shown and self.total is not None
        self.query_shown = query
        rows.sort, rows.finished = query.sort.value, query.finished
        rows.begin(keep=same)
        if not same:
            rows.cursor = 0
        self.under_way = None
        self._show_choice()
        self._fetch(rows.wanted() or 0)

    def is_outdated(self) -> bool:
        """Whether data, day or user are no longer those that are shown."""
        host, query = self.host, self.query_shown
        user = host.lens.user if host.lens.user is not None else self.base.user
        shown = (self.revision, query.as_of, query.user)
        return self.revision is not None and shown != (host.revision, host.lens.as_of, user)

    def _fetch(self, page: int) -> None:
        """Ask for one page. One question at a time: by its answer, what is seen may be elsewhere."""
        self.under_way = page
        self.ask("page", ask_page(self.query_shown, page * PAGE, PAGE), self.show_page, failed=self._failed)

    def _fetch_wanted(self) -> None:
        if self.under_way is None and self.total is not None:
            page = self.query_one(TaskRows).wanted()
            if page is not None:
                self._fetch(page)

    def show_page(self, page: TaskPage) -> None:
        """Draw a page, then fetch the next one that is wanted."""
        self.under_way = None
        if page.query != self.query_shown:
            return
        rows = self.query_one(TaskRows)
        if self.revision is not None and page.revision != self.revision:
            rows.begin(keep=True)
        self.revision, self.total = page.revision, page.total
        self.host.today, self.host.revision = page.today, page.revision
        self.recovered()
        rows.fill(page.start, page.tasks, page.total)
        rows.say(*(() if page.total else self._none()))
        self._show_place()
        self._fetch_wanted()

    def _failed(self, words: str) -> None:
        self.under_way = None
        if self.total is None:
            self.query_one(TaskRows).say(
                "The tasks cannot be shown",
                f"{words[:1].upper()}{words[1:]}.",
                "Press r to try again, esc to go back.",
            )
        else:
            self.show_failure(words)

    def _none(self) -> tuple[str, ...]:
        query = self.query_shown
        kind = "finished" if query.finished else "open"
        status = f" that is {LOOKS[query.status].word}" if query.status else ""
        user = f" of {words.shown(query.user)}" if query.user else ""
        return (
            "No tasks here",
            f"There is no {kind} task{user}{status} in this list on this day.",
            "o changes the status, f the user, d shows finished or open ones, t goes to today.",
        )

    # -------------------------------------------------------------------------------------- drawing

    def _show_choice(self) -> None:
        query = self.query_shown
        path = [*self.path, *(["finished"] if query.finished else [])]
        if self.host.lens.user is not None:
            path.append(f"tasks of {words.shown(self.host.lens.user)}")
        self.query_one(TabLine).show_path(*path)
        by = ("by", query.sort.value, "screen.sort")
        self.query_one(ChoiceLine).show(FILTERS.index(query.status), by)

    def _show_place(self) -> None:
        rows = self.query_one(TaskRows)
        if self.total is not None:
            self.query_one(KeyLine).show_note(
                f"{rows.cursor + 1:,} of {self.total:,}" if self.total else "none"
            )

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where in the list one is, and fetch what has come into view."""
        message.stop()
        self._show_place()
        self._fetch_wanted()

    # -------------------------------------------------------------------------------------- actions

    def action_sort(self, name: str | None = None) -> None:
        """Order by the next column, or by the one that was clicked."""
        now = self.query_shown.sort
        sort = Sort(name) if name else SORTS[(SORTS.index(now) + 1) % len(SORTS)]
        self._ask_for(sort=sort)

    def action_status(self, place: int | None = None) -> None:
        """Show the next status, or the one that was clicked."""
        if place is None:
            place = (FILTERS.index(self.query_shown.status) + 1) % len(FILTERS)
        self._ask_for(status=FILTERS[place])

    def action_finished(self) -> None:
        """Show the finished tasks, or the open ones again."""
        self._ask_for(finished=not self.query_shown.finished)

    def _ask_for(self, **changes: object) -> None:
        self.total = None
        self.query_shown = replace(self.query_shown, **changes)  # type: ignore[arg-type]
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
        task = rows.task_at(rows.cursor) if self.total else None
        if task is not None:
            self.host.open_task(task, explain=explain)
