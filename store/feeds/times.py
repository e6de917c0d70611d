"""Times as a file writes them, read as instants and days without ever guessing.

ISO 8601 is always read, then the formats that the mapping lists; a text that two of them understand
with different meanings is refused. A time without an offset is a local one in the mapping's zone. In
the hour that a clock change leaves out it is read with the offset from before the change, in the hour
that comes twice as the first of the two (what `fold=0` means to `zoneinfo`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from kpi.calendar import load_zone
from kpi.events import instant_of, moment_of
from kpi.text import clean
from store.feeds.errors import RowError, missing
from store.feeds.reasons import (
    AMBIGUOUS_TIME,
    IMPOSSIBLE_TIME,
    NO_TIME,
    TIME_ZONE_MISSING,
    UNKNOWN_TIME,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from store.feeds.formats import DateFormat
    from store.feeds.rows import Possible

FIRST_YEAR, LAST_YEAR = 1990, 2095
ISO = "ISO 8601"
_Meaning = TypeVar("_Meaning", int, date)
_ISO_DAY = 10  # characters
_SHOWN = 60
# Python takes any character between day and time; here it is one that somebody writes there, lest
# a long number be read as a day, a digit and a time.
_ISO = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}-W\d\d(?:-\d)?|\d{4}W\d\d\d?)(?:[T ].+)?", re.ASCII)
_SEPARATORS = frozenset("T ")
_FIRST = instant_of(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
_LAST = instant_of(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)) - 1


def instant_reader(
    formats: tuple[DateFormat, ...], timezone: str | None, possible: Possible | None = None
) -> Callable[[str], int]:
    """A function from a text to its instant, in microseconds since 1970-01-01 UTC.

    It raises RowError with the reason if the text is no time, means two things, has no offset while
    `timezone` is None, or lies outside what is possible (without `possible`: before 1990 or after 2095).
    """
    zone = load_zone(timezone) if timezone else None
    from_iso, first, last = datetime.fromisoformat, _FIRST, _LAST
    words = str(LAST_YEAR)
    if possible is not None:
        first, last, words = possible.first, possible.last, "tomorrow"
    # With a format that could read an ISO text as another day, no text may skip the comparison.
    separators = frozenset[str]() if any(form.like_iso for form in formats) else _SEPARATORS

    def instant(text: str) -> int:
        if text[10:11] not in separators or text[4:5] != "-":
            return in_time(_compared(text, formats, zone), text)
        try:
            moment = from_iso(text)
        except ValueError:
            return in_time(_compared(text, formats, zone), text)
        if moment.tzinfo is None:
            moment = _at_home(moment, zone)
        at = instant_of(moment)
        return at if first <= at <= last else in_time(at, text)

    def in_time(at: int, text: str) -> int:
        if first <= at <= last:
            return at
        outside = f"before {FIRST_YEAR}" if at < first else f"after {words}"
        raise RowError(IMPOSSIBLE_TIME, f"{_shown(clean(text))} is {outside}")

    return instant


def instants_reader(
    formats: tuple[DateFormat, ...], possible: Possible | None = None
) -> Callable[[Sequence[str]], list[int] | None]:
    """A function from texts to the instants that `instant_reader` reads; None where it takes that to tell.

    It knows ISO 8601 with offsets, all texts of one length: what a program wrote.
    """
    first, last = (_FIRST, _LAST) if possible is None else (possible.first, possible.last)
    may_differ = any(form.like_iso for form in formats)

    def instants(texts: Sequence[str]) -> list[int] | None:
        length = len(texts[0])
        whole = "".join(texts)
        if may_differ or length <= _ISO_DAY or set(map(len, texts)) != {length}:
            return None
        if not _SEPARATORS.issuperset(whole[_ISO_DAY::length]):
            return None
        try:
            found = list(map(instant_of, map(datetime.fromisoformat, texts)))
        except (ValueError, TypeError):  # no times; none with an offset
            return None
        return found if first <= min(found) and max(found) <= last else None

    return instants


def day_reader(
    formats: tuple[DateFormat, ...], zone: str, possible: Possible | None = None
) -> Callable[[str], date]:
    """A function from a text to its day; RowError as for instants, its kinds those of times.

    A date-time with an offset gives its day in `zone`, the calendar's; without one the day as written.
    """
    calendar_zone = load_zone(zone)
    first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    if possible is not None:
        first, last = date.fromisoformat(possible.first_day), date.fromisoformat(possible.last_day)

    def day(text: str) -> date:
        text = clean(text)
        days: dict[date, str] = {}
        for name, moment in _readings(text, formats):
            # An instant in the first or last year of all can have no day in another zone.
            known = moment.tzinfo and FIRST_YEAR <= moment.year <= LAST_YEAR
            days.setdefault((moment.astimezone(calendar_zone) if known else moment).date(), name)
        agreed = _agreed(text, days)
        if not first <= agreed <= last:
            outside = f"before {first}" if agreed < first else f"after {last}"
            raise RowError(IMPOSSIBLE_TIME, f"{_shown(text)} is {outside}")
        return agreed

    return day


def as_text(at: int) -> str:
    """An instant in microseconds as ISO 8601 text in UTC."""
    return moment_of(at).isoformat()


def _at_home(moment: datetime, zone: tzinfo | None) -> datetime:
    if zone is None:
        raise RowError(TIME_ZONE_MISSING, "the time has no offset, and the mapping names no timezone")
    return moment.replace(tzinfo=zone)


def _compared(text: str, formats: tuple[DateFormat, ...], zone: tzinfo | None) -> int:
    """The instant that all readings of `text` agree on."""
    raw, text = text, clean(text)
    if not text:
        raise missing(NO_TIME, "time", raw)
    meanings: dict[int, str] = {}
    for name, moment in _readings(text, formats):
        meanings.setdefault(instant_of(moment if moment.tzinfo else _at_home(moment, zone)), name)
    return _agreed(text, meanings)


def _readings(text: str, formats: tuple[DateFormat, ...]) -> list[tuple[str, datetime]]:
    found = []
    if _ISO.fullmatch(upper := text.upper()):
        with suppress(ValueError):
            found.append((ISO, datetime.fromisoformat(upper)))
    for form in formats:
        moment = form.read(text)
        if moment is not None:
            found.append((form.name, moment))
    return found


def _agreed(text: str, meanings: dict[_Meaning, str]) -> _Meaning:
    """The only meaning of `text`; RowError if there is none, or more than one. The names are the forms'."""
    if not meanings:
        raise RowError(UNKNOWN_TIME, f"“{_shown(text)}”")
    if len(meanings) > 1:
        one, other, *_ = meanings.values()
        raise RowError(AMBIGUOUS_TIME, f"{text} fits {one} and {other} with different meanings")
    return next(iter(meanings))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
