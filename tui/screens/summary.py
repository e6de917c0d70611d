"""One summary: its figures against their targets, its flags, what it was made under, and its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from store.summary_facts import ContestLine, Document, FlagView, May, StepView
from tui import summary_boxes as boxes
from tui import summary_parts as parts
from tui import summary_words as say
from tui import words
from tui.screens.page import WIDE
from tui.screens.summary_acts import APPROVE_KEYS, KEEP_KEY, ApproveActions
from tui.screens.summary_documents import DOCUMENT_KEYS, DocumentActions
from tui.screens.summary_making import MakingPage
from tui.screens.summary_says import DECIDE_KEY, REPORT_KEY, SAY_KEYS, ReportActions
from tui.summary_facts import ask_page
from tui.summary_parts import FigureShown, Part
from tui.widgets.charts import WeekChart
from tui.widgets.fact_rows import FactRows
from tui.widgets.figure_rows import FigureRows
from tui.widgets.lines import ChoiceLine, KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual import events
    from textual.widget import Widget

    from kpi.weeks import Week
    from store.summary_facts import SummaryLine, SummaryPage
    from tui.summary_facts import PageFacts
    from tui.widgets.rows import Rows

_LISTS = {Part.FIGURES: "#figures", Part.CONTEXT: "#more"}
_OTHER = Binding.Group("part")
_TALL = 34
# Bound by the lists: they could be scrolled sideways, and would have these keys before the screen.
_LIST_KEYS: list[BindingType] = [
    Binding("left", "screen.part(-1)", "part", key_display="←", id="summary.previous",
            tooltip="The other parts", group=_OTHER),
    Binding("right", "screen.part(1)", "part", key_display="→", id="summary.next",
            tooltip="The other parts", group=_OTHER),
]  # fmt: skip
_TAB_KEYS = (
    Binding("tab", "part(1)", "next part", show=False, id="summary.tab", tooltip="The next part"),
    Binding("shift+tab", "part(-1)", "last part", show=False, id="summary.back_tab",
            tooltip="The part before"),
)  # fmt: skip


class OwnFigureRows(FigureRows):
    """The figures."""

    BINDINGS: ClassVar[list[BindingType]] = _LIST_KEYS


class PartRows(TableRows):
    """A part that is a table; where nothing stands nothing is opened."""

    BINDINGS: ClassVar[list[BindingType]] = _LIST_KEYS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is opened has to be there."""
        return (action != "choose" or self.picked is not None) and super().check_action(action, parameters)


class ContextRows(FactRows):
    """What the week was under."""

    BINDINGS: ClassVar[list[BindingType]] = _LIST_KEYS


