"""Calendars that change at random, for the rules and for the oracle alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from kpi.calendar import CalendarSpec
from tests.oracle import working_days as wd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

REGIONS = {region: wd.calendar_from_holidays(region).holidays for region in ("GB-ENG", "GB-SCT")}
WEEKS = ((0, 1, 2, 3, 4), (0, 1, 2, 3), (0, 2, 4), (0, 1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5))


class Change(NamedTuple):
    """A change made at an instant: for the rules, and for the oracle."""

    at: datetime
    spec: CalendarSpec
    oracle: wd.Calendar


def random_spec(rng: Random, around: date) -> CalendarSpec:
    """Any calendar: now and then another region, another week, closures and extra days around a day."""
    days = [around + timedelta(days=each) for each in rng.sample(range(-30, 60), 12)]
    return CalendarSpec(
        region=rng.choice(("GB-ENG", "GB-ENG", "GB-SCT", None)),
        weekdays=rng.choice(WEEKS),
        closures=dict.fromkeys(days[: rng.choice((0, 1, 5))], "closed"),
        extra_days=dict.fromkeys(days[6 : rng.choice((6, 7, 12))], "worked"),
    )


def for_oracle(spec: CalendarSpec) -> wd.Calendar:
    """The same calendar in the oracle's form."""
    off = REGIONS[spec.region] if spec.region else frozenset()
    return wd.Calendar(
        holidays=(off - frozenset(spec.extra_days)) | frozenset(spec.closures),
        weekdays=frozenset(spec.weekdays),
        extra=frozenset(spec.extra_days),
    )


def random_changes(rng: Random, rows: Sequence[dict[str, Any]]) -> list[Change]:
    """One to four changes among the events: at their very instants, just beside them, twice on a day."""
    moments = sorted(row["at"].astimezone(UTC) for row in rows)
    instants = set[datetime]()
    for _ in range(rng.randint(1, 4)):
        at = rng.choice(moments) + timedelta(microseconds=rng.choice((-1, 0, 1, 0, 3_600_000_000)))
        instants.add(at)
        if rng.random() < 0.3:
            instants.add(at + timedelta(hours=rng.randint(1, 5)))
    specs = [random_spec(rng, at.date()) for at in sorted(instants)]
    return [Change(at, spec, for_oracle(spec)) for at, spec in zip(sorted(instants), specs, strict=True)]
