"""What changed between two days: what entered, left, became due and became overdue, as one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kpi.changes import Change
from store.changes import ChangeQuery
from tui import words
from tui.facts import ask_changes
from tui.screens.page import WIDE, LensPage
from tui.widgets.change_rows import ChangeRows
from tui.widgets.lines import ChoiceLine, KeyLine, TabLine
from tui.widgets.task_rows import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from textual import events
    from textual.widget import Widget

    from kpi.changes import ChangeCounts
    from tui.facts import ChangePage
    from tui.widgets.rows import Rows

FILTERS: tuple[Change | None, ...] = (None, *Change)
_NAMES = ("all", "entered", "left", "due", "overdue")
_WIDE_COUNT, _NARROW_COUNT = 9, 5


class ChangesScreen(LensPage):
    """The second day is the one that is looked at; the first, unless chosen, the working day before it."""

    CSS_PATH = "changes.tcss"
    AUTO_FOCUS = "ChangeRows"
    KEYS = ("rows.choose", "changes.since", "changes.kind", "lens.back", "lens.forward", "lens.today",
            "lens.day", "lens.user", "changes.explain", "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "since", "since", id="changes.since", tooltip="Since which day: write it"),
        Binding("o", "kind", "kind", id="changes.kind", tooltip="All, entered, left, due or overdue"),
        Binding("e", "explain", "explain", id="changes.explain", tooltip="The task's clock, day by day"),
    ]

    def __init__(self) -> None:
        """Show what changed up to the day that is looked at."""
        super().__init__()
        self.since: date | None = None
        self.kind: Change | None = None
        self.query_shown = ChangeQuery()
        self.days: tuple[date, date] | None = None
        self.counts: ChangeCounts | None = None
        self.revision: int | None = None
        self.total: int | None = None
        self.under_way: int | None = None

    def parts(self) -> Iterable[Widget]:
        """Filters and the list."""
        yield ChoiceLine([(name, f"screen.kind({place})") for place, name in enumerate(_NAMES)])
        yield ChangeRows()

    def on_mount(self) -> None:
        """Ask for the first page."""
        self.reload()

    # ------------------------------------------------------------------------------------ the pages

    def reload(self) -> None:
        """Begin again, with days, kind and user as they are now; the rows of the same list stay meanwhile."""
        lens, rows = self.host.lens, self.query_one(ChangeRows)
        until = lens.as_of or self.host.today
        if self.since is not None and until is not None and self.since >= until:
            self.since = None  # a day before the one that is looked at, whichever that is
        kinds = None if self.kind is None else frozenset({self.kind.value})
        query = ChangeQuery(self.since, lens.as_of, kinds, lens.user)
        same = query == self.query_shown and self.total is not None
        self.query_shown = query
        rows.begin(keep=same)
        if not same:
            self.total = None
            rows.cursor = 0
            rows.say("Comparing the days …")
            self.query_one(KeyLine).show_note("")
        self._show_path()
        self._fetch(rows.wanted() or 0 if same else 0)

    def is_outdated(self) -> bool:
        """Whether data, day or user are no longer those that are shown."""
        host, query = self.host, self.query_shown
        shown = (self.revision, query.until, query.user)
        return self.revision is not None and shown != (host.revision, host.lens.as_of, host.lens.user)

    def _fetch(self, page: int) -> None:
        """Ask for one page. One question at a time: by its answer, what is seen may be elsewhere."""
        self.under_way = page
        ask = ask_changes(self.query_shown, page * PAGE, PAGE)
        self.ask("page", ask, self.show_page, failed=self._failed)

    def _fetch_wanted(self) -> None:
        if self.under_way is None and self.total is not None:
            page = self.query_one(ChangeRows).wanted()
            if page is not None:
                self._fetch(page)

    def show_page(self, page: ChangePage) -> None:
        """Draw a page, then fetch the next one that is wanted."""
        self.under_way = None
        if page.query != self.query_shown:
            return
        rows = self.query_one(ChangeRows)
        if self.revision is not None and page.revision != self.revision:
            rows.begin(keep=True)
        self.revision, self.total = page.revision, page.total
        self.days, self.counts = page.days, page.counts
        self.host.today, self.host.revision = page.today, page.revision
        self.recovered()
        rows.fill_changes(page.start, page.changes, page.total)
        rows.say(*(() if page.total else self._none()))
        self._show_path()
        self._show_counts()
        self._show_place()
        self._fetch_wanted()

    def _failed(self, words: str) -> None:
        self.under_way = None
        if self.total is None:
            self.query_one(ChangeRows).say(
                "What changed cannot be shown",
                f"{words[:1].upper()}{words[1:]}.",
                "Press r to try again, g or s for other days, esc to go back.",
            )
        else:
            self.show_failure(words)

    def _none(self) -> tuple[str, ...]:
        kind = {
            None: "No task entered, left, became due or became overdue",
            Change.ENTERED: "No task entered",
            Change.LEFT: "No task left",
            Change.BECAME_DUE: "No task became due",
            Change.BECAME_OVERDUE: "No task became overdue",
        }[self.kind]
        user = f" among those of {words.shown(self.query_shown.user)}" if self.query_shown.user else ""
        first, second = self.days or (None, None)
        between = (
            f" between {words.day_words(first)} and {words.day_words(second)}" if first and second else ""
        )
        return (
            "Nothing changed",
            f"{kind}{user}{between}.",
            "s chooses an earlier first day, [ ] and { } move the second, o shows another kind.",
        )

    # -------------------------------------------------------------------------------------- drawing

    def _show_path(self) -> None:
        path = ["What changed"]
        if self.days is not None and self.total is not None:
            first, second = self.days
            path = [f"What changed from {words.week_day(first)} to {words.day_words(second)}"]
        if self.host.lens.user is not None:
            path.append(f"tasks of {words.shown(self.host.lens.user)}")
        self.query_one(TabLine).show_path(*path)
        self.query_one(ChoiceLine).show(FILTERS.index(self.kind))

    def _show_counts(self) -> None:
        """The kinds with their counts; on a narrow screen that of all gives way, it stands below anyhow."""
        counts = self.counts
        if counts is None:
            return
        wide = self.size.width >= WIDE
        cells = _WIDE_COUNT if wide else _NARROW_COUNT
        numbers = [words.number(number, cells) for number in (counts.changes, *map(counts.of, Change))]
        if not wide:
            numbers[0] = ""
        line = self.query_one(ChoiceLine)
        line.choices = [
            (f"{name} {number}".rstrip(), f"screen.kind({place})")
            for place, (name, number) in enumerate(zip(_NAMES, numbers, strict=True))
        ]
        line.show(FILTERS.index(self.kind))

    def on_resize(self, event: events.Resize) -> None:
        """More or less room for the counts."""
        del event
        self._show_counts()

    def _show_place(self) -> None:
        rows = self.query_one(ChangeRows)
        if self.total is not None:
            place = f"{rows.cursor + 1:,} of {self.total:,}" if self.total else "none"
            self.query_one(KeyLine).show_note(place)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say where in the list one is, and fetch what has come into view."""
        message.stop()
        self._show_place()
        self._fetch_wanted()

    # -------------------------------------------------------------------------------------- actions

    def action_kind(self, place: int | None = None) -> None:
        """Show the next kind, or the one that was clicked."""
        if place is None:
            place = (FILTERS.index(self.kind) + 1) % len(FILTERS)
        self.kind = FILTERS[place]
        self.reload()

    def action_since(self) -> None:
        """Write the first day."""
        from tui.screens.day_box import DayBox

        today = self.host.today
        if today is None:
            return
        until = self.host.lens.as_of or today

        def refuse(day: date) -> str | None:
            return None if day < until else f"it must be a day before {words.day_words(until)}"

        def chosen(day: date | None) -> None:
            if day is not None:
                self.since = day
                self.reload()

        self.app.push_screen(DayBox("Changed since which day?", today, until, refuse), chosen)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open the task that was chosen."""
        message.stop()
        self._open(explain=False)

    def action_explain(self) -> None:
        """Open the task's clock."""
        self._open(explain=True)

    def _open(self, *, explain: bool) -> None:
        rows = self.query_one(ChangeRows)
        task = rows.task_at(rows.cursor) if self.total else None
        if task is not None:
            self.host.open_task(task, explain=explain)
