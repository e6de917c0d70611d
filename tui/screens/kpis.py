"""The KPIs: all targets on one page, edited in place, previewed as they are typed, saved in one action."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from kpi.drafts import FIELDS
from tui import kpi_words as say
from tui import words
from tui.kpi_facts import Days
from tui.screens.kpi_saving import KpiSavingPage
from tui.widgets.lines import TabLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from textual import events

    from kpi.catalogue import Stage
    from kpi.targets import Target
    from tui.widgets.rows import Rows
    from tui.widgets.target_grid import TargetGrid

_STAGES = Binding.Group("stage")
_DIGITS = frozenset("0123456789")
# Lines for the sentences about the row, in a terminal that has so many lines and in a lower one.
_SENTENCES, _FEW, _ROOMY = 5, 3, 22


class KpisScreen(KpiSavingPage):
    """Digits write into the field with the cursor, so tabs are reached by esc, the mouse or the palette."""

    CSS_PATH = ["kpis.tcss"]
    TAB: ClassVar[str] = "KPIs"
    OPENED_BY_DIGIT = "KPIs"
    AUTO_FOCUS = "TargetGrid"
    KEYS = ("grid.leave", "grid.enter", "grid.tab", "kpi.save", "kpi.undo", "kpi.suggest", "kpi.stage_next",
            "kpi.stage_previous", "kpi.whole_stage", "kpi.affected", "kpi.period", "kpi.history",
            "kpi.calendar", "app.back")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save", id="kpi.save", tooltip="Save changes: all of the page, with a reason"),
        Binding("ctrl+s", "save", "save", show=False, id="kpi.save_typing",
                tooltip="Save changes: all of the page, with a reason"),
        Binding("e", "edit", "edit", id="kpi.edit",
                tooltip="Change the field; a digit writes over it"),
        Binding("u", "undo", "undo", id="kpi.undo", tooltip="Put back what is in force in this field"),
        Binding("U", "undo_all", "undo all", id="kpi.undo_all",
                tooltip="Put back what is in force, in all fields"),
        Binding("g", "suggest", "suggested", id="kpi.suggest",
                tooltip="Take over history: p50 → due, p85 → done by"),
        Binding("n", "stage(1)", "next stage", id="kpi.stage_next", group=_STAGES,
                tooltip="The next stage, the stage before"),
        Binding("p", "stage(-1)", "stage before", id="kpi.stage_previous", group=_STAGES,
                tooltip="The next stage, the stage before"),
        Binding("j", "choose_stage", "jump", id="kpi.choose_stage", tooltip="Jump to a stage: choose it"),
        Binding("w", "whole_stage", "whole stage", id="kpi.whole_stage",
                tooltip="Two numbers for every KPI of the stage"),
        Binding("v", "affected", "listings", id="kpi.affected",
                tooltip="The listings that the row would have touched"),
        Binding("o", "period", "period", id="kpi.period", tooltip="Preview of another past period"),
        Binding("h", "history", "history", id="kpi.history",
                tooltip="All target sets: who, when, why; revert"),
        Binding("k", "calendar", "calendar", id="kpi.calendar",
                tooltip="Working days, bank holidays, closures"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._may_leave = False

    def on_mount(self) -> None:
        """Read what is in force."""
        bound = [*type(self).BINDINGS, *type(self.host).BINDINGS]
        keys = {key for binding in bound if isinstance(binding, Binding) for key in binding.key.split(",")}
        self.grid.actions = frozenset(keys - _DIGITS)
        self.grid.say("Reading the KPIs …")
        self.say_work("")
        self.reload()

    def on_resize(self, event: events.Resize) -> None:
        """More or less room."""
        self.query_one("#sentence").styles.height = _SENTENCES if event.size.height >= _ROOMY else _FEW
        self.redraw()

    # -------------------------------------------------------------------------------- what was typed

    def on_target_grid_typed(self, message: TargetGrid.Typed) -> None:
        """Draw and reckon anew; while a field is written in, strokes are text for the app too."""
        message.stop()
        self._text_or_keys()
        if "save" not in self.jobs:
            self.say_work("")
        self.redraw()

    def _text_or_keys(self) -> None:
        if self.grid.is_editing != self.TAKES_TEXT:
            self.TAKES_TEXT = self.grid.is_editing  # type: ignore[misc]
            self.refresh_bindings()
            self.show_keys()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say more of the row."""
        message.stop()
        row, facts = self.grid.row, self.facts
        self._text_or_keys()
        stage = self._stage
        if row is not None and facts is not None and stage is not None:
            self.query_one(TabLine).show_path(words.shown(stage.title), words.shown(row.title))
        self.show_row()

    def action_edit(self) -> None:
        """Change what stands in the field."""
        self.grid.edit()

    def action_undo(self) -> None:
        """Put back what is in force in the field with the cursor."""
        row, draft = self.grid.row, self.draft
        if row is not None and draft is not None:
            if draft.undo(row.kpi, self.grid.field):
                self.redraw()
            elif draft.is_row_unsaved(row.kpi):
                self.say_work("This field is as it is in force; the other one of the row is unsaved.")
            else:
                self.app.bell()

    def action_undo_all(self) -> None:
        """Put everything back, after a question."""
        draft = self.draft
        if draft is None or not draft.unsaved:
            self.app.bell()
            return

        def undo() -> None:
            draft.undo_all()
            self.say_work("All fields are as they are in force.")
            self.redraw()

        many = words.plural(len(draft.unsaved), "row")
        question = f"{many} {'is' if len(draft.unsaved) == 1 else 'are'} unsaved. Put back what is in force?"
        self.confirm("Undo everything?", question, ("Keep them", f"Put {many} back"), undo)

    def action_suggest(self) -> None:
        """Take over what history suggests for the row."""
        kpi, draft = self.kpi, self.draft
        if kpi is None or draft is None:
            return
        found = None if self.suggestions is None else self.suggestions.get(kpi.code)
        if found is None or found.p50 is None or found.p85 is None:
            self.say_work(say.not_suggested(found))
            return
        for field, days in zip(FIELDS, (found.p50, found.p85), strict=True):
            draft.write(kpi.code, field, str(days))
        self.say_work("Taken over from history, unsaved.")
        self.redraw()

    # -------------------------------------------------------------------------------------- stages

    @property
    def _stage(self) -> Stage | None:
        """The stage with the cursor."""
        kpi, facts = self.kpi, self.facts
        if kpi is None or facts is None:
            return None
        return next((stage for stage in facts.stages if stage.code == kpi.stage), None)

    def action_stage(self, step: int) -> None:
        """Go to the next stage, or the one before."""
        self.grid.action_stage(step)

    def action_choose_stage(self) -> None:
        """Jump to a stage."""
        from tui.screens.ask_box import AskBox  # deferred: seldom needed

        facts = self.facts
        if facts is None:
            return

        def chosen(code: str | None) -> None:
            stage = next((stage for stage in facts.stages if stage.code == code), None)
            if stage is not None and stage.title in self.grid.lines:
                self.grid.go_to(self.grid.lines.index(stage.title) + 1, from_top=True)

        answers = [(stage.code, stage.title) for stage in facts.stages]
        self.app.push_screen(AskBox("Jump to a stage", "Which stage?", answers), chosen)

    def action_whole_stage(self) -> None:
        """Write one target into every KPI of the stage."""
        from tui.screens.kpi_boxes import StageBox  # deferred: as above

        stage, draft = self._stage, self.draft
        if stage is None or draft is None:
            return

        def chosen(target: Target | None) -> None:
            if target is not None:
                for kpi in stage.kpis:
                    for field in FIELDS:
                        draft.write(kpi.code, field, str(getattr(target, field)))
                self.say_work(f"{stage.title}: set in {words.plural(len(stage.kpis), 'KPI')}, unsaved.")
                self.redraw()

        self.app.push_screen(StageBox(stage.title, len(stage.kpis)), chosen)

    # ------------------------------------------------------------------------- period, other screens

    def action_period(self) -> None:
        """Choose the past period that is previewed."""
        from tui.screens.kpi_boxes import OTHER_DAYS, PeriodBox, usual_periods  # deferred: as above

        if self.facts is None:
            return
        today = self.facts.page.today

        def chosen(key: str | None) -> None:
            if key == OTHER_DAYS:
                self._write_days(today)
            elif key is not None:
                self.look_at(usual_periods(today)[key])

        self.app.push_screen(PeriodBox(today), chosen)

    def _write_days(self, today: date) -> None:
        """Write the first and the last day of the period."""
        from tui.screens.day_box import DayBox  # deferred: as above

        def first(since: date | None) -> None:
            if since is None:
                return

            def refuse(day: date) -> str | None:
                if day > today:
                    return "it has not come yet"
                return f"it must not be before {words.day_words(since)}" if day < since else None

            def last(until: date | None) -> None:
                if until is not None:
                    self.look_at(Days(since, until))

            self.app.push_screen(DayBox("Until which day, included?", today, today, refuse), last)

        def refuse(day: date) -> str | None:
            return "it has not come yet" if day > today else None

        self.app.push_screen(DayBox("From which day on?", today, today, refuse), first)

    def action_affected(self) -> None:
        """Open the listings that the row's draft would have touched."""
        from tui.screens.kpi_affected import AffectedScreen  # deferred: as above

        kpi, draft, days = self.kpi, self.draft, self.days
        if kpi is None or draft is None or days is None:
            return
        target = draft.checked(kpi.code).target
        if target is None:
            self.say_work("■ Correct the row first.", wrong=True)
        else:
            self.app.push_screen(AffectedScreen(kpi, target, days))

    def action_history(self) -> None:
        """Open all target sets."""
        from tui.screens.target_history import TargetHistoryScreen  # deferred: as above

        self.app.push_screen(TargetHistoryScreen())

    def action_calendar(self) -> None:
        """Open the calendar."""
        from tui.screens.calendar import CalendarScreen  # deferred: as above

        self.app.push_screen(CalendarScreen())

    # -------------------------------------------------------------------------------------- leaving

    def holds_back(self, again: Callable[[], Awaitable[None]]) -> bool:
        """Ask before what is unsaved is lost."""
        if self._may_leave or not self.is_unsaved or self.draft is None:
            self._may_leave = False
            return False
        from tui.screens.ask_box import AskBox  # deferred: as above

        def answered(answer: str | None) -> None:
            if answer == "leave":
                self._may_leave = True
                self.app.call_next(again)
            elif answer == "save":
                while self.app.screen is not self and self in self.app.screen_stack:
                    self.app.pop_screen()
                self.action_save()

        many = words.plural(len(self.draft.unsaved), "row")
        answers = (
            ("stay", "Go on editing"),
            ("save", "Save changes first"),
            ("leave", "Leave, and lose them"),
        )
        question = f"{many} of the KPIs {'is' if len(self.draft.unsaved) == 1 else 'are'} unsaved."
        self.app.push_screen(AskBox("Not saved", question, answers), answered)
        return True
