"""A day as people write it: “2026-11-17”, “17/11/2026”, “17 Nov”, “+10”, “yesterday”, “monday”.

Pure: which day is today, and which one is looked at, come in. Days here are of the calendar, working or
not. English words only, like the rest of the program.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from kpi.calendar import FIRST_YEAR, LAST_YEAR
from kpi.errors import StagewatchError

WAYS = "2026-11-17, 17/11/2026, 17 Nov, +10, -2w, yesterday, monday"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_NAMED = {"today": 0, "now": 0, "yesterday": -1, "tomorrow": 1}
_SHORTEST = 3  # “mon”, “nov”
_CENTURY, _SHORT_YEAR = 2000, 2


class DayError(StagewatchError):
    """What was written is no day, or one that cannot be counted. The message is for people."""


def parse_day(text: str, today: date, shown: date | None = None) -> date:
    """The day that `text` means; DayError in one line if it means none.

    Accepted are YYYY-MM-DD; day, month and year in this order with `/`, `.` or `-` between; a day and a
    month's name, either first, as in “17 Nov 2026”, also with its weekday. Without a year the day nearest to
    `today` is meant. Also “today”, “yesterday”, “tomorrow”; a weekday (the latest one up to today), “last”
    and “next” weekday (before and after today); and “+10”, “-5”, “+2w”: so many days or weeks from `shown`,
    the day that is looked at (else from `today`).
    """
    said = " ".join(text.casefold().replace(",", " ").split())
    if not said:
        raise DayError(f"write a day: {WAYS}")
    for way in (_numbers, _named_month, _step, _weekday):
        try:
            day = way(said, today, shown or today)
        except (OverflowError, _NoSuchDayError) as error:
            raise DayError(f"there is no such day as “{text.strip()}”") from error
        if day is not None:
            break
    else:
        raise DayError(f"“{text.strip()}” is no day; write {WAYS}")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DayError(f"{day} lies outside the years that can be counted ({FIRST_YEAR} to {LAST_YEAR})")
    return day


class _NoSuchDayError(Exception):
    """The form is right, but the calendar has no such day."""


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise _NoSuchDayError from error


def _year(text: str) -> int:
    return int(text) + (_CENTURY if len(text) == _SHORT_YEAR else 0)


def _nearest(month: int, day: int, today: date) -> date:
    """This day and month, in the year that brings it nearest to today."""
    found = []
    for year in range(today.year - 1, today.year + 2):
        try:
            found.append(date(year, month, day))
        except ValueError:  # 29 February, or no day at all
            continue
    if not found:
        raise _NoSuchDayError
    return min(found, key=lambda one: abs(one - today))


def _numbers(said: str, today: date, shown: date) -> date | None:
    """“2026-11-17”, “17/11/2026”, “17.11.26”, “17/11”."""
    del shown
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", said, re.ASCII):
        return _day(*(int(part) for part in found.groups()))
    if found := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)", said, re.ASCII):
        return _day(_year(found[4]), int(found[3]), int(found[1]))
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})\.?", said, re.ASCII):
        return _nearest(int(found[2]), int(found[1]), today)
    return None


def _named_month(said: str, today: date, shown: date) -> date | None:
    """“17 Nov”, “Nov 17”, “Tue 17 November 2026”."""
    del shown
    weekday, month_first = r"(?:([a-z]+) )?", re.compile(r"([a-z]+) (\d{1,2})(?: (\d{4}|\d\d))?", re.ASCII)
    found = re.fullmatch(weekday + r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)(?: (\d{4}|\d\d))?", said, re.ASCII)
    if found:
        name, number, word, year = found.groups()
        if name is not None and _place(name, _WEEKDAYS) is None:
            return None
    elif found := month_first.fullmatch(said):
        word, number, year = found.groups()
    else:
        return None
    month = _place(word, _MONTHS)
    if month is None:
        return None
    return _day(_year(year), month + 1, int(number)) if year else _nearest(month + 1, int(number), today)


def _step(said: str, today: date, shown: date) -> date | None:
    """“+10”, “-5”, “+2w”, “- 3 days”."""
    del today
    found = re.fullmatch(r"([+-]|−) ?(\d{1,9}) ?(d|days?|w|weeks?)?", said, re.ASCII)
    if not found:
        return None
    days = int(found[2]) * (7 if (found[3] or "").startswith("w") else 1)
    return shown + timedelta(days=days if found[1] == "+" else -days)


def _weekday(said: str, today: date, shown: date) -> date | None:
    """“today”, “yesterday”, “monday”, “last fri”, “next tuesday”."""
    del shown
    if said in _NAMED:
        return today + timedelta(days=_NAMED[said])
    first, _, rest = said.rpartition(" ")
    place = _place(rest, _WEEKDAYS)
    if place is None or first not in ("", "last", "next"):
        return None
    if first == "next":
        return today + timedelta(days=(place - today.weekday() - 1) % 7 + 1)
    latest = today if first == "" else today - timedelta(days=1)
    return latest - timedelta(days=(latest.weekday() - place) % 7)


def _place(word: str, names: tuple[str, ...]) -> int | None:
    """The place of the name that begins with `word`, which has at least three letters."""
    fits = (place for place, name in enumerate(names) if name.startswith(word))
    return next(fits, None) if len(word) >= _SHORTEST else None
