"""A calendar with one day more or less of the organisation's own: closed, or worked after all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpi.calendar import CalendarError, CalendarSpec
from kpi.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


def with_closure(spec: CalendarSpec, day: date, reason: str) -> CalendarSpec:
    """`day` is closed, even if it was an extra working day."""
    return replace(
        spec, closures={**spec.closures, day: clean(reason)}, extra_days=_without(spec.extra_days, day)
    )


def with_extra_day(spec: CalendarSpec, day: date, reason: str) -> CalendarSpec:
    """`day` is worked, even if it was closed."""
    return replace(
        spec, extra_days={**spec.extra_days, day: clean(reason)}, closures=_without(spec.closures, day)
    )


def without_closure(spec: CalendarSpec, day: date) -> CalendarSpec:
    """`day` is as the region and the week say; CalendarError if it was not closed."""
    if day not in spec.closures:
        raise CalendarError(f"{day} is no closure of the organisation's own; nothing was written")
    return replace(spec, closures=_without(spec.closures, day))


def without_extra_day(spec: CalendarSpec, day: date) -> CalendarSpec:
    """`day` is as the region and the week say; CalendarError if it was no extra working day."""
    if day not in spec.extra_days:
        raise CalendarError(f"{day} is no extra working day; nothing was written")
    return replace(spec, extra_days=_without(spec.extra_days, day))


def _without(days: Mapping[date, str], day: date) -> dict[date, str]:
    return {each: reason for each, reason in days.items() if each != day}
