"""The board: tasks by stage or listings by user, with bars by status, and what the coming days bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import words
from tui.facts import Lens, ask_board, ask_first_task, ask_outlook
from tui.screens.page import LensPage
from tui.widgets.board_table import BoardTable, stage_rows, user_rows
from tui.widgets.lines import ChoiceLine, TabLine
from tui.widgets.outlook import CHART_LINES, Outlook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget

    from kpi.board import OutlookDay, TaskView
    from store.tasks import TaskQuery
    from tui.facts import BoardFacts
    from tui.widgets.board_table import BoardRow

BY_STAGE, BY_USER = 0, 1
_ROUND_TABLE = 5 + CHART_LINES  # the frame, tabs, choices, and the outlook as a chart
EMPTY = (
    "No events yet",
    "This store holds no recruitment events, so there is nothing to count.",
    "Quit with q, then bring some in:",
    "stagewatch import FILE --mapping MAP.toml",
    "An import running in another window shows up here by itself.",
)
FOUND = ("Press n to found a new organisation there, with its first super user.",)


class BoardScreen(LensPage):
    """The first screen."""

    CSS_PATH = "board.tcss"
    OPENED_BY_DIGIT = "Board"
    AUTO_FOCUS = "BoardTable"
    KEYS = (
        "board.found",
        "rows.choose",
        "board.tasks",
        "board.view",
        "lens.user",
        "lens.back",
        "lens.forward",
        "lens.today",
        "lens.day",
        "board.changes",
        "app.search",
        "board.explain",
        "app.quit",
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "view", id="board.view", tooltip="Tasks by stage, or listings by user"),
        Binding("o", "open_tasks", "tasks", id="board.tasks", tooltip="The tasks of the row with the cursor"),
        Binding(
            "e", "explain", "explain", id="board.explain", tooltip="The clock of the row's most pressing task"
        ),
        Binding(
            "c", "changes", "changes", id="board.changes", tooltip="What changed up to the day looked at"
        ),
        Binding(
            "n",
            "app.found",
            "new store",
            id="board.found",
            tooltip="Found a new organisation where there is none",
        ),
        Binding(
            "x", "fold_all", "all KPIs", id="board.fold_all", tooltip="Show or hide the KPIs of all stages"
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._know_nothing()

    def _know_nothing(self) -> None:
        self.view = BY_STAGE
        self.opened: frozenset[str] = frozenset()
        self.facts: BoardFacts | None = None
        self._outlook_of: tuple[Lens, int] | None = None

    def parts(self) -> Iterable[Widget]:
        """Choices, table, outlook."""
        yield ChoiceLine((("Tasks by stage", "screen.view(0)"), ("Listings by user", "screen.view(1)")))
        yield Static(id="why", markup=False)
        yield BoardTable()
        yield Outlook()

    def on_mount(self) -> None:
        """Begin."""
        self.begin()

    def begin(self) -> None:
        """Show the early board where there is one, else ask for it; nothing of another store stays."""
        self._know_nothing()
        self.recovered()
        self.admit()
        self.show_keys()
        self.query_one(BoardTable).cursor = 0
        self.query_one(Outlook).show(None)
        self.query_one("#why").display = False
        self._show_choice()
        self.query_one(BoardTable).say("Reading the store …")
        early = self.host.early
        if early is not None:
            self.host.expect(self, early, self.show_facts, self.show_failure)
        else:
            self.reload()

    # ---------------------------------------------------------------------------------- the facts

    def reload(self) -> None:
        """Ask for the counts."""
        self.ask("board", ask_board(self.host.lens, by_user=self.view == BY_USER), self.show_facts)

    def is_outdated(self) -> bool:
        """Whether data, day or user are no longer those that are shown."""
        facts, host = self.facts, self.host
        shown = None if facts is None else (facts.revision, facts.today, facts.lens)
        return shown is not None and shown != (host.revision, host.today, host.lens)

    def show_facts(self, facts: BoardFacts) -> None:
        """Draw the counts, then ask for what can wait."""
        host = self.host
        if facts.lens != host.lens or (facts.users is None) != (self.view == BY_STAGE):
            self.reload()  # the early board's lens or view is not the one that is wanted by now
            return
        self.facts = facts
        host.organisation, host.today, host.revision = facts.board.organisation, facts.today, facts.revision
        host.is_missing = False
        host.take_me(facts.me)
        self.recovered()
        self._show_table()
        self._show_choice()
        if not facts.empty and self._outlook_of != (facts.lens, facts.revision):
            self._outlook_of = (facts.lens, facts.revision)
            self.call_after_refresh(self._ask_outlook)
        if host.pulse is None:
            # What waits to be brought up to date should not wait for the first refresh.
            self.call_after_refresh(host.ask_pulse, reopen=False)

    def _ask_outlook(self) -> None:
        self.ask(
            "outlook", ask_outlook(self.host.lens), self.show_outlook, failed=self._no_outlook, vital=False
        )

    def show_outlook(self, days: tuple[OutlookDay, ...]) -> None:
        """Draw the outlook."""
        self.query_one(Outlook).show(days)

    def _no_outlook(self, words: str) -> None:
        del words  # the next refresh of the counts says what is wrong
        self._outlook_of = None
        self.query_one(Outlook).show(None)

    def show_failure(self, words: str) -> None:
        """Keep the last good figures if there are any; else say what can be done."""
        self.refresh_bindings()
        if self.facts is not None:
            super().show_failure(words)
            return
        self.query_one(BoardTable).say(
            "The board cannot be shown",
            f"{words[:1].upper()}{words[1:]}.",
            *(FOUND if self.host.is_missing else ()),
            "Nothing has been changed, and nothing is lost by trying again.",
            "Press r to try again, q to quit. Another store is opened by stagewatch --store PATH-or-URL.",
        )

    # -------------------------------------------------------------------------------------- drawing

    def on_resize(self, event: events.Resize) -> None:
        """Divide the height anew."""
        del event
        self._divide()

    def _divide(self) -> None:
        """Where there is plenty of room, the outlook stands right below the table, as a chart."""
        table, outlook = self.query_one(BoardTable), self.query_one(Outlook)
        wanted = table.virtual_size.height + 1
        chart = self.app.size.height - _ROUND_TABLE - bool(self.why) >= wanted and not table.said
        table.styles.height = wanted if chart else "1fr"
        outlook.styles.height = CHART_LINES if chart else 1

    @property
    def why(self) -> str:
        """Why the listings by user are nobody's but one's own, where they are."""
        return "" if self.facts is None else self.facts.why

    def _show_table(self) -> None:
        facts, table = self.facts, self.query_one(BoardTable)
        if facts is None:
            return
        self.query_one("#why", Static).update(self.why)
        self.query_one("#why").display = bool(self.why)
        if facts.empty:
            table.say(*EMPTY)
            self.query_one(Outlook).show(None)
            return
        table.say()
        if facts.users is not None:
            table.show(user_rows(facts.users, whole=facts.me is None), ("User", "Listings", "Tasks"))
        else:
            table.show(stage_rows(facts.board, self.opened), ("Stage", "Tasks"))
        self._divide()
        self._show_path()

    def _show_choice(self) -> None:
        user = self.host.lens.user
        self.query_one(ChoiceLine).show(
            self.view, ("Tasks of:", "All users" if user is None else words.shown(user), "screen.choose_user")
        )

    # -------------------------------------------------------------------------------------- actions

    def action_view(self, view: int | None = None) -> None:
        """Change to the other view, or to the one that was clicked."""
        self.view = 1 - self.view if view is None else view
        self._show_choice()
        self.reload()

    def action_fold_all(self) -> None:
        """Show the KPIs of all stages, or hide them all."""
        if self.facts is not None and self.view == BY_STAGE:
            stages = frozenset(stage.code for stage in self.facts.board.stages)
            self.opened = frozenset() if self.opened == stages else stages
            self._show_table()

    def on_rows_moved(self, message: BoardTable.Moved) -> None:
        """A KPI's title may be cut in the table: it stands in full beside the tabs."""
        message.stop()
        self._show_path()

    def _show_path(self) -> None:
        row = self.query_one(BoardTable).current
        self.query_one(TabLine).show_path(*([row.title] if row is not None and row.kpi else []))

    def on_board_table_folded(self, message: BoardTable.Folded) -> None:
        """Show or hide one stage's KPIs; hiding from a KPI goes to its stage."""
        self._fold(message.stage, show=message.show)

    def _fold(self, stage: str, *, show: bool) -> None:
        self.opened = self.opened | {stage} if show else self.opened - {stage}
        table = self.query_one(BoardTable)
        at = table.current
        if not show and at is not None and at.kpi is not None:
            table.cursor = next(n for n, row in enumerate(table.rows) if row.stage == stage)
        self._show_table()

    def on_rows_chosen(self, message: BoardTable.Chosen) -> None:
        """A stage shows its KPIs, a second time hides them; anything else opens its tasks."""
        row = self.query_one(BoardTable).rows[message.row]
        if row.open is not None and row.stage is not None:
            self._fold(row.stage, show=not row.open)
        else:
            self._open(row)

    def action_open_tasks(self) -> None:
        """Open the tasks of the row with the cursor, also of a whole stage."""
        row = self.query_one(BoardTable).current
        if row is not None:
            self._open(row)

    def action_changes(self) -> None:
        """Open what changed since the working day before."""
        self.host.open_changes()

    def action_explain(self) -> None:
        """Open the clock of the row's task with the nearest deadline."""
        row = self.query_one(BoardTable).current
        if row is not None and row.tasks:
            self.ask("explain", ask_first_task(self._query(row)), self._explain, vital=False)

    def _explain(self, task: TaskView | None) -> None:
        if task is not None:
            self.host.open_task(task, explain=True)

    def _query(self, row: BoardRow) -> TaskQuery:
        from store.tasks import TaskQuery

        lens = self.host.lens
        return TaskQuery(as_of=lens.as_of, stage=row.stage, kpi=row.kpi, user=row.user or lens.user)

    def _open(self, row: BoardRow) -> None:
        facts = self.facts
        if facts is None:
            return
        if self.view == BY_USER and row.user is None and not row.is_total:
            self.notify(
                "These listings have no owner yet; /  finds a listing by its reference.", markup=False
            )
            return
        stage = next((stage.title for stage in facts.board.stages if stage.code == row.stage), None)
        path = [step for step in (stage, row.title if row.kpi or row.user else None) if step]
        self.host.open_tasks(self._query(row), *(path or ["All tasks"]))