class SummaryScreen(MakingPage, ApproveActions, ReportActions, DocumentActions):
    """The summary of a number."""

    AUTO_FOCUS = "OwnFigureRows"
    KEYS = ("rows.choose", "summary.previous", "summary.next", "summary.answer", "summary.decide",
            "summary.decide_appeal", "summaries.approve", "summaries.keep", "summaries.return",
            "summary.contest", "summary.appeal", "summary.comment", "summary.report", "summary.document",
            "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        *APPROVE_KEYS,
        KEEP_KEY,
        *SAY_KEYS,
        DECIDE_KEY,
        REPORT_KEY,
        *DOCUMENT_KEYS,
        *_TAB_KEYS,
    ]

    def __init__(self, number: int | None, name: str, part: Part = Part.FIGURES) -> None:
        """Show the summary `number`, None for one's own week that runs, of `name`; one of its parts first."""
        super().__init__()
        self.number, self.name_shown, self.part = number, name, part
        self.facts: PageFacts | None = None
        self.cursors: dict[Part, int] = {}

    def parts(self) -> Iterable[Widget]:
        """Head, parts, lists of which one is seen, a sentence, what is being done."""
        yield Static(id="head", markup=False)
        yield Static(id="notice", markup=False)
        yield ChoiceLine([])
        yield OwnFigureRows()
        yield WeekChart()
        yield PartRows()
        yield ContextRows(name_cells=20)
        yield Static(id="sentence", markup=False)
        yield self.making_line()
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the summary."""
        self.query_one(TabLine).show_path(self.name_shown)
        self._show_list()
        self.rows.say("Reading the summary …")
        self.reload()

    # ------------------------------------------------------------------------------------ the facts

    def reload(self) -> None:
        """Ask again; what is shown stays meanwhile."""
        self.ask("summary", ask_page(self.number), self.take, failed=self._failed)

    def take(self, facts: PageFacts) -> None:
        """Show what was read."""
        first, self.facts = self.facts is None, facts
        self.keep(facts.known)
        if self.part not in parts.parts_of(facts.page):
            self.part = Part.FIGURES
            self._show_list()
        self._draw()
        if first:
            self.rows.focus()

    def _failed(self, said: str) -> None:
        if self.facts is not None:
            self.show_failure(said)
        else:
            self.rows.say(*self.unreadable(said))

    # -------------------------------------------------------------------------------------- drawing

    @property
    def rows(self) -> Rows:
        """The list that is seen."""
        lists: dict[str, type[FigureRows | FactRows]] = {"#figures": FigureRows, "#more": FactRows}
        which = _LISTS.get(self.part, "#table")
        return self.query_one(which, lists.get(which, TableRows))

    def _show_list(self) -> None:
        """Let the part's list be seen, and no other."""
        seen = self.rows
        for rows in (self.query_one(FigureRows), self.query_one(TableRows), self.query_one(FactRows)):
            rows.display = rows is seen
        self.query_one("#sentence").display = self.part is not Part.CONTEXT
        self.query_one(WeekChart).display = self.part is Part.FIGURES and self.size.height >= _TALL

    def action_part(self, step: int) -> None:
        """Go to the next part, or the one before."""
        if self.facts is not None:
            seen = parts.parts_of(self.facts.page)
            self.action_show_part((seen.index(self.part) + step) % len(seen))

    def action_show_part(self, place: int) -> None:
        """Go to a part."""
        if self.facts is None:
            return
        self.cursors[self.part] = self.rows.cursor
        self.part = parts.parts_of(self.facts.page)[place]
        if self.job is None:
            self.say_work("")
        self._show_list()
        self._draw()
        self.rows.cursor = self.cursors.get(self.part, 0)
        self.rows.focus()
        self.call_after_refresh(self._show_sentence)  # which keys there are hangs on the list with the focus

    def _draw(self) -> None:
        facts = self.facts
        if facts is None:
            return
        page, wide = facts.page, self.size.width >= WIDE
        self.query_one(TabLine).show_path(words.shown(page.line.name), page.line.week.label)
        self.query_one("#head", Static).update(Content.assemble(*parts.headline(page)))
        style = "$warning" if page.line.unanswered or page.held else "$quiet"
        self.query_one("#notice", Static).update(Content.assemble((parts.notice(page), style)))
        seen = parts.parts_of(page)
        line = self.query_one(ChoiceLine)
        line.choices = [
            (parts.part_title(part, page), f"screen.show_part({place})") for place, part in enumerate(seen)
        ]
        line.show(seen.index(self.part))
        rows = self.rows
        if isinstance(rows, FigureRows):
            rows.show(parts.figure_lines(page, wide=wide))
        elif isinstance(rows, FactRows):
            rows.show(parts.context_facts(page))
        elif isinstance(rows, TableRows):
            rows.show(parts.COLUMNS[self.part], parts.part_rows(self.part, page))
            if not rows.rows:
                rows.say(*parts.EMPTY[self.part])
        self._show_sentence()

    def _show_sentence(self) -> None:
        page, picked = self.page_shown, self.picked
        said = ""
        if page is not None and isinstance(picked, FigureShown):
            said = parts.figure_sentence(page, picked)
            self.query_one(WeekChart).show(parts.weeks_of(page, picked.figure.name))
        elif picked is not None:
            said = parts.row_sentence(self.part, picked)
        self.query_one("#sentence", Static).update(said)
        self.refresh_bindings()
        self.show_keys()
        rows = self.rows
        place = "" if rows.said or not rows.has_cursor else f"{rows.cursor + 1:,} of {rows.count:,}"
        self.query_one(KeyLine).show_note(place)

    def on_resize(self, event: events.Resize) -> None:
        """More or less room."""
        self.set_class(event.size.height >= _TALL, "-tall")
        self._show_list()
        self._draw()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say all of the row with the cursor."""
        message.stop()
        self._show_sentence()

    # ------------------------------------------------------------------------------- what is at hand

    @property
    def picked(self) -> object:
        """What the row with the cursor stands for."""
        rows = self.rows if self.is_whole else None
        return rows.picked if isinstance(rows, (FigureRows, TableRows)) else None

    @property
    def page_shown(self) -> SummaryPage | None:
        """The summary."""
        return None if self.facts is None else self.facts.page

    @property
    def line(self) -> SummaryLine | None:
        """The summary, in short."""
        return None if self.facts is None else self.facts.page.line

    @property
    def flag(self) -> FlagView | None:
        """The flag with the cursor."""
        return self.picked if isinstance(self.picked, FlagView) else None

    @property
    def contest(self) -> ContestLine | None:
        """The contest with the cursor."""
        return self.picked if isinstance(self.picked, ContestLine) else None

    @property
    def document_shown(self) -> Document | None:
        """The document with the cursor."""
        return self.picked if isinstance(self.picked, Document) else None

    @property
    def contestable(self) -> tuple[str, int | None] | None:
        """The figure with the cursor."""
        return (self.picked.figure.name, None) if isinstance(self.picked, FigureShown) else None

    @property
    def reported_week(self) -> tuple[Week, Mapping[str, int]] | None:
        """This week, where it is one's own and can still be said something of."""
        if not self.allowed(May.REPORT) or self.facts is None:
            return None
        summary = self.facts.page.summary
        return summary.week, summary.self_report or {}

    # -------------------------------------------------------------------------------------- opening

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open what is behind the row with the cursor."""
        message.stop()
        page, picked = self.page_shown, self.picked
        if page is None:
            return
        if isinstance(picked, FigureShown):
            self._open_behind(picked.figure.name)
        elif isinstance(picked, FlagView):
            self._open_behind(picked.key)
        elif self.part is Part.CHANGED:
            name = str(getattr(picked, "figure", "")).partition(", ")[0]
            if any(figure.name == name for figure in page.summary.figures):
                self._open_behind(name)
        else:
            self._read(picked)

    def _open_behind(self, key: str) -> None:
        from tui.screens.summary_behind import BehindScreen  # deferred: as all screens that are opened

        self.app.push_screen(BehindScreen(self.number, self.name_shown, key))

    def _read(self, picked: object) -> None:
        from tui.screens.read_box import ReadBox  # deferred: as all boxes

        if isinstance(picked, Document):
            box = ReadBox(say.kind_title(picked.kind).capitalize(), boxes.document_facts(picked))
        elif isinstance(picked, ContestLine):
            box = ReadBox("Contest", boxes.contest_facts(picked))
        elif isinstance(picked, StepView):
            box = ReadBox("Step", boxes.step_facts(picked))
        else:
            return
        self.app.push_screen(box)
