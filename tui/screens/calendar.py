"""The Calendar page: what counts as a working day, edited as a draft and saved with a reason."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import calendar_page_words as say
from tui.calendar_draft import Entry, Mark, OwnDay, entry_of, with_entry, with_weekday
from tui.calendar_facts import ask_regions
from tui.screens.calendar_saving import SavingPage
from tui.widgets.calendar_rows import CalendarRows, HolidayLine, RegionLine, WeekLine
from tui.widgets.lines import TabLine
from tui.widgets.text_rows import Choice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from textual.widget import Widget

    from tui.calendar_facts import Region
    from tui.screens.own_day_box import DayGiven
    from tui.screens.wizard_boxes import PickBox
    from tui.widgets.rows import Rows

_CHANGING = frozenset({"close_day", "extra_day", "remove", "undo", "undo_all", "history"})


class CalendarScreen(SavingPage):
    """Region, week and own days; every change stands in a draft until it is saved."""

    CSS_PATH = ["data.tcss", "calendar.tcss"]
    AUTO_FOCUS = "CalendarRows"
    KEYS = ("calendar.save", "calendar.theirs", "calendar.change", "calendar.close", "calendar.extra",
            "calendar.remove", "calendar.undo", "calendar.history", "app.back", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "close_day", "close", id="calendar.close", tooltip="Close a day: write it, and why"),
        Binding("e", "extra_day", "extra", id="calendar.extra",
                tooltip="Make a day an extra working day: write it, and why"),
        Binding("x", "remove", "remove", id="calendar.remove", tooltip="Take this closure or extra day away"),
        Binding("u", "undo", "undo", id="calendar.undo", tooltip="Undo the change of this row"),
        Binding("U", "undo_all", "undo all", key_display="U", id="calendar.undo_all",
                tooltip="Undo all changes; it asks first"),
        Binding("h", "history", "history", id="calendar.history", tooltip="All calendars: who, when, why"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.regions: dict[str, str] = {}
        self._chooser: PickBox | None = None

    def parts(self) -> Iterable[Widget]:
        """Which calendar counts, the list, what the row is, what the draft does, what is being done."""
        yield Static(id="facts", markup=False)
        yield Static(id="warnings", markup=False)
        yield CalendarRows()
        yield Static(id="sentence", markup=False)
        yield Static(id="effect", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the calendar, and for the names of regions."""
        self.query_one(TabLine).show_path("Calendar")
        self.query_one(CalendarRows).say("Reading the calendar …")
        self.reload()
        self.ask("regions", ask_regions, self._take_regions, vital=False)

    def show_failure(self, words: str) -> None:
        """Reading has failed: what is shown stays, the draft too."""
        if self.base is not None:
            super().show_failure(words)
            return
        sentence = f"{words[:1].upper()}{words[1:]}."
        self.query_one(CalendarRows).say(
            "The calendar cannot be shown", sentence, "Press r to try again, esc to go back."
        )

    def _take_regions(self, regions: Sequence[Region]) -> None:
        self.regions = {region.code: region.name for region in regions}
        if self._chooser is not None:
            self._chooser.offer(self._region_choices())
        self.draw()

    # -------------------------------------------------------------------------------------- drawing

    def draw(self) -> None:
        """Draw draft and effect as they are now."""
        base, draft, table = self.base, self.draft, self.table
        if base is None or draft is None or table is None or not self.is_whole:
            return
        self.show_parts(base, table)
        rows = self.query_one(CalendarRows)
        rows.show(say.lines(base.spec, draft, table, self._today, self.regions))
        self._show_sentence()

    @property
    def _today(self) -> date:
        """Today, by the calendar as it was read last."""
        assert self.facts is not None  # noqa: S101 - nothing is drawn or edited before it has been read
        return self.facts.page.today

    def _show_sentence(self) -> None:
        rows, base = self.query_one(CalendarRows), self.base
        if base is not None and not rows.said:
            said = say.row_sentence(rows.picked, base.spec, rows.weekday, self._today, self.regions)
            self.query_one("#sentence", Static).update(said)
        self.refresh_bindings()
        self.show_keys()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say what can be done to the row."""
        message.stop()
        self._show_sentence()

    # -------------------------------------------------------------------------------------- changing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is changed before it is read, or while it is being saved."""
        if action not in _CHANGING:
            return super().check_action(action, parameters)
        if self.draft is None or not self.is_whole:
            return False
        if action == "history":
            return True
        line = self.query_one(CalendarRows).picked
        if action == "remove":
            return self.job is None and isinstance(line, OwnDay) and line.mark is not Mark.REMOVED
        if action in ("undo", "undo_all"):
            return self.job is None and self.is_unsaved
        return self.job is None

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Change what the cursor stands on."""
        message.stop()
        rows = self.query_one(CalendarRows)
        if self.draft is None or self.job is not None:
            return
        line = rows.picked
        if isinstance(line, RegionLine):
            self._choose_region()
        elif isinstance(line, WeekLine):
            self.edit(with_weekday(self.draft, rows.weekday))
        elif isinstance(line, OwnDay):
            self._ask_day(
                closed=line.entry.closed, day=line.day, reason=line.entry.reason, instead_of=line.day
            )
        elif isinstance(line, HolidayLine):
            self._ask_day(closed=False, day=line.day)

    def _region_choices(self) -> list[Choice]:
        region = None if self.draft is None else self.draft.region
        return [
            Choice("No bank holidays", (None,), on=region is None),
            *(Choice(name, (code,), on=code == region, note=code) for code, name in self.regions.items()),
        ]

    def _choose_region(self) -> None:
        from tui.screens.wizard_boxes import PickBox  # deferred: as all boxes

        def chosen(choice: object) -> None:
            self._chooser = None
            if isinstance(choice, tuple) and self.draft is not None:
                self.edit(replace(self.draft, region=choice[0]))

        said = "Their days are days off. The choice stands in the draft until you save it."
        self._chooser = PickBox(
            "Whose bank holidays?", said, self._region_choices() if self.regions else None
        )
        self.app.push_screen(self._chooser, chosen)

    def action_close_day(self) -> None:
        """Close a day."""
        self._ask_day(closed=True)

    def action_extra_day(self) -> None:
        """Make a day an extra working day."""
        self._ask_day(closed=False)

    def _ask_day(
        self, *, closed: bool, day: date | None = None, reason: str = "", instead_of: date | None = None
    ) -> None:
        """Ask for a day and its reason; it takes the place of the day `instead_of`."""
        from tui.screens.own_day_box import DayGiven, OwnDayBox  # deferred: as all boxes

        def taken(given: DayGiven | None) -> None:
            if given is not None and self.draft is not None:
                spec = self.draft if instead_of is None else with_entry(self.draft, instead_of, None)
                self.edit(with_entry(spec, given.day, given.entry))
                self.query_one(CalendarRows).go_to_day(given.day)

        given = None if day is None else DayGiven(day, Entry(closed, reason))
        describe = partial(self._describe, instead_of)
        self.app.push_screen(OwnDayBox(self._today, describe, closed=closed, given=given), taken)

    def _describe(self, instead_of: date | None, day: date) -> str:
        draft, table = self.draft, self.table
        if draft is None or table is None:
            return ""
        spec = draft if instead_of is None else with_entry(draft, instead_of, None)
        return say.day_said(day, spec, table.holidays.get(day), self._today)

    def action_remove(self) -> None:
        """Take the closure or the extra day away."""
        line = self.query_one(CalendarRows).picked
        if isinstance(line, OwnDay) and self.draft is not None:
            self.edit(with_entry(self.draft, line.day, None))

    def action_undo(self) -> None:
        """Make the row what it was when it was saved."""
        rows, base, draft = self.query_one(CalendarRows), self.base, self.draft
        if base is None or draft is None:
            return
        line = rows.picked
        if isinstance(line, RegionLine):
            self.edit(replace(draft, region=base.spec.region))
        elif isinstance(line, WeekLine) and rows.weekday in line.changed:
            self.edit(with_weekday(draft, rows.weekday))
        elif isinstance(line, OwnDay):
            self.edit(with_entry(draft, line.day, entry_of(base.spec, line.day)))

    def action_undo_all(self) -> None:
        """Ask, then drop the draft."""
        from tui.screens.ask_box import AskBox  # deferred: as all boxes

        def answered(answer: str | None) -> None:
            if answer == "undo" and self.base is not None:
                self.edit(self.base.spec)

        question = f"This drops what is not saved: {self.unsaved_words()}."
        answers = (("stay", "Keep the changes"), ("undo", "Undo them all"))
        self.app.push_screen(AskBox("Undo all changes", question, answers), answered)

    def action_history(self) -> None:
        """Show all calendars."""
        from tui.screens.calendar_history import CalendarHistoryScreen

        self.app.push_screen(CalendarHistoryScreen())
