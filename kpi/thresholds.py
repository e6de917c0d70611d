"""The parts of benchmarks: what each threshold and factor is. kpi/benchmarks.py reads and writes them.

Percentages are whole, 100 changes nothing: so that figures and targets are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ANY_OTHER = "*"
TIME_TO_FILL, TIME_TO_OFFER = "time_to_fill", "time_to_offer"
METRICS = (TIME_TO_FILL, TIME_TO_OFFER)


@dataclass(frozen=True, slots=True)
class Engagement:
    """When a call or e-mail about an application is meaningful.

    Module 1: “thresholds for meaningful candidate engagement, such as minimum interaction duration or
    follow-up cadence”. `kinds` are activity figures; the follow-up counts calendar days, both bounds
    included.
    """

    kinds: tuple[str, ...]
    least_minutes: int
    reply: bool
    follow_up_from_days: int
    follow_up_until_days: int


@dataclass(frozen=True, slots=True)
class CycleRule:
    """For listings of this urgency and criticality, None for any, the metric; both are folded."""

    urgency: str | None
    criticality: str | None
    metric: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """Which days are a cycle, over how many weeks, and by which metric.

    Module 1: “time-to-fill and time-to-offer … based on organizational hiring urgency and role criticality”.
    The first rule that fits a listing gives its metric, else `default`. An open listing is of a long cycle
    after `long_days` working days.
    """

    start: tuple[str, ...]
    offer: tuple[str, ...]
    fill: tuple[str, ...]
    weeks: int
    default: str
    long_days: int
    rules: tuple[CycleRule, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """What one event weighs, in per cent, by its listing's kind of role; `internal` multiplies.

    Module 1: “normalize productivity data by role type”; module 4: “internal mobility roles differently”.
    `technical_roles` are role types, folded.
    """

    technical: int
    other: int
    internal: int
    technical_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Over how many earlier weeks a base is the median, how many it needs, and of how many people.

    Module 4: “adjusted for team size and role volume”. The factor of open roles lies between the last two.
    """

    weeks: int
    least_weeks: int
    least_people: int
    roles_least: int
    roles_most: int


@dataclass(frozen=True, slots=True)
class Season:
    """From which day to which, both included, how much is expected.

    Module 4: “adjusting benchmarks seasonally”.
    """

    name: str
    since: date
    until: date
    percent: int


@dataclass(frozen=True, slots=True)
class RampStep:
    """Up to which day of employment how much is expected.

    Module 4: “graduated productivity thresholds during the first 90 days of employment”.
    """

    until_day: int
    percent: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Business hours of working days, as minutes of the day: since <= minute < until.

    Module 6: “implausible timestamps, such as candidate calls logged outside business hours”.
    """

    since: int
    until: int

    def __str__(self) -> str:
        return f"{clock(self.since)} to {clock(self.until)}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many activities a day are not too many, and from which share of them on a day is near that.

    Module 5: “approaching or exceeding daily activity limits to prevent burnout”.
    """

    daily: int
    near_percent: int


@dataclass(frozen=True, slots=True)
class Outliers:
    """Over how many weeks, how many are needed, over which modified z-score in per cent.

    Module 4: “statistical outlier detection”. A difference of fewer events than the last is never one.
    """

    weeks: int
    least_weeks: int
    score_percent: int
    least_difference: int


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """One version.

    `activity` and `outcomes` map a figure to event names, `fields` an activity figure or an event name to the
    custom fields that must be filled; `notes` are events that need a note.
    """

    activity: Mapping[str, tuple[str, ...]]
    outcomes: Mapping[str, tuple[str, ...]]
    engagement: Engagement
    cycle: Cycle
    weights: Weights
    baseline: Baseline
    seasons: tuple[Season, ...]
    ramp: tuple[RampStep, ...]
    hours: Hours
    limits: Limits
    notes: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    outliers: Outliers

    @property
    def history_weeks(self) -> int:
        """Of how many earlier weeks a summary wants the history."""
        return max(self.baseline.weeks, self.outliers.weeks)


def clock(minute: int) -> str:
    """A minute of the day as in `07:30`; 1440 is `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
