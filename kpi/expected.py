"""Targets: what is expected of each activity figure in a week, from the team's own weeks and four factors.

Module 4 of the curriculum: “setting baseline activity targets (e.g., 15 candidate submissions per week) based
on historical team performance and adjusted for team size and role volume”; “adjusting benchmarks seasonally,
such as during holiday hiring freezes”; “applying graduated productivity thresholds during the first 90 days”.

    target = base × open roles × working days × season × ramp-up, rounded once

A target is there to be talked about, never to rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from kpi.rounding import half_up, hundredths, median
from kpi.summary import ACTIVITY, FACTORS, Factor, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kpi.acts import History, Person, TeamWeek
    from kpi.calendar import WorkingCalendar
    from kpi.thresholds import Baseline, Benchmarks
    from kpi.weeks import Week

TEAM, ORGANISATION = "team", "organisation"
OPEN_ROLES, WORKING_DAYS, SEASON, RAMP_UP = FACTORS
_UNCHANGED = 100


class Now(NamedTuple):
    """A team in the week itself: people with a summary, and their open roles at its end."""

    people: int
    open_roles: int


@dataclass(frozen=True, slots=True)
class _Base:
    """Whose weeks it comes from, the base of each figure of ACTIVITY, and the factor of open roles."""

    source: str
    values: tuple[int, ...]
    roles: Factor


class Expectations:
    """The targets of one week; what a team has in common is worked out when its first person is asked for.

    `now` has the teams by number, and the organisation under None.
    """

    def __init__(
        self,
        week: Week,
        benchmarks: Benchmarks,
        history: History,
        now: Mapping[int | None, Now],
        calendar: WorkingCalendar,
    ) -> None:
        """Work out what is the same for everybody."""
        self._week, self._benchmarks, self._history, self._now = week, benchmarks, history, now
        self._days = tuple(day for day in week.days if calendar.is_working(day))
        self._shared = (self._working_days(len(calendar.spec.weekdays)), self._season())
        self._bases: dict[int | None, _Base | str] = {}

    def targets(self, person: Person) -> tuple[Target, ...]:
        """The targets of somebody's activity figures, or in words why there are none."""
        base = self._bases.get(person.team)
        if base is None:
            base = self._bases[person.team] = self._base(person.team)
        if isinstance(base, str):
            return tuple(Target(figure, None, why=base) for figure in ACTIVITY)
        factors = (base.roles, *self._shared, self.ramp_up(person.joined_on))
        share = Fraction(1)
        for factor in factors:
            share *= Fraction(factor.percent, _UNCHANGED)
        return tuple(
            Target(figure, half_up(value * share), value, base.source, factors)
            for figure, value in zip(ACTIVITY, base.values, strict=True)
        )

    def _base(self, team: int | None) -> _Base | str:
        """The team's base if it is large and old enough, else the organisation's, else why there is none.

        A week counts if enough people were in it: out of the average of fewer, one's own could be told.
        """
        rules = self._benchmarks.baseline
        everybody = (ORGANISATION, None, self._history.organisation)
        candidates: list[tuple[str, int | None, Sequence[TeamWeek]]] = [everybody]
        if team is not None:
            candidates.insert(0, (TEAM, team, self._history.teams.get(team, ())))
        for source, which, weeks in candidates:
            usable = usable_weeks(weeks, rules)
            now = self._now.get(which, Now(0, 0))
            if now.people >= rules.least_people and len(usable) >= rules.least_weeks:
                values = tuple(base_of(usable, place) for place in range(len(ACTIVITY)))
                return _Base(source, values, _roles_factor(now, usable, rules))
        known = len(usable_weeks(self._history.organisation, rules))
        if known < rules.least_weeks:
            return (
                f"only {known} of the last {rules.weeks} weeks are known with {rules.least_people} people "
                f"or more; targets begin with {rules.least_weeks}"
            )
        return f"targets begin with {rules.least_people} people: of fewer, a colleague's work could be told"

    def _working_days(self, usual: int) -> Factor:
        """Module 4: a week of fewer working days than usual is expected to hold less."""
        worked = len(self._days)
        percent = half_up(Fraction(_UNCHANGED * worked, usual)) if usual else _UNCHANGED
        return Factor(WORKING_DAYS, percent, f"{worked} working days, usually {usual}")

    def _season(self) -> Factor:
        """Module 4: “adjusting benchmarks seasonally”: the mean of the working days, 100 without a season."""
        percents, names = [], []
        for day in self._days:
            season = next((one for one in self._benchmarks.seasons if one.since <= day <= one.until), None)
            percents.append(_UNCHANGED if season is None else season.percent)
            if season is not None:
                names.append(season.name)
        if not names:
            return Factor(SEASON, _UNCHANGED, "no season")
        parts = [f"{name} on {names.count(name)} of {len(self._days)} days" for name in dict.fromkeys(names)]
        return Factor(SEASON, half_up(Fraction(sum(percents), len(percents))), "; ".join(parts))

    def ramp_up(self, joined_on: date | None) -> Factor:
        """Module 4: “graduated productivity thresholds during the first 90 days of employment”.

        The day of employment is that of the week's first day; the day of joining is day 1. Somebody who joins
        within the week is in their first step.
        """
        if joined_on is None:
            return Factor(RAMP_UP, _UNCHANGED, "first day not known")
        day = (self._week.first - joined_on).days + 1
        for step in self._benchmarks.ramp:
            if day <= step.until_day:
                return Factor(RAMP_UP, step.percent, f"day {max(day, 1)}; so much up to day {step.until_day}")
        return Factor(RAMP_UP, _UNCHANGED, "not new")


def usable_weeks(weeks: Sequence[TeamWeek], rules: Baseline) -> list[TeamWeek]:
    """Those of the latest weeks in which there were enough people."""
    return [week for week in weeks[-rules.weeks :] if week.people >= rules.least_people]


def base_of(weeks: Sequence[TeamWeek], place: int) -> int:
    """The median over the weeks of the weighted total for each person, in hundredths."""
    return half_up(median(Fraction(week.totals[place], week.people) for week in weeks))


def _roles_factor(now: Now, weeks: Sequence[TeamWeek], rules: Baseline) -> Factor:
    """Module 4: “adjusted for team size and role volume”: open roles a head, now by their median then."""
    usual = median(Fraction(week.open_roles, week.people) for week in weeks)
    today = Fraction(now.open_roles, now.people)
    if not usual:
        return Factor(OPEN_ROLES, _UNCHANGED, "no open roles in the earlier weeks to compare with")
    percent = half_up(_UNCHANGED * today / usual)
    bounded = min(max(percent, rules.roles_least), rules.roles_most)
    said = f"{hundredths(half_up(100 * today))} open roles a head, usually {hundredths(half_up(100 * usual))}"
    return Factor(OPEN_ROLES, bounded, said if bounded == percent else f"{said}; bounded, else {percent}")
