"""Two calendars of one organisation, and in words what the later one changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.calendar import WEEKDAY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kpi.calendar import CalendarSpec


def weekday_words(weekdays: Iterable[int]) -> str:
    """Working weekdays by name, in the form in which they are written: `Mon,Tue`."""
    return ",".join(WEEKDAY_NAMES[day] for day in weekdays) or "none"


def what_changed(before: CalendarSpec, after: CalendarSpec) -> tuple[str, ...]:
    """A line for each thing that differs: region, working weekdays, then each day; none if nothing does."""
    said = []
    if before.region != after.region:
        said.append(
            f"bank holidays of {after.region or 'no region'}, before of {before.region or 'no region'}"
        )
    if before.weekdays != after.weekdays:
        now, then = weekday_words(after.weekdays), weekday_words(before.weekdays)
        said.append(f"working weekdays {now}, before {then}")
    days = [
        *_days("closed", before.closures, after.closures),
        *_days("an extra working day", before.extra_days, after.extra_days),
    ]
    return (*said, *(words for _, words in sorted(days)))


def _days(what: str, before: Mapping[date, str], after: Mapping[date, str]) -> Iterable[tuple[date, str]]:
    for day in before.keys() | after.keys():
        then, now = before.get(day), after.get(day)
        if now is None:
            yield day, f"{day} is not {what} any more (was: {then})"
        elif then != now:
            yield day, f"{day} is {what}: {now}" + ("" if then is None else f" (was: {then})")
