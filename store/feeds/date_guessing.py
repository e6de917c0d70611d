"""In which forms the dates of a column are written, found from its values and never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from store.feeds.errors import RowError
from store.feeds.formats import DateFormat, parse_format
from store.feeds.times import FIRST_YEAR, LAST_YEAR, instant_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

DAY_FIRST, MONTH_FIRST = "day first", "month first"
_NUMBERS = ("DD/MM/YYYY", "DD-MM-YYYY", "DD.MM.YYYY", "DD/MM/YY", "DD-MM-YY", "DD.MM.YY")
_PLAIN = (
    "DD MMM YYYY", "DD MMMM YYYY", "DD-MMM-YYYY", "DD-MMM-YY", "DD MMM YY", "DD/MMM/YYYY", "MMM DD, YYYY",
    "MMMM DD, YYYY", "MMM DD YYYY", "MMMM DD YYYY", "YYYY/MM/DD", "YYYY.MM.DD", "YYYY-MM-DD",
    "%a, %d %b %Y", "%a %d %b %Y", "%A, %d %B %Y", "%A %d %B %Y", "%A, %B %d, %Y", "%a, %b %d, %Y",
)  # fmt: skip
_CLOCKS = (
    "", " HH:mm", " HH:mm:ss", " hh:mm A", " hh:mm:ss A", " hh:mmA", ", HH:mm", ", HH:mm:ss", ", hh:mm A",
    " HH:mm:ss.SSS", " HH:mm ZZ", " HH:mm:ss ZZ", " [at] HH:mm", " [at] hh:mm A",
)  # fmt: skip
_TOKENS = {"HH": "%H", "hh": "%I", "mm": "%M", "SSS": "%f", "ss": "%S", "A": "%p", "ZZ": "%z", "[at]": "at"}
_ZONE = "UTC"  # whether a text can be read does not depend on it
_MOST_FORMS = 4
_LOOKED_AT = 12
_LONGEST = 60


class _Form(NamedTuple):
    """A form of date; `order` says which number is the day, `twin` is the form that says otherwise."""

    format: DateFormat
    order: str = ""
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Dates:
    """What a column's values are as times.

    `readable` is the share of its different values that are times, 0 to 1. `formats` read them beside
    ISO 8601; `doubtful` are pairs of forms of which both fit, with a text that they read differently.
    `orders` are those that the values prove. `local` says that some have no offset.
    """

    readable: float = 0.0
    formats: tuple[str, ...] = ()
    doubtful: tuple[tuple[str, str, str], ...] = ()
    orders: frozenset[str] = frozenset()
    local: bool = False


@cache
def _forms() -> tuple[_Form, ...]:
    found = []
    for number, clock in product(_NUMBERS, _CLOCKS):
        day, month = (
            number + clock,
            number.replace("DD", "00").replace("MM", "DD").replace("00", "MM") + clock,
        )
        found.append(_Form(parse_format(day), DAY_FIRST, month))
        found.append(_Form(parse_format(month), MONTH_FIRST, day))
    found += [_Form(parse_format(_joined(date, clock))) for date, clock in product(_PLAIN, _CLOCKS)]
    return tuple(found)


def _joined(date: str, clock: str) -> str:
    if "%" in date:
        for token, directive in _TOKENS.items():
            clock = clock.replace(token, directive)
    return date + clock


def find_dates(values: Collection[str]) -> Dates:
    """The forms in which a column's different values are times."""
    if not values:
        return Dates()
    plain, whole = instant_reader((), _ZONE), instant_reader((), None)
    iso = [text for text in values if _reads(plain, text)]
    local = any(not _reads(whole, text) for text in iso)
    left = {text for text in values if len(text) <= _LONGEST and any(map(str.isdecimal, text))}.difference(
        iso
    )
    formats: list[str] = []
    doubtful: list[tuple[str, str, str]] = []
    orders = set()
    readings = _readings(left)
    others = len(values) - len(iso) - len(left)
    for _ in range(_MOST_FORMS):
        best = max(readings, key=lambda form: len(left & readings[form].keys()), default=None)
        if best is None or not (gain := left & readings[best].keys()):
            break
        twin = next((form for form in readings if form.format.name == best.twin), None)
        if twin is not None and gain == left & readings[twin].keys():
            text = min(gain, key=lambda text: (readings[best][text] == readings[twin][text], text))
            doubtful.append((best.format.name, best.twin, text))
        else:
            formats.append(best.format.name)
            orders |= {best.order} - {""}
        local = local or any(readings[best][text].tzinfo is None for text in gain)
        left -= gain
    return Dates(
        1 - (len(left) + others) / len(values), tuple(formats), tuple(doubtful), frozenset(orders), local
    )


def _reads(read: Callable[[str], int], text: str) -> bool:
    try:
        read(text)
    except RowError:
        return False
    return True


def _readings(texts: Collection[str]) -> dict[_Form, dict[str, datetime]]:
    """What each form makes of the texts that it reads; only forms that read one of the first few."""
    some = sorted(texts)[:: max(1, len(texts) // _LOOKED_AT)]
    found: dict[_Form, dict[str, datetime]] = {}
    for form in _forms():
        if any(form.format.read(text) for text in some):
            moments = {text: form.format.read(text) for text in texts}
            good = {text: at for text, at in moments.items() if at and FIRST_YEAR <= at.year <= LAST_YEAR}
            if good:
                found[form] = good
    return found


def settle(columns: Mapping[str, Dates]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms of all columns together, and the doubts that remain, in words.

    What one column proves, by a day after the twelfth, holds for the others of the same file.
    """
    orders = frozenset[str]().union(*(dates.orders for dates in columns.values()))
    formats = [name for dates in columns.values() for name in dates.formats]
    doubts = []
    for column, dates in columns.items():
        for day, month, text in dates.doubtful:
            if len(orders) == 1:
                formats.append(day if DAY_FIRST in orders else month)
            else:
                doubts.append(_doubt(column, day, month, text))
    if len(orders) > 1:
        doubts.append(
            "some dates have the day first and others the month: those that could be either go to quarantine"
        )
    return tuple(dict.fromkeys(formats)), tuple(dict.fromkeys(doubts))


def _doubt(column: str, day: str, month: str, text: str) -> str:
    one, other = parse_format(day).read(text), parse_format(month).read(text)
    both = f"“{day}” or “{month}” in date_formats"
    if one is None or other is None or one == other:
        return f"the dates in “{column}” could have the day first or the month: say which, {both}"
    return f"{text} in “{column}” could be {_said(one)} or {_said(other)}: say which, {both}"


def _said(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"


def unread(values: Iterable[str], formats: tuple[str, ...]) -> list[str]:
    """Which of the values would not be understood as times with these forms."""
    read = instant_reader(tuple(map(parse_format, formats)), _ZONE)
    return [text for text in values if not _reads(read, text)]
