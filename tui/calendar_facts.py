"""The questions of the Calendar page, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import CalendarError, WorkingCalendar

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kpi.calendar import CalendarSpec
    from store.calendar_effect import CalendarEffect
    from store.calendar_questions import CalendarPage, CalendarView
    from tui.reader import Reader


class CalendarFacts(NamedTuple):
    """The calendar that counts, as the store has it and as a table of days."""

    revision: int
    page: CalendarPage
    calendar: WorkingCalendar


class DraftFacts(NamedTuple):
    """What a draft would do; `wrong` says why it cannot be saved, else the others are there."""

    spec: CalendarSpec
    wrong: str
    effect: CalendarEffect | None
    calendar: WorkingCalendar | None


class CalendarHistory(NamedTuple):
    """All calendars, the newest first."""

    revision: int
    today: date
    views: tuple[CalendarView, ...]


class Region(NamedTuple):
    """A country, or a part of one, whose bank holidays are known."""

    code: str
    name: str


def ask_calendar(reader: Reader) -> CalendarFacts:
    """The calendar that counts."""
    with reader.at_once():
        page = reader.calendar_questions().page()
        return CalendarFacts(reader.revision(), page, WorkingCalendar(page.spec))


def ask_draft(spec: CalendarSpec) -> Callable[[Reader], DraftFacts]:
    """What a draft would do to the open tasks; one that cannot be a calendar is no failure of the store."""

    def ask(reader: Reader) -> DraftFacts:
        try:
            calendar = WorkingCalendar(spec)
        except CalendarError as error:
            return DraftFacts(spec, str(error), None, None)
        try:
            return DraftFacts(spec, "", reader.calendar_questions().effect(spec), calendar)
        except CalendarError as error:
            return DraftFacts(spec, str(error), None, None)

    return ask


def ask_calendars(reader: Reader) -> CalendarHistory:
    """All calendars."""
    with reader.at_once():
        return CalendarHistory(reader.revision(), reader.today(), reader.calendar_questions().history())


def ask_regions(reader: Reader) -> tuple[Region, ...]:
    """All regions by name, each country before its parts; the package holidays knows them."""
    del reader  # asked here because the package takes a while to load
    from holidays import country_holidays, list_supported_countries
    from holidays.registry import COUNTRIES

    supported = list_supported_countries(include_aliases=False)
    found = []
    for names in COUNTRIES.values():
        code = names[1]
        if code not in supported:
            continue
        country = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names[0])
        found.append(Region(code, country))
        if supported[code]:
            titles = {part: title for title, part in country_holidays(code).subdivisions_aliases.items()}
            parts = (
                Region(f"{code}-{part}", f"{country} · {titles.get(part, part)}") for part in supported[code]
            )
            found += sorted(parts, key=lambda region: region.name)
    return tuple(sorted(found, key=lambda region: region.name))
