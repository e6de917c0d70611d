"""How days, ages and numbers are written on the screens, and how text is fitted into cells."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from kpi.text import clean

if TYPE_CHECKING:
    from datetime import date, datetime

# By hand rather than by strftime: the words must not change with the machine's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FAR_AGE = 2


def day_words(day: date, *, wide: bool = False) -> str:
    """“Tue 17 Nov 2026”; `wide` gives days of one digit a blank, so that columns of them stand straight."""
    return f"{_DAYS[day.weekday()]} {day.day:>{2 if wide else 1}} {_MONTHS[day.month - 1]} {day.year}"


def week_day(day: date) -> str:
    """“Tue 17 Nov”."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def column_day(day: date) -> str:
    """“17 Nov 26”, always nine cells wide, so that days stand below each other."""
    return f"{day.day:>2} {_MONTHS[day.month - 1]} {day.year % 100:02d}"


def moment_words(at: datetime) -> str:
    """“17 Nov 26 14:05” of a moment, in the zone that it comes in."""
    return f"{column_day(at.date())} {at:%H:%M}"


def age_words(seconds: float) -> str:
    """“4 s”, “12 min”, “3 h”, “2 days”."""
    if seconds < _MINUTE:
        return f"{max(0, int(seconds))} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min"
    if seconds < _FAR_AGE * _DAY:
        return f"{int(seconds // _HOUR)} h"
    return f"{int(seconds // _DAY)} days"


def distance_words(day: date, today: date) -> str:
    """How far a day lies from today: “3 days ahead”, “1 day back”."""
    days = (day - today) // timedelta(days=1)
    return f"{plural(abs(days), 'day')} {'ahead' if days > 0 else 'back'}"


def plural(count: int, noun: str) -> str:
    """“1 task”, “12,345 tasks”."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def number(count: int, width: int) -> str:
    """A count in at most `width` cells: with separators, without, and only then abbreviated."""
    for text in (f"{count:,}", str(count)):
        if len(text) <= width:
            return text
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            for text in (f"{count / size:.1f}{unit}", f"{count // size}{unit}"):
                if len(text) <= width:
                    return text
    return "#" * width


def left(text: str, width: int) -> str:
    """`text` at the left of exactly `width` cells, the end cut off with an ellipsis."""
    if width <= 0:
        return ""
    return set_cell_size(
        text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…", width
    )


def right(text: str, width: int) -> str:
    """`text` at the right of exactly `width` cells."""
    if cell_len(text) >= width:
        return left(text, width)
    return " " * (width - cell_len(text)) + text


def middle(text: str, width: int) -> str:
    """`text` in exactly `width` cells; if it must be cut, in the middle: titles differ at their ends too."""
    short = 12
    if cell_len(text) <= width or width < short:
        return left(text, width)
    tail = width // 3
    end = text[-tail:].lstrip()
    return left(set_cell_size(text, width - 1 - cell_len(end)).rstrip() + "…" + end, width)


def shown(text: str | None, instead: str = "–") -> str:
    """Text from outside as it may be drawn; `instead` where there is none."""
    return (clean(text) if text else "") or instead


def drawable(line: str) -> str:
    """A line of an editor as it may be drawn, its indentation kept."""
    return " " * (len(line) - len(line.lstrip(" \t"))) + clean(line)
