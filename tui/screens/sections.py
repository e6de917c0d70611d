"""A page in sections, each a table with a sentence for the row at hand, asked for when it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.screens.changing import ChangingPage, WhatIsKnown
from tui.screens.page import WIDE
from tui.widgets.lines import ChoiceLine, KeyLine, TabLine
from tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual import events

    from tui.reader import Reader
    from tui.widgets.rows import Rows
    from tui.widgets.table_rows import Column, TableRow

_OTHER = Binding.Group("section")


def _is_same(one: object, other: object) -> bool:
    """Whether two rows stand for the same thing, as it is and as it was."""
    number = getattr(one, "number", None)
    return number is not None and type(one) is type(other) and number == getattr(other, "number", None)


class SectionRows(TableRows):
    """The rows of a section; to the left and the right stand the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.section(-1)", "section", key_display="←", id="sections.previous",
                tooltip="The other sections", group=_OTHER),
        Binding("right", "screen.section(1)", "section", key_display="→", id="sections.next",
                tooltip="The other sections", group=_OTHER),
    ]  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What stands in a row may be all that there is: then nothing is opened."""
        if action == "choose" and isinstance(self.screen, SectionsPage):
            return self.screen.opens(self.picked)
        return super().check_action(action, parameters)


class ReadSection(Protocol):
    """What was read of a section: which it is, and which there are for whoever looks."""

    @property
    def section(self) -> Any:
        """The section, a member of an enumeration whose value is its name."""

    @property
    def sections(self) -> tuple[Any, ...]:
        """All that there are."""

    @property
    def known(self) -> Any:
        """What goes for the whole page."""

    @property
    def rows(self) -> Sequence[object]:
        """What stands in it."""


_Known = TypeVar("_Known", bound=WhatIsKnown)
_Facts = TypeVar("_Facts", bound=ReadSection)


class SectionsPage(ChangingPage[_Known], Generic[_Known, _Facts]):
    """All sections; what was read of one is kept, and shown until it has been read again."""

    AUTO_FOCUS = "SectionRows"
    EMPTY: ClassVar[Mapping[Any, tuple[str, ...]]]
    WAITING: ClassVar[Mapping[Any, str]]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "section(1)", "next section", show=False, id="sections.tab",
                tooltip="The next section"),
        Binding("shift+tab", "section(-1)", "last section", show=False, id="sections.back_tab",
                tooltip="The section before"),
    ]  # fmt: skip

    def __init__(self, first: Any) -> None:
        """Begin with the section `first`, or with the one that the store names in its place."""
        super().__init__()
        self.section: Any = first
        self.sections: tuple[Any, ...] = (first,)
        self.facts: dict[Any, _Facts] = {}
        self.cursors: dict[Any, int] = {}

    # ------------------------------------------------------------------------------ what subclasses say

    def asked(self) -> Callable[[Reader], _Facts]:
        """The question for the section."""
        raise NotImplementedError

    def took(self, facts: _Facts) -> None:
        """Something was read: show what stands beside the rows."""

    def columns(self, facts: _Facts, *, wide: bool) -> Sequence[Column]:
        """The columns of the section."""
        raise NotImplementedError

    def table(self, facts: _Facts, *, wide: bool) -> Sequence[TableRow]:
        """Its rows."""
        raise NotImplementedError

    def sentence(self, facts: _Facts, picked: object) -> str:
        """The whole of the row with the cursor."""
        raise NotImplementedError

    def opens(self, picked: object) -> bool:
        """Whether there is something behind a row that could be opened."""
        del picked
        return True

    # ------------------------------------------------------------------------------------ the facts

    def on_mount(self) -> None:
        """Ask for the first section."""
        self._show()

    def reload(self) -> None:
        """Ask for the section again; what is shown stays meanwhile."""
        self.ask("section", self.asked(), self.take, failed=self._failed)

    def is_outdated(self) -> bool:
        """Whether the data have changed since the section was read."""
        facts = self.facts.get(self.section)
        return facts is not None and facts.known.revision != self.host.revision

    def take(self, facts: _Facts) -> None:
        """Keep what was asked for, and draw it if it is still wanted."""
        self.facts[facts.section] = facts
        self.sections = facts.sections
        self.keep(facts.known)
        self.took(facts)
        if self.section not in self.sections:  # there is no right to it, or it has gone
            self.section = facts.section
        if facts.section is self.section:
            self.draw()

    def _failed(self, said: str) -> None:
        if self.section in self.facts:
            self.show_failure(said)
        else:
            self.query_one(SectionRows).say(*self.unreadable(said))
            self.show_sentence()

    # -------------------------------------------------------------------------------------- drawing

    def action_section(self, step: int) -> None:
        """Go to the next section, or the one before."""
        self.action_show_section((self.sections.index(self.section) + step) % len(self.sections))

    def action_show_section(self, place: int) -> None:
        """Go to a section."""
        rows = self.query_one(SectionRows)
        self.cursors[self.section] = rows.cursor
        self.section = self.sections[place]
        if self.job is None:
            self.say_work("")
        self._show()

    def _show(self) -> None:
        """Show the section: as it was read before, or that it is being read."""
        rows = self.query_one(SectionRows)
        rows.cursor = 0
        if self.section in self.facts:
            self.draw()
            rows.cursor = self.cursors.get(self.section, 0)
            if not (self.ailing or self.is_outdated()):
                return
        else:
            self._show_choice()
            rows.say(self.WAITING[self.section])
            self.show_sentence()
        self.reload()

    def _show_choice(self) -> None:
        line = self.query_one(ChoiceLine)
        line.choices = [
            (one.value, f"screen.show_section({place})") for place, one in enumerate(self.sections)
        ]
        line.show(self.sections.index(self.section))
        self.query_one(TabLine).show_path(self.section.value)

    def draw(self) -> None:
        """Draw the section."""
        self._show_choice()
        facts, rows, wide = self.facts[self.section], self.query_one(SectionRows), self.size.width >= WIDE
        before = rows.picked
        rows.show(self.columns(facts, wide=wide), self.table(facts, wide=wide))
        rows.cursor = next(
            (place for place, row in enumerate(rows.rows) if _is_same(row.value, before)), rows.cursor
        )
        if not facts.rows:
            rows.say(*self.EMPTY[self.section])
        self.show_sentence()

    def show_sentence(self) -> None:
        """Say all of the row with the cursor, and which keys work on it."""
        rows, facts = self.query_one(SectionRows), self.facts.get(self.section)
        said = "" if facts is None else self.sentence(facts, rows.picked)
        self.query_one("#sentence", Static).update(said)
        self.refresh_bindings()
        self.show_keys()
        self.query_one(KeyLine).show_note("" if rows.said else f"{rows.cursor + 1:,} of {len(rows.rows):,}")

    def on_resize(self, event: events.Resize) -> None:
        """More or less room for columns."""
        del event
        if self.section in self.facts:
            self.draw()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Say all of the row with the cursor."""
        message.stop()
        self.show_sentence()

    @property
    def picked(self) -> object:
        """What the row with the cursor stands for."""
        return self.query_one(SectionRows).picked if self.is_whole else None
