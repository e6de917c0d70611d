"""Lists of lines without a cursor: a clock's days, a listing's events, and lists to pick from."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment

from kpi.explain import event_words
from kpi.status import LOOKS, Status
from tui import words
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

    from kpi.board import EventView, Explanation

_MOMENT_CELLS = 15
_LEAST_TEXT = 20


class DayRows(Rows):
    """A task's clock: every day, whether it counted, and why."""

    def __init__(self) -> None:
        super().__init__(id="days")
        self.has_cursor = False
        self.explanation: Explanation | None = None
        self._numbers: list[int] = []

    def show(self, explanation: Explanation) -> None:
        """Draw this clock, its last days first in sight."""
        self.explanation = explanation
        self._numbers = []
        counted = 0
        for day in explanation.days:
            counted += day.counted
            self._numbers.append(counted)
        self.set_count(len(explanation.days))
        self.call_after_refresh(self.action_last)

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        return [Segment(words.left("  Day               Count  Why", width), drawing.look(self).muted)]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One day; those that count are numbered, the others quiet."""
        del selected
        look, explained = drawing.look(self), self.explanation
        if explained is None or row >= len(explained.days):
            return []
        day = explained.days[row]
        style = look.text if day.counted else look.muted
        mark = self._mark(day.day)
        number = f"{self._numbers[row]:>5,}" if day.counted else "    –"
        ends = [] if mark is None else [Segment(f"  {LOOKS[mark[0]].glyph} {mark[1]}", look.status[mark[0]])]
        room = width - 26 - sum(cell_len(end.text) for end in ends)
        why = words.shown(day.why)
        return [
            Segment(f"  {words.day_words(day.day, wide=True):<17}", style),
            Segment(f"{number}  ", look.strong if day.counted else look.faint),
            Segment(words.left(why, min(cell_len(why), max(8, room))), style),
            *ends,
        ]

    def _mark(self, day: object) -> tuple[Status, str] | None:
        explained = self.explanation
        if explained is None:
            return None
        if day == explained.done_by:
            return Status.OVERDUE, "the last day"
        return (Status.DUE, "due from here") if day == explained.due_on else None


@dataclass(frozen=True, slots=True)
class _EventLine:
    when: str
    what: str
    who: str
    more: bool


class EventRows(Rows):
    """What happened, in the order of time; what does not fit on a line goes on below."""

    def __init__(self) -> None:
        super().__init__(id="events")
        self.has_cursor = False
        self.events: Sequence[EventView] = ()
        self._lines: list[_EventLine] = []
        self._laid_for: tuple[int, int] = (-1, -1)

    def show(self, events: Sequence[EventView]) -> None:
        """Draw these events, the latest in sight."""
        self.events = events
        self._laid_for = (-1, -1)
        self.say(*(() if events else ("No events", "Nothing has happened here yet.")))
        self._lay()
        self.call_after_refresh(self.action_last)

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay()

    def _lay(self) -> None:
        width = self.size.width - 1  # the scrollbar may come
        if width <= 0 or self._laid_for == (width, len(self.events)):
            return
        self._laid_for = (width, len(self.events))
        room = max(_LEAST_TEXT, width - _MOMENT_CELLS - 4)
        self._lines = [line for event in self.events for line in _event_lines(event, room)]
        self.set_count(len(self._lines))

    def draw_head(self, line: int, width: int) -> list[Segment]:
        """The names of the columns."""
        del line
        return [
            Segment(words.left("  When             What, who, with what", width), drawing.look(self).muted)
        ]

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One line of an event."""
        del selected
        look = drawing.look(self)
        line = self._lines[row] if row < len(self._lines) else _EventLine("", "", "", more=True)
        room = width - _MOMENT_CELLS - 4
        what = words.left(line.what, min(cell_len(line.what), max(1, room)))
        who = words.left(line.who, min(cell_len(line.who), max(0, room - cell_len(what) - 2)))
        return [
            Segment(f"  {line.when:<{_MOMENT_CELLS}}  ", look.muted),
            Segment(what, look.muted if line.more else look.text),
            Segment("  " * bool(who) + who, look.muted),
        ]


def _event_lines(event: EventView, room: int) -> list[_EventLine]:
    kind = words.shown(event_words(event.kind))
    what = f"{kind[:1].upper()}{kind[1:]}"
    who = ", ".join(words.shown(part) for part in (event.application, event.actor) if part)
    first = _EventLine(words.moment_words(event.at), what, who, more=False)
    details = (
        f"{words.shown(field.replace('_', ' '))}: {words.shown(value)}" for field, value in event.details
    )
    parts = [part for detail in details for part in wrap(detail, room, subsequent_indent="  ")]
    return [first, *(_EventLine("", part, "", more=True) for part in parts)]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to pick: `value` is what is picked, None for a heading; `on` marks what is set now."""

    text: str
    value: object = None
    on: bool = False
    note: str = ""

    @property
    def is_heading(self) -> bool:
        """Whether it only stands above others."""
        return self.value is None


class PickRows(Rows):
    """A list to pick from, with headings that the cursor steps over."""

    HEAD_LINES: ClassVar[int] = 0  # type: ignore[misc]
    MARKS: ClassVar[tuple[str, str]] = ("( ) ", "(•) ")
    """What stands before a choice that is not set, and before one that is."""

    def __init__(self) -> None:
        super().__init__(id="picks")
        self.choices: Sequence[Choice] = ()

    def show(self, choices: Sequence[Choice], *, none: str = "Nothing fits.") -> None:
        """Draw these; the cursor goes to the one that is set, else to the first."""
        self.choices = choices
        self.say(*(() if choices else (none,)))
        self.set_count(len(choices))
        places = [place for place, choice in enumerate(choices) if not choice.is_heading]
        self.cursor = next((place for place in places if choices[place].on), places[0] if places else 0)

    def validate_cursor(self, cursor: int) -> int:
        """Step over headings, on in the direction of the move."""
        at = super().validate_cursor(cursor)
        step = 1 if at >= self.cursor else -1
        for way in (step, -step):
            place = at
            while 0 <= place < len(self.choices):
                if not self.choices[place].is_heading:
                    return place
                place += way
        return at

    @property
    def picked(self) -> Choice | None:
        """The choice with the cursor."""
        choice = self.choices[self.cursor] if self.cursor < len(self.choices) else None
        return None if choice is None or choice.is_heading else choice

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One choice, the one that is set marked; or a heading."""
        look = drawing.look(self)
        if row >= len(self.choices):
            return []
        choice = self.choices[row]
        if choice.is_heading:
            return [Segment(words.left(f" {choice.text}", width), look.muted)]
        over: Style = look.cursor if selected else look.plain
        base = (look.strong if selected else look.text) + over
        mark = self.MARKS[choice.on]
        note = words.shown(choice.note, "")
        room = max(4, width - 7 - cell_len(note))
        text = words.left(words.shown(choice.text), room)
        return [Segment(f"  {mark}", base), Segment(text, base), Segment(f"{note} ", look.muted + over)]


class MarkRows(PickRows):
    """A list of which any number can be marked; the cursor stays where it is."""

    MARKS = ("[ ] ", "[x] ")

    def show(self, choices: Sequence[Choice], *, none: str = "Nothing fits.") -> None:
        """Draw these."""
        at = self.cursor
        super().show(choices, none=none)
        self.cursor = at
