"""The questions of the Calendar page: what counts now, its history, what a draft would do to open tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar_words import what_changed
from kpi.events import moment_of
from kpi.policy import Action
from store.calendar_changes import draft_calendar, saver_of
from store.calendar_effect import CalendarEffect, KpiEffect, Recoloured, effect_of
from store.organisation import load_organisation

if TYPE_CHECKING:
    from datetime import datetime

    from kpi.calendar import CalendarSpec
    from store.reading import Reader

__all__ = [
    "CalendarEffect", "CalendarPage", "CalendarQuestions", "CalendarView", "Holiday", "KpiEffect",
    "Recoloured",
]  # fmt: skip
_A_YEAR = timedelta(days=366)


class Holiday(NamedTuple):
    """A bank holiday and its name."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """What the Calendar page opens with: the calendar that counts, and who saved it, why and when.

    `number` is what a form is opened with, and saved against. `at` is in the organisation's zone.
    `warnings` are lines for a person, such as that the known bank holidays run out. `holidays` are those
    of the coming twelve months, today's included.
    """

    number: int
    spec: CalendarSpec
    by: str
    reason: str
    at: datetime
    warnings: tuple[str, ...]
    holidays: tuple[Holiday, ...]
    today: date


@dataclass(frozen=True, slots=True)
class CalendarView:
    """One calendar of the history; number 1 came with the founding, and its `from_day` is None.

    `changed` says in words what it changes of the one before.
    """

    number: int
    spec: CalendarSpec
    by: str
    reason: str
    at: datetime
    from_day: date | None
    changed: tuple[str, ...]


class CalendarQuestions:
    """Asked over a reader; each answer is a frozen result, of the store as it is at that moment."""

    def __init__(self, reader: Reader, now: int) -> None:
        """Ask `reader` as of the instant `now`."""
        self._reader = reader
        self._now = now

    def page(self) -> CalendarPage:
        """What the Calendar page opens with."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_CALENDAR) as plain:
            organisation = load_organisation(plain)
            number = organisation.calendar_rows[-1].number
            by, reason, at = saver_of(plain, number)
        today, calendar = organisation.today(self._now), organisation.calendar
        coming = [Holiday(*each) for each in calendar.holidays.items() if today <= each[0] < today + _A_YEAR]
        return CalendarPage(
            number=number,
            spec=organisation.spec,
            by=by,
            reason=reason,
            at=moment_of(at).astimezone(organisation.zone),
            warnings=calendar.warnings(today),
            holidays=tuple(sorted(coming)),
            today=today,
        )

    def history(self) -> tuple[CalendarView, ...]:
        """All calendars, the newest first."""
        with self._reader.at_once(), self._reader.asking(Action.SEE_CALENDAR) as plain:
            organisation = load_organisation(plain)
            savers = [saver_of(plain, row.number) for row in organisation.calendar_rows]
        views: list[CalendarView] = []
        before = organisation.calendar_rows[0].spec
        for row, (by, reason, at) in zip(organisation.calendar_rows, savers, strict=True):
            spec = row.spec
            from_day = date.fromordinal(row.from_day) if row.from_day else None
            moment = moment_of(at).astimezone(organisation.zone)
            changed = what_changed(before, spec)
            views.append(CalendarView(row.number, spec, by, reason, moment, from_day, changed))
            before = spec
        return tuple(reversed(views))

    def effect(self, spec: CalendarSpec) -> CalendarEffect:
        """What a draft would do to the open tasks if it counted from today on; they must be up to date.

        CalendarError and StoreError as from `save_calendar`.
        """
        with self._reader.at_once(), self._reader.asking(Action.SEE_CALENDAR) as plain:
            organisation = load_organisation(plain)
            today = organisation.today(self._now)
            draft = draft_calendar(plain, organisation, spec, today)
            return effect_of(plain, organisation, draft, today, self._now)
