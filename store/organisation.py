"""The organisation: founding a store, and reading back who it is and by which rules it counts."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import CalendarSpec, WorkingCalendar, load_zone
from kpi.calendars import CalendarChanged, Calendars
from kpi.catalogue import Catalogue, built_in, load_catalogue, write_catalogue
from kpi.clock import Rules
from kpi.events import moment_of
from kpi.targets import SERVICE_DEFAULT, Target
from kpi.text import clean
from store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from store.plain import Plain
    from store.work import Store, Work

MOST_NAME = 200


class CalendarRow(NamedTuple):
    """A calendar as it stands in the store, its days as JSON; `at` and `from_day` are 0 for the first one."""

    number: int
    at: int
    from_day: int
    region: str | None
    zone: str
    weekdays: str
    days: str

    @property
    def spec(self) -> CalendarSpec:
        """What it says."""
        return _spec(*self[3:])


@dataclass(frozen=True)
class Organisation:
    """What a store says of itself; the heavier parts are made when first asked for.

    `calendar_rows` has the calendar it was founded with, then its changes.
    """

    name: str
    store_id: str
    calendar_rows: tuple[CalendarRow, ...]
    catalogue_text: str

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which the organisation's people read a clock."""
        return load_zone(self.calendar_rows[0].zone)

    @cached_property
    def spec(self) -> CalendarSpec:
        """What the organisation says about its days now."""
        return self.calendar_rows[-1].spec

    @cached_property
    def catalogue(self) -> Catalogue:
        """The stages and their KPIs."""
        return _catalogue(self.catalogue_text)

    @property
    def known_events(self) -> frozenset[str]:
        """The names of events that are understood: the catalogue's, and work that moves no clock."""
        from kpi.acts import ACTIVITY_EVENTS  # deferred: the first frame asks for no names

        return self.catalogue.events.union(ACTIVITY_EVENTS)

    @property
    def calendar(self) -> WorkingCalendar:
        """The working days as they are now."""
        return self.calendars.latest

    @cached_property
    def calendars(self) -> Calendars:
        """The working days through all changes."""
        return _calendars(self.calendar_rows)

    @cached_property
    def rules(self) -> Rules:
        """The catalogue, ready for replay."""
        return Rules(self.catalogue)

    def today(self, now: int) -> date:
        """The date of the instant `now` in the organisation's zone; needs no table of days."""
        return moment_of(now).astimezone(self.zone).date()


# The app opens its store anew at every refresh; what takes a tenth of a second to make is kept.
@lru_cache(maxsize=4)
def _catalogue(text: str) -> Catalogue:
    return load_catalogue(text)


@lru_cache(maxsize=4)
def _calendars(rows: tuple[CalendarRow, ...]) -> Calendars:
    changes: list[CalendarChanged] = []
    for row in rows[1:]:
        # A change by a clock that ran ahead is overtaken by the next one: that counts from its own instant.
        while changes and changes[-1].at >= row.at:
            changes.pop()
        changes.append(CalendarChanged(row.at, date.fromordinal(row.from_day), row.spec))
    return Calendars(rows[0].spec, changes)


def _spec(region: str | None, zone: str, weekdays: str, days: str) -> CalendarSpec:
    said = [(date.fromordinal(day), works, reason) for day, works, reason in json.loads(days)]
    return CalendarSpec(
        region=region,
        zone=zone,
        weekdays=tuple(json.loads(weekdays)),
        closures={day: reason for day, works, reason in said if not works},
        extra_days={day: reason for day, works, reason in said if works},
    )


def days_said(spec: CalendarSpec) -> list[tuple[int, int, str]]:
    """The days that a calendar names, as (day, works, reason) in order; a closure beats an extra day."""
    each = {day.toordinal(): (1, reason) for day, reason in spec.extra_days.items()}
    each |= {day.toordinal(): (0, reason) for day, reason in spec.closures.items()}
    return [(day, *said) for day, said in sorted(each.items())]


def load_organisation(plain: Plain) -> Organisation:
    """The store's organisation."""
    row = plain.row("SELECT name, store_id, zone, region, weekdays, catalogue FROM organisation")
    if row is None:
        raise StoreError("this store has no organisation yet; make one with “stagewatch init”")
    name, store_id, zone, region, weekdays, catalogue = row
    days = json.dumps(plain.rows("SELECT day, works, reason FROM calendar_day ORDER BY day"))
    changes = plain.rows(
        "SELECT number, at, from_day, region, weekdays, days FROM calendar_change ORDER BY number"
    )
    rows = [CalendarRow(1, 0, 0, region, zone, weekdays, days)]
    rows += [CalendarRow._make((*change[:4], zone, *change[4:])) for change in changes]
    return Organisation(name, store_id, tuple(rows), catalogue)


def found_organisation(
    store: Store,
    name: str,
    *,
    spec: CalendarSpec | None = None,
    catalogue: Catalogue | None = None,
    targets: Mapping[str, Target] | None = None,
    actor: str | None = None,
) -> Organisation:
    """Make a new store for an organisation, with target set 1 in force from the beginning of time.

    StoreError if the name is empty or the store already has an organisation; CalendarError if the
    calendar cannot be built. `targets` names every KPI or leaves the rest at the service's default.
    """
    from store.schema import take_steps  # deferred: Alembic is heavy, and only founding needs it
    from store.work import make_private

    name = clean(name)
    if not name:
        raise StoreError("an organisation needs a name")
    if len(name) > MOST_NAME:
        raise StoreError(f"an organisation's name has at most {MOST_NAME} characters")
    spec, catalogue = spec or CalendarSpec(), catalogue or built_in()
    WorkingCalendar(spec)  # refuses what cannot be built before anything is written
    make_private(store.location)
    with store.work("organisation.found", actor=actor, reason="The founding") as work:
        version = take_steps(work, store.location)
        there = None if version is None else work.plain.value("SELECT name FROM organisation")
        if there is not None:
            raise StoreError(f"{store.location} already belongs to “{there}”; it was left as it is")
        _write(work, name, spec, catalogue, targets or {}, actor or store.who.actor)
        work.session.flush()
        return load_organisation(work.plain)


def _write(
    work: Work,
    name: str,
    spec: CalendarSpec,
    catalogue: Catalogue,
    targets: Mapping[str, Target],
    actor: str,
) -> None:
    from store import tables

    session = work.session
    session.add(
        tables.Organisation(
            name=name,
            store_id=str(uuid.uuid4()),
            zone=spec.zone,
            region=spec.region,
            weekdays=json.dumps(spec.weekdays),
            catalogue=write_catalogue(catalogue),
            created_at=work.now,
        )
    )
    session.add(tables.StoreState(revision=0, updated_at=work.now))
    session.add_all(
        tables.CalendarDay(day=day, works=works, reason=clean(reason))
        for day, works, reason in days_said(spec)
    )
    session.add_all(
        tables.KpiRow(id=number, code=kpi.code, stage=kpi.stage)
        for number, kpi in enumerate(catalogue.kpis, 1)
    )
    session.add(
        tables.TargetSetRow(number=1, created_at=work.now, author=actor, reason="The first target set")
    )
    session.flush()
    for number, kpi in enumerate(catalogue.kpis, 1):
        target = targets.get(kpi.code, SERVICE_DEFAULT)
        session.add(
            tables.TargetRow(
                set_number=1,
                kpi_id=number,
                due_days=target.due_days,
                done_by_days=target.done_by_days,
            )
        )
