"""A calendar in memory: what store.calendar_questions answers, for the Calendar page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.status import Status
from store.calendar_effect import CalendarEffect, KpiEffect, Recoloured
from store.calendar_questions import CalendarPage, CalendarView
from tests.tui.fake import HOSTILE, KPIS, FakeReader, World

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CLOSED = date(2026, 12, 24)
WORKED = date(2026, 11, 21)
PAST = date(2025, 12, 24)
SPEC = CalendarSpec(
    closures={PAST: "Long ago", CLOSED: f"Christmas shutdown {HOSTILE}"}, extra_days={WORKED: "Open day"}
)
PAGE = CalendarPage(3, SPEC, "A. Okafor", f"Reason {HOSTILE}", AT, (), (), date(2026, 11, 17))
COLOURS = (Recoloured(Status.ON_TRACK, Status.DUE, 3), Recoloured(Status.DUE, Status.OVERDUE, 2))
EFFECT = CalendarEffect(PAGE.today, 340, 12, 5, (KpiEffect(KPIS[0].code, KPIS[0].title, 40, 12, COLOURS),))


@dataclass
class CalendarWorld(World):
    """Calendar 3 counts; every draft moves twelve tasks, unless `effect` says something else."""

    page: CalendarPage = PAGE
    effect: CalendarEffect = EFFECT
    specs: list[CalendarSpec] = field(default_factory=list)

    def open(self) -> CalendarReader:
        super().open()
        return CalendarReader(self)

    def saved_by(self, who: str, spec: CalendarSpec) -> None:
        """Somebody saves another calendar."""
        self.page = replace(self.page, number=self.page.number + 1, spec=spec, by=who, reason="Theirs first")
        self.revision += 1


class CalendarReader(FakeReader):
    """A reader of a world with a calendar."""

    world: CalendarWorld

    def calendar_questions(self) -> Any:
        return FakeCalendar(self)


class FakeCalendar:
    """The questions about the calendar."""

    def __init__(self, reader: CalendarReader) -> None:
        self.reader, self.world = reader, reader.world

    def page(self) -> CalendarPage:
        self.reader._asked("calendar")
        return self.world.page

    def effect(self, spec: CalendarSpec) -> CalendarEffect:
        self.reader._asked("effect")
        WorkingCalendar(spec)
        self.world.specs.append(spec)
        return self.world.effect

    def history(self) -> tuple[CalendarView, ...]:
        self.reader._asked("calendars")
        page = self.world.page
        changed = ("2026-12-24 is closed: Christmas shutdown",)
        return (
            CalendarView(3, page.spec, page.by, page.reason, AT, date(2026, 11, 2), changed),
            CalendarView(1, CalendarSpec(), "system", "The calendar of the founding", AT, None, ()),
        )
