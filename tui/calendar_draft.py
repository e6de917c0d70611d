"""A draft of the calendar beside the one that counts: what is different, row by row, and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kpi.calendar import WEEKDAY_NAMES, CalendarSpec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class Mark(StrEnum):
    """What the draft does to a day of the organisation's own."""

    KEPT = ""
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Entry(NamedTuple):
    """What a calendar says of a day: closed or worked, and why."""

    closed: bool
    reason: str


class OwnDay(NamedTuple):
    """A day of the organisation's own: as the draft has it, else as it was before it was removed."""

    day: date
    entry: Entry
    mark: Mark
    before: Entry | None


@dataclass(frozen=True, slots=True)
class Rebased:
    """My changes on top of somebody else's, and what both of us changed; there mine stands."""

    spec: CalendarSpec
    clashes: tuple[str, ...]


def entry_of(spec: CalendarSpec, day: date) -> Entry | None:
    """What a calendar says of a day; a closure beats an extra day."""
    if day in spec.closures:
        return Entry(closed=True, reason=spec.closures[day])
    return Entry(closed=False, reason=spec.extra_days[day]) if day in spec.extra_days else None


def with_entry(spec: CalendarSpec, day: date, entry: Entry | None) -> CalendarSpec:
    """The calendar with something else said of a day; None takes it away."""
    closures = {each: reason for each, reason in spec.closures.items() if each != day}
    extra_days = {each: reason for each, reason in spec.extra_days.items() if each != day}
    if entry is not None:
        (closures if entry.closed else extra_days)[day] = entry.reason
    return replace(spec, closures=closures, extra_days=extra_days)


def with_weekday(spec: CalendarSpec, weekday: int) -> CalendarSpec:
    """The calendar with a weekday worked that was not, or the other way round."""
    return replace(spec, weekdays=tuple(sorted({*spec.weekdays} ^ {weekday})))


def own_days(saved: CalendarSpec, draft: CalendarSpec) -> tuple[OwnDay, ...]:
    """Every day that either calendar names, in order."""
    found = []
    for day in sorted(_days((saved, draft))):
        before, now = entry_of(saved, day), entry_of(draft, day)
        if now is None:
            if before is not None:
                found.append(OwnDay(day, before, Mark.REMOVED, before))
        elif before is None:
            found.append(OwnDay(day, now, Mark.ADDED, None))
        else:
            found.append(OwnDay(day, now, Mark.KEPT if now == before else Mark.CHANGED, before))
    return tuple(found)


def changes(saved: CalendarSpec, draft: CalendarSpec) -> int:
    """How many things differ: the region, each weekday, each day."""
    days = sum(one.mark is not Mark.KEPT for one in own_days(saved, draft))
    return (saved.region != draft.region) + len({*saved.weekdays} ^ {*draft.weekdays}) + days


def rebase(base: CalendarSpec, theirs: CalendarSpec, mine: CalendarSpec) -> Rebased:
    """Put my changes of `base` on top of `theirs`."""
    clashes = []
    spec = theirs
    if mine.region != base.region:
        if theirs.region not in (base.region, mine.region):
            clashes.append("the bank holidays")
        spec = replace(spec, region=mine.region)
    # A weekday has two states: who both changed it, changed it to the same.
    for weekday in range(len(WEEKDAY_NAMES)):
        changed = (weekday in mine.weekdays) != (weekday in base.weekdays)
        if changed and (weekday in spec.weekdays) != (weekday in mine.weekdays):
            spec = with_weekday(spec, weekday)
    for day in sorted(_days((base, theirs, mine))):
        before, they, me = entry_of(base, day), entry_of(theirs, day), entry_of(mine, day)
        if me != before:
            if they not in (before, me):
                clashes.append(str(day))
            spec = with_entry(spec, day, me)
    return Rebased(spec, tuple(clashes))


def _days(specs: Iterable[CalendarSpec]) -> set[date]:
    return {day for spec in specs for day in (*spec.closures, *spec.extra_days)}
