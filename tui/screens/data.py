"""The Data screen: imports, quarantine, what nobody mapped, how full fields are, owners nobody matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui import data_words
from tui.data_facts import Section, ask_section
from tui.screens.page import WIDE
from tui.screens.working import WorkingPage
from tui.widgets.lines import ChoiceLine, KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.widget import Widget

    from store.feeds.mapping import Mapping
    from store.intake import ActivityCount, FieldsFilled, ImportView, OwnerCount, ReasonCount
    from store.work import Store
    from tui.data_facts import SectionFacts
    from tui.screens.working import Job
    from tui.widgets.rows import Rows

SECTIONS = tuple(Section)
MORE_IMPORTS = 200
_OTHER = Binding.Group("section")


class SectionRows(TableRows):
    """The rows of a section; to the left and the right stand the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.section(-1)", "section", key_display="←", id="data.previous",
                tooltip="The other sections", group=_OTHER),
        Binding("right", "screen.section(1)", "section", key_display="→", id="data.next",
                tooltip="The other sections", group=_OTHER),
    ]  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Fields and owners have nothing behind them that could be opened."""
        screen = self.screen
        if action == "choose" and isinstance(screen, DataScreen):
            return screen.section not in (Section.FIELDS, Section.OWNERS)
        return super().check_action(action, parameters)


class DataScreen(WorkingPage):
    """What came in, section by section; each is asked for when it is shown."""

    CSS_PATH = "data.tcss"
    OPENED_BY_DIGIT = "Data"
    AUTO_FOCUS = "SectionRows"
    KEYS = ("rows.choose", "data.previous", "data.next", "data.retry", "data.drop", "data.mapping",
            "app.import", "work.stop", "app.back", "app.board", "app.search")  # fmt: skip

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "section(1)", "next section", show=False, id="data.tab", tooltip="The next section"),
        Binding("shift+tab", "section(-1)", "last section", show=False, id="data.back_tab",
                tooltip="The section before"),
        Binding("r", "retry", "retry", id="data.retry", tooltip="Try these rows of the quarantine again"),
        Binding("x", "drop", "drop", id="data.drop", tooltip="Drop these rows of the quarantine"),
        Binding("m", "mapping", "mapping", id="data.mapping", tooltip="Correct the mapping of the source"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.section = Section.IMPORTS
        self.most = MORE_IMPORTS
        self.facts: dict[Section, SectionFacts] = {}
        self.cursors: dict[Section, int] = {}

    def parts(self) -> Iterable[Widget]:
        """Sections, rows, a sentence."""
        yield ChoiceLine([(one.value, f"screen.show_section({place})") for place, one in enumerate(SECTIONS)])
        yield SectionRows()
        yield Static(id="sentence", markup=False)
        yield self.work_line()

    def on_mount(self) -> None:
        """Ask for the imports."""
        self._show()

    # ------------------------------------------------------------------------------------ the facts

    def reload(self) -> None:
        """Ask for the section again; what is shown stays meanwhile."""
        self.ask("section", ask_section(self.section, self.most), self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since the section was read."""
        facts = self.facts.get(self.section)
        return facts is not None and facts.revision != self.host.revision

    def take(self, facts: SectionFacts) -> None:
        """Keep what was asked for, and draw it if it is still wanted."""
        self.facts[facts.section] = facts
        self.host.today, self.host.revision = facts.today, facts.revision
        self.recovered()
        if facts.section is self.section:
            self._draw()

    def _failed(self, said: str) -> None:
        if self.section in self.facts:
            self.show_failure(said)
        else:
            sentence = f"{said[:1].upper()}{said[1:]}."
            rows = self.query_one(SectionRows)
            rows.say("This cannot be shown", sentence, "Press r to try again, esc to go back.")
            self._show_sentence()

    # -------------------------------------------------------------------------------------- drawing

    def action_section(self, step: int) -> None:
        """Go to the next section, or the one before."""
        self.action_show_section((SECTIONS.index(self.section) + step) % len(SECTIONS))

    def action_show_section(self, place: int) -> None:
        """Go to a section."""
        rows = self.query_one(SectionRows)
        self.cursors[self.section] = rows.cursor
        self.section = SECTIONS[place]
        if self.job is None:
            self.say_work("")
        self._show()

    def _show(self) -> None:
        """Show the section: as it was read before, or that it is being read."""
        self.query_one(ChoiceLine).show(SECTIONS.index(self.section))
        self.query_one(TabLine).show_path(self.section.value)
        rows = self.query_one(SectionRows)
        if self.section in self.facts:
            rows.cursor = 0
            self._draw()
            rows.cursor = self.cursors.get(self.section, 0)
            if not (self.ailing or self.is_outdated()):
                return
        else:
            rows.cursor = 0
            rows.say(data_words.WAITING[self.section])
            self._show_sentence()
        self.reload()

    def _draw(self) -> None:
        facts, rows, wide = self.facts[self.section], self.query_one(SectionRows), self.size.width >= WIDE
        rows.show(data_words.columns(self.section, wide=wide), data_words.table(facts, wide=wide))
        if not facts.rows:
            rows.say(*data_words.EMPTY[self.section])
        self._show_sentence()

    def _show_sentence(self) -> None:
        rows = self.query_one(SectionRows)
        self.query_one("#sentence", Static).update(self._sentence(rows.picked))
        self.refresh_bindings()
        self.show_keys()
        many = len(rows.rows)
        more = "+" if self.section in self.facts and self.facts[self.section].more else ""
        self.query_one(KeyLine).show_note("" if rows.said else f"{rows.cursor + 1:,} of {many:,}{more}")

    def _sentence(self, picked: object) -> str:
        if picked is None:
            return ""
        if self.section is Section.IMPORTS:
            return data_words.import_sentence(cast("ImportView", picked), self.facts[self.section].zone)
        if self.section is Section.QUARANTINE:
            return data_words.reason_sentence(cast("tuple[ReasonCount, ...]", picked))
        if self.section is Section.ACTIVITIES:
            return data_words.activity_sentence(cast("ActivityCount", picked))
        if self.section is Section.FIELDS:
            return data_words.field_sentence(*cast("tuple[FieldsFilled, str, int]", picked))
        return data_words.owner_sentence(cast("OwnerCount", picked))

    def on_resize(self, event: events.Resize) -> None:
        """More or less room for columns."""
        del event
        if self.section in self.facts:
            self._draw()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say what the row stands for; at the end of the imports, ask for older ones."""
        message.stop()
        self._show_sentence()
        facts, rows = self.facts.get(self.section), self.query_one(SectionRows)
        if facts is not None and facts.more and rows.cursor >= len(facts.rows) - 1 and not rows.said:
            self.most = len(facts.rows) + MORE_IMPORTS
            self.reload()

    # -------------------------------------------------------------------------------------- actions

    @property
    def reasons(self) -> tuple[ReasonCount, ...]:
        """The reasons of the row with the cursor; none outside the quarantine."""
        if self.section is not Section.QUARANTINE:
            return ()
        return cast("tuple[ReasonCount, ...]", self.query_one(SectionRows).picked or ())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rows are retried and dropped in the quarantine; elsewhere, or after a failure, r reads again."""
        if action in ("retry", "drop"):
            return not self.ailing and self.is_whole and bool(self.reasons)
        if action == "mapping":
            return self.is_whole and self._source() is not None
        return super().check_action(action, parameters)

    def _source(self) -> str | None:
        """The source that the row with the cursor is of."""
        picked = self.query_one(SectionRows).picked
        first = picked[0] if isinstance(picked, tuple) else picked
        source: str | None = getattr(first, "source", None)
        return source

    def action_retry(self) -> None:
        """Try the rows of a reason, or of a source, again."""
        from store.quarantine import Chosen  # deferred: start-up imports no store

        reasons = self.reasons
        kind = reasons[0].kind if len(reasons) == 1 else None
        self.retry(Chosen(source=reasons[0].source, kind=kind))

    def action_drop(self) -> None:
        """Drop the rows of a reason, or of a source."""
        from store.quarantine import Chosen  # deferred: as above

        reasons = self.reasons
        kind = reasons[0].kind if len(reasons) == 1 else None
        chosen = Chosen(source=reasons[0].source, kind=kind)
        self.drop(chosen, sum(one.rows for one in reasons), data_words.which_rows(reasons))

    def action_mapping(self) -> None:
        """Correct the mapping of the row's source."""
        source = self._source()
        if source is not None:
            self.edit_mapping(source)

    def on_rows_chosen(self, message: Rows.Chosen) -> None:
        """Open what the row stands for: its rows in quarantine, or the choice of an event."""
        message.stop()
        picked = self.query_one(SectionRows).picked
        if picked is None:
            return
        if self.section is Section.IMPORTS:
            self._open_import(cast("ImportView", picked))
        elif self.section is Section.QUARANTINE:
            self._open_reasons(cast("tuple[ReasonCount, ...]", picked))
        elif self.section is Section.ACTIVITIES:
            self._choose_event(cast("ActivityCount", picked))

    def _open_import(self, one: ImportView) -> None:
        from store.quarantine import Chosen  # deferred: as above
        from tui.screens.quarantine import QuarantineScreen

        path = ("Quarantine", f"import {one.id}")
        self.app.push_screen(QuarantineScreen(Chosen(run=one.id), path))

    def _open_reasons(self, reasons: tuple[ReasonCount, ...]) -> None:
        from store.quarantine import Chosen  # deferred: as above
        from tui.screens.quarantine import QuarantineScreen

        source, kind = reasons[0].source, reasons[0].kind if len(reasons) == 1 else None
        path = ("Quarantine", source, *([kind] if kind else []))
        self.app.push_screen(QuarantineScreen(Chosen(source=source, kind=kind), path))

    def _choose_event(self, one: ActivityCount) -> None:
        from tui.screens.event_chooser import EventChooser

        def chosen(event: str | None) -> None:
            if event is None:
                return

            def keep(store: Store, job: Job) -> Mapping:
                from store.mappings import map_activity  # deferred: writing needs what reading does not

                del job
                return map_activity(store, one.source, one.activity, event)

            self.perform("Writing the mapping", keep, lambda _: data_words.mapped_words(one, event))

        self.app.push_screen(EventChooser(one.activity, one.source), chosen)
