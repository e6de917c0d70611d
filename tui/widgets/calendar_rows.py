"""The calendar as one list: the region, the working weekdays, the organisation's own days, bank holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import Binding, BindingType

from kpi.calendar import WEEKDAY_NAMES
from tui import words
from tui.calendar_draft import Mark, OwnDay
from tui.widgets import drawing
from tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.style import Style
    from textual import events

    from tui.themes import Look

UNSAVED = "*"
_SIGN = 3  # cells: the sign of what is unsaved, and blanks
_WEEKDAY = 9  # cells of “› [✓] Mon”
_DAY, _KIND, _WORD = 17, 15, 8
_WEEK = Binding.Group("weekday")


class Heading(NamedTuple):
    """A line above others, which the cursor steps over."""

    text: str


class RegionLine(NamedTuple):
    """Whose bank holidays count."""

    text: str
    changed: bool


class WeekLine(NamedTuple):
    """The working weekdays, and those that differ from what is saved."""

    weekdays: tuple[int, ...]
    changed: frozenset[int]


class HolidayLine(NamedTuple):
    """A bank holiday; `instead` says if the organisation works on it or is closed anyhow."""

    day: date
    name: str
    instead: str


class NoteLine(NamedTuple):
    """Words where there is nothing to list."""

    text: str


Line = Heading | RegionLine | WeekLine | OwnDay | HolidayLine | NoteLine
_SKIPPED = (Heading, NoteLine)


class CalendarRows(Rows):
    """Enter or space changes what the cursor stands on; left and right go through the weekdays."""

    HEAD_LINES: ClassVar[int] = 0  # type: ignore[misc]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "change", key_display="space", id="calendar.change",
                tooltip="Change the row: region, weekday or day"),
        Binding("left", "weekday(-1)", "weekday", key_display="←", id="calendar.weekday_back",
                tooltip="To the weekday before, to the next", group=_WEEK),
        Binding("right", "weekday(1)", "weekday", key_display="→", id="calendar.weekday_on",
                tooltip="To the weekday before, to the next", group=_WEEK),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id="calendar")
        self.lines: Sequence[Line] = ()
        self.weekday = 0

    def show(self, lines: Sequence[Line]) -> None:
        """Draw these; the cursor stays with its day where that is still there."""
        at = self.picked
        self.lines = lines
        self.say()
        self.set_count(len(lines))
        same = [place for place, line in enumerate(lines) if at is not None and _key(line) == _key(at)]
        self.cursor = same[0] if same else self.cursor
        self.refresh()

    def go_to_day(self, day: date) -> None:
        """Put the cursor on an own day."""
        places = [n for n, line in enumerate(self.lines) if isinstance(line, OwnDay) and line.day == day]
        if places:
            self.cursor = places[0]

    @property
    def picked(self) -> Line | None:
        """What the cursor stands on."""
        line = self.lines[self.cursor] if self.cursor < len(self.lines) and not self.said else None
        return None if isinstance(line, _SKIPPED) else line

    def validate_cursor(self, cursor: int) -> int:
        """Step over headings, on in the direction of the move."""
        at = super().validate_cursor(cursor)
        step = 1 if at >= self.cursor else -1
        for way in (step, -step):
            place = at
            while 0 <= place < len(self.lines):
                if not isinstance(self.lines[place], _SKIPPED):
                    return place
                place += way
        return at

    def show_cursor(self) -> None:
        """Keep the heading above the cursor in sight too."""
        super().show_cursor()
        if 0 < self.cursor <= self.top and isinstance(self.lines[self.cursor - 1], Heading):
            self.scroll_to(y=self.cursor - 1, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Weekdays are gone through on the week."""
        if action == "weekday":
            return isinstance(self.picked, WeekLine)
        return super().check_action(action, parameters)

    def action_weekday(self, step: int) -> None:
        """Go to the next weekday, or the one before."""
        self.weekday = max(0, min(len(WEEKDAY_NAMES) - 1, self.weekday + step))
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click on a weekday turns it on or off; elsewhere as in every list."""
        row = self.row_at(event.y)
        place = (event.x - _SIGN) // _WEEKDAY
        if row is None or not isinstance(self.lines[row], WeekLine) or not 0 <= place < len(WEEKDAY_NAMES):
            super().on_click(event)
            return
        event.stop()
        self.cursor, self.weekday = row, place
        self.action_choose()
        event.prevent_default()

    # -------------------------------------------------------------------------------------- drawing

    def draw_row(self, row: int, width: int, *, selected: bool) -> list[Segment]:
        """One line, by its kind."""
        look = drawing.look(self)
        line = self.lines[row] if row < len(self.lines) else NoteLine("")
        over = look.cursor if selected else look.plain
        base = (look.strong if selected else look.text) + over
        if isinstance(line, Heading):
            return [Segment(words.left(f" {line.text}", width), look.muted)]
        if isinstance(line, NoteLine):
            return [Segment(words.left(f"   {line.text}", width), look.muted)]
        if isinstance(line, RegionLine):
            text = words.left(line.text, width - _SIGN)
            return [_sign(look, over, changed=line.changed), Segment(text, base)]
        if isinstance(line, WeekLine):
            drawn = self._week(line, look, over, selected=selected)
        elif isinstance(line, OwnDay):
            drawn = _own_day(line, width, look, over, base)
        else:
            drawn = _holiday(line, width, look, over, base)
        used = sum(len(segment.text) for segment in drawn[:-1])
        return [*drawn, Segment(" " * max(0, width - used - len(drawn[-1].text)), over)]

    def _week(self, line: WeekLine, look: Look, over: Style, *, selected: bool) -> list[Segment]:
        drawn = [_sign(look, over, changed=bool(line.changed))]
        for number, name in enumerate(WEEKDAY_NAMES):
            here = selected and number == self.weekday
            style = look.warning if number in line.changed else look.text
            style = style + (look.accent if here else look.plain)
            box = "[✓]" if number in line.weekdays else "[ ]"
            drawn += [
                Segment("›" if here else " ", look.accent + over),
                Segment(f"{box} {name}", (look.strong + style if here else style) + over),
                Segment(" ", over),
            ]
        return drawn


def _key(line: Line) -> object:
    """What makes a line the same one after a change."""
    return (type(line), line.day) if isinstance(line, OwnDay | HolidayLine) else type(line)


def _sign(look: Look, over: Style, *, changed: bool) -> Segment:
    return Segment(f" {UNSAVED if changed else ' '} ", look.warning + over)


def _own_day(line: OwnDay, width: int, look: Look, over: Style, base: Style) -> list[Segment]:
    entry, mark = line.entry, line.mark
    style = look.muted + over if mark is Mark.REMOVED else base
    kind = "× closed" if entry.closed else "+ extra day"
    word = f"{mark.value:>{_WORD}} " if mark is not Mark.KEPT else " "
    return [
        _sign(look, over, changed=mark is not Mark.KEPT),
        Segment(words.left(words.day_words(line.day, wide=True), _DAY), style),
        Segment(words.left(kind, _KIND), style),
        Segment(words.left(words.shown(entry.reason), width - _SIGN - _DAY - _KIND - len(word)), style),
        Segment(word, look.warning + over),
    ]


def _holiday(line: HolidayLine, width: int, look: Look, over: Style, base: Style) -> list[Segment]:
    style = look.muted + over if line.instead else base
    said = f"{line.name} ({line.instead})" if line.instead else line.name
    return [
        _sign(look, over, changed=False),
        Segment(words.left(words.day_words(line.day, wide=True), _DAY), style),
        Segment(words.left(words.shown(said), width - _SIGN - _DAY), style),
    ]
